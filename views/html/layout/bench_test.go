package layout

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/postrider/postrider/views/html/dom"
	"github.com/postrider/postrider/views/html/style"
)

// newsletter is a mail of about 60 KB from the corpora, or one made of many rows.
func newsletter(b *testing.B) []byte {
	b.Helper()
	var best []byte
	for _, f := range htmlFiles(b) {
		s, err := os.ReadFile(f)
		if err == nil && strings.Contains(f, "sendwithus") && len(s) > len(best) && len(s) < 80<<10 {
			best = s
		}
	}
	for len(best) > 0 && len(best) < 55<<10 {
		i := strings.LastIndex(strings.ToLower(string(best)), "</body>")
		j := strings.Index(strings.ToLower(string(best)), "<body")
		if i < 0 || j < 0 {
			break
		}
		best = append(best[:i:i], best[j+strings.IndexByte(string(best[j:]), '>')+1:]...)
	}
	return best
}

func BenchmarkNewsletter(b *testing.B) {
	src := newsletter(b)
	b.Logf("%d bytes", len(src))
	b.ReportAllocs()
	for b.Loop() {
		doc, _ := dom.ParseBytes(context.Background(), src, dom.Limits{})
		root, _ := style.Tree(context.Background(), doc, style.Env{Width: 800, Height: 600, Metrics: shaper.Metrics})
		if _, err := Lay(context.Background(), root, options(doc, 800)); err != nil {
			b.Fatal(err)
		}
	}
}

func benchLay(b *testing.B, src string) {
	doc, root := tree(b, src, 800)
	b.ReportAllocs()
	w := 800.0
	for b.Loop() {
		w = 1500 - w
		if _, err := Lay(context.Background(), root, options(doc, w)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRelayout(b *testing.B) { benchLay(b, string(newsletter(b))) }

func BenchmarkBigTable(b *testing.B) {
	benchLay(b, "<table border=1>"+strings.Repeat("<tr><td>one<td>two words<td>3<td>four and more<td>5<td>six</tr>", 5000)+"</table>")
}

func BenchmarkNested(b *testing.B) {
	benchLay(b, strings.Repeat("<table width=100% height=100%><tr><td height=100%>", 10)+"text in it"+strings.Repeat("</table>", 10))
}

func BenchmarkLongText(b *testing.B) {
	benchLay(b, strings.Repeat("<p>"+strings.Repeat("Lorem ipsum dolor sit amet, consectetur adipiscing elit. ", 20)+"</p>", 200))
}
