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
	"golang.org/x/net/html"
	"golang.org/x/text/encoding/charmap"

	"github.com/postrider/postrider/accounts/testserver/corpora"
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
	floorWithin = 0.98  // share of mails with at most 3 % of blocks wrong
	floorWords  = 0.97  // share of words within 2 px or 1 %
	floorBoxes  = 0.97  // share of boxes within 2 px or 1 %
)

// why says of mails beyond the aims what is different in them.
var why = map[string]string{
	"held/arabic": "Chromium smears the regular face for bold letters that no named font has; the real bold face is taken here, which is wider, so a line breaks a word earlier.",
	"tnef-mimekit/unicode-mapi-attr-name/message.html": quotedGeneric,
	"reply-talon/html_replies/ms_outlook_2007.html":    quotedGeneric,
	"reply-talon/html_replies/ms_outlook_2010.html":    quotedGeneric,
	"reply-talon/html_replies/windows_mail.html":       quotedGeneric,
	"tnef-mimekit/panic/message.html":                  "Words and picture are the same. Inline elements that begin or end with a line of nothing but a br differ in whether that empty line counts for their rectangle, which nothing is painted in.",
}

const quotedGeneric = `The mail asks for "Calibri","sans-serif", the generic in quotes. Chromium knows no such family and shows its serif font; here the generic is taken, as the sender meant.`

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
func ours(src string) (*display.List, *image.RGBA, []box, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	d, err := dom.Parse(ctx, strings.NewReader(src), dom.Limits{})
	if err != nil {
		return nil, nil, nil, err
	}
	at := map[*html.Node]int{}
	count(d.Body, at)
	var boxes []box
	root, err := style.Tree(ctx, d, style.Env{Width: viewWidth, Height: viewHeight, Metrics: shaper.Metrics})
	if err != nil {
		return nil, nil, nil, err
	}
	l, err := layout.Lay(ctx, root, layout.Options{Width: viewWidth, Height: viewHeight, Shaper: shaper, Pictures: scaled{}, Quirks: d.Mode == dom.Quirks, Limited: d.Mode == dom.LimitedQuirks,
		Boxes: func(n *style.Node, r display.Rect) {
			if i, ok := at[n.HTML]; ok {
				boxes = append(boxes, box{i, n.Tag, r.X, r.Y, r.W, r.H})
			}
		}})
	if err != nil {
		return nil, nil, nil, err
	}
	h := int(math.Ceil(max(viewHeight, min(l.Height, tallest)))) // Chromium's page fills the view
	img := image.NewRGBA(image.Rect(0, 0, viewWidth, h))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	if l.Background.A > 0 {
		draw.Draw(img, img.Bounds(), image.NewUniform(l.Background), image.Point{}, draw.Over)
	}
	err = paint.New(l, paint.Options{Pictures: scaled{}}).Paint(ctx, img, display.Rect{W: viewWidth, H: float64(h)}, 1)
	return l, img, boxes, err
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
	var last *style.Node
	for _, o := range l.Order {
		r, ok := l.Items[o.Item].(*display.Run)
		if !ok || r.Marker || r.Ellipsis {
			continue
		}
		// The script in the page goes by text nodes.
		if o.Break != display.Joined || r.Node != last {
			open = false
		}
		last = r.Node
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

// count numbers the elements as the script in the page does.
func count(n *html.Node, at map[*html.Node]int) {
	if n == nil {
		return
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode {
			continue
		}
		at[c] = len(at)
		switch c.Data {
		case "textarea", "select", "svg", "input":
		default:
			count(c, at)
		}
	}
}

// matchBoxes compares Chromium's boxes with ours: places and sizes within 2 px or 1 %. The first wrong ones are named.
func matchBoxes(theirs, mine []box) (right int, wrong []string) {
	by := map[int]box{}
	for _, b := range mine {
		by[b.I] = b
	}
	near := func(a, b float64) bool { return math.Abs(a-b) <= max(2, math.Abs(a)/100) }
	for _, a := range theirs {
		b, ok := by[a.I]
		if ok && a.Tag == b.Tag && near(a.X, b.X) && near(a.Y, b.Y) && near(a.W, b.W) && near(a.H, b.H) {
			right++
		} else if len(wrong) < 8 {
			wrong = append(wrong, fmt.Sprintf("%s %d: %.1f,%.1f %.1fx%.1f, not %s %.1f,%.1f %.1fx%.1f", a.Tag, a.I, b.X, b.Y, b.W, b.H, a.Tag, a.X, a.Y, a.W, a.H))
		}
	}
	return right, wrong
}

type result struct {
	Name, A, B       string
	Score            float64
	Right, Words     int
	Fit, Boxes       int      // boxes that are right, and all
	Wrong            []string // the first that are not
	Height, Expected float64
	Note             string
}

// Beyond tells whether the mail is worse than what is aimed at.
func (r result) Beyond() bool {
	return r.Score > 0.03 || float64(r.Fit) < 0.98*float64(r.Boxes) && r.Boxes-r.Fit > 1
}

func (r result) Percent() string { return fmt.Sprintf("%.2f %%", 100*r.Score) }

func mails(t *testing.T) map[string]string {
	t.Helper()
	dir := corpora.Root()
	out := map[string]string{}
	for name, src := range own {
		out["own/"+name] = src
	}
	for name, src := range held {
		out["held/"+name] = src
	}
	seen := map[string]bool{}
	_ = filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasSuffix(path, ".out.html") || strings.Contains(path, ".utf-16") || strings.Contains(path, ".utf-32") {
			return nil
		}
		if ext := strings.ToLower(filepath.Ext(path)); ext != ".html" && ext != ".htm" {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil || len(b) > 300<<10 || seen[string(b)] {
			return nil
		}
		seen[string(b)] = true
		s := string(b)
		if strings.ToValidUTF8(s, "") != s {
			s, _ = charmap.Windows1252.NewDecoder().String(s)
		}
		rel, _ := filepath.Rel(dir, path)
		out[rel] = s
		return nil
	})
	return out
}

// TestChromium shows every mail with both engines. The aims are a median under 0.5 %, no mail over 3 %, 98 % of the words and of the boxes right; the test holds what is reached.
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
		if o := os.Getenv("POSTRIDER_MAILS"); o != "" && !strings.Contains(name, o) {
			continue
		}
		s, err := c.show([]byte(src))
		if err != nil {
			t.Logf("%s: Chromium: %v", name, err)
			continue
		}
		l, img, boxes, err := ours(src)
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
		r.Fit, r.Wrong = matchBoxes(s.Boxes, boxes)
		r.Boxes = len(s.Boxes)
		r.Note = why[name]
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
	if len(rs) < 10 && os.Getenv("POSTRIDER_MAILS") == "" {
		t.Fatalf("only %d mails were compared", len(rs))
	}
	within, right, all, fit, allBoxes := 0, 0, 0, 0, 0
	for i, r := range rs {
		if r.Score <= 0.03 {
			within++
		}
		n := min(r.Words, 300) // one long mail is not half of the result
		right, all = right+r.Right*n/max(1, r.Words), all+n
		n = min(r.Boxes, 300)
		fit, allBoxes = fit+r.Fit*n/max(1, r.Boxes), allBoxes+n
		if i < 25 && r.Score > 0.03 || r.Beyond() {
			t.Logf("%-50s %6.2f %% of blocks, height %.0f of %.0f, %d of %d words, %d of %d boxes %s", r.Name, 100*r.Score, r.Height, r.Expected, r.Right, r.Words, r.Fit, r.Boxes, r.Note)
			for k := 0; k < len(r.Wrong) && testing.Verbose() && k < 3; k++ {
				t.Logf("    %s", r.Wrong[k])
			}
		}
	}
	median := rs[len(rs)/2].Score
	t.Logf("%d mails: median %.2f %% of blocks, %d mails within 3 %%, %d of %d words (%.1f %%), %d of %d boxes (%.1f %%)", len(rs), 100*median, within,
		right, all, 100*float64(right)/float64(all), fit, allBoxes, 100*float64(fit)/float64(allBoxes))
	if median > floorMedian || float64(within) < floorWithin*float64(len(rs)) || float64(right) < floorWords*float64(all) || float64(fit) < floorBoxes*float64(allBoxes) {
		t.Errorf("that is less than was reached before; the report is %s", filepath.Join(dir, "index.html"))
	}
}

var page = template.Must(template.New("").Parse(`<!doctype html><meta charset="utf-8"><title>Mails beside Chromium</title>
<style>body{font:14px sans-serif}td{vertical-align:top;border-top:1px solid #ccc;padding:8px}img{width:480px;border:1px solid #ddd}</style>
<h1>Mails beside Chromium</h1><table>{{range .}}<tr><td colspan="2"><b>{{.Name}}</b> {{.Percent}} of blocks differ; {{.Right}} of {{.Words}} words and {{.Fit}} of {{.Boxes}} boxes in their place; height {{.Height}} of {{.Expected}}{{if .Beyond}}
<br><b>Beyond the aim.</b> {{.Note}}{{range .Wrong}}<br><small>{{.}}</small>{{end}}{{end}}</td></tr>
<tr><td><img loading="lazy" src="{{.A}}"></td><td><img loading="lazy" src="{{.B}}"></td></tr>{{end}}</table>`))
