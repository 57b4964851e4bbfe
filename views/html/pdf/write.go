package pdf

import (
	"bytes"
	"compress/zlib"
	"context"
	"fmt"
	"image"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/postrider/postrider/views/html/display"
)

// Pictures gives the decoded picture of an address, false when there is none. It is asked from one goroutine, once for each address.
type Pictures interface {
	Picture(ctx context.Context, url string) (image.Image, bool)
}

// Options of [Write]. Lengths are in points (1/72 inch).
type Options struct {
	Width, Height float64  // of the page; 0 = A4
	Margin        float64  // on all sides; 0 = 36
	Title         string   // of the document
	Lang          string   // BCP 47
	Pictures      Pictures // nil = none
	MaxPages      int      // 0 = 2000
	// Only tells which pages are written, counted from 1; nil = all.
	Only func(page int) bool
}

func (o Options) filled() Options {
	if o.Width <= 0 || o.Height <= 0 {
		o.Width, o.Height = 595.28, 841.89
	}
	if o.Margin <= 0 {
		o.Margin = 36
	}
	o.Margin = min(o.Margin, o.Width/3, o.Height/3)
	if o.MaxPages <= 0 {
		o.MaxPages = 2000
	}
	return o
}

// Write writes the list. The page's width shows all of it, never larger than 1 px = 1/96 inch. The error is that of w or ctx.
func Write(ctx context.Context, w io.Writer, l *display.List, o Options) error {
	o = o.filled()
	d := &document{w: w, o: o, ctx: ctx, list: l, images: map[string]*picture{}, alphas: map[int]string{}, faces: map[faceKey]*faceFonts{}}
	d.raw("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	d.pages()
	if d.err == nil {
		d.err = ctx.Err()
	}
	return d.err
}

// document is a file while it is written.
type document struct {
	w    io.Writer
	n    int64
	err  error
	o    Options
	ctx  context.Context
	list *display.List
	offs []int64 // of the objects, from number 1

	scale  float64 // points in a px
	images map[string]*picture
	alphas map[int]string // names of graphics states by thousandths of alpha
	faces  map[faceKey]*faceFonts
	fonts  []*type3
	shades []string // shading objects
	xobj   strings.Builder
}

func (d *document) raw(s string) {
	if d.err != nil {
		return
	}
	n, err := io.WriteString(d.w, s)
	d.n += int64(n)
	d.err = err
}

// reserve takes the number of an object that is written later.
func (d *document) reserve() int {
	d.offs = append(d.offs, 0)
	return len(d.offs)
}

func (d *document) object(num int, body string) {
	d.offs[num-1] = d.n
	d.raw(strconv.Itoa(num) + " 0 obj\n" + body + "\nendobj\n")
}

func (d *document) add(body string) int {
	n := d.reserve()
	d.object(n, body)
	return n
}

// stream writes a compressed stream; dict are further entries.
func (d *document) stream(num int, dict string, data []byte) {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	z.Write(data)
	z.Close()
	d.offs[num-1] = d.n
	d.raw(fmt.Sprintf("%d 0 obj\n<<%s/Filter/FlateDecode/Length %d>>stream\n", num, dict, b.Len()))
	d.raw(b.String())
	d.raw("\nendstream\nendobj\n")
}

// finish writes what holds the pages together.
func (d *document) finish(kids []int, pagesNum, resources int) {
	var refs strings.Builder
	for _, k := range kids {
		fmt.Fprintf(&refs, "%d 0 R ", k)
	}
	d.object(pagesNum, fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]>>", len(kids), refs.String()))
	d.writeFonts()
	var res strings.Builder
	res.WriteString("<</ProcSet[/PDF/Text/ImageC]/Font<<")
	for _, f := range d.fonts {
		fmt.Fprintf(&res, "/%s %d 0 R", f.name, f.num)
	}
	res.WriteString(">>/ExtGState<<")
	for a := 0; a <= 1000; a++ {
		if name, ok := d.alphas[a]; ok {
			fmt.Fprintf(&res, "/%s<</ca %s/CA %s>>", name, num(float64(a)/1000), num(float64(a)/1000))
		}
	}
	res.WriteString(">>/XObject<<" + d.xobj.String() + ">>/Shading<<")
	for i, s := range d.shades {
		fmt.Fprintf(&res, "/S%d %s", i, s)
	}
	res.WriteString(">>>>")
	d.object(resources, res.String())
	info := d.add("<</Title" + str(d.o.Title) + "/Producer(Postrider)>>")
	lang := ""
	if d.o.Lang != "" {
		lang = "/Lang" + str(d.o.Lang)
	}
	root := d.add(fmt.Sprintf("<</Type/Catalog/Pages %d 0 R%s/ViewerPreferences<</DisplayDocTitle true>>>>", pagesNum, lang))
	at := d.n
	var x strings.Builder
	fmt.Fprintf(&x, "xref\n0 %d\n0000000000 65535 f \n", len(d.offs)+1)
	for _, o := range d.offs {
		fmt.Fprintf(&x, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&x, "trailer\n<</Size %d/Root %d 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(d.offs)+1, root, info, at)
	d.raw(x.String())
}

// num writes a number with three digits after the point at most.
func num(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "0"
	}
	v = math.Round(v*1000) / 1000
	if v == 0 {
		return "0"
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// nums writes numbers and an operator.
func nums(b *bytes.Buffer, op string, v ...float64) {
	for _, x := range v {
		b.WriteString(num(x))
		b.WriteByte(' ')
	}
	b.WriteString(op)
	b.WriteByte('\n')
}

// str writes a text string, in UTF-16 where it must be (section 7.9.2.2).
func str(s string) string {
	plain := true
	for i := 0; i < len(s); i++ {
		plain = plain && s[i] >= 0x20 && s[i] < 0x7F
	}
	var b strings.Builder
	if plain {
		b.WriteByte('(')
		for i := 0; i < len(s); i++ {
			if s[i] == '(' || s[i] == ')' || s[i] == '\\' {
				b.WriteByte('\\')
			}
			b.WriteByte(s[i])
		}
		b.WriteByte(')')
		return b.String()
	}
	b.WriteString("<FEFF" + hex16(s) + ">")
	return b.String()
}

// hex16 is text as UTF-16, big-endian, in hexadecimal.
func hex16(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String()
}
