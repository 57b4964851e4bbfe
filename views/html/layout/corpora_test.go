package layout

import (
	"context"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/testserver/corpora"
	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/dom"
	"github.com/postrider/postrider/views/html/style"
)

func htmlFiles(t testing.TB) []string {
	var out []string
	root := corpora.Dir(t, "")
	filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err == nil && strings.Contains(p, "html-") && (strings.HasSuffix(p, ".html") || strings.HasSuffix(p, ".htm")) {
			out = append(out, p)
		}
		return nil
	})
	if len(out) == 0 {
		t.Fatal("no HTML mails in the corpora")
	}
	return out
}

// TestCorpora lays every mail out at two widths: places are numbers, pops match pushes, every run is read once and in order, and nothing of the page's
// text is lost between the widths.
func TestCorpora(t *testing.T) {
	for _, f := range htmlFiles(t) {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(filepath.Dir(f)) + "/" + filepath.Base(f)
		doc, err := dom.ParseBytes(context.Background(), src, dom.Limits{})
		if err != nil {
			t.Fatal(name, err)
		}
		for _, w := range []float64{800, 360} {
			root, err := style.Tree(context.Background(), doc, style.Env{Width: w, Height: 600, Metrics: shaper.Metrics})
			if err != nil {
				t.Fatal(name, err)
			}
			start := time.Now()
			l, err := Lay(context.Background(), root, options(doc, w))
			if err != nil {
				t.Fatal(name, err)
			}
			if d := time.Since(start); testing.Verbose() && d > 50*time.Millisecond {
				t.Logf("%s at %g: %v", name, w, d)
			}
			sound(t, name, l)
		}
	}
}

// sound checks what holds for every display list.
func sound(t testing.TB, name string, l *display.List) {
	t.Helper()
	depth := 0
	for i, it := range l.Items {
		switch it.(type) {
		case *display.Push:
			depth++
		case display.Pop:
			depth--
		}
		if depth < 0 {
			t.Fatalf("%s: item %d pops what was not pushed", name, i)
		}
		r := it.Bounds()
		for _, v := range []float64{r.X, r.Y, r.W, r.H} {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("%s: item %d is at %v", name, i, r)
			}
		}
		if r.W < 0 || r.H < 0 {
			t.Fatalf("%s: item %d has a negative size: %v", name, i, r)
		}
	}
	if depth != 0 {
		t.Fatalf("%s: %d groups are left open", name, depth)
	}
	seen := map[int]bool{}
	for _, o := range l.Order {
		if o.Item < 0 || o.Item >= len(l.Items) || seen[o.Item] {
			t.Fatalf("%s: the reading order names item %d wrongly", name, o.Item)
		}
		seen[o.Item] = true
		if _, ok := l.Items[o.Item].(*display.Run); !ok {
			t.Fatalf("%s: item %d in the reading order is no run", name, o.Item)
		}
	}
}

// FuzzLayout feeds bytes to parser, cascade and layout together.
func FuzzLayout(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s), 400.0)
	}
	f.Fuzz(func(t *testing.T, src []byte, width float64) {
		if len(src) > 1<<16 {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		doc, err := dom.ParseBytes(ctx, src, dom.Limits{})
		if err != nil {
			return
		}
		if !(width >= 1 && width <= 4000) {
			width = 600
		}
		root, err := style.Tree(ctx, doc, style.Env{Width: width, Height: 600, Metrics: shaper.Metrics})
		if err != nil {
			return
		}
		l, err := Lay(ctx, root, options(doc, width))
		if err != nil {
			t.Fatalf("not done in time: %v", err)
		}
		sound(t, "fuzzed", l)
	})
}

var seeds = []string{
	"<p>one <b>two</b> three",
	"<table border=1 width=100%><tr><td rowspan=2>a<td colspan=3 width=50%>b<tr><td height=100%>c<table width=100% height=100%><tr><td>d</table></table>",
	"<div style='float:left;width:50%'>a</div><div style='float:right;clear:left'>b</div><p style='clear:both;margin:-20px'>c",
	"<div style='display:flex;flex-wrap:wrap;gap:10px'><div style='flex:1 1 100px'>a</div><div style='flex:2;align-self:center'>b</div></div>",
	"<div style='display:grid;grid-template-columns:repeat(auto-fill,minmax(80px,1fr));grid-template-areas:\"a b\"'><div style='grid-area:b'>a</div><p>b</div>",
	"<div style='position:relative'><span style='position:absolute;top:0;right:0;z-index:-1'>a</span><i style='position:relative'>b<div>c</div></i></div>",
	"<p dir=rtl>\u05d0\u05d1 abc \u05d2 <span dir=ltr>1 2</span> <bdo dir=rtl>xyz</bdo><img src=20x20.png style='vertical-align:top'>",
	"<pre>a\tb\n\n c </pre><p style='white-space:pre-wrap;word-break:break-all;text-align:justify;width:30px'>lorem ipsum  dolor \u00ad sit",
	"<ol start=3 reversed><li>a<li value=7>b<ul style='list-style:square inside'><li><p>c</ul></ol><details open><summary>d</summary>e</details>",
	"<img src=100x50.png style='max-width:100%;height:auto;object-fit:cover;width:33%'><img alt=x><img width=20 height=30>",
	"<div style='display:table'>a<div style='display:table-row'>b<div style='display:table-cell'>c</div></div><div style='display:table-caption'>d</div></div>",
	"<input size=5 value=a><button>b<div>c</div></button><select><option>d</select><textarea rows=2>e</textarea><input type=checkbox checked>",
	"<table style='border-collapse:collapse;border:3px solid'><col width=10><tr><td style='border:1px dotted' colspan=2>a<td>b<tr><th>c</table>",
	"<div style='width:calc(100% - 20px);aspect-ratio:2;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;opacity:.5'>abc def</div>",
	"<div style='-webkit-line-clamp:2;display:-webkit-box;overflow:hidden'>a b c d e f g h i j k l m n o p q r s t u v w x y z</div>",
	"<center><div style='width:50%'>a</div></center><p align=right>b<table align=left><tr><td>c</table>d<br clear=all>e",
	"<div style='margin:10px'><div style='margin:20px'></div><div style='margin:-30px;float:left'>x</div></div><hr><br>",
}
