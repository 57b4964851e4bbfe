package plaintext

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/rfc822"
	"github.com/postrider/postrider/accounts/rfc822/htmltext"
	"github.com/postrider/postrider/accounts/testserver/corpora"
)

var kinds = []string{"p", "h", "li", "pre", "hr", "img", "row", "sig"}

// dump writes blocks so that a test can be read: kind, depth, level, marker, text with marks of style and links.
func dump(blocks []mail.Block) string {
	var b strings.Builder
	for _, k := range blocks {
		b.WriteString(kinds[k.Kind])
		if k.Quote > 0 {
			fmt.Fprintf(&b, ">%d", k.Quote)
		}
		if k.Level > 0 {
			fmt.Fprintf(&b, ":%d", k.Level)
		}
		b.WriteString(k.Marker)
		if k.RTL {
			b.WriteString("(rtl)")
		}
		b.WriteByte(' ')
		for _, s := range k.Spans {
			if s.Cell {
				b.WriteString("|")
			}
			t := s.Text
			if s.Bold {
				t = "*" + t + "*"
			}
			if s.Italic {
				t = "/" + t + "/"
			}
			if s.Link != "" {
				t = "[" + t + "](" + s.Link + ")"
			}
			b.WriteString(strings.ReplaceAll(t, "\n", "\\n"))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestBlocks(t *testing.T) {
	for in, want := range map[string]string{
		"one\ntwo\n\nthree":                       "p one\\ntwo\np three\n",
		"> a\n>> b\n> > c\nd":                     "p>1 a\np>2 b\\nc\np d\n",
		"see https://x.example/a_(b). Bye":        "p see [https://x.example/a_(b)](https://x.example/a_(b)). Bye\n",
		"(www.x.example), ada@x.example!":         "p ([www.x.example](https://www.x.example)), [ada@x.example](mailto:ada@x.example)!\n",
		"javascript:alert(1) file:///etc/passwd":  "p javascript:alert(1) file:///etc/passwd\n",
		"list:\n\n- a\n  more\n- b\n\n1. c\n2. d": "p list:\nli:1• a\\nmore\nli:1• b\nli:11. c\nli:12. d\n",
		"text\n-- \nAda\nLtd":                     "p text\nsig -- \\nAda\\nLtd\n",
		"שלום world":                              "p(rtl) שלום world\n",
		"a\n-----\nb":                             "p a\nhr \np b\n",
		"a    b   c\n1    2   3\n4    5   6":      "pre a    b   c\\n1    2   3\\n4    5   6\n",
	} {
		if got := dump(Blocks(in)); got != want {
			t.Errorf("%q:\n%swant\n%s", in, got, want)
		}
	}
}

func TestHTML(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"inline":        {"<p>One <b>two</b>  <i>three</i></p><p>four", "p One *two* /three/\np four\n"},
		"break":         {"one<br>two<br><br>three", "p one\\ntwo\np three\n"},
		"heading":       {"<h2>Head <b>line</b></h2>text", "h:2 Head line\np text\n"},
		"lists":         {"<ul><li>a<li>b<ul><li>c</ul></ul><ol start=3><li>d</ol>", "li:1• a\nli:1• b\nli:2• c\nli:13. d\n"},
		"quote":         {"me<blockquote type=cite>you<blockquote>he</blockquote></blockquote>", "p me\np>1 you\np>2 he\n"},
		"indent":        {"<blockquote style=\"margin:0 0 0 40px;border:none\">mine</blockquote>", "p mine\n"},
		"outlook":       {"mine<div id=divRplyFwdMsg>From: x</div><div>theirs</div>", "p mine\np>1 From: x\np>1 theirs\n"},
		"preheader":     {"<div style=\"display:none\">peek</div><div style='max-height:0;overflow:hidden'>peek</div><p style='opacity: 0'>peek</p>seen", "p seen\n"},
		"css":           {"<style>.pre{display:none} @media x{.seen{display:none}}</style><p class=pre>peek<p class=seen>seen", "p seen\n"},
		"zero font":     {"<div style=\"font-size:0\">peek<span style=\"font-size:12px\">seen</span></div>", "p seen\n"},
		"button":        {"<a href=https://x.example/ style=\"mso-hide:all\">Buy</a>", "p [Buy](https://x.example/)\n"},
		"script":        {"<script>alert('<p>x')</script><title>t</title><p>a&amp;b &lt;c&gt; &euro;", "p a&b <c> €\n"},
		"bad links":     {"<a href=\"javascript:x()\">a</a> <a href=\"JaVa\nscript:x\">b</a> <a href=\" https://x.example\">c</a> <a href=\"data:text/html,x\">d</a>", "p a b [c](https://x.example) d\n"},
		"data table":    {"<table><tr><th>A<th>B<tr><td>1<td>2</table>", "row |*A*|*B*\nrow |1|2\n"},
		"layout table":  {"<table><tr><td><table><tr><td>a</td></tr></table></td><td>b</td></tr></table>", "p a\np b\n"},
		"pre":           {"<pre>a  b\n  c</pre>", "pre a  b\\n  c\n"},
		"picture":       {"<p>x</p><img src=https://x.example/a.png alt=\"A cat\" width=200><img src=https://x.example/o.gif width=1 height=1>", "p x\nimg [A cat](https://x.example/a.png)\n"},
		"linked":        {"<a href=https://x.example/><img src=cid:1 alt=Go></a>", "img [Go](cid:1)[](https://x.example/)\n"},
		"signature":     {"<p>x</p><div class=gmail_signature>Ada</div>", "p x\nsig Ada\n"},
		"rtl":           {"<p>مرحبا hi</p>", "p(rtl) مرحبا hi\n"},
		"auto link":     {"<p>see www.x.example</p>", "p see [www.x.example](https://www.x.example)\n"},
		"empty":         {"<p>&nbsp;</p><p>&#8203;</p>", ""},
		"fillers":       {"<p>a&shy;b&zwnj;&#847;c</p>", "p ab\u200cc\n"},
		"comment":       {"a<!--[if mso]><p>b</p><![endif]-->c", "p ac\n"},
		"unclosed cell": {"<table><tr><td><b>a<td>b</table>c", "p *a*\np b\np c\n"},
		"hidden para":   {"<p style=display:none>peek<p>seen", "p seen\n"},
	} {
		b := mail.Body{HTML: c.in}
		Fill(&b)
		if got := dump(b.Blocks); got != c.want {
			t.Errorf("%s:\n%swant\n%s", name, got, c.want)
		}
	}
}

func TestRemote(t *testing.T) {
	b := mail.Body{HTML: `<link rel=stylesheet href="https://x.example/a.css"><body background="http://x.example/b.png"><img src="https://x.example/c.png" width=300>
		<img src="https://t.example/x" width=1 height=1><img src="https://t.example/wf/open?u=1"><img src="cid:x"><div style="background:url('https://x.example/d.png')">x</div>`}
	Fill(&b)
	if b.Remote != 6 || b.Trackers != 2 {
		t.Errorf("%d remote, %d trackers", b.Remote, b.Trackers)
	}
	if b.Text == "" {
		t.Error("no text from HTML")
	}
}

func TestDeceptiveLink(t *testing.T) {
	for _, c := range []struct {
		text, target string
		want         bool
	}{
		{"https://bank.example/login", "https://evil.example/", true},
		{"bank.example", "https://www.bank.example/x", false},
		{"www.bank.co.uk", "https://evil.co.uk", true},
		{"Click here", "https://evil.example", false},
		{"report.pdf", "https://files.example/1", false},
		{"https://bank.example", "https://bank.example@evil.example/", true},
		{"ada@example.com", "mailto:ada@example.com?subject=x", false},
		{"ada@example.com", "mailto:eve@evil.example", true},
		{"Go to https://bank.example now", "https://evil.example", true},
		{"b\u200bank.example", "https://evil.example", true},
		{"münchen.example", "https://xn--mnchen-3ya.example/", false},
		{"3.5 million", "https://x.example", false},
		{"bank.example", "tel:+123", true},
	} {
		if got := DeceptiveLink(c.text, c.target); got != c.want {
			t.Errorf("%q to %s: %v", c.text, c.target, got)
		}
	}
}

func TestHistory(t *testing.T) {
	for in, want := range map[string]int{
		"Yes.\n\nOn 24 Nov 2026 at 10:12, Bob wrote:\n> Shall we?\n":                    1,
		"Yes.\n\nAm 24.11.2026 um 10:12 schrieb Bob:\n\n> Wollen wir?\n":                1,
		"Yes.\n\n-----Original Message-----\nFrom: Bob\nSent: today\n\nShall we?":       1,
		"Yes.\n\n> a\n\nno\n\n> b\n\nmaybe":                                             5,
		"> all\n> quoted":                                                               1,
		"Just text.\n\nMore.":                                                           2,
		"Yes.\n\n________________________________\nFrom: Bob\nSent: today\n\nShall we?": 1,
	} {
		b := Blocks(in)
		if got := History(b); got != want {
			t.Errorf("%q: %d, want %d\n%s", in, got, want, dump(b))
		}
	}
}

func TestSnippet(t *testing.T) {
	for in, want := range map[string]string{
		"Hello\n\n> quoted\nworld":                    "Hello world",
		"On Mon, 2 Nov 2026, Bob wrote:\n> q\n\nFine": "Fine",
		"View in browser\n\nNews https://x.example/y": "News",
		"> only\n> quoted":                            "only quoted",
		"-----\n*****\ntext":                          "text",
		"text\n-- \nSignature":                        "text",
		strings.Repeat("ä ", 300):                     strings.TrimSpace(strings.Repeat("ä ", 100)),
	} {
		if got := htmltext.Snippet(in, 200); got != want {
			t.Errorf("%.40q: %q", in, got)
		}
	}
}

func checkBlocks(t testing.TB, name string, b mail.Body) {
	for _, k := range b.Blocks {
		if k.Kind != mail.Rule && len(k.Spans) == 0 {
			t.Errorf("%s: a block without text: %+v", name, k)
		}
		for _, s := range k.Spans {
			if !utf8.ValidString(s.Text) {
				t.Errorf("%s: not UTF-8: %q", name, s.Text)
			}
			if s.Link != "" && k.Kind != mail.Picture && htmltext.SafeLink(s.Link) == "" {
				t.Errorf("%s: link %q", name, s.Link)
			}
		}
	}
	if h := History(b.Blocks); h < 0 || h > len(b.Blocks) || h == 0 && len(b.Blocks) > 0 {
		t.Errorf("%s: history at %d of %d", name, h, len(b.Blocks))
	}
}

// TestCorpora reads every page and message of the sets; pages with text must have blocks.
func TestCorpora(t *testing.T) {
	root := corpora.Dir(t, "")
	pages, messages, quoted := 0, 0, 0
	var slowest time.Duration
	for _, set := range []string{"html-foundation", "html-mimekit", "html-postmark", "html-sendwithus", "mail-mimekit", "mail-nodemailer", "mail-enmime", "mail-zbateson", "reply-talon"} {
		err := filepath.WalkDir(filepath.Join(root, set), func(p string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || filepath.Ext(p) == ".json" {
				return err
			}
			raw, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			start := time.Now()
			var b mail.Body
			switch filepath.Ext(p) {
			case ".html", ".xhtml":
				pages++
				b.HTML = string(raw)
				Fill(&b)
				if len(htmltext.Quick(raw, 1<<20)) > 100 && len(b.Blocks) == 0 {
					t.Errorf("%s: no blocks", p)
				}
			default:
				messages++
				b = rfc822.Body(raw, rfc822.Options{})
				Fill(&b)
				if strings.Contains(p, "standard_replies") && filepath.Ext(p) == ".eml" {
					if h := History(b.Blocks); h < len(b.Blocks) {
						quoted++
					} else {
						t.Logf("%s: no history found\n%s", filepath.Base(p), dump(b.Blocks))
					}
				}
			}
			checkBlocks(t, p, b)
			slowest = max(slowest, time.Since(start))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d pages, %d messages, slowest %v; history found in %d of the standard replies", pages, messages, slowest, quoted)
	if slowest > 10*time.Second {
		t.Errorf("slowest took %v", slowest)
	}
	if quoted < floorQuoted {
		t.Errorf("history found in %d replies, at least %d expected", quoted, floorQuoted)
	}
}

const floorQuoted = 11

func TestHostile(t *testing.T) {
	for name, page := range map[string]string{
		"tables":     strings.Repeat("<table><tr><td>", 20000) + "x",
		"unclosed":   strings.Repeat("<b><i><blockquote>", 50000) + "x",
		"closers":    strings.Repeat("<b>", 1000) + strings.Repeat("</i></p></div>", 200000),
		"attributes": "<p " + strings.Repeat("a=b ", 500000) + ">x",
		"style":      "<style>" + strings.Repeat(".a{", 300000),
		"entities":   strings.Repeat("&amp", 500000),
		"items":      strings.Repeat("<li>x", 200000),
		"rows":       "<table>" + strings.Repeat("<tr><td>a<td>b", 50000),
	} {
		start := time.Now()
		b := mail.Body{HTML: page}
		Fill(&b)
		if d := time.Since(start); d > 30*time.Second {
			t.Errorf("%s: %v", name, d)
		}
		checkBlocks(t, name, b)
	}
}

func FuzzHTML(f *testing.F) {
	f.Add("<p>One <b>two</b><table><tr><td>a<td>b<tr><td>1<td>2</table><ul><li>x</ul><blockquote>q</blockquote><img src=cid:a alt=b>")
	f.Add("<style>.a{display:none}</style><div class=a>x</div><pre>a\r\nb</pre><a href=//x.example>y</a><div id=divRplyFwdMsg>z")
	f.Fuzz(func(t *testing.T, s string) {
		b := mail.Body{HTML: s}
		Fill(&b)
		checkBlocks(t, "fuzz", b)
		htmltext.Quick([]byte(s), 1000)
	})
}

func FuzzText(f *testing.F) {
	f.Add("> a\n>> b\n- c\n  d\n-- \nhttps://x.example/).\n\t|x|   y")
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		b := mail.Body{Text: s}
		Fill(&b)
		checkBlocks(t, "fuzz", b)
		if n := utf8.RuneCountInString(htmltext.Snippet(s, 200)); n > 200 {
			t.Errorf("snippet of %d characters", n)
		}
	})
}
