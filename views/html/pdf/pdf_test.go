package pdf

import (
	"bytes"
	"compress/zlib"
	"context"
	"fmt"
	"image"
	"image/color"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/dom"
	"github.com/postrider/postrider/views/html/layout"
	"github.com/postrider/postrider/views/html/style"
	"github.com/postrider/postrider/views/html/text"
)

var shaper = text.NewShaper(text.Settings{NoSystem: true})

// pictures answers for names like 30x20.png with a red picture, half of it clear.
type pictures struct{ asked []string }

func (p *pictures) Size(url string) (w, h float64, ok bool) {
	var a, b int
	n, err := fmt.Sscanf(url, "%dx%d.png", &a, &b)
	return float64(a), float64(b), err == nil && n == 2
}

func (p *pictures) Picture(_ context.Context, url string) (image.Image, bool) {
	w, h, ok := p.Size(url)
	if !ok {
		return nil, false
	}
	p.asked = append(p.asked, url)
	im := image.NewNRGBA(image.Rect(0, 0, int(w), int(h)))
	for y := range int(h) {
		for x := range int(w) {
			im.SetNRGBA(x, y, color.NRGBA{R: 255, A: uint8(255 * (x % 2))})
		}
	}
	return im, true
}

func lay(t testing.TB, src string, width float64) *display.List {
	t.Helper()
	doc, err := dom.ParseBytes(context.Background(), []byte(src), dom.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	root, err := style.Tree(context.Background(), doc, style.Env{Width: width, Height: 600, Metrics: shaper.Metrics})
	if err != nil {
		t.Fatal(err)
	}
	l, err := layout.Lay(context.Background(), root, layout.Options{Width: width, Shaper: shaper, Pictures: &pictures{}})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func write(t testing.TB, l *display.List, o Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(context.Background(), &b, l, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const sample = `<!doctype html><style>body{font:16px Inter}</style><h1>Quarterly figures</h1><p>Text with <b>bold</b>, <i>slanted</i> and <a href="https://fjordlight.example/a b">a link</a>.</p>
<p style="background:linear-gradient(90deg,red,blue 30%,#0f0);border:2px solid #123456;border-radius:8px;padding:10px;opacity:.5">\u0416\u0443\u043a and \u03b1\u03b2\u03b3</p>
<img src="30x20.png"><div style="background:url(8x8.png);border:3px dashed green;height:50px"></div><table border=1><tr><td>one<td>two</table><hr><p style="text-decoration:line-through">struck out</p>`

// objects checks the cross-reference table: each entry points at its object.
func objects(t *testing.T, b []byte) int {
	t.Helper()
	m := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindSubmatch(b)
	if m == nil {
		t.Fatal("no end of file")
	}
	at, _ := strconv.Atoi(string(m[1]))
	lines := strings.Split(string(b[at:]), "\n")
	if lines[0] != "xref" {
		t.Fatalf("the table is not where the file says: %q", lines[0])
	}
	var n int
	fmt.Sscanf(lines[1], "0 %d", &n)
	for i := 1; i < n; i++ {
		off, err := strconv.Atoi(lines[2+i][:10])
		want := fmt.Sprintf("%d 0 obj\n", i)
		if err != nil || off+len(want) > len(b) || string(b[off:off+len(want)]) != want {
			t.Fatalf("object %d is not at %q", i, lines[2+i])
		}
	}
	return n - 1
}

// streams decompresses all streams.
func streams(t *testing.T, b []byte) (out []string) {
	t.Helper()
	for {
		i := bytes.Index(b, []byte("/FlateDecode/Length "))
		if i < 0 {
			return out
		}
		b = b[i+len("/FlateDecode/Length "):]
		n, _ := strconv.Atoi(string(b[:bytes.IndexByte(b, '>')]))
		b = b[bytes.Index(b, []byte("stream\n"))+7:]
		z, err := zlib.NewReader(bytes.NewReader(b[:n]))
		if err != nil {
			t.Fatal(err)
		}
		s, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(s))
		b = b[n:]
	}
}

func TestFile(t *testing.T) {
	pics := &pictures{}
	l := lay(t, strings.NewReplacer(`\u0416`, "\u0416", `\u0443`, "\u0443", `\u043a`, "\u043a", `\u03b1`, "\u03b1", `\u03b2`, "\u03b2", `\u03b3`, "\u03b3").Replace(sample), 500)
	b := write(t, l, Options{Title: "Figures (\u00fc)", Lang: "en", Pictures: pics})
	if !bytes.HasPrefix(b, []byte("%PDF-1.7\n")) {
		t.Fatalf("begins with %q", b[:10])
	}
	objects(t, b)
	file := string(b)
	for _, want := range []string{"/Subtype/Link", "https://fjordlight.example/a%20b", "/ShadingType 2", "/SMask", "/ToUnicode", "/ca 0.5", "/Lang(en)", "/Title<FEFF"} {
		if !strings.Contains(file, want) {
			t.Errorf("no %s in the file", want)
		}
	}
	if len(pics.asked) != 2 {
		t.Errorf("pictures asked for: %q, want each of two once", pics.asked)
	}
	again := write(t, l, Options{Title: "Figures (\u00fc)", Lang: "en", Pictures: pics})
	if !bytes.Equal(b, again) {
		t.Error("the same list gives another file")
	}
	for _, s := range streams(t, b) {
		if q, p := strings.Count("\n"+s, "\nq"), strings.Count(s, "Q\n"); strings.Contains(s, " cm\n") && strings.Contains(s, "re W n") && q != p {
			t.Errorf("%d states are saved and %d restored", q, p)
		}
	}
}

func TestTextCanBeExtracted(t *testing.T) {
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext is not installed")
	}
	l := lay(t, "<!doctype html><style>body{font:16px Inter}</style><p>The quick brown fox \u2014 \u0416\u0443\u043a, na\u00efve, office.</p><p style='letter-spacing:2px'>spaced</p><p style='text-align:justify;width:200px'>justified words over two lines of text</p>", 500)
	file := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(file, write(t, l, Options{}), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", file, "-").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	got := strings.Join(strings.Fields(string(out)), " ")
	for _, want := range []string{"The quick brown fox \u2014 \u0416\u0443\u043a, na\u00efve, office.", "spaced", "justified words over two lines of text"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
	if strings.Contains(string(out), "Error") {
		t.Errorf("pdftotext complains: %s", out)
	}
}

func TestPagesAreCutBetweenLines(t *testing.T) {
	var spans []span
	for i := range 100 {
		spans = append(spans, span{float64(i) * 30, float64(i)*30 + 20})
	}
	cuts := cutPages(spans, 3000, 400, 100)
	for i := 1; i < len(cuts)-1; i++ {
		for _, s := range spans {
			if s.y0 < cuts[i] && s.y1 > cuts[i]+0.5 {
				t.Errorf("cut %g goes through the line from %g to %g", cuts[i], s.y0, s.y1)
			}
		}
		if d := cuts[i] - cuts[i-1]; d < 200 || d > 400 {
			t.Errorf("page %d is %g tall", i, d)
		}
	}
	if cuts[len(cuts)-1] != 3000 {
		t.Errorf("the last page ends at %g", cuts[len(cuts)-1])
	}
	if cuts := cutPages([]span{{100, 499}}, 1000, 400, 3); len(cuts) != 4 {
		t.Errorf("cuts %v, want three pages", cuts)
	}
	l := lay(t, "<!doctype html>"+strings.Repeat("<p>line", 200), 500)
	n := strings.Count(string(write(t, l, Options{})), "/Type/Page/")
	if n < 5 || n > 20 {
		t.Errorf("%d pages", n)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := Write(ctx, io.Discard, lay(t, "<p>a", 100), Options{}); err != context.Canceled {
		t.Errorf("error %v", err)
	}
}

// The colours of a gradient meet at its stops, and places that are left out lie evenly between.
func TestGradientStops(t *testing.T) {
	auto := style.Length{}
	px := func(v float64) style.Length { return style.Length{Unit: style.Px, V: v} }
	got := stops([]style.Stop{{At: auto}, {At: auto}, {At: px(80)}, {At: px(20)}, {At: auto}}, 100)
	for i, want := range []float64{0, 0.4, 0.8, 0.8, 1} {
		if d := got[i] - want; d > 1e-9 || d < -1e-9 {
			t.Errorf("stop %d at %g, want %g", i, got[i], want)
		}
	}
}
