package dom

import (
	"context"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

func parse(t testing.TB, src string) *Document {
	t.Helper()
	d, err := ParseBytes(context.Background(), []byte(src), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A byte order mark before the doctype is no text: it would bring quirks mode and a line of its own.
func TestByteOrderMark(t *testing.T) {
	if d := parse(t, "\ufeff<!doctype html><p>x"); d.Mode != Standards || d.Body.FirstChild == nil || d.Body.FirstChild.Data != "p" {
		t.Errorf("mode %v, body begins with %v", d.Mode, d.Body.FirstChild)
	}
}

// safe checks what holds for every tree: nothing in it acts, and it is within the limits.
func safe(t testing.TB, d *Document) {
	t.Helper()
	nodes := 0
	var walk func(n *html.Node, depth int)
	walk = func(n *html.Node, depth int) {
		nodes++
		if depth > 600 {
			t.Fatal("nested deeper than the limit")
		}
		if n.Type == html.ElementNode {
			switch n.Data {
			case "script", "iframe", "frame", "embed", "object-data", "base", "style", "link", "meta", "template":
				t.Fatalf("<%s> is in the tree", n.Data)
			}
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") || (a.Key == "href" || a.Key == "src") && strings.HasPrefix(strings.ToLower(a.Val), "javascript:") {
					t.Fatalf("<%s %s=%q> acts", n.Data, a.Key, a.Val)
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Parent != n {
				t.Fatal("a child does not know its parent")
			}
			walk(c, depth+1)
		}
	}
	if d.HTML == nil || d.Head == nil || d.Body == nil {
		t.Fatal("no html, head or body")
	}
	walk(d.Root, 0)
	if nodes > DefaultLimits.Nodes+16 {
		t.Fatalf("%d nodes", nodes)
	}
	for _, r := range d.Remote {
		if r.URL == "" {
			t.Fatal("a reference to nothing")
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"<p>one<b>two</p>three", "<table><tr>x<td>y<table>z", "<script>x</script><img src=a onerror=b><a href='java\tscript:x'>", "<style>@import 'x';p{background:url(y)}</style>",
		"<svg><foreignObject><p>x</foreignObject><image href=y><style>a{fill:url(z)}</style></svg>", "<math><mi>x</math>", "<base href=http://example.com/><img src=x.png><link rel=stylesheet href=y>",
		"<!--[if mso]><p>x<![endif]--><!--[if !mso]><!-->y<!--<![endif]-->", "<plaintext><b>x", "<frameset><frame src=x>", "<template><p>x</template><noscript><img src=x></noscript>",
		"<meta http-equiv=refresh content='0;url=x'><meta name=color-scheme content=dark>", "<img src=https://example.com/open?u=4f9a0b1c2d3e4f5a6b7c8d9e width=1 height=1>",
		strings.Repeat("<b><i><p>", 200), strings.Repeat("<div>", 900) + "deep", strings.Repeat("</x>", 100), "<img srcset='a 1x, b 2x,, c'><video src=x poster=y><source src=z></video>",
		"\xef\xbb\xbf<!doctype html><p>x", "\x00<\x00p>\xff&#0;&#x110000;&notit;", "<body background=x style='background:url(&quot;y&quot;)'><td background=z>",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 1<<16 {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		d, err := ParseBytes(ctx, src, Limits{})
		if err != nil {
			t.Fatalf("not parsed in time: %v", err)
		}
		safe(t, d)
	})
}

// A drawing in the mail is a picture, cleaned: no scripts, no handlers.
func TestDrawing(t *testing.T) {
	d := parse(t, `<p>a<svg width="60" height="40" viewBox="0 0 60 40" onload="x()" aria-label="A sun"><circle cx="20" cy="20" r="15" fill="orange" onclick="y()"/><script>z()</script></svg>b`)
	var img *html.Node
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode && n.Data == "svg" {
			t.Error("the svg element is still there")
		}
		if n.Type == html.ElementNode && n.Data == "img" {
			img = n
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(d.Body)
	if img == nil {
		t.Fatal("there is no picture")
	}
	at := map[string]string{}
	for _, a := range img.Attr {
		at[a.Key] = a.Val
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(at["src"], "data:image/svg+xml;base64,"))
	if err != nil || at["width"] != "60" || at["alt"] != "A sun" || !strings.Contains(string(raw), `viewBox="0 0 60 40"`) || !strings.Contains(string(raw), "circle") {
		t.Errorf("%v %q %s", err, at, raw)
	}
	for _, bad := range []string{"script", "onload", "onclick"} {
		if strings.Contains(string(raw), bad) {
			t.Errorf("%s is in %s", bad, raw)
		}
	}
}
