package reader

import (
	"bytes"
	"context"
	"image"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	_ "image/gif"  // previews
	_ "image/jpeg" // previews
	_ "image/png"  // previews

	_ "golang.org/x/image/webp" // previews

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/rfc822"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/plaintext"
	"github.com/postrider/postrider/views/kit"
)

// myself is the person's address that the message was written to, or any.
func (p *Pane) myself() (mail.Address, bool) {
	for _, a := range p.shown.To {
		if p.mine(a) {
			return a, true
		}
	}
	for addr, name := range p.me {
		return mail.Address{Name: name, Addr: addr}, true
	}
	return mail.Address{}, false
}

// cardMenu is what can be done with one message.
func (p *Pane) cardMenu(c *card) []kit.MenuItem {
	one := []mail.Summary{c.s}
	comp := func(k app.ComposeKind) func() {
		return func() { p.OnCompose(app.Compose{Kind: k, Of: c.s.ID, Account: c.s.Account}, "") }
	}
	star := kit.MenuItem{Text: "Star", Icon: "star", Key: "S", Do: func() { p.OnCommand("star", one) }}
	if c.s.Flags.Has(mail.Flagged) {
		star.Text = "Remove star"
	}
	items := []kit.MenuItem{
		{Text: "Reply", Icon: "reply", Key: "R", Do: comp(app.ComposeReply)},
		{Text: "Reply all", Icon: "reply-all", Key: "A", Do: comp(app.ComposeReplyAll)},
		{Text: "Forward", Icon: "forward", Key: "F", Do: comp(app.ComposeForward)},
		{Text: "Forward as attachment", Icon: "paperclip", Do: comp(app.ComposeForwardAttach)},
	}
	if c.s.Flags.Has(mail.DraftFlag) {
		items = []kit.MenuItem{{Text: "Edit draft", Icon: "pencil", Key: "Enter", Do: comp(app.ComposeEdit)}}
	}
	items = append(items,
		kit.Separator(), star,
		kit.MenuItem{Text: "Mark unread", Icon: "mail", Key: "Shift U", Do: func() { p.OnCommand("unread", one) }},
		kit.Separator())
	if c.body != nil && strings.TrimSpace(c.body.HTML) != "" {
		if c.page != nil {
			items = append(items, kit.MenuItem{Text: "Show as plain text", Icon: "text-quote", Do: func() { c.plain = true; c.again() }})
			if kit.Current().Dark {
				items = append(items, kit.MenuItem{Text: "Show original colours", Icon: "sun", Checked: c.bright, Do: func() { c.bright = !c.bright; c.again() }})
			}
		} else {
			items = append(items, kit.MenuItem{Text: "Show with formatting", Icon: "image", Do: func() { c.plain = false; c.again() }})
		}
	}
	if c.page != nil && len(c.page.named) > 0 {
		ts := c.page.named
		items = append(items, kit.MenuItem{Text: "Show trackers", Icon: "shield-check", Do: func() { p.showTrackers(ts) }})
	}
	key := "Ctrl P"
	if n := len(p.cards); n > 1 {
		items = append(items, kit.MenuItem{Text: "Print all " + strconv.Itoa(n) + " messages…", Icon: "printer", Key: key, Do: p.Print})
		key = ""
	}
	return append(items,
		kit.MenuItem{Text: "Print…", Icon: "printer", Key: key, Disabled: c.body == nil, Do: func() { p.print([]*card{c}) }},
		kit.MenuItem{Text: "Copy text", Icon: "copy", Disabled: c.text == nil, Do: func() { p.copyText(c) }},
		kit.MenuItem{Text: "Save as .eml…", Icon: "save", Do: func() { p.saveRaw(c) }},
		kit.MenuItem{Text: "Show source", Icon: "code", Do: func() { p.source(c) }})
}

func (p *Pane) copyText(c *card) {
	text := c.text.All()
	if c.body != nil && c.body.Text != "" {
		text = c.body.Text
	}
	fyne.CurrentApp().Clipboard().SetContent(text)
	p.Toast("copy", "Text copied")
}

func (p *Pane) textMenu(c *card, t textBody, at fyne.Position, link string) {
	var items []kit.MenuItem
	clip := func(s string) func() {
		return func() { fyne.CurrentApp().Clipboard().SetContent(s) }
	}
	if link != "" {
		items = append(items, kit.MenuItem{Text: kit.Cut(link, kit.Body13, 340), Disabled: true, Do: func() {}},
			kit.MenuItem{Text: "Open link", Icon: "square-arrow-out-up-right", Do: func() { p.openLink("", link) }},
			kit.MenuItem{Text: "Copy link", Icon: "link", Do: clip(link)}, kit.Separator())
	}
	sel := t.Selected()
	items = append(items, kit.MenuItem{Text: "Copy", Icon: "copy", Key: "Ctrl C", Disabled: sel == "", Do: func() { t.TypedShortcut(&fyne.ShortcutCopy{}) }},
		kit.MenuItem{Text: "Select all", Key: "Ctrl A", Do: t.SelectAll},
		kit.MenuItem{Text: "Copy text of the message", Disabled: c.text == nil, Do: func() { p.copyText(c) }})
	kit.ShowMenu(p.win.Canvas(), at, items...)
}

func (p *Pane) hoverLink(target string) {
	p.status.set(target)
	p.Refresh()
}

// openLink opens a link that the person clicked; when its text names another place than its target, it asks first.
func (p *Pane) openLink(text, target string) {
	p.follow(text, target, text != "" && plaintext.DeceptiveLink(text, target), "It reads")
}

// openPicture opens the link of a picture.
func (p *Pane) openPicture(alt, target string) {
	p.follow(alt, target, alt != "" && plaintext.DeceptivePicture(alt, target), "The picture says")
}

func (p *Pane) follow(text, target string, deceptive bool, says string) {
	u, err := url.Parse(strings.TrimSpace(target))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "mailto" {
		kit.Ask(p.win.Canvas(), "This link cannot be opened", "Postrider opens web pages and mail addresses only. The link leads to: "+kit.Cut(target, kit.Body13, 1200), "Copy the link", false,
			func() { fyne.CurrentApp().Clipboard().SetContent(target) })
		return
	}
	open := func() {
		if u.Scheme == "mailto" {
			p.OnCompose(app.Compose{Kind: app.ComposeMailto, Mailto: target, Account: p.shown.Account}, "")
			return
		}
		if err := p.OpenURL(target); err != nil {
			p.Failed(err)
		}
	}
	if deceptive {
		where := u.Host
		if where == "" {
			where = target
		}
		kit.Ask(p.win.Canvas(), "This link goes somewhere else", says+" “"+kit.Cut(strings.TrimSpace(text), kit.Body13, 900)+"” but leads to "+where+". Open it only if you trust the sender.", "Open "+kit.Cut(where, kit.Body13, 180), true, open)
		return
	}
	open()
}

func (p *Pane) unsubscribe(c *card) {
	u := c.body.Unsubscribe
	switch {
	case u.URL != "":
		host := u.URL
		if x, err := url.Parse(u.URL); err == nil {
			host = x.Host
		}
		kit.Ask(p.win.Canvas(), "Unsubscribe on the sender's page", "The page "+host+" opens in your browser. The sender learns that your address is read.", "Open the page", false, func() {
			if err := p.OpenURL(u.URL); err != nil {
				p.Failed(err)
			}
		})
	case u.Mailto != "":
		m := u.Mailto
		if !strings.HasPrefix(strings.ToLower(m), "mailto:") {
			m = "mailto:" + m
		}
		p.OnCompose(app.Compose{Kind: app.ComposeMailto, Mailto: m, Account: c.s.Account}, "")
	}
}

// read fetches the bytes of a part off the window's goroutine, at most most bytes.
func (p *Pane) read(c *card, part mail.Part, most int64, then func([]byte)) {
	id := c.s.ID
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		r, _, err := p.c.OpenPart(ctx, id, part.ID)
		var b []byte
		if err == nil {
			b, err = io.ReadAll(io.LimitReader(r, most))
			_ = r.Close()
		}
		p.do(func() {
			if err != nil {
				p.Failed(fault.Of(err))
				return
			}
			then(b)
		})
	}()
}

const (
	previewText = 1 << 20
	previewPic  = 32 << 20
	pixelsMost  = 40_000_000
)

// preview shows pictures and texts; other files are opened with the system's program.
func (p *Pane) preview(c *card, part mail.Part) {
	switch {
	case strings.HasPrefix(part.Type, "image/") && !strings.Contains(part.Type, "svg"):
		p.read(c, part, previewPic, func(b []byte) {
			// The size is read before the picture is decoded, so that a small file cannot ask for all memory.
			cfg, _, err := image.DecodeConfig(bytes.NewReader(b))
			if err != nil || cfg.Width*cfg.Height > pixelsMost {
				p.openFile(c, part)
				return
			}
			go func() {
				im, _, err := image.Decode(bytes.NewReader(b))
				p.do(func() {
					if err != nil {
						p.openFile(c, part)
						return
					}
					p.showPicture(c, part, im)
				})
			}()
		})
	case strings.HasPrefix(part.Type, "text/") && part.Type != "text/html" || part.Type == "application/json":
		p.read(c, part, previewText, func(b []byte) {
			title := part.Name
			if len(b) == previewText {
				title += ", first 1 MB"
			}
			p.showText(title, rfc822.Text(b, part.Charset), kit.NewButton("Save as…", "download", kit.Plain, func() { p.save(c, part) }))
		})
	default:
		p.openFile(c, part)
	}
}

func (p *Pane) showPicture(c *card, part mail.Part, im image.Image) {
	cv := p.win.Canvas()
	pic := canvas.NewImageFromImage(im)
	pic.FillMode = canvas.ImageFillContain
	size := im.Bounds().Size()
	k := min(1, min((cv.Size().Width-160)/float32(size.X), (cv.Size().Height-220)/float32(size.Y)))
	pic.SetMinSize(fyne.NewSize(max(160, float32(size.X)*k), max(80, float32(size.Y)*k)))
	var d *kit.Dialog
	row := kit.Row(8, kit.Spring(kit.NewShrinkLabel(part.Name+" · "+Size(part.Size), kit.Body13, kit.Text2)), kit.NewButton("Save as…", "download", kit.Plain, func() { d.Close(); p.save(c, part) }),
		kit.NewButton("Open", "", kit.Plain, func() { d.Close(); p.openFile(c, part) }), kit.NewButton("Close", "", kit.Primary, func() { d.Close() }))
	d = kit.NewDialog(cv, max(480, pic.MinSize().Width+48), kit.Col(16, pic, row))
	d.Sticky = false
	d.Open()
}

// showText shows a long text in a dialog, in the fixed-width font.
func (p *Pane) showText(title, text string, more ...fyne.CanvasObject) {
	cv := p.win.Canvas()
	t := newText([]mail.Block{{Spans: []mail.Span{{Text: strings.ReplaceAll(text, "\r\n", "\n"), Mono: true}}}}, 13)
	t.OnMenu = func(at fyne.Position, _ string) {
		kit.ShowMenu(cv, at, kit.MenuItem{Text: "Copy", Icon: "copy", Do: func() { fyne.CurrentApp().Clipboard().SetContent(t.Selected()) }},
			kit.MenuItem{Text: "Select all", Do: t.SelectAll})
	}
	t.OnKey = func(e *fyne.KeyEvent) {
		if e.Name == fyne.KeyEscape {
			kit.EscapeFrom(t)
		}
	}
	sc := kit.NewScroller(t)
	var d *kit.Dialog
	row := []fyne.CanvasObject{kit.Spring(nil), kit.NewButton("Copy all", "copy", kit.Plain, func() { fyne.CurrentApp().Clipboard().SetContent(text) })}
	row = append(row, more...)
	row = append(row, kit.NewButton("Close", "", kit.Primary, func() { d.Close() }))
	w, h := min(760, cv.Size().Width-80), max(160, min(560, cv.Size().Height-220))
	d = kit.NewDialog(cv, w, kit.Col(12, kit.NewShrinkLabel(title, kit.Title16, kit.Text), kit.Sized(w-48, h, sc), kit.Row(8, row...)))
	d.Sticky = false
	d.Open()
}

const sourceMost = 2 << 20

func (p *Pane) source(c *card) {
	id := c.s.ID
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		b, err := p.c.Raw(ctx, id)
		p.do(func() {
			if err != nil {
				p.Failed(err)
				return
			}
			title := "Source"
			if len(b) > sourceMost {
				b, title = b[:sourceMost], "Source, first 2 MB"
			}
			p.showText(title, string(bytes.ToValidUTF8(b, []byte("\uFFFD"))), kit.NewButton("Save as .eml…", "save", kit.Plain, func() { p.saveRaw(c) }))
		})
	}()
}

func (p *Pane) saveRaw(c *card) {
	name := strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '-'
		}
		return r
	}, c.s.Subject)
	if len([]rune(name)) > 80 {
		name = string([]rune(name)[:80])
	}
	if strings.TrimSpace(name) == "" {
		name = "message"
	}
	id := c.s.ID
	p.saveDialog(name+".eml", func(ctx context.Context) (io.ReadCloser, error) {
		b, err := p.c.Raw(ctx, id)
		return io.NopCloser(bytes.NewReader(b)), err
	})
}

func (p *Pane) save(c *card, part mail.Part) {
	id := c.s.ID
	p.saveDialog(part.Name, func(ctx context.Context) (io.ReadCloser, error) {
		r, _, err := p.c.OpenPart(ctx, id, part.ID)
		return r, err
	})
}

func (p *Pane) saveDialog(name string, open func(context.Context) (io.ReadCloser, error)) {
	d := dialog.NewFileSave(func(w fyne.URIWriteCloser, err error) {
		if !kit.Chosen(p.win.Canvas(), w != nil, err) {
			return
		}
		go func() {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
			defer cancel()
			r, err := open(ctx)
			if err == nil {
				_, err = io.Copy(w, r)
				_ = r.Close()
			}
			if e := w.Close(); err == nil {
				err = e
			}
			p.do(func() {
				if err != nil {
					p.Failed(fault.Of(err))
					return
				}
				p.Toast("download", w.URI().Name()+" saved")
			})
		}()
	}, p.win)
	d.SetFileName(name)
	kit.ShowFiles(d, p.win.Canvas(), "Save as", "Save")
}

func (p *Pane) saveAll(c *card) {
	d := dialog.NewFolderOpen(func(dir fyne.ListableURI, err error) {
		if !kit.Chosen(p.win.Canvas(), dir != nil, err) {
			return
		}
		parts := append([]mail.Part(nil), c.body.Parts...)
		id, path := c.s.ID, dir.Path()
		go func() {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
			defer cancel()
			n := 0
			var err error
			for _, part := range parts {
				var r io.ReadCloser
				if r, _, err = p.c.OpenPart(ctx, id, part.ID); err != nil {
					break
				}
				err = writeNew(path, part.Name, r)
				_ = r.Close()
				if err != nil {
					break
				}
				n++
			}
			p.do(func() {
				if err != nil {
					p.Failed(fault.Of(err))
					return
				}
				p.Toast("download", kit.Plural(n, "file", "files")+" saved")
			})
		}()
	}, p.win)
	kit.ShowFiles(d, p.win.Canvas(), "Save all here", "Save here")
}

// writeNew writes r to a new file of that name in dir; a name that is taken gets a number.
func writeNew(dir, name string, r io.Reader) error {
	name = filepath.Base(name)
	ext := filepath.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	for i := 1; ; i++ {
		try := name
		if i > 1 {
			try = stem + " (" + strconv.Itoa(i) + ")" + ext
		}
		f, err := os.OpenFile(filepath.Join(dir, try), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if os.IsExist(err) && i < 1000 {
			continue
		}
		if err != nil {
			return err
		}
		_, err = io.Copy(f, r)
		if e := f.Close(); err == nil {
			err = e
		}
		return err
	}
}

// openFile writes the part to a folder of its own and opens it with the system's program; files that could run something ask first.
func (p *Pane) openFile(c *card, part mail.Part) {
	open := func() {
		id := c.s.ID
		go func() {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
			defer cancel()
			r, _, err := p.c.OpenPart(ctx, id, part.ID)
			path := ""
			if err == nil {
				var dir string
				if dir, err = os.MkdirTemp("", "postrider-"); err == nil {
					err = writeNew(dir, part.Name, r)
					path = filepath.Join(dir, filepath.Base(part.Name))
				}
				_ = r.Close()
			}
			if err == nil {
				err = p.OpenFile(path)
			}
			if err != nil {
				p.do(func() { p.Failed(fault.Of(err)) })
			}
		}()
	}
	if Program(part.Name) {
		kit.Ask(p.win.Canvas(), "This file can run a program", part.Name+" may change files or send them on when it is opened. Open it only if you expected it from this sender.", "Open anyway", true, open)
		return
	}
	open()
}

var _ desktop.Hoverable = (*card)(nil)
