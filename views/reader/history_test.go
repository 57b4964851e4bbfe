package reader

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/testserver/corpora"
	"github.com/postrider/postrider/views/html/dom"
)

// parts are the text before the fold, in it, and behind it; folded is false where there is none.
func parts(t testing.TB, src string) (above, in, below string, folded bool) {
	t.Helper()
	d, err := dom.Parse(context.Background(), strings.NewReader(src), dom.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	details := foldHistory(d)
	var out [3][]string
	at := 0
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n == details {
			at = 1
		}
		if n.Type == html.TextNode && !(n.Parent.Data == "summary" && n.Parent.Parent == details) && !hides(n.Parent) {
			out[at] = append(out[at], n.Data)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		if n == details {
			at = 2
		}
	}
	walk(d.Body)
	text := func(i int) string { return strings.Join(strings.Fields(strings.Join(out[i], " ")), " ") }
	return text(0), text(1), text(2), details != nil
}

func TestHistoryOfPages(t *testing.T) {
	for _, c := range []struct{ what, src, above, in, below string }{
		{"Gmail", `<div dir="ltr">Yes.</div><br><div class="gmail_quote"><div class="gmail_attr">On Monday Ben wrote:<br></div><blockquote>Shall we?</blockquote></div>`, "Yes.", "On Monday Ben wrote: Shall we?", ""},
		{"Thunderbird", `<p>Yes.</p><div class="moz-cite-prefix">On 3/4/26, Ben wrote:<br></div><blockquote type="cite"><p>Shall we?</p></blockquote>`, "Yes.", "On 3/4/26, Ben wrote: Shall we?", ""},
		{"Apple", `<body>Yes.<div><br><blockquote type="cite"><div>On Mar 4, 2026, at 10:00, Ben &lt;b@example.com&gt; wrote:</div><div>Shall we?</div></blockquote></div></body>`, "Yes.", "On Mar 4, 2026, at 10:00, Ben <b@example.com> wrote: Shall we?", ""},
		{"Outlook on the web", `<div>Yes.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Ben<br><b>Sent:</b> Monday<br></div><div>Shall we?</div>`, "Yes.", "From: Ben Sent: Monday Shall we?", ""},
		{"Outlook", `<div class="WordSection1"><p>Yes.</p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>From:</b> Ben &lt;b@example.com&gt; <br><b>Sent:</b> Monday<br><b>To:</b> Ada</p></div></div><p>Shall we?</p></div>`,
			"Yes.", "From: Ben <b@example.com> Sent: Monday To: Ada Shall we?", ""},
		{"bare text above the quotation", `Yes.<br><br>On Monday, Ben wrote:<br><blockquote>Shall we?</blockquote>`, "Yes.", "On Monday, Ben wrote: Shall we?", ""},
		{"the footer of a list", `<p>Yes.</p><blockquote>Shall we?</blockquote><p>-- <br>You are on the list tea.</p>`, "Yes.", "Shall we?", "-- You are on the list tea."},
		{"nothing before", `<blockquote>Shall we?</blockquote>`, "Shall we?", "", ""},
		{"an answer below", `<blockquote>Shall we?</blockquote><p>Yes.</p>`, "Shall we? Yes.", "", ""},
		{"answers between", `<p>Hi</p><blockquote>Shall we?</blockquote><p>Yes.</p><blockquote>When?</blockquote><p>Now, and for a good reason that I shall tell.</p>`, "Hi Shall we? Yes. When? Now, and for a good reason that I shall tell.", "", ""},
		{"forwarded", `<p>See below.</p><div class="gmail_quote"><div>---------- Forwarded message ---------<br>From: Ben</div>Shall we?</div>`, "See below. ---------- Forwarded message --------- From: Ben Shall we?", "", ""},
		{"no quotation", `<p>From here to there: a way. Date: none.</p><p>Yes.</p>`, "From here to there: a way. Date: none. Yes.", "", ""},
		{"in a table", `<table><tr><td>Yes.</td></tr><tr><td><blockquote>Shall we?</blockquote></td></tr></table>`, "Yes.", "Shall we?", ""},
	} {
		above, in, below, folded := parts(t, c.src)
		if above != c.above || in != c.in || below != c.below || folded != (c.in != "") {
			t.Errorf("%s: %q, %q, %q", c.what, above, in, below)
		}
	}
}

// TestHistoryOfRealPages: replies of real programs; each has "Hi. I am fine." above and "Hello! How are you?" in its history.
func TestHistoryOfRealPages(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(corpora.Dir(t, "reply-talon/html_replies"), "*.html"))
	if len(files) == 0 {
		t.Fatal("the set is empty")
	}
	for _, p := range files {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		above, in, _, folded := parts(t, string(b))
		if !folded || !strings.Contains(above, "I am fine") || strings.Contains(above, "How are you") || !strings.Contains(in, "How are you") {
			t.Errorf("%s: %v\n above %q\n in %.200q", filepath.Base(p), folded, above, in)
		}
	}
}

func TestQuotes(t *testing.T) {
	for subject, want := range map[string]bool{"Re: Tea": true, "Tea": true, "Fwd: Tea": false, "FW: Tea": false, "WG: Tee": false, "[list] Fwd: Tea": false, "Forward march": true} {
		if got := quotes(mail.Envelope{Subject: subject, InReplyTo: "x@example.com"}); got != want {
			t.Errorf("%q: %v", subject, got)
		}
	}
	if quotes(mail.Envelope{Subject: "Tea"}) {
		t.Error("what answers nothing has no history")
	}
}

func FuzzHistory(f *testing.F) {
	for _, s := range []string{"<p>a</p><blockquote>b</blockquote>", "<div>a<hr id=stopSpelling>From: b<br>Sent: c</div>", "<table><tr><blockquote>x", "a<div class=gmail_quote><div class=gmail_quote>b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := dom.Parse(context.Background(), strings.NewReader(s), dom.Limits{})
		if err != nil {
			return
		}
		words := func() (n int) {
			var walk func(n *html.Node)
			walk = func(x *html.Node) {
				if x.Type == html.TextNode {
					n += len(x.Data)
				}
				for c := x.FirstChild; c != nil; c = c.NextSibling {
					walk(c)
				}
			}
			walk(d.Body)
			return n
		}
		was := words()
		more := 0
		if foldHistory(d) != nil {
			more = len("Earlier messages")
		}
		if now := words(); now != was+more {
			t.Fatalf("%d bytes of text became %d", was, now)
		}
	})
}
