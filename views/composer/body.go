package composer

import (
	"bytes"
	"image"
	"io"
	"net/http"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/clip"
	"github.com/postrider/postrider/views/composer/rich"
	"github.com/postrider/postrider/views/html/edit"
	"github.com/postrider/postrider/views/kit"
)

// maxInline bounds the pictures in a text that are kept for drawing, bytes together.
const maxInline = 64 << 20

// newRich makes the editor of formatted text.
func (c *Composer) newRich() *rich.Editor {
	e := rich.New(c.pages(), c.h.Do)
	e.OnShortcut = c.shortcut
	e.OnKey = func(k fyne.KeyName, _ bool) bool {
		if k == fyne.KeyEscape {
			c.Close()
			return true
		}
		return false
	}
	e.OnChanged = func() {
		c.unwarn("attachment")
		c.touched()
		if c.find != nil {
			c.find.soon()
		}
	}
	e.OnState = func() {
		if c.format != nil {
			c.format.look()
		}
	}
	e.OnLink = c.askLink
	e.Copy = func(text, page string) { clip.Copy(clip.Content{Text: text, HTML: page}) }
	e.Paste = func(then func(text, page string, foreign bool)) {
		clip.Paste(c.h.Do, func(x clip.Content) {
			if !c.pastePicture(x.Picture) {
				then(x.Text, x.HTML, !x.Own)
			}
		})
	}
	e.OnMenu = func(at fyne.Position) { c.textMenu(at) }
	return e
}

// pastePicture puts a picture of the clipboard into the text; false = it is none.
func (c *Composer) pastePicture(data string) bool {
	ending := map[string]string{"image/png": ".png", "image/jpeg": ".jpg"}[http.DetectContentType([]byte(data[:min(len(data), 512)]))]
	if ending == "" {
		return false
	}
	c.addPicture("picture"+ending, func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(data)), nil })
	return true
}

// body is the editor that is shown.
func (c *Composer) body() fyne.CanvasObject {
	if c.rich != nil {
		return c.rich
	}
	return c.text
}

func (c *Composer) bodyFocus() fyne.Focusable {
	if c.rich != nil {
		return c.rich
	}
	return c.text
}

// fill shows a draft in the editor of formatted text.
func (c *Composer) fill(d mail.Draft) {
	if d.HTML != "" {
		doc, err := edit.Load(d.HTML)
		if err == nil {
			c.rich.SetDoc(doc)
			c.foldHistory()
			c.loadInline(doc)
			return
		}
	}
	doc := edit.New()
	doc.Insert(edit.Selection{}, d.Text, nil, false)
	doc.Forget()
	c.rich.SetDoc(doc)
	if d.Quoted == "" {
		return
	}
	if d.Source == 0 {
		c.addQuote(edit.TextHTML(d.Quoted))
		return
	}
	c.quoting = true
	first, _, _ := strings.Cut(d.Quoted, "\n")
	go func() {
		page, files := "", []inlineFile(nil)
		b, err := c.client.Read(c.ctx, d.Source)
		if err == nil && b.HTML != "" {
			if s, err := edit.Quoted(c.ctx, b.HTML); err == nil {
				page, files = s, c.inlineParts(d.Source, b, s)
			}
		}
		c.h.Do(func() {
			if c.closed {
				return
			}
			c.quoting = false
			if page == "" {
				c.addQuote(edit.TextHTML(d.Quoted))
				return
			}
			for _, f := range files {
				c.keepInline(f)
			}
			head := edit.TextHTML(first)
			if d.Forward {
				// The lines that say what is passed on, up to the empty one.
				lines, _, _ := strings.Cut(d.Quoted, "\n\n")
				c.addQuote(edit.TextHTML(lines) + "<div><br></div>" + page)
				return
			}
			c.addQuote(head + `<blockquote type="cite" style="margin:0 0 0 0.8ex;border-left:2px solid #809093;padding-left:1ex">` + page + "</blockquote>")
		})
	}()
}

// addQuote puts the history below the text, folded.
func (c *Composer) addQuote(page string) {
	doc := c.rich.Doc()
	dirty := c.dirty
	sel := c.rich.Selection()
	from := len(doc.Blocks())
	if err := doc.Append("<div><br></div>" + page); err != nil {
		_ = doc.Append("<div><br></div>" + edit.TextHTML(c.quoted))
	}
	doc.Forget()
	c.loading = true
	c.rich.Fold(from, c.foldLabel())
	c.rich.Select(sel)
	c.loading = false
	c.dirty = dirty
}

// foldHistory folds the history of a draft that was opened again.
func (c *Composer) foldHistory() {
	for i, b := range c.rich.Doc().Blocks() {
		if b.Node.Data == "blockquote" && i > 0 {
			for _, a := range b.Node.Attr {
				if a.Key == "type" && a.Val == "cite" {
					c.rich.Fold(i-1, c.foldLabel())
					return
				}
			}
		}
	}
}

// richDraft fills in what the editor holds.
func (c *Composer) richDraft(d *mail.Draft) {
	doc := c.rich.Doc()
	d.HTML, d.Text, d.Quoted = doc.Fragment(), doc.Plain(), ""
	if c.quoting { // the history is still being read; it must not be lost when the draft is saved now
		d.HTML, d.Quoted = "", c.quoted
	}
	if doc.Simple() && c.rich.FoldFrom < 0 && !c.quoting {
		d.HTML = "" // nothing of it needs HTML
	}
	for _, f := range c.inline {
		if strings.Contains(d.HTML, f.a.ContentID) {
			d.Attach = append(d.Attach, f.a)
		}
	}
}

// inlineFile is a picture of the text.
type inlineFile struct {
	a    mail.Attachment
	data []byte
}

// inlineParts copies the pictures that a quoted mail shows into the profile.
func (c *Composer) inlineParts(id mail.MessageID, b mail.Body, page string) (out []inlineFile) {
	total := 0
	for _, p := range b.Parts {
		if p.ContentID == "" || !strings.HasPrefix(p.Type, "image/") || !strings.Contains(page, p.ContentID) {
			continue
		}
		r, _, err := c.client.OpenPart(c.ctx, id, p.ID)
		if err != nil {
			continue
		}
		data, err := io.ReadAll(io.LimitReader(r, maxInline))
		_ = r.Close()
		if total += len(data); err != nil || total > maxInline {
			continue
		}
		a, err := c.client.Attach(c.ctx, p.Name, bytes.NewReader(data))
		if err != nil {
			continue
		}
		a.Type, a.ContentID = p.Type, p.ContentID
		out = append(out, inlineFile{a, data})
	}
	return out
}

func (c *Composer) keepInline(f inlineFile) {
	c.inlineMu.Lock()
	defer c.inlineMu.Unlock()
	c.inline = append(c.inline, f)
	if c.pics != nil {
		c.pics.Again()
	}
}

// Inline returns the bytes of a picture of the text by its Content-ID. It may be called from any goroutine.
func (c *Composer) inlineData(cid string) []byte {
	c.inlineMu.Lock()
	defer c.inlineMu.Unlock()
	for _, f := range c.inline {
		if f.a.ContentID == cid {
			return f.data
		}
	}
	return nil
}

// loadInline reads the pictures of a draft that was opened again.
func (c *Composer) loadInline(*edit.Doc) {
	var as []mail.Attachment
	c.files = slices.DeleteFunc(c.files, func(f *file) bool {
		if f.a.ContentID != "" {
			as = append(as, f.a)
			return true
		}
		return false
	})
	if len(as) == 0 {
		return
	}
	for _, a := range as {
		c.keepInline(inlineFile{a: a})
	}
	go func() {
		for _, a := range as {
			r, err := c.client.OpenAttachment(c.ctx, a.Digest)
			if err != nil {
				continue
			}
			data, err := io.ReadAll(io.LimitReader(r, maxInline))
			_ = r.Close()
			if err != nil {
				continue
			}
			c.inlineMu.Lock()
			for i := range c.inline {
				if c.inline[i].a.ContentID == a.ContentID {
					c.inline[i].data = data
				}
			}
			c.inlineMu.Unlock()
		}
		c.h.Do(func() {
			if !c.closed && c.rich != nil {
				c.pics.Again()
				c.rich.Recolour()
			}
		})
	}()
}

// pickPicture puts a picture of a file into the text.
func (c *Composer) pickPicture() {
	d := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
		if !kit.Chosen(c.win.Canvas(), r != nil, err) {
			return
		}
		c.addPicture(r.URI().Name(), func() (io.ReadCloser, error) { return r, nil })
	}, c.win)
	kit.ShowFiles(d, c.win.Canvas(), "Choose a picture", "Insert")
}

func (c *Composer) addPicture(name string, open func() (io.ReadCloser, error)) {
	go func() {
		var data []byte
		var a mail.Attachment
		r, err := open()
		if err == nil {
			data, err = io.ReadAll(io.LimitReader(r, maxInline))
			_ = r.Close()
		}
		if err == nil {
			a, err = c.client.Attach(c.ctx, name, bytes.NewReader(data))
		}
		c.h.Do(func() {
			if err != nil {
				e := fault.Of(err)
				c.warn(warning{icon: "circle-alert", bad: true, text: "“" + name + "” could not be put in.", detail: e.Title})
				return
			}
			domain := "mail.invalid"
			if i := strings.LastIndexByte(c.from.Addr, '@'); i >= 0 {
				domain = c.from.Addr[i+1:]
			}
			a.ContentID = a.Digest[:min(24, len(a.Digest))] + "@" + domain
			c.keepInline(inlineFile{a, data})
			alt := name
			if i := strings.LastIndexByte(alt, '.'); i > 0 {
				alt = alt[:i]
			}
			width := 0
			if cfg, _, err := image.DecodeConfig(bytes.NewReader(data)); err == nil && cfg.Width > 600 {
				width = 600
			}
			c.rich.Picture("cid:"+a.ContentID, alt, width)
		})
	}()
}

// askLink asks where a link leads.
func (c *Composer) askLink() {
	old, _ := c.rich.Doc().LinkAt(c.rich.Selection().To)
	f := kit.NewField("https://example.com/")
	f.Name = "Address of the link"
	f.SetText(old)
	var d *kit.Dialog
	problem := kit.NewLabel("", kit.Small12, kit.Err)
	ok := func() {
		s := strings.TrimSpace(f.Text())
		low := strings.ToLower(s)
		switch {
		case s == "":
		case strings.HasPrefix(low, "http://"), strings.HasPrefix(low, "https://"), strings.HasPrefix(low, "mailto:"), strings.HasPrefix(low, "tel:"):
		case strings.Contains(s, "@") && !strings.ContainsAny(s, "/ "):
			s = "mailto:" + s
		case strings.Contains(s, ".") && !strings.ContainsAny(s, " :"):
			s = "https://" + s
		default:
			problem.SetText("A link begins with https:// or is a mail address.")
			return
		}
		d.Close()
		c.rich.SetLink(s)
		c.focus(c.rich)
	}
	f.OnSubmit = ok
	buttons := kit.Row(8)
	if old != "" {
		buttons.Add(kit.NewButton("Remove link", "", kit.Plain, func() { d.Close(); c.rich.SetLink(""); c.focus(c.rich) }))
	}
	buttons.Add(kit.Spring(nil))
	buttons.Add(kit.NewButton("Cancel", "", kit.Plain, func() { d.Close(); c.focus(c.rich) }))
	buttons.Add(kit.NewButton("Link", "", kit.Primary, ok))
	d = kit.NewDialog(c.win.Canvas(), kit.NarrowDialog, kit.Col(0, kit.NewLabel("Link", kit.Title16, kit.Text), kit.Gap(0, 14), f, kit.Gap(0, 4), kit.Sized(0, 18, problem), kit.Gap(0, 12), buttons))
	d.Open()
	c.win.Canvas().Focus(f)
}

func (c *Composer) textMenu(at fyne.Position) {
	e := c.rich
	board := fyne.CurrentApp().Clipboard()
	items := []kit.MenuItem{
		{Text: "Cut", Key: "Ctrl X", Do: func() { e.TypedShortcut(&fyne.ShortcutCut{Clipboard: board}) }},
		{Text: "Copy", Icon: "copy", Key: "Ctrl C", Do: func() { e.TypedShortcut(&fyne.ShortcutCopy{Clipboard: board}) }},
		{Text: "Paste", Icon: "clipboard-copy", Key: "Ctrl V", Do: func() { e.TypedShortcut(&fyne.ShortcutPaste{Clipboard: board}) }},
		{Text: "Paste as plain text", Key: "Ctrl Shift V", Do: e.PastePlain},
		kit.Separator(),
		{Text: "Undo", Icon: "undo-2", Key: "Ctrl Z", Do: e.Undo}, {Text: "Redo", Icon: "redo", Key: "Ctrl Shift Z", Do: e.Redo},
		kit.Separator(),
		{Text: "Link…", Icon: "link", Key: "Ctrl K", Do: c.askLink},
	}
	items = append(items, kit.MenuItem{Text: "Find and replace…", Icon: "search", Key: "Ctrl H", Do: c.Find})
	if in, plain := e.Doc().InTable(e.Selection().To); in && plain {
		d := e.Doc()
		do := func(f func(edit.Pos) edit.Pos) func() { return func() { e.Tables(f); c.focus(e) } }
		items = append(items, kit.Separator(),
			kit.MenuItem{Text: "Row above", Do: do(func(p edit.Pos) edit.Pos { return d.Row(p, -1) })}, kit.MenuItem{Text: "Row below", Do: do(func(p edit.Pos) edit.Pos { return d.Row(p, 1) })},
			kit.MenuItem{Text: "Column left", Do: do(func(p edit.Pos) edit.Pos { return d.Column(p, -1) })}, kit.MenuItem{Text: "Column right", Do: do(func(p edit.Pos) edit.Pos { return d.Column(p, 1) })},
			kit.Separator(),
			kit.MenuItem{Text: "Delete row", Do: do(d.DeleteRow)}, kit.MenuItem{Text: "Delete column", Do: do(d.DeleteColumn)}, kit.MenuItem{Text: "Delete table", Icon: "trash-2", Do: do(d.DeleteTable)})
	}
	if p, ok := c.misspelled(); ok {
		var more []kit.MenuItem
		for _, s := range p.suggest {
			more = append(more, kit.MenuItem{Text: s, Do: func() { e.Select(p.span); e.Insert(s) }})
		}
		if len(more) == 0 {
			more = append(more, kit.MenuItem{Text: "No suggestions"})
		}
		items = append(append(more, kit.Separator()), items...)
	}
	kit.ShowMenu(c.win.Canvas(), at, items...)
}

// swapSignature changes the signature when the old one is still there as it was.
func (c *Composer) swapSignature(old, now string) {
	doc := c.rich.Doc()
	end := doc.Leaves()
	if c.rich.FoldFrom >= 0 && c.rich.FoldFrom < len(doc.Blocks()) {
		end, _ = doc.First(c.rich.FoldFrom)
	}
	lines := strings.Split(strings.TrimPrefix(old, "\n\n"), "\n")
	last := edit.Pos{Leaf: end - 1, Off: len(doc.Text(end - 1))}
	if old == "" {
		doc.Insert(edit.Selection{From: last, To: last}, now, nil, false)
		c.rich.Edited()
		return
	}
	for i := end - len(lines); i >= 0; i-- {
		same := true
		for k, l := range lines {
			same = same && doc.Text(i+k) == l
		}
		if !same {
			continue
		}
		to := edit.Pos{Leaf: i + len(lines) - 1, Off: len(doc.Text(i + len(lines) - 1))}
		doc.Insert(edit.Selection{From: edit.Pos{Leaf: i}, To: to}, strings.TrimPrefix(now, "\n\n"), nil, false)
		c.rich.Edited()
		return
	}
}
