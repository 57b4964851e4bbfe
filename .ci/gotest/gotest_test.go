package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// tree writes a module of small packages.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	files["go.mod"] = "module example.test/m\n\ngo 1.22\n"
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func body(pkg, imports, text string) string {
	return "package " + pkg + "\n\nimport (\n\t\"testing\"\n" + imports + ")\n\n" + text
}

// TestRun runs a go test that fails in every way there is: nothing of what a failing test printed is lost, nothing of a passing one is shown.
func TestRun(t *testing.T) {
	dir := tree(t, map[string]string{
		"good/a_test.go": body("good", "\"fmt\"\n", `
func TestGood(t *testing.T) { fmt.Println("printed by a good test"); t.Log("logged by a good test") }
func TestSkipped(t *testing.T) { t.Log("first a log"); t.Skip("no moon\ntonight") }
func TestMute(t *testing.T) { t.SkipNow() }
func TestParts(t *testing.T) { t.Run("one", func(t *testing.T) { t.Skip("no part") }) }
`),
		"bad/a_test.go": body("bad", "\"fmt\"\n", `
func TestPasses(t *testing.T) { t.Log("logged by a passing test") }
func TestFails(t *testing.T) {
	fmt.Println("printed")
	t.Run("in", func(t *testing.T) { t.Error("wrong inside") })
}
`),
		"broken/a_test.go":   body("broken", "", "func TestX(t *testing.T) { undefined() }\n"),
		"panics/a_test.go":   body("panics", "", "func TestX(t *testing.T) { t.Log(\"before the panic\"); panic(\"ouch\") }\n"),
		"slow/a_test.go":     body("slow", "", "func TestX(t *testing.T) { t.Log(\"before waiting\"); select {} }\nvar _ = func() int { go func() { select {} }(); return 0 }()\n"),
		"leaves/a_test.go":   body("leaves", "\"fmt\"\n\"os\"\n", "func TestX(t *testing.T) { fmt.Print(\"before leaving\"); os.Exit(3) }\n"),
		"untested/a.go":      "package untested\n",
		"good/data/skip.txt": "good TestSkipped no moon\n",
	})
	var out strings.Builder
	code, r, err := run(dir, []string{"-timeout", "5s", "./..."}, &out, &out)
	if err != nil || code != 1 {
		t.Fatalf("%d, %v: %s", code, err, out.String())
	}
	allowed := []skip{{"good", "TestSkipped", "no moon"}}
	if code := r.close(code, allowed, "FILE", false); code != 1 {
		t.Errorf("status %d", code)
	}
	s := out.String()
	for _, want := range []string{
		"ok  \texample.test/m/good\t", "?   \texample.test/m/untested\t[no test files]",
		"--- FAIL: TestFails (", "\nprinted\n", "    --- FAIL: TestFails/in (", "        a_test.go:12: wrong inside\n", "FAIL\texample.test/m/bad\t",
		"undefined: undefined", "FAIL\texample.test/m/broken [build failed]",
		"before the panic", "panic: ouch", "goroutine ", "FAIL\texample.test/m/panics\t",
		"before waiting", "FAIL\texample.test/m/slow\t",
		"before leaving\n", "FAIL\texample.test/m/leaves\t",
		"Skipped, as FILE allows:\n    good: no moon tonight: TestSkipped\nSkipped, which FILE does not allow:\n",
		"    good: it does not say why: TestMute\n", "    good: no part: TestParts/one\n",
		" of 5 packages ran, 3 tests or subtests were skipped.\n",
	} {
		if !strings.Contains(s, want) {
			t.Errorf("%q is missing", want)
		}
	}
	for _, none := range []string{"good test", "passing test", "=== RUN", "--- PASS", "--- SKIP"} {
		if strings.Contains(s, none) {
			t.Errorf("%q is shown", none)
		}
	}
	if t.Failed() {
		t.Log(s)
	}
}

// TestStatus: a skip that is not allowed fails where strict, a failing test anywhere, and what did not end is shown.
func TestStatus(t *testing.T) {
	ok := []event{{"run", "p/a", "T", ""}, {"output", "p/a", "T", "    a_test.go:3: no net\n"}, {"skip", "p/a", "T", ""}, {"pass", "p/a", "", ""}}
	cut := []event{{"run", "p/a", "T", ""}, {"output", "p/a", "T", "half a line"}}
	for _, c := range []struct {
		what    string
		events  []event
		code    int
		allowed []skip
		strict  bool
		want    int
		says    string
	}{
		{"skip", ok, 0, nil, false, 0, "does not allow:\n    p/a: no net: T\n"},
		{"strict", ok, 0, nil, true, 1, "CI=true"},
		{"strict, allowed", ok, 0, []skip{{"*", "T", "no net"}}, true, 0, "as F allows:\n    p/a: no net: T\n"},
		{"strict, another reason", ok, 0, []skip{{"*", "T", "a child"}}, true, 1, "does not allow"},
		{"failed and allowed", ok, 2, []skip{{"*/a", "*", "no net"}}, true, 2, "FAIL\n"},
		{"cut off", cut, 0, nil, false, 1, "half a line\nFAIL\tp/a did not end\n"},
	} {
		var out strings.Builder
		r := &report{out: &out, packages: map[string]*pack{}}
		for _, e := range c.events {
			r.take(e)
		}
		if got := r.close(c.code, c.allowed, "F", c.strict); got != c.want || !strings.Contains(out.String(), c.says) {
			t.Errorf("%s: %d, %s", c.what, got, out.String())
		}
	}
}

// TestClip: the beginning and the end of much output are kept, and a package that fails a thousand times stays small.
func TestClip(t *testing.T) {
	var c clip
	c.add("the beginning\n")
	for range 3 << 10 {
		c.add(strings.Repeat("ä", 1<<10) + "\n")
	}
	c.add("the end\n")
	s := c.String()
	if len(s) > keptOfTest+keptOfTest/2 || !strings.HasPrefix(s, "the beginning\n") || !strings.HasSuffix(s, "the end\n") || !strings.Contains(s, "left out") {
		t.Errorf("%d bytes: %.40q … %.40q", len(s), s, s[len(s)-40:])
	}
	p := &pack{}
	r := &report{out: &strings.Builder{}, packages: map[string]*pack{"p": p}}
	for i := range 1000 {
		name := "T" + strings.Repeat("x", i)
		r.take(event{"output", "p", name, strings.Repeat("o", 100<<10)})
		r.take(event{"fail", "p", name, ""})
	}
	kept := 0
	for _, x := range p.tests {
		kept += cap(x.lines.head) + cap(x.lines.tail)
		if !utf8.ValidString(x.lines.String()) || x.lines.len() == 0 {
			t.Fatal("a test's output is lost")
		}
	}
	if kept > 2*keptOfPackage {
		t.Errorf("%d bytes are kept", kept)
	}
}

func TestReason(t *testing.T) {
	for in, want := range map[string]string{
		"":                          "",
		"    a_test.go:3: no net\n": "no net",
		"    a_test.go:3: a log\n    helper.go:44: two\n        lines\nprinted\n": "two lines printed",
		"    a_test.go:3: \n        all below\n":                                  "all below",
		"printed only\n":                                                          "printed only",
	} {
		if got := reason(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, s string
		want       bool
	}{
		{"TestA", "TestA", true}, {"TestA", "TestAB", false}, {"TestA*", "TestA/b/c", true}, {"*", "", true}, {"*/b", "TestA/b", true}, {"*/b", "TestA/bc", false},
		{"Test*/x*y", "TestQ/xzy", true}, {"Test*/x*y", "TestQ/yx", false}, {"ab*b", "ab", false},
	} {
		if got := glob(c.pattern, c.s); got != c.want {
			t.Errorf("%s, %s: %v", c.pattern, c.s, got)
		}
	}
}

func TestReadSkips(t *testing.T) {
	name := filepath.Join(t.TempDir(), "skips")
	if err := os.WriteFile(name, []byte("# all\n\n*  TestX   no  net # here\napp/a * a child\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := readSkips(name)
	if err != nil || len(got) != 2 || got[0] != (skip{"*", "TestX", "no net"}) || got[1] != (skip{"app/a", "*", "a child"}) {
		t.Errorf("%q, %v", got, err)
	}
	if !(skip{"app/a", "T", "runs as a  child"}).matches(got[1]) || (skip{"m/app/a", "T", "a child"}).matches(got[1]) {
		t.Error("the package is compared wrongly")
	}
	if err := os.WriteFile(name, []byte("TestX why\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := readSkips(name); err == nil {
		t.Error("a line without a reason was taken")
	}
}
