package rfc822

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	gomessage "github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset"

	"github.com/postrider/postrider/accounts/fault"
)

func msg(lines ...string) []byte { return []byte(strings.Join(lines, "\r\n")) }

var rich = msg(
	"From: Ada <ada@example.com>", "Subject: Plans", "Content-Type: multipart/mixed; boundary=out", "List-Unsubscribe: <mailto:off@example.com>, <https://example.com/off?x=1>",
	"List-Unsubscribe-Post: List-Unsubscribe=One-Click", "",
	"preamble", "--out", "Content-Type: multipart/related; boundary=rel", "", "--rel", "Content-Type: multipart/alternative; boundary=alt", "",
	"--alt", "Content-Type: text/plain; charset=iso-8859-1; format=flowed", "Content-Transfer-Encoding: quoted-printable", "", "Gr=FC=DFe from=20", "Ada", "--=20", "Ada L.", "",
	"--alt", "Content-Type: text/html; charset=utf-8", "", "<p>Grüße <b>from</b> Ada <img src=\"cid:pic@x\"></p>", "--alt--",
	"--rel", "Content-Type: image/png; name=p.png", "Content-ID: <pic@x>", "Content-Transfer-Encoding: base64", "", "iVBORw0KGgo=", "--rel--",
	"--out", "Content-Type: text/calendar; method=REQUEST; charset=utf-8", "", "BEGIN:VCALENDAR", "END:VCALENDAR",
	"--out", "Content-Type: application/pdf", "Content-Disposition: attachment; filename*=utf-8''..%2F..%2Fpl%C3%A4ne.pdf", "Content-Transfer-Encoding: base64", "", "JVBE", "Ri0x", "",
	"--out", "Content-Type: message/rfc822", "", "Subject: Inner: one", "From: bob@example.com", "", "inner words", "--out--", "epilogue", "")

func TestBody(t *testing.T) {
	b := Body(rich, Options{})
	if b.Text != "Grüße from Ada\n-- \nAda L.\n" {
		t.Errorf("text %q", b.Text)
	}
	if !strings.Contains(b.HTML, "<b>from</b>") {
		t.Errorf("HTML %q", b.HTML)
	}
	var got []string
	for _, p := range b.Parts {
		got = append(got, fmt.Sprintf("%s %s %d %v %s %s", p.Name, p.Type, p.Size, p.Inline, p.ContentID, p.Method))
	}
	want := []string{"p.png image/png 8 true pic@x ", "invitation.ics text/calendar 30 false  REQUEST", "pläne.pdf application/pdf 6 false  ", "Inner_ one.eml message/rfc822 57 false  "}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("parts\n%s", strings.Join(got, "\n"))
	}
	if b.Unsubscribe.URL != "https://example.com/off?x=1" || b.Unsubscribe.Mailto != "mailto:off@example.com" || !b.Unsubscribe.OneClick {
		t.Errorf("unsubscribe %+v", b.Unsubscribe)
	}
	r, p, err := Part(rich, b.Parts[2].ID)
	if err != nil || p.Name != "pläne.pdf" {
		t.Fatal(p, err)
	}
	if c, _ := io.ReadAll(r); string(c) != "%PDF-1" {
		t.Errorf("content %q", c)
	}
	if _, _, err := Part(rich, 99); !fault.Is(err, fault.NotFound) {
		t.Errorf("part 99: %v", err)
	}
	in := Ingest(rich)
	if !in.Attachments || !in.Invitation || in.Names != "p.png pläne.pdf Inner_ one.eml" || !strings.Contains(in.Text, "inner words") || in.Snippet != "Grüße from Ada" {
		t.Errorf("%+v", in)
	}
}

func TestBroken(t *testing.T) {
	for name, c := range map[string]struct {
		raw     []byte
		text    string
		problem bool
		parts   int
	}{
		"no end":            {msg("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "one", "--b", "Content-Disposition: attachment; filename=x.txt", "", "two"), "one", true, 1},
		"boundary unnamed":  {msg("Content-Type: multipart/mixed", "", "--b", "Content-Type: text/plain", "", "one", "--b--"), "one", false, 0},
		"boundary wrong":    {msg("Content-Type: multipart/mixed; boundary=zzz", "", "--b", "Content-Type: text/plain", "", "one", "--b--"), "one", false, 0},
		"boundary missing":  {msg("Content-Type: multipart/mixed; boundary=zzz", "", "just text"), "just text", true, 0},
		"inner unclosed":    {msg("Content-Type: multipart/mixed; boundary=a", "", "--a", "Content-Type: multipart/alternative; boundary=b", "", "--b", "", "one", "--a", "Content-Type: image/gif", "", "GIF", "--a--"), "one", false, 1},
		"cut base64":        {msg("Content-Transfer-Encoding: base64", "", "SGFsbG8gV2V"), "Hallo We", false, 0},
		"dirty base64":      {msg("Content-Transfer-Encoding: base64", "", "SGFs!bG8="), "Hallo", true, 0},
		"bad qp":            {msg("Content-Transfer-Encoding: quoted-printable", "", "a=3Db =ZZ ="), "a=b =ZZ ", false, 0},
		"unknown charset":   {msg("Content-Type: text/plain; charset=x-none", "", "caf\xe9"), "café", true, 0},
		"unknown encoding":  {msg("Content-Transfer-Encoding: x-strange", "", "text"), "text", false, 0},
		"8-bit unlabelled":  {msg("Subject: x", "", "caf\xe9"), "café", false, 0},
		"latin says ascii":  {msg("Content-Type: text/plain; charset=us-ascii", "", "caf\xe9"), "café", false, 0},
		"iso-2022-jp":       {msg("Content-Type: text/plain; charset=ISO-2022-JP", "", "\x1b$BF|K\\\x1b(B"), "日本", false, 0},
		"gb2312":            {msg("Content-Type: text/plain; charset=gb2312", "", "\xc4\xe3\xba\xc3"), "你好", false, 0},
		"utf-7":             {msg("Content-Type: text/plain; charset=utf-7", "", "+AOQ-"), "ä", false, 0},
		"utf-16":            {msg("Content-Type: text/plain; charset=utf-16le", "Content-Transfer-Encoding: base64", "", "QQDkAA=="), "Aä", false, 0},
		"uuencode":          {msg("Subject: x", "", "see", "", "begin 644 cat.txt", "#0V%T", "`", "end", "bye"), "see\n\nbye", false, 1},
		"plain attachment":  {msg("Content-Type: text/plain", "Content-Disposition: attachment; filename=a.txt", "", "x"), "", false, 1},
		"tnef":              {msg("Content-Type: application/ms-tnef", "Content-Transfer-Encoding: base64", "", "eJ8+Ig=="), "", false, 1},
		"nul and cr":        {[]byte("Subject: x\n\na\x00b\rc\r\nd"), "ab\nc\nd", false, 0},
		"html only":         {msg("Content-Type: text/html", "", "<p>one</p><p>two <a href=\"https://x.example/\">more</a>"), "one\n\ntwo more <https://x.example/>\n", false, 0},
		"html meta charset": {msg("Content-Type: text/html", "", "<meta charset=koi8-r><p>\xf0\xd2\xc9"), "При\n", false, 0},
		"empty":             {nil, "", false, 0},
		"too early end":     {msg("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "one", "--b--", "--b", "Content-Type: image/png", "", "P", "--b--"), "one", false, 1},
	} {
		b := Body(c.raw, Options{})
		if strings.TrimRight(b.Text, "\n") != strings.TrimRight(c.text, "\n") || len(b.Problems) > 0 != c.problem || len(b.Parts) != c.parts {
			t.Errorf("%s: text %q, problems %q, parts %v", name, b.Text, b.Problems, b.Parts)
		}
		checkMessage(t, name, c.raw)
	}
}

func TestBounds(t *testing.T) {
	var deep bytes.Buffer
	for i := range 2000 {
		fmt.Fprintf(&deep, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	deep.WriteString("\ntext")
	m := Parse(deep.Bytes(), Limits{})
	if len(m.Nodes) > 64 || len(m.Problems) == 0 {
		t.Errorf("%d nodes, problems %q", len(m.Nodes), m.Problems)
	}
	many := "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", 20000)
	if m := Parse([]byte(many), Limits{}); len(m.Nodes) != 10000 || len(m.Problems) == 0 {
		t.Errorf("%d nodes", len(m.Nodes))
	}
	head := "Subject: " + strings.Repeat("x", 2<<20) + "\n\nbody"
	if b := Body([]byte(head), Options{}); len(b.Problems) == 0 {
		t.Error("a header of 2 MiB is no problem")
	}
	long := "\n" + strings.Repeat("word ", 4<<20/5*3)
	if b := Body([]byte(long), Options{MaxText: 1 << 20}); len(b.Text) > 1<<20 || len(b.Problems) == 0 {
		t.Errorf("%d bytes of text", len(b.Text))
	}
	if in := Ingest([]byte(long)); len(in.Text) > MaxIndex {
		t.Errorf("%d bytes for the index", len(in.Text))
	}
}

func TestTextOfAPart(t *testing.T) {
	raw := "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\nContent-Type: text/plain; charset=ISO-8859-1; name=notes.txt\r\nContent-Disposition: attachment; filename=notes.txt\r\n\r\nGr\xfc\xdfe\r\naus K\xf6ln\r\n--b--\r\n"
	parts := Body([]byte(raw), Options{}).Parts
	if len(parts) != 1 || !strings.EqualFold(parts[0].Charset, "iso-8859-1") {
		t.Fatalf("%+v", parts)
	}
	r, p, err := Part([]byte(raw), parts[0].ID)
	if err != nil || p.Charset != parts[0].Charset {
		t.Fatalf("%+v %v", p, err)
	}
	b, _ := io.ReadAll(r)
	if got := Text(b, p.Charset); got != "Grüße\naus Köln" {
		t.Errorf("%q", got)
	}
	for in, want := range map[[2]string]string{{"\xff\xfea\x00\r\x00\n\x00", ""}: "a\n", {"\xef\xbb\xbf\xc3\xa9", "us-ascii"}: "é", {"\xe9", ""}: "é", {"\xcf\xf0\xe8", "windows-1251"}: "При"} {
		if got := Text([]byte(in[0]), in[1]); got != want {
			t.Errorf("%q as %q: %q, want %q", in[0], in[1], got, want)
		}
	}
}

func TestSafeName(t *testing.T) {
	for in, want := range map[string]string{
		"../../etc/passwd": "passwd", `C:\x\evil.exe`: "evil.exe", "con.txt": "_con.txt", "a:b?.txt": "a_b_.txt", "  .hidden. ": "hidden", "": "file",
		"photo\u202Egpj.exe": "photogpj.exe", "a\nb.txt": "a b.txt", "...": "file", strings.Repeat("ä", 300) + ".pdf": strings.Repeat("ä", 88) + ".pdf", "x/": "x_",
	} {
		if got := SafeName(in, ""); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for name, want := range map[string]bool{"a.pdf": false, "a.exe": true, "a.pdf.exe": true, "a.EXE ": true, "invoice.docm": true, "a.docx": false, "run.desktop": true, "pic.png": false} {
		if Dangerous(name, "application/octet-stream") != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}

func FuzzMessage(f *testing.F) {
	f.Add(rich)
	f.Add(msg("Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Transfer-Encoding: base64", "", "SGFs!bG8=", "--b", "", "begin 644 x", "#0V%T", "`", "end", "--b--"))
	f.Add(msg("Content-Type: text/plain; charset=utf-7; format=flowed; delsp=yes", "", "> +AOQ- ", ">> x ", "-- ", "y"))
	f.Fuzz(func(t *testing.T, raw []byte) { checkMessage(t, "fuzz", raw) })
}

// sample is a message such as most are: two kilobytes of header, some kilobytes of text and HTML, a picture.
func sample(kb int) []byte {
	text := strings.Repeat("A line of words that somebody wrote to somebody else about plans, money and the weather.\r\n", kb*1024/90)
	var b bytes.Buffer
	b.WriteString(strings.Replace(plainHeader, "body\r\n", "", 1))
	b.WriteString("--xyz\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text + "\r\n--xyz\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	b.WriteString(strings.Repeat(strings.Repeat("QUJD", 19)+"\r\n", kb*1024/78))
	b.WriteString("--xyz--\r\n")
	return b.Bytes()
}

func BenchmarkIngest(b *testing.B) {
	raw := sample(20)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if in := Ingest(raw); !in.Attachments {
			b.Fatal("no attachment")
		}
	}
}

func BenchmarkIngestHTML(b *testing.B) {
	page := "<html><head><style>.x{color:red}</style></head><body>" + strings.Repeat("<table><tr><td style=\"padding:4px\"><p class=x>Some words &amp; <a href=\"https://example.com/a\">a link</a> in a newsletter, as they are.</p></td></tr></table>\r\n", 200) + "</body></html>"
	raw := []byte("From: a@example.com\r\nSubject: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if in := Ingest(raw); in.Text == "" {
			b.Fatal("no text")
		}
	}
}

// BenchmarkGoMessage walks the same message with go-message, reading the text parts only.
func BenchmarkGoMessage(b *testing.B) {
	raw := sample(20)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		e, err := gomessage.Read(bytes.NewReader(raw))
		if err != nil {
			b.Fatal(err)
		}
		err = e.Walk(func(_ []int, e *gomessage.Entity, err error) error {
			if t, _, _ := e.Header.ContentType(); strings.HasPrefix(t, "text/") {
				_, err := io.Copy(io.Discard, e.Body)
				return err
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
