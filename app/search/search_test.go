package search

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
)

var now = time.Date(2026, 3, 10, 15, 4, 5, 0, time.UTC)

func day(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }

func TestParse(t *testing.T) {
	w := func(s string) Text { return Text{Words: s} }
	for _, c := range []struct {
		expr string
		want Node
	}{
		{"", nil}, {"heron ", w("heron")}, {"heron", Text{Words: "heron", Prefix: true}}, {"h", w("h")}, {"her* x ", And{Text{Words: "her", Prefix: true}, w("x")}},
		{`"a b"`, w("a b")}, {`“a b`, w("a b")}, {"a OR b ", Or{w("a"), w("b")}}, {"a b OR c ", Or{And{w("a"), w("b")}, w("c")}}, {"(a OR b) c ", And{Or{w("a"), w("b")}, w("c")}},
		{"-a ", Not{w("a")}}, {"--a ", w("a")}, {"NOT a b ", And{Not{w("a")}, w("b")}}, {"a-b ", w("a-b")}, {"from:bob ", Text{Column: From, Words: "bob"}}, {"FROM:bob ", Text{Column: From, Words: "bob"}},
		{`from:"bob x"`, Text{Column: From, Words: "bob x"}}, {"12:30 ", w("12:30")}, {"https://example.test/ ", w("https://example.test/")},
		{"is:unread", Flag{mail.Seen, false}}, {"in:Spam", In{mail.RoleJunk, "spam"}}, {"has:attachment", Attachment{}}, {"larger:1.5M", Size{Min: 3 << 19}}, {"smaller:10kb", Size{Max: 10 << 10}},
		{"before:2026-03-04", Date{To: day(2026, 3, 4)}}, {"after:2026-03", Date{From: day(2026, 3, 1)}}, {"on:2025", Date{day(2025, 1, 1), day(2026, 1, 1)}}, {"on:today", Date{day(2026, 3, 10), day(2026, 3, 11)}},
		{"after:1w", Date{From: day(2026, 3, 3)}}, {"on:2026/3/4", Date{day(2026, 3, 4), day(2026, 3, 5)}}, {"before:nonsense x ", w("x")}, {"()", nil}, {"a)b ", And{w("a"), w("b")}},
	} {
		if got := Parse(c.expr, now).Root; !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: %#v, want %#v", c.expr, got, c.want)
		}
	}
}

func TestCheck(t *testing.T) {
	for expr, want := range map[string]string{"heron from:bob": "", "before:2026-03-04": "", "from:": "", "before:soon x": "not a date", "is:purple": "is:unread", "larger:big": "not a size",
		"a) b": "bracket", "--- x": "no word", strings.Repeat("a ", 100): "too many", strings.Repeat("(", 40) + "a": "deeply", strings.Repeat("x", 3000): "too long"} {
		got := Check(expr)
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", cutTo(expr), got, want)
		}
	}
}

func cutTo(s string) string { return s[:min(len(s), 40)] }

func TestGrams(t *testing.T) {
	for _, c := range []struct {
		in, index, query string
		prefix           bool
	}{{"heron", "heron", "heron", false}, {"日本語", " 日本 本語 語", " 日本 本語 ", false}, {"日", " 日", " 日", true}, {"a日本b", "a 日本 本 b", "a 日本 本 b", false}, {"ที่นี่", " ทน น", " ทน ", false}} {
		if got := Grams(c.in); got != c.index {
			t.Errorf("Grams(%q) = %q, want %q", c.in, got, c.index)
		}
		if got, p := QueryGrams(c.in); got != c.query || p != c.prefix {
			t.Errorf("QueryGrams(%q) = %q %v, want %q %v", c.in, got, p, c.query, c.prefix)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, x := range []string{"", "a OR (b -c", `from:"x`, "is:unread before:7d", "((((", "-(-(a))", "日本 OR x", "larger:1.5M", "\xff\xfe"} {
		f.Add(x)
	}
	f.Fuzz(func(t *testing.T, expr string) {
		q := Parse(expr, now)
		if n := depth(q.Root); n > 4*maxDepth {
			t.Fatalf("%q: %d deep", expr, n)
		}
		Grams(expr)
		QueryGrams(expr)
	})
}

func depth(n Node) int {
	d := 0
	var list []Node
	switch n := n.(type) {
	case And:
		list = n
	case Or:
		list = n
	case Not:
		list = []Node{n.Of}
	}
	for _, x := range list {
		d = max(d, depth(x)+1)
	}
	return d
}
