package printing

import (
	"context"
	"fmt"
	"image/color"
	"io"
	"strings"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/pdf"
	"github.com/postrider/postrider/views/html/view"
)

// Fetch returns the bytes of a picture by its address as written; an error means that there is none or that it may not be loaded.
type Fetch func(ctx context.Context, address string) ([]byte, error)

// Part is a piece of a document, as HTML.
type Part struct {
	HTML string
	// Else is shown where HTML cannot be laid out in time; "" = the part is missing then.
	Else  string
	Fetch Fetch // nil = no pictures
}

// Document is what is printed: parts below each other.
type Document struct {
	Title string // of the print job, the PDF and, made safe, the file
	Parts []Part
	// Landscape turns the paper.
	Landscape bool
	// Fit makes everything smaller, down to half, where that brings it onto one page.
	Fit bool
}

// Laid is a document on a paper.
type Laid struct {
	List  *display.List
	Cuts  []float64 // y in px where pages begin, and the end of the last
	Scale float64   // points of paper in a px
	Paper Paper
	Title string
	pics  *pictures
}

// Pages is how many pages there are.
func (l *Laid) Pages() int { return len(l.Cuts) - 1 }

// margin on all sides, in points: what any printer can print.
const margin = 36

// Lay lays a document out. It takes as long as the parts: call it off the window's goroutine. Pictures that it needs are fetched meanwhile.
func Lay(ctx context.Context, d Document, paper Paper) (*Laid, error) {
	if d.Landscape {
		paper.Width, paper.Height = paper.Height, paper.Width
	}
	l, err := lay(ctx, d, paper, 1)
	for k := 1.15; d.Fit && err == nil && l.Pages() > 1 && k <= 2; k *= 1.15 {
		less, e := lay(ctx, d, paper, k)
		if e != nil {
			return nil, e
		}
		if less.Pages() == 1 {
			return less, nil
		}
	}
	return l, err
}

// lay lays a document out k times as wide as the paper is.
func lay(ctx context.Context, d Document, paper Paper, k float64) (*Laid, error) {
	width := (paper.Width - 2*margin) / 0.75 * k
	all := &display.List{Width: width, Background: color.NRGBA{255, 255, 255, 255}}
	pics := newPictures(ctx)
	for i, p := range d.Parts {
		l, err := pics.lay(ctx, i, p, width)
		if err != nil && p.Else != "" && ctx.Err() == nil {
			l, err = pics.lay(ctx, i, Part{HTML: p.Else}, width)
		}
		if err != nil {
			return nil, err
		}
		if bg := l.Background; bg.A != 0 && bg != all.Background {
			all.Items = append(all.Items, &display.Box{Rect: display.Rect{Y: all.Height, W: max(l.Width, width), H: l.Height}, Color: bg})
		}
		l.Move(0, all.Height)
		for _, o := range l.Order {
			o.Item += len(all.Items)
			all.Order = append(all.Order, o)
		}
		all.Items = append(all.Items, l.Items...)
		all.Width, all.Height = max(all.Width, l.Width), all.Height+l.Height
	}
	out := &Laid{List: all, Paper: paper, Title: d.Title, pics: pics}
	out.Cuts, out.Scale = pdf.Cuts(all, out.options())
	return out, nil
}

// lay lays one part out. Addresses of pictures get the number of the part before them: two messages may mean different pictures by one address.
func (p *pictures) lay(ctx context.Context, part int, x Part, width float64) (*display.List, error) {
	ctx, cancel := context.WithTimeout(ctx, patience+view.Budget)
	defer cancel()
	l, err := view.Print(ctx, x.HTML, width, &ofPart{p, part, x.Fetch})
	if err != nil {
		return nil, err
	}
	for _, it := range l.Items {
		switch v := it.(type) {
		case *display.Image:
			v.URL = numbered(part, v.URL)
		case *display.Box:
			for i := range v.Layers {
				v.Layers[i].URL = numbered(part, v.Layers[i].URL)
			}
		}
	}
	return l, nil
}

func numbered(part int, url string) string {
	if url == "" {
		return ""
	}
	return fmt.Sprintf("%d %s", part, url)
}

func (l *Laid) options() pdf.Options {
	return pdf.Options{Width: l.Paper.Width, Height: l.Paper.Height, Margin: margin, Title: l.Title, Pictures: l.pics}
}

// PDF writes the pages that only names (nil = all) as a PDF file.
func (l *Laid) PDF(ctx context.Context, w io.Writer, only func(page int) bool) error {
	o := l.options()
	o.Only = only
	return pdf.Write(ctx, w, l.List, o)
}

// FileName is the name of a PDF file for a title.
func FileName(title string) string {
	name := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '-'
		}
		return r
	}, strings.Trim(strings.TrimSpace(title), "."))
	if r := []rune(name); len(r) > 80 {
		name = strings.TrimSpace(string(r[:80]))
	}
	if name == "" {
		name = "Message"
	}
	return name + ".pdf"
}
