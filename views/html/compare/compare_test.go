package compare

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/text/encoding/charmap"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/dom"
	"github.com/postrider/postrider/views/html/layout"
	"github.com/postrider/postrider/views/html/paint"
	"github.com/postrider/postrider/views/html/style"
	"github.com/postrider/postrider/views/html/text"
)

const (
	viewWidth  = 800
	viewHeight = 600
	tallest    = 4000.0 // px of a mail that are compared as a picture
	block      = 8      // px
	off        = 32     // of 255: a block whose mean colour differs by more is wrong
)

// The floors below which the test fails: what is reached, with a little room for other versions of Chromium and of the fonts.
const (
	floorMedian = 0.005 // share of blocks that are wrong, of the mail in the middle
	floorWithin = 0.95  // share of mails with at most 3 % of blocks wrong
	floorWords  = 0.93  // share of words within 2 px or 1 %
)

var shaper = text.NewShaper(text.Settings{})

// scaled gives paint the pictures that Chromium got.
type scaled struct{ drawnPictures }

func (scaled) Scaled(address string, w, h int) *image.RGBA {
	if !servable(address) || w <= 0 || h <= 0 || w > 4000 || h > 4000 {
		return nil
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	src := pictureOf(address).img
	xdraw.BiLinear.Scale(out, out.Bounds(), src, src.Bounds(), draw.Src, nil)
	return out
}

// ours lays a mail out and paints it.
func ours(src string) (*display.List, *image.RGBA, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	d, err := dom.Parse(ctx, strings.NewReader(src), dom.Limits{})
	if err != nil {
		return nil, nil, err
	}
	root, err := style.Tree(ctx, d, style.Env{Width: viewWidth, Height: viewHeight, Metrics: shaper.Metrics})
	if err != nil {
		return nil, nil, err
	}
	l, err := layout.Lay(ctx, root, layout.Options{Width: viewWidth, Height: viewHeight, Shaper: shaper, Pictures: scaled{}, Quirks: d.Mode == dom.Quirks, Limited: d.Mode == dom.LimitedQuirks})
	if err != nil {
		return nil, nil, err
	}
	h := int(math.Ceil(max(viewHeight, min(l.Height, tallest)))) // Chromium's page fills the view
	img := image.NewRGBA(image.Rect(0, 0, viewWidth, h))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	if l.Background.A > 0 {
		draw.Draw(img, img.Bounds(), image.NewUniform(l.Background), image.Point{}, draw.Over)
	}
	err = paint.New(l, paint.Options{Pictures: scaled{}}).Paint(ctx, img, display.Rect{W: viewWidth, H: float64(h)}, 1)
	return l, img, err
}

// score is the share of blocks whose mean colour differs; what one picture is longer than the other counts as wrong.
func score(a, b image.Image) float64 {
	w, h := viewWidth, max(a.Bounds().Dy(), b.Bounds().Dy())
	wrong, all := 0, 0
	mean := func(m image.Image, x0, y0 int) (c [3]float64, ok bool) {
		n := 0.0
		for y := y0; y < min(y0+block, m.Bounds().Dy()); y++ {
			for x := x0; x < min(x0+block, w); x++ {
				p := color.NRGBAModel.Convert(m.At(m.Bounds().Min.X+x, m.Bounds().Min.Y+y)).(color.NRGBA)
				c[0], c[1], c[2] = c[0]+float64(p.R), c[1]+float64(p.G), c[2]+float64(p.B)
				n++
			}
		}
		for i := range c {
			c[i] /= max(1, n)
		}
		return c, n > 0
	}
	for y := 0; y < h; y += block {
		for x := 0; x < w; x += block {
			all++
			p, ok1 := mean(a, x, y)
			q, ok2 := mean(b, x, y)
			if ok1 != ok2 || math.Abs(p[0]-q[0]) > off || math.Abs(p[1]-q[1]) > off || math.Abs(p[2]-q[2]) > off {
				wrong++
			}
		}
	}
	return float64(wrong) / float64(max(1, all))
}

func blank(r rune) bool {
	return r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f' || r == 0xa0 || r == 0x200b || r == 0x200c || r == 0xfeff || r == 0x34f || r == 0xad || r == 0x2007
}

// words are those of a list in reading order, each where its first piece is.
func words(l *display.List) []word {
	var out []word
	open := false
	for _, o := range l.Order {
		r, ok := l.Items[o.Item].(*display.Run)
		if !ok || r.Marker || r.Ellipsis {
			continue
		}
		if o.Break != display.Joined {
			open = false
		}
		x := r.X
		var at []float64 // of each byte of the text
		at = make([]float64, len(r.Text)+1)
		for i := range at {
			at[i] = -1
		}
		for _, g := range r.Shaped.Glyphs {
			if g.Cluster < len(at) && at[g.Cluster] < 0 {
				at[g.Cluster] = x
			}
			x += g.Advance
		}
		for i, c := range r.Text {
			switch {
			case blank(c):
				open = false
			case open:
				out[len(out)-1].Text += string(c)
			default:
				px := at[i]
				if px < 0 || r.Shaped.RTL {
					px = r.X
				}
				out = append(out, word{Text: string(c), X: px, Y: r.Y, H: r.H})
				open = true
			}
		}
	}
	return out
}

// match compares words in order; a word that the other side has not is skipped when the next ones agree.
func match(a, b []word) (right, all int) {
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		if !strings.EqualFold(a[i].Text, b[j].Text) {
			step := false
			for k := 1; k < 40 && !step; k++ {
				if i+k < len(a) && strings.EqualFold(a[i+k].Text, b[j].Text) {
					all, i, step = all+k, i+k, true
				} else if j+k < len(b) && strings.EqualFold(a[i].Text, b[j+k].Text) {
					j, step = j+k, true
				}
			}
			if !step {
				all, i, j = all+1, i+1, j+1
			}
			continue
		}
		all++
		tol := func(v float64) float64 { return max(2, math.Abs(v)/100) }
		// The middle of the word counts for its height: boxes of words differ by the line gap.
		if math.Abs(a[i].X-b[j].X) <= tol(a[i].X) && math.Abs(a[i].Y+a[i].H/2-b[j].Y-b[j].H/2) <= tol(a[i].Y) {
			right++
		}
		i, j = i+1, j+1
	}
	return right, all + len(a) - i
}

type result struct {
	Name, A, B       string
	Score            float64
	Right, Words     int
	Height, Expected float64
	Note             string
}

func (r result) Percent() string { return fmt.Sprintf("%.2f %%", 100*r.Score) }

func mails(t *testing.T) map[string]string {
	t.Helper()
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := os.Getenv("POSTRIDER_CORPORA")
	if dir == "" {
		dir = filepath.Join(root, "..", "shared", "corpora")
	}
	out := map[string]string{}
	for name, src := range own {
		out["own/"+name] = src
	}
	for _, set := range []string{"html-foundation", "html-mimekit", "html-postmark", "html-sendwithus"} {
		_ = filepath.WalkDir(filepath.Join(dir, set), func(path string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(path, ".html") || strings.HasSuffix(path, ".out.html") || strings.Contains(path, ".utf-16") || strings.Contains(path, ".utf-32") {
				return nil
			}
			b, err := os.ReadFile(path)
			if err != nil || len(b) > 300<<10 {
				return nil
			}
			s := string(b)
			if strings.ToValidUTF8(s, "") != s {
				s, _ = charmap.Windows1252.NewDecoder().String(s)
			}
			rel, _ := filepath.Rel(dir, path)
			out[rel] = s
			return nil
		})
	}
	return out
}

// TestChromium shows every mail with both engines. The aims are a median under 0.5 %, no mail over 3 % and 98 % of the words right; the test holds what is reached.
func TestChromium(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a browser and a minute")
	}
	c := start(t)
	c.size(t, viewWidth, viewHeight, false)
	dir := os.Getenv("POSTRIDER_BUILD")
	if dir == "" {
		dir = t.TempDir()
	}
	dir = filepath.Join(dir, "html-report")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	var rs []result
	for name, src := range mails(t) {
		s, err := c.show([]byte(src))
		if err != nil {
			t.Logf("%s: Chromium: %v", name, err)
			continue
		}
		l, img, err := ours(src)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		theirs, err := png.Decode(bytes.NewReader(s.png))
		if err != nil {
			t.Fatal(err)
		}
		r := result{Name: name, Score: score(img, theirs), Height: l.Height, Expected: s.Height}
		r.Right, r.Words = match(s.Words, words(l))
		base := strings.NewReplacer("/", "_", " ", "_").Replace(name)
		r.A, r.B = base+".ours.png", base+".chromium.png"
		var b bytes.Buffer
		if err := png.Encode(&b, img); err == nil {
			_ = os.WriteFile(filepath.Join(dir, r.A), b.Bytes(), 0o644)
		}
		_ = os.WriteFile(filepath.Join(dir, r.B), s.png, 0o644)
		rs = append(rs, r)
	}
	sort.Slice(rs, func(i, j int) bool { return rs[i].Score > rs[j].Score })
	if f, err := os.Create(filepath.Join(dir, "index.html")); err == nil {
		_ = page.Execute(f, rs)
		f.Close()
	}
	if len(rs) < 10 {
		t.Fatalf("only %d mails were compared", len(rs))
	}
	within, right, all := 0, 0, 0
	for i, r := range rs {
		if r.Score <= 0.03 {
			within++
		}
		n := min(r.Words, 300) // one long mail is not half of the result
		right, all = right+r.Right*n/max(1, r.Words), all+n
		if i < 25 && r.Score > 0.03 {
			t.Logf("%-50s %6.2f %% of blocks, height %.0f of %.0f, %d of %d words", r.Name, 100*r.Score, r.Height, r.Expected, r.Right, r.Words)
		}
	}
	median := rs[len(rs)/2].Score
	t.Logf("%d mails: median %.2f %% of blocks, %d mails within 3 %%, %d of %d words (%.1f %%)", len(rs), 100*median, within, right, all, 100*float64(right)/float64(all))
	if median > floorMedian || float64(within) < floorWithin*float64(len(rs)) || float64(right) < floorWords*float64(all) {
		t.Errorf("that is less than was reached before; the report is %s", filepath.Join(dir, "index.html"))
	}
}

var page = template.Must(template.New("").Parse(`<!doctype html><meta charset="utf-8"><title>Mails beside Chromium</title>
<style>body{font:14px sans-serif}td{vertical-align:top;border-top:1px solid #ccc;padding:8px}img{width:480px;border:1px solid #ddd}</style>
<h1>Mails beside Chromium</h1><table>{{range .}}<tr><td colspan="2"><b>{{.Name}}</b> {{.Percent}} of blocks differ; {{.Right}} of {{.Words}} words in their place; height {{.Height}} of {{.Expected}}</td></tr>
<tr><td><img loading="lazy" src="{{.A}}"></td><td><img loading="lazy" src="{{.B}}"></td></tr>{{end}}</table>`))
