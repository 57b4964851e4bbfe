package printing

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/views/kit"
)

// Hooks is what the dialog needs of the window. Printers and Send are the system's where they are nil.
type Hooks struct {
	Do       func(func())
	Failed   func(error)
	Toast    func(icon, text string)
	Printers func(context.Context) []Printer
	Send     func(ctx context.Context, printer, title string, file io.Reader, w Wishes) error
}

// Dialog asks how to print.
type Dialog struct {
	d    *kit.Dialog
	win  fyne.Window
	h    Hooks
	make func(context.Context) (Document, error)
	ctx  context.Context
	stop context.CancelFunc

	doc      *Document
	laid     *Laid
	printers []Printer
	turn     int // of the layout that is under way
	page     int
	stopDraw context.CancelFunc

	sheet             *sheet
	where, paper      *kit.Choice
	pages, copies     *kit.Field
	sides, grey       *kit.Check
	twoSided, isGrey  bool
	count, problem    *kit.Label
	prev, next, print *kit.Button
	more              fyne.CanvasObject // what only printers need
}

const toFile = "PDF file"

// Show shows the dialog. make makes the document; it runs on a goroutine of its own.
func Show(win fyne.Window, make func(context.Context) (Document, error), h Hooks) *Dialog {
	if h.Printers == nil {
		h.Printers = Printers
	}
	if h.Send == nil {
		h.Send = Send
	}
	x := &Dialog{win: win, h: h, make: make, sheet: newSheet()}
	x.ctx, x.stop = context.WithCancel(context.Background())
	x.where = kit.NewChoice([]string{toFile}, 0, func(int) { x.show() })
	x.where.Name = "Printer"
	names := []string{}
	for _, p := range Papers {
		names = append(names, p.Name)
	}
	x.paper = kit.NewChoice(names, Usual(), func(int) { x.lay() })
	x.paper.Name = "Paper"
	digits := func(more string) func(rune) bool {
		return func(r rune) bool {
			if r >= '0' && r <= '9' {
				return true
			}
			for _, m := range more {
				if r == m {
					return true
				}
			}
			return false
		}
	}
	x.pages, x.copies = kit.NewField("All"), kit.NewField("1")
	x.pages.Name, x.copies.Name = "Pages", "Copies"
	x.pages.Accept, x.copies.Accept = digits("-–,; "), digits("")
	x.pages.OnSubmit, x.copies.OnSubmit = x.act, x.act
	x.pages.OnChanged, x.copies.OnChanged = func(string) { x.problem.SetText("") }, func(string) { x.problem.SetText("") }
	x.sides = kit.NewCheck("On both sides", false, func(on bool) { x.twoSided = on })
	x.grey = kit.NewCheck("Black and white", false, func(on bool) { x.isGrey = on })
	x.count, x.problem = kit.NewLabel("", kit.Small12, kit.Text2), kit.NewShrinkLabel("", kit.Small12, kit.Err)
	x.count.Align = fyne.TextAlignCenter
	x.prev = kit.NewIconButton("chevron-left", "Page before", "", func() { x.turnTo(x.page - 1) })
	x.next = kit.NewIconButton("chevron-right", "Next page", "", func() { x.turnTo(x.page + 1) })
	x.print = kit.NewButton("Save…", "", kit.Primary, x.act)
	label := func(text string, f fyne.CanvasObject) fyne.CanvasObject {
		return kit.Col(4, kit.NewLabel(text, kit.Small12M, kit.Text2), f)
	}
	x.more = kit.Col(0, label("Copies", x.copies), kit.Gap(0, 14), x.sides, kit.Gap(0, 10), x.grey)
	const width = 760
	side := kit.Col(0, label("Printer", x.where), kit.Gap(0, 14), label("Paper", x.paper), kit.Gap(0, 14), label("Pages", x.pages), kit.Gap(0, 14), x.more)
	left := kit.Col(8, x.sheet, kit.Sized(sheetWidth, 28, kit.Row(4, kit.Spring(nil), x.prev, kit.Sized(110, 18, x.count), x.next, kit.Spring(nil))))
	right := float32(width - 48 - sheetWidth - 24)
	body := kit.Free(func() fyne.Size { return fyne.NewSize(width-48, left.MinSize().Height) }, func(s fyne.Size) {
		kit.Place(left, 0, 0, sheetWidth, s.Height)
		kit.Place(side, s.Width-right, 0, right, s.Height)
	}, left, side)
	x.d = kit.NewDialog(win.Canvas(), width, kit.Col(0, kit.NewLabel("Print", kit.Title16, kit.Text), kit.Gap(0, 16), body, kit.Gap(0, 8),
		kit.Row(8, kit.Spring(x.problem), kit.NewButton("Cancel", "", kit.Plain, func() { x.d.Close() }), x.print)))
	x.d.OnHide = x.stop
	x.show()
	x.d.Open()
	win.Canvas().Focus(x.where)
	x.begin()
	return x
}

// begin makes the document and looks for printers.
func (x *Dialog) begin() {
	go func() {
		ps := x.h.Printers(x.ctx)
		x.h.Do(func() {
			if x.ctx.Err() != nil || len(ps) == 0 {
				return
			}
			was := x.where.Selected
			x.printers = ps
			x.where.Options = nil
			for _, p := range ps {
				x.where.Options = append(x.where.Options, p.Title())
			}
			x.where.Options = append(x.where.Options, toFile)
			if x.where.Selected = 0; was != 0 || !ps[0].Default {
				x.where.Selected = len(ps)
			}
			x.where.Refresh()
			x.show()
		})
	}()
	go func() {
		d, err := x.make(x.ctx)
		x.h.Do(func() {
			switch {
			case x.ctx.Err() != nil:
			case err != nil:
				x.say(err)
			default:
				x.doc = &d
				x.lay()
			}
		})
	}()
}

func (x *Dialog) say(err error) {
	f := fault.Of(err)
	x.sheet.say = f.Title + ". " + f.Detail
	x.sheet.im = nil
	x.sheet.Refresh()
	x.show()
}

// lay lays the document out for the paper that is chosen.
func (x *Dialog) lay() {
	if x.doc == nil {
		return
	}
	x.turn++
	turn, d, paper := x.turn, *x.doc, Papers[x.paper.Selected]
	x.laid, x.sheet.im, x.sheet.say = nil, nil, ""
	x.sheet.Refresh()
	x.show()
	go func() {
		l, err := Lay(x.ctx, d, paper)
		x.h.Do(func() {
			switch {
			case turn != x.turn || x.ctx.Err() != nil:
			case err != nil:
				x.say(fault.New(fault.Refused, "print-layout", "This cannot be laid out for paper", "It is not printed. Show it as plain text and print that."))
			default:
				x.laid, x.sheet.paper = l, l.Paper
				x.turnTo(min(x.page, l.Pages()-1))
			}
		})
	}()
}

// turnTo shows another page.
func (x *Dialog) turnTo(page int) {
	l := x.laid
	if l == nil || page < 0 || page >= l.Pages() {
		return
	}
	x.page = page
	x.show()
	if x.stopDraw != nil {
		x.stopDraw()
	}
	ctx, stop := context.WithCancel(x.ctx)
	x.stopDraw = stop
	_, _, w, _ := x.sheet.place()
	px := int(w * x.win.Canvas().Scale())
	go func() {
		im := l.Draw(ctx, page, px)
		x.h.Do(func() {
			if ctx.Err() == nil && im != nil {
				x.sheet.im = im
				x.sheet.Refresh()
			}
		})
	}()
}

// show brings buttons and words up to date.
func (x *Dialog) show() {
	n := 0
	if x.laid != nil {
		n = x.laid.Pages()
	}
	text := ""
	if n > 0 {
		text = fmt.Sprintf("Page %d of %d", x.page+1, n)
	}
	x.count.SetText(text)
	x.prev.Hidden, x.next.Hidden = n < 2, n < 2
	x.prev.SetEnabled(x.page > 0)
	x.next.SetEnabled(x.page+1 < n)
	_, paper := x.printer()
	if paper {
		x.more.Show()
		x.print.SetText("Print")
	} else {
		x.more.Hide()
		x.print.SetText("Save…")
	}
	x.print.SetEnabled(n > 0)
	if x.d != nil {
		x.d.Fit()
	}
}

// printer is the one that is chosen; ok is false for a file.
func (x *Dialog) printer() (p Printer, ok bool) {
	if i := x.where.Selected; i >= 0 && i < len(x.printers) {
		return x.printers[i], true
	}
	return Printer{}, false
}

// act prints, or asks where to save.
func (x *Dialog) act() {
	l := x.laid
	if l == nil {
		return
	}
	only, ok := Ranges(x.pages.Text(), l.Pages())
	if !ok {
		x.problem.SetText(fmt.Sprintf("Write pages of 1 to %d, like 1-3, 5.", l.Pages()))
		return
	}
	p, paper := x.printer()
	if !paper {
		x.d.Close()
		x.save(l, only)
		return
	}
	copies := 1
	if t := x.copies.Text(); t != "" {
		var err error
		if copies, err = strconv.Atoi(t); err != nil || copies < 1 || copies > 999 {
			x.problem.SetText("Copies can be 1 to 999.")
			return
		}
	}
	w := Wishes{Copies: copies, TwoSided: x.twoSided, Grey: x.isGrey, Landscape: x.doc.Landscape, Paper: Papers[x.paper.Selected]}
	x.d.Close()
	h, title := x.h, x.doc.Title
	go func() {
		var b bytes.Buffer
		ctx := context.Background()
		l.pics.outlive(ctx)
		err := l.PDF(ctx, &b, only)
		if err == nil {
			err = h.Send(ctx, p.Name, title, &b, w)
		}
		h.Do(func() {
			if err != nil {
				h.Failed(fault.Of(err))
				return
			}
			h.Toast("printer", "Given to "+p.Title())
		})
	}()
}

func (x *Dialog) save(l *Laid, only func(int) bool) {
	h := x.h
	d := dialog.NewFileSave(func(w fyne.URIWriteCloser, err error) {
		if !kit.Chosen(x.win.Canvas(), w != nil, err) {
			return
		}
		go func() {
			ctx := context.Background()
			l.pics.outlive(ctx)
			err := l.PDF(ctx, w, only)
			if e := w.Close(); err == nil {
				err = e
			}
			h.Do(func() {
				if err != nil {
					h.Failed(fault.Of(err))
					return
				}
				h.Toast("download", w.URI().Name()+" saved")
			})
		}()
	}, x.win)
	d.SetFileName(FileName(l.Title))
	kit.ShowFiles(d, x.win.Canvas(), "Save as PDF", "Save")
}
