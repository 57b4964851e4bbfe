package edit

import (
	"strings"
	"testing"
)

// undone takes everything back and compares with what was there.
func undone(t *testing.T, d *Doc, was string) {
	t.Helper()
	for {
		if _, ok := d.Undo(); !ok {
			break
		}
	}
	if got := d.Fragment(); got != was {
		t.Errorf("undo leads to %s, not %s", got, was)
	}
}

func TestTable(t *testing.T) {
	d, err := Load("<div>before</div>")
	if err != nil {
		t.Fatal(err)
	}
	was := d.Fragment()
	p := d.Table(Pos{0, 6}, 2, 3)
	size := func() (rows, cols int) {
		s := d.Fragment()
		rows = strings.Count(s, "<tr")
		return rows, strings.Count(s, "<td") / max(1, rows)
	}
	if r, c := size(); r != 2 || c != 3 || p.Leaf != 1 {
		t.Fatalf("%d by %d, caret %v: %s", r, c, p, d.Fragment())
	}
	for i, w := range []string{"a", "b", "c", "d", "e", "f"} {
		if i > 0 {
			var ok bool
			if p, ok = d.NextCell(p, 1); !ok {
				t.Fatal("there is no next cell")
			}
		}
		p = d.Insert(Selection{p, p}, w, nil, true)
	}
	p, _ = d.NextCell(p, 1) // adds a row
	if r, _ := size(); r != 3 {
		t.Errorf("Tab at the end makes %d rows", r)
	}
	p = d.Insert(Selection{p, p}, "g", nil, true)
	if q, ok := d.NextCell(p, -1); !ok || d.Text(q.Leaf) != "f" {
		t.Errorf("before it is %q", d.Text(q.Leaf))
	}
	p = d.Column(p, 1)
	if r, c := size(); r != 3 || c != 4 {
		t.Errorf("%d by %d after a column", r, c)
	}
	p = d.Row(p, -1)
	if in, plain := d.InTable(p); !in || !plain {
		t.Error("not in a table any more")
	}
	p = d.DeleteColumn(p)
	p = d.DeleteRow(p)
	if r, c := size(); r != 3 || c != 3 {
		t.Errorf("%d by %d after deleting: %s", r, c, d.Fragment())
	}
	// What is sent comes back as it is.
	again, err := Load(d.Fragment())
	if err != nil || again.Fragment() != d.Fragment() {
		t.Errorf("it does not come back:\n%s\n%s", d.Fragment(), again.Fragment())
	}
	d.DeleteTable(p)
	if strings.Contains(d.Fragment(), "table") {
		t.Error("the table is still there")
	}
	undone(t, d, was)
}

func TestTableOfOthers(t *testing.T) {
	d, err := Load(`<table><tr><td colspan="2">a</td></tr><tr><td>b</td><td>c</td></tr></table>`)
	if err != nil {
		t.Fatal(err)
	}
	was := d.Fragment()
	if in, plain := d.InTable(Pos{1, 0}); !in || plain {
		t.Errorf("in %v, plain %v", in, plain)
	}
	d.Column(Pos{1, 0}, 1)
	d.DeleteRow(Pos{1, 0})
	if _, ok := d.NextCell(Pos{2, 0}, 1); ok || d.Fragment() != was {
		t.Errorf("a layout of somebody else was changed: %s", d.Fragment())
	}
}

func TestFindReplace(t *testing.T) {
	d, err := Load("<div>One <b>two</b> one</div><div>three ONE</div><table border=1><tr><td>one</td></tr></table>")
	if err != nil {
		t.Fatal(err)
	}
	was := d.Fragment()
	hits := d.Find("one")
	if len(hits) != 4 || hits[1] != (Selection{Pos{0, 8}, Pos{0, 11}}) {
		t.Fatalf("found %v", hits)
	}
	if end := d.Replace(hits, "seven"); end != (Pos{2, 5}) {
		t.Errorf("the last one ends at %v", end)
	}
	if got := d.Plain(); strings.Count(got, "seven") != 4 || strings.Contains(strings.ToLower(got), "one") {
		t.Errorf("now it is %q", got)
	}
	if !strings.Contains(d.Fragment(), "<b>two</b>") {
		t.Errorf("formatting is lost: %s", d.Fragment())
	}
	if _, ok := d.Undo(); !ok || d.Fragment() != was {
		t.Errorf("one undo leads to %s", d.Fragment())
	}
	// Over the edge of bold, several in a line: the end is right.
	if end := d.Replace(d.Find("one")[:2], ""); end != (Pos{0, 5}) || !strings.HasPrefix(d.Plain(), " ") {
		t.Errorf("%v %q", end, d.Plain())
	}
	if d.Find("") != nil || d.Find("nothing like it") != nil {
		t.Error("found what is not there")
	}
}
