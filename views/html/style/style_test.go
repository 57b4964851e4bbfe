package style

import (
	"context"
	"image/color"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/views/html/dom"
)

func styled(t testing.TB, src string, env Env) *Node {
	t.Helper()
	d, err := dom.ParseBytes(context.Background(), []byte(src), dom.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if env.Width == 0 {
		env.Width, env.Height = 800, 600
	}
	n, err := Tree(context.Background(), d, env)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// by finds the first element with an id.
func by(n *Node, id string) *Node {
	if n.HTML != nil {
		for _, a := range n.HTML.Attr {
			if a.Key == "id" && a.Val == id {
				return n
			}
		}
	}
	for _, c := range n.Children {
		if f := by(c, id); f != nil {
			return f
		}
	}
	return nil
}

func red(c color.NRGBA) bool   { return c == color.NRGBA{255, 0, 0, 255} }
func green(c color.NRGBA) bool { return c == color.NRGBA{0, 128, 0, 255} }

// TestCascade: in each mail the element x is green when the rules are taken in their order, else red.
func TestCascade(t *testing.T) {
	for name, src := range map[string]string{
		"the last wins":           `<style>p{color:red}p{color:green}</style><p id=x>`,
		"classes before types":    `<style>.a{color:green}p{color:red}</style><p class=a id=x>`,
		"ids before classes":      `<style>#x{color:green}.a.b.c{color:red}</style><p class="a b c" id=x>`,
		"inline before sheets":    `<style>#x{color:red}</style><p id=x style="color:green">`,
		"important before inline": `<style>p{color:green!important}</style><p id=x style="color:red">`,
		"inheritance":             `<div style="color:green"><p><b id=x>`,
		"a rule before a font":    `<style>p{color:green}</style><font color=red><p id=x></font>`,
		"media":                   `<style>p{color:red}@media (min-width:700px){p{color:green}}@media (max-width:600px){p{color:red}}</style><p id=x>`,
		"print is not a screen":   `<style>p{color:green}@media print{p{color:red}}</style><p id=x>`,
		"not":                     `<style>p{color:red}p:not(.a){color:green}</style><p id=x>`,
		"children":                `<style>b{color:red}div>b{color:green}p>b{color:red}</style><div><b id=x>`,
		"nth":                     `<style>p{color:red}p:nth-child(2n){color:green}</style><div><p><p id=x>`,
		"attributes":              `<style>a{color:red}a[href^="https:"]{color:green}</style><a id=x href="https://example.com/">`,
		"variables":               `<style>:root{--c:green}p{color:var(--c,red)}</style><p id=x>`,
		"circular variables":      `<style>p{--a:var(--b);--b:var(--a);color:green;color:var(--a,green)}</style><p id=x>`,
		"unknown values":          `<style>p{color:green;color:nonsense;colour:red}</style><p id=x>`,
		"broken rules":            `<style>p{color:green}} p[{color:red} b{</style><p id=x>`,
		"supports":                `<style>p{color:red}@supports (display:flex){p{color:green}}@supports (display:nonsense){p{color:red}}</style><p id=x>`,
		"imports":                 `<style>@import "x.css";p{color:green}</style><p id=x>`,
	} {
		x := by(styled(t, src, Env{}), "x")
		if x == nil || !green(x.Style.Color) {
			t.Errorf("%s: it is %v", name, x)
		}
	}
	if x := by(styled(t, `<style>p{color:red}@media (prefers-color-scheme:dark){p{color:green}}</style><p id=x>`, Env{Width: 800, Height: 600, Dark: true}), "x"); !green(x.Style.Color) {
		t.Error("a rule for the dark is not taken in the dark")
	}
	if x := by(styled(t, `<style>p{color:red}@media (prefers-color-scheme:dark){p{color:green}}</style><p id=x>`, Env{}), "x"); !red(x.Style.Color) {
		t.Error("a rule for the dark is taken in the light")
	}
}

func TestValues(t *testing.T) {
	n := styled(t, `<style>#a{font-size:20px;margin:1em 10% auto;width:calc(100% - 30px);padding:var(--p,4px);border:2px dashed #0a0;background:#fff url(x.png) no-repeat center/cover}</style><div id=a><table align=center cellpadding=7><tr><td id=c bgcolor="#123456" align=right nowrap>x</table><p id=h style="display:none">gone</p></div>`, Env{})
	a := by(n, "a").Style
	if a.Font.Size != 20 || a.Margin[Top].V != 20 || a.Margin[Right].Pct != 0.1 || !a.Margin[Bottom].IsAuto() || a.Width.V != -30 || a.Width.Pct != 1 || a.Padding[Left].V != 4 {
		t.Errorf("size %v, margins %v, width %v, padding %v", a.Font.Size, a.Margin, a.Width, a.Padding)
	}
	if a.Border[Top].Width != 2 || a.Border[Top].Line != Dashed || len(a.Layers) != 1 || a.Layers[0].URL != "x.png" || !a.Layers[0].Cover || a.Layers[0].RepeatX != NoRepeat || a.Background.A != 255 {
		t.Errorf("border %v, layers %+v", a.Border[Top], a.Layers)
	}
	c := by(n, "c").Style
	if c.Padding[Top].V != 7 || c.Background != (color.NRGBA{0x12, 0x34, 0x56, 255}) || c.WhiteSpace != NoWrap {
		t.Errorf("the cell has padding %v, ground %v, white space %v", c.Padding, c.Background, c.WhiteSpace)
	}
	if by(n, "h") != nil {
		t.Error("what is not displayed is in the tree")
	}
}

// hostile are mails made to cost much.
func hostile() map[string]string {
	return map[string]string{
		"rules": "<style>" + strings.Repeat(".a .b .c > .d ~ .e{color:red}\n", 5000) + "</style>" + strings.Repeat("<div class='a b c d e'><p>x</p>", 150),
		"has":   "<style>" + strings.Repeat("div:has(p:has(b)){color:red}", 500) + "</style>" + strings.Repeat("<div><p>x</p></div>", 3000),
		"variables": "<style>:root{--a0:x x x x x x x x" + func() string {
			var b strings.Builder
			for i := 1; i < 60; i++ {
				b.WriteString(";--a" + string(rune('0'+i/10)) + string(rune('0'+i%10)) + ":" + strings.Repeat("var(--a"+string(rune('0'+(i-1)/10))+string(rune('0'+(i-1)%10))+") ", 8))
			}
			return b.String()
		}() + "}p{color:var(--a59)}</style><p>x",
		"calc":       "<p style='width:" + strings.Repeat("calc(", 5000) + "1px" + strings.Repeat(")", 5000) + "'>x",
		"formatting": strings.Repeat("<b><i><font color=red>", 3000) + "x",
		"nesting":    strings.Repeat("<div style='color:red;font-size:2em'>", 20000) + "x",
		"attributes": "<p " + strings.Repeat("a=b ", 50000) + ">x",
		"not closed": "<style>p{color:red",
	}
}

// TestHostile: mails made to cost much are styled, or given up, within the time that the caller allows.
func TestHostile(t *testing.T) {
	for name, src := range hostile() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		d, err := dom.ParseBytes(ctx, []byte(src), dom.Limits{})
		if err == nil {
			_, err = Tree(ctx, d, Env{Width: 800, Height: 600})
		}
		cancel()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzStyle(f *testing.F) {
	for name, src := range hostile() {
		if len(src) < 6000 || name == "not closed" {
			f.Add(src)
		}
	}
	f.Add(`<style>p:is(.a,#b):nth-child(2n+1 of p)::before{content:counter(x) url(y);grid:auto/1fr repeat(2,minmax(1px,2fr))}@media not all and (min-width:1px){a{}}</style><p style="font:italic 1px/2 a,b;background:conic-gradient(red,blue)">x`)
	f.Fuzz(func(t *testing.T, src string) {
		ctx, cancel := context.WithTimeout(context.Background(), 4*time.Second)
		defer cancel()
		d, err := dom.ParseBytes(ctx, []byte(src), dom.Limits{})
		if err != nil {
			return
		}
		if n, err := Tree(ctx, d, Env{Width: 800, Height: 600}); err == nil {
			Dump(n)
		}
	})
}

func newsletter() string {
	row := `<tr><td class="cell" bgcolor="#ffffff" style="padding:12px 24px;font-family:Arial,sans-serif;font-size:14px;line-height:20px;color:#333333"><h2 style="margin:0 0 8px">Heading</h2><p class="text" style="margin:0 0 12px">Some words of a newsletter that somebody wrote, with <a href="https://example.com/">a link</a> in it.</p><img src="cid:x" width="120" height="80" alt=""></td></tr>`
	return `<!doctype html><html><head><style>body{margin:0}.cell{border-bottom:1px solid #ddd}.text a{color:#0a6c74}@media (max-width:600px){.cell{padding:8px!important}}</style></head><body><table width="600" align="center" cellpadding="0" cellspacing="0">` + strings.Repeat(row, 150) + `</table></body></html>`
}

func BenchmarkParse(b *testing.B) {
	src := []byte(newsletter())
	b.SetBytes(int64(len(src)))
	for range b.N {
		if _, err := dom.ParseBytes(context.Background(), src, dom.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStyle(b *testing.B) {
	d, err := dom.ParseBytes(context.Background(), []byte(newsletter()), dom.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	for range b.N {
		if _, err := Tree(context.Background(), d, Env{Width: 800, Height: 600}); err != nil {
			b.Fatal(err)
		}
	}
}
