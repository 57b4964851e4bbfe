package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// event is a line of go test -json, see go doc test2json.
type event struct {
	Action  string
	Package string
	Test    string // "" = the package as a whole
	Output  string
}

// report prints what a person wants to see of the events: a line of each package, and everything that a failing package printed but for the tests that passed.
type report struct {
	out      io.Writer
	module   string           // "example.org/m/", or "" where it is not known
	packages map[string]*pack // that run now
	ran      int              // packages in which a test began
	tests    int              // tests that ended, without subtests
	skipped  []skip
}

// pack is a package whose tests run.
type pack struct {
	tests []*test // that run or failed, in the order they began
	lines clip    // of the package itself
	kept  int     // bytes of the tests that failed
	began bool    // a test of it ran
}

type test struct {
	name   string
	failed bool
	result string // "--- FAIL: …"
	lines  clip
}

// skip is a test that was skipped.
type skip struct{ pkg, test, reason string }

func (r *report) take(e event) {
	switch e.Action {
	case "build-output":
		fmt.Fprint(r.out, e.Output)
		return
	case "build-fail":
		return
	}
	p := r.packages[e.Package]
	if p == nil {
		p = &pack{}
		r.packages[e.Package] = p
	}
	if e.Test == "" {
		switch e.Action {
		case "output":
			p.lines.add(e.Output)
		case "pass", "fail", "skip":
			p.print(r.out, e.Action == "fail")
			delete(r.packages, e.Package)
		}
		return
	}
	if !p.began {
		p.began = true
		r.ran++
	}
	i := slices.IndexFunc(p.tests, func(t *test) bool { return t.name == e.Test && !t.failed })
	if i < 0 {
		i = len(p.tests)
		p.tests = append(p.tests, &test{name: e.Test})
	}
	t := p.tests[i]
	switch e.Action {
	case "output":
		switch o := e.Output; {
		case strings.HasPrefix(o, "=== "):
		case strings.HasPrefix(o, "--- FAIL: ") || strings.HasPrefix(o, "--- SKIP: ") || strings.HasPrefix(o, "--- PASS: "):
			t.result = o
		default:
			t.lines.add(o)
		}
	case "pass", "skip":
		p.tests = slices.Delete(p.tests, i, i+1)
		if e.Action == "skip" {
			r.skipped = append(r.skipped, skip{strings.TrimPrefix(e.Package, r.module), e.Test, reason(t.lines.String())})
		}
	case "fail":
		t.failed = true
		p.kept += t.lines.len()
		if p.kept > keptOfPackage {
			t.lines.shrink(4 << 10)
		}
	}
	if !strings.Contains(e.Test, "/") && (e.Action == "pass" || e.Action == "fail" || e.Action == "skip") {
		r.tests++
	}
}

// print prints a package that ended.
func (p *pack) print(out io.Writer, failed bool) {
	if !failed {
		for l := range strings.Lines(p.lines.String()) {
			if strings.HasPrefix(l, "ok  \t") || strings.HasPrefix(l, "?   \t") || strings.HasPrefix(l, "\t") {
				fmt.Fprint(out, l)
			}
		}
		return
	}
	for _, t := range p.tests {
		indent := strings.Repeat("    ", strings.Count(t.name, "/"))
		if t.result == "" {
			t.result = "--- " + t.name + " did not end\n"
		}
		fmt.Fprint(out, indent, t.result)
		text := t.lines.String()
		for l := range strings.Lines(text) {
			fmt.Fprint(out, indent, l)
		}
		if text != "" && !strings.HasSuffix(text, "\n") {
			fmt.Fprintln(out)
		}
	}
	fmt.Fprint(out, p.lines.String())
}

// reason finds what a test said last: that is why it was skipped.
func reason(output string) string {
	var words []string
	for l := range strings.Lines(output) {
		l = strings.TrimRight(l, "\n")
		first := strings.HasPrefix(l, "    ") && !strings.HasPrefix(l, "     ")
		if _, after, ok := strings.Cut(l, ".go:"); first && ok {
			if _, text, ok := strings.Cut(after, ": "); ok {
				words = words[:0]
				l = text
			}
		}
		words = append(words, strings.TrimSpace(l))
	}
	return strings.TrimSpace(strings.Join(words, " "))
}

// close prints what did not end and what was skipped, and returns the exit status: code, or 1 where strict and a skip is not allowed.
func (r *report) close(code int, allowed []skip, file string, strict bool) int {
	for _, name := range slices.Sorted(maps.Keys(r.packages)) {
		r.packages[name].print(r.out, true)
		fmt.Fprintf(r.out, "FAIL\t%s did not end\n", name)
		code = max(code, 1)
	}
	var good, bad []skip
	top := 0
	for _, s := range r.skipped {
		if slices.ContainsFunc(allowed, s.matches) {
			good = append(good, s)
		} else {
			bad = append(bad, s)
		}
		if !strings.Contains(s.test, "/") {
			top++
		}
	}
	fmt.Fprintf(r.out, "%d tests of %d packages ran, %d tests or subtests were skipped.\n", r.tests-top, r.ran, len(r.skipped))
	if len(good) > 0 {
		fmt.Fprintf(r.out, "Skipped, as %s allows:\n", file)
		show(r.out, good)
	}
	if len(bad) > 0 {
		fmt.Fprintf(r.out, "Skipped, which %s does not allow:\n", file)
		show(r.out, bad)
		if strict {
			fmt.Fprintln(r.out, "This fails, because CI=true: all tests have to run where what they need is set up.")
			code = max(code, 1)
		}
	}
	if code != 0 {
		fmt.Fprintln(r.out, "FAIL")
	}
	return code
}

// show prints a line for each package and reason.
func show(out io.Writer, list []skip) {
	tests := map[skip][]string{} // by package and reason
	var order []skip
	for _, s := range list {
		k := skip{pkg: s.pkg, reason: s.reason}
		if tests[k] == nil {
			order = append(order, k)
		}
		tests[k] = append(tests[k], s.test)
	}
	for _, k := range order {
		why := k.reason
		if why == "" {
			why = "it does not say why"
		}
		fmt.Fprintf(out, "    %s: %s: %s\n", k.pkg, why, strings.Join(tests[k], ", "))
	}
}
