package printing

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
)

func picture(t *testing.T, w, h int, k color.Color) []byte {
	t.Helper()
	im := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			im.Set(x, y, k)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, im); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pdfTool runs one of poppler's programs on a PDF.
func pdfTool(t *testing.T, doc []byte, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skip("no " + name + ": install poppler-utils")
	}
	p := filepath.Join(t.TempDir(), "x.pdf")
	if err := os.WriteFile(p, doc, 0o600); err != nil {
		t.Fatal(err)
	}
	for i, a := range args {
		if a == "FILE" {
			args[i] = p
		}
	}
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return string(out)
}

func write(t *testing.T, l *Laid, only func(int) bool) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := l.PDF(context.Background(), &b, only); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestMessageOnPaper(t *testing.T) {
	b := &mail.Body{Envelope: mail.Envelope{Subject: "Tea & <cake>", From: []mail.Address{{Name: "Ada Vell", Addr: "ada@example.org"}}, To: []mail.Address{{Addr: "ben@example.com"}},
		Date: time.Date(2026, 3, 4, 15, 30, 0, 0, time.UTC)}, HTML: `<p>Come at <b>four</b>.</p><img src="cid:a@x"><img src="https://example.net/t.png" width=40 height=40>`,
		Parts: []mail.Part{{Name: "map.pdf", Size: 2048}, {Name: "inline.png", Inline: true}}}
	var asked []string
	fetch := func(_ context.Context, a string) ([]byte, error) {
		asked = append(asked, a)
		if a == "cid:a@x" {
			return picture(t, 60, 30, color.NRGBA{200, 0, 0, 255}), nil
		}
		return nil, errors.New("not allowed")
	}
	second := &mail.Body{Envelope: mail.Envelope{Subject: "Re: Tea"}, Blocks: []mail.Block{{Quote: 1, Spans: []mail.Span{{Text: "Come at four."}}}, {Spans: []mail.Span{{Text: "I will <come>."}}},
		{Kind: mail.ListItem, Level: 1, Marker: "1.", Spans: []mail.Span{{Text: "cups", Bold: true}}}, {Kind: mail.TableRow, Spans: []mail.Span{{Text: "A1"}, {Text: "B1", Cell: true}}}}}
	d := Document{Title: "Tea"}
	d.Parts = append(d.Parts, Message(b, b.HTML, fetch, time.UTC, true)...)
	d.Parts = append(d.Parts, Message(second, "", nil, time.UTC, false)...)
	l, err := Lay(context.Background(), d, Papers[0])
	if err != nil {
		t.Fatal(err)
	}
	doc := write(t, l, nil)
	text := pdfTool(t, doc, "pdftotext", "-layout", "FILE", "-")
	at := -1
	for _, want := range []string{"Tea & <cake>", "Ada Vell <ada@example.org>", "ben@example.com", "Wednesday, 4 March 2026, 15:30 UTC", "map.pdf (2 KB)", "Come at four.", "Re: Tea", "I will <come>.", "1. cups", "A1"} {
		i := strings.Index(text, want)
		if i <= at {
			t.Errorf("%q is missing or out of order in\n%s", want, text)
		}
		at = max(at, i)
	}
	if strings.Contains(text, "inline.png") {
		t.Error("a picture that is shown is listed as attachment")
	}
	if rows := strings.Count(pdfTool(t, doc, "pdfimages", "-list", "FILE"), "\n") - 2; rows != 1 {
		t.Errorf("%d pictures, not 1", rows)
	}
	n := 0
	for _, a := range asked {
		if a == "cid:a@x" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("the picture was fetched %d times", n)
	}
	// The page as it is shown has the picture at its place.
	im := l.Draw(context.Background(), 0, 595)
	red := 0
	for y := range im.Rect.Dy() {
		for x := range im.Rect.Dx() {
			if k := im.RGBAAt(x, y); k.R > 150 && k.G < 50 {
				red++
			}
		}
	}
	if want := 45 * 22; red < want*8/10 || red > want*12/10 {
		t.Errorf("%d red pixels, about %d expected", red, want)
	}
}

// Two messages of a conversation name different pictures alike.
func TestSameNameOtherPicture(t *testing.T) {
	part := func(k color.Color) Part {
		data := picture(t, 50, 50, k)
		return Part{HTML: `<img src="cid:logo">`, Fetch: func(context.Context, string) ([]byte, error) { return data, nil }}
	}
	l, err := Lay(context.Background(), Document{Parts: []Part{part(color.NRGBA{255, 0, 0, 255}), part(color.NRGBA{0, 0, 255, 255})}}, Papers[0])
	if err != nil {
		t.Fatal(err)
	}
	im := l.Draw(context.Background(), 0, 595)
	var red, blue int
	for i := 0; i < len(im.Pix); i += 4 {
		if im.Pix[i] > 200 && im.Pix[i+2] < 50 {
			red++
		}
		if im.Pix[i] < 50 && im.Pix[i+2] > 200 {
			blue++
		}
	}
	if red < 1000 || blue < 1000 {
		t.Errorf("%d red, %d blue pixels", red, blue)
	}
}

func TestPages(t *testing.T) {
	var b strings.Builder
	for i := range 300 {
		b.WriteString("<p>Line " + string(rune('a'+i%26)) + "</p>")
	}
	long := Document{Title: "Long", Parts: []Part{{HTML: b.String()}}}
	l, err := Lay(context.Background(), long, Papers[0])
	if err != nil {
		t.Fatal(err)
	}
	if l.Pages() < 5 {
		t.Fatalf("%d pages", l.Pages())
	}
	only, ok := Ranges("2, 4-", l.Pages())
	if !ok {
		t.Fatal("ranges not read")
	}
	info := pdfTool(t, write(t, l, only), "pdfinfo", "FILE")
	if want := "Pages:           " + string(rune('0'+l.Pages()-2)); !strings.Contains(info, want) {
		t.Errorf("not %q in\n%s", want, info)
	}
	long.Landscape = true
	wide, err := Lay(context.Background(), long, Papers[3])
	if err != nil {
		t.Fatal(err)
	}
	if info := pdfTool(t, write(t, wide, nil), "pdfinfo", "FILE"); !strings.Contains(info, "792 x 612 pts (letter)") || wide.Pages() <= l.Pages() {
		t.Errorf("%d pages:\n%s", wide.Pages(), info)
	}
}

// What is a little too long for a page is made smaller where that is wanted; what is far too long stays as it is.
func TestFit(t *testing.T) {
	lines := func(n int) Document { return Document{Fit: true, Parts: []Part{{HTML: strings.Repeat("<p>x</p>", n)}}} }
	for n, want := range map[int]func(*Laid) bool{
		5:   func(l *Laid) bool { return l.Pages() == 1 && l.Scale == 0.75 },
		40:  func(l *Laid) bool { return l.Pages() == 1 && l.Scale < 0.7 },
		400: func(l *Laid) bool { return l.Pages() > 3 && l.Scale == 0.75 },
	} {
		l, err := Lay(context.Background(), lines(n), Papers[0])
		if err != nil || !want(l) {
			t.Errorf("%d lines: %v, %d pages at %v", n, err, l.Pages(), l.Scale)
		}
	}
}

// A mail that cannot be laid out is printed as text; one that is wider than the paper is made smaller.
func TestHostileAndWide(t *testing.T) {
	deep := strings.Repeat("<table><tr><td>", 40) + "x"
	wide := `<table width="1400"><tr><td>left</td><td align=right>right</td></tr></table>`
	l, err := Lay(context.Background(), Document{Parts: []Part{{HTML: deep, Else: "text"}, {HTML: wide}}}, Papers[0])
	if err != nil {
		t.Fatal(err)
	}
	if l.List.Width < 1400 || l.Scale > 0.75*523.28/1400*1.4 {
		t.Errorf("%v px wide at %v", l.List.Width, l.Scale)
	}
	if text := pdfTool(t, write(t, l, nil), "pdftotext", "FILE", "-"); !strings.Contains(text, "left") || !strings.Contains(text, "right") {
		t.Errorf("%q", text)
	}
}

func TestRanges(t *testing.T) {
	for _, c := range []struct {
		s    string
		ok   bool
		want string
	}{{"", true, "12345"}, {"1", true, "1"}, {"2-3", true, "23"}, {" 1 , 4–5", true, "145"}, {"-2", true, "12"}, {"4-", true, "45"}, {"4-99", true, "45"}, {"6", false, ""}, {"0", false, ""}, {"3-2", false, ""},
		{"-", false, ""}, {"x", false, ""}, {"1-2-3", false, ""}, {",", false, ""}, {"99999999999999999999", false, ""}} {
		only, ok := Ranges(c.s, 5)
		got := ""
		for n := 1; n <= 5 && ok; n++ {
			if only == nil || only(n) {
				got += string(rune('0' + n))
			}
		}
		if ok != c.ok || got != c.want {
			t.Errorf("%q: %v %q", c.s, ok, got)
		}
	}
}

func TestNamesAndPapers(t *testing.T) {
	for in, want := range map[string]string{"Re: a/b": "Re- a-b.pdf", "": "Message.pdf", " .hidden ": "hidden.pdf", strings.Repeat("ä", 200): strings.Repeat("ä", 80) + ".pdf"} {
		if got := FileName(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
	for in, want := range map[string]string{"en_US.UTF-8": "Letter", "de_DE": "A4", "C": "A4", "es_MX@euro": "Letter", "en_GB.UTF-8": "A4"} {
		if got := Papers[usual(in)].Name; got != want {
			t.Errorf("%q: %s", in, got)
		}
	}
	got := printers("a\nb_c\n-x\n\n", "b_c")
	if len(got) != 2 || got[0].Name != "b_c" || !got[0].Default || got[0].Title() != "b c" || got[1].Name != "a" {
		t.Errorf("%+v", got)
	}
}

// A picture is data: of a mail that has it inside, nothing is asked for.
func TestDataPicture(t *testing.T) {
	src := "data:image/png;base64," + base64.StdEncoding.EncodeToString(picture(t, 9, 9, color.Black))
	fetch := func(context.Context, string) ([]byte, error) { t.Error("asked for"); return nil, io.EOF }
	l, err := Lay(context.Background(), Document{Parts: []Part{{HTML: `<img src="` + src + `">`, Fetch: fetch}}}, Papers[0])
	if err != nil {
		t.Fatal(err)
	}
	if rows := strings.Count(pdfTool(t, write(t, l, nil), "pdfimages", "-list", "FILE"), "\n") - 2; rows != 1 {
		t.Errorf("%d pictures", rows)
	}
}
