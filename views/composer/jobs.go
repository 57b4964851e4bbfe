package composer

import (
	"context"
	"io"
	"path/filepath"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

// autosave is how long typing rests before the draft is saved.
const autosave = 2 * time.Second

// job runs f on the composer's goroutine, after the jobs before it.
func (c *Composer) job(f func(ctx context.Context)) {
	select {
	case c.jobs <- f:
	case <-c.ctx.Done():
	}
}

func (c *Composer) work() {
	for {
		select {
		case f := <-c.jobs:
			f(c.ctx)
		case <-c.ctx.Done():
			return
		}
	}
}

// touched notes a change: the draft is saved when nothing changes for a while.
func (c *Composer) touched() {
	if c.loading || c.closed {
		return
	}
	c.dirty = true
	c.version++
	version := c.version
	if c.timer != nil {
		c.timer.Stop()
	}
	c.timer = time.AfterFunc(c.delay, func() {
		c.h.Do(func() {
			if c.version == version && c.dirty && !c.closed {
				c.Save(nil)
			}
		})
	})
}

// resume lets the saving that a try to send put off happen after all.
func (c *Composer) resume() {
	if c.dirty {
		c.touched()
	}
}

// Save saves the draft now; then, when set, is called on the window's goroutine with the result.
func (c *Composer) Save(then func(error)) {
	if c.timer != nil {
		c.timer.Stop()
	}
	d, version := c.Draft(), c.version
	if !c.stored && c.empty(d) {
		c.dirty = false
		if then != nil {
			then(nil)
		}
		return
	}
	c.stored = true
	c.say("Saving", "cloud-upload", false)
	c.job(func(ctx context.Context) {
		d.ID = c.id
		id, err := c.client.SaveDraft(ctx, d)
		if err == nil {
			c.id = id
		}
		offline := c.client.Status().Offline
		c.h.Do(func() {
			switch {
			case err != nil:
				f := fault.Of(err)
				c.say("Not saved: "+f.Title, "circle-alert", true)
			case offline:
				c.say("Saved on this computer only", "cloud-off", false)
			default:
				c.say("Draft saved "+c.now().Format("15:04"), "cloud-check", false)
			}
			if err == nil && c.version == version {
				c.dirty = false
			}
			if err == nil && c.h.Saved != nil {
				c.h.Saved(id)
			}
			if then != nil {
				then(err)
			}
		})
	})
}

// empty reports whether there is nothing worth keeping.
func (c *Composer) empty(d mail.Draft) bool {
	return len(d.To)+len(d.Cc)+len(d.Bcc)+len(d.Attach) == 0 && d.Subject == "" && d.Text == c.start && d.Quoted == "" && d.Source == 0
}

// Close saves what is unsaved and closes the window. It never asks; when saving fails the window stays and says so.
func (c *Composer) Close() {
	if c.closed {
		return
	}
	c.commit()
	if !c.dirty {
		c.end()
		return
	}
	c.Save(func(err error) {
		if err == nil && !c.closed {
			c.end()
		}
	})
}

// end closes the window and stops the jobs.
func (c *Composer) end() {
	if c.closed {
		return
	}
	c.closed = true
	if c.timer != nil {
		c.timer.Stop()
	}
	c.cancel()
	c.win.SetCloseIntercept(nil)
	c.win.Close()
	if c.h.Closed != nil {
		c.h.Closed(c)
	}
}

// Discard throws the draft away; Hooks.Discarded gets what takes it back.
func (c *Composer) Discard() {
	c.commit()
	d := c.Draft()
	if !c.stored && c.empty(d) {
		c.dirty = false
		c.end()
		return
	}
	c.version++
	c.job(func(ctx context.Context) {
		d.ID = c.id
		// What was typed last is saved first, so that undo brings everything back.
		id, err := c.client.SaveDraft(ctx, d)
		var undo app.Undo
		if err == nil {
			undo, err = c.client.DiscardDraft(ctx, id)
		}
		c.h.Do(func() {
			if err != nil {
				f := fault.Of(err)
				c.say("Not discarded: "+f.Title, "circle-alert", true)
				return
			}
			c.dirty = false
			c.end()
			if c.h.Discarded != nil {
				c.h.Discarded(undo)
			}
		})
	})
}

// Send checks the draft and sends it: at zero after the undo delay, else at that time.
func (c *Composer) Send(at time.Time) { c.send(at, false) }

func (c *Composer) send(at time.Time, sure bool) {
	if c.sending || c.closed {
		return
	}
	c.commit()
	if c.attaching > 0 {
		c.warn(warning{icon: "paperclip", text: "Wait until the files are attached."})
		return
	}
	for _, p := range []*people{c.to, c.cc, c.bcc} {
		if addr, why := p.bad(); addr != "" {
			c.showRow(p)
			c.warn(warning{code: "address", icon: "circle-alert", bad: true, text: "“" + addr + "” cannot be written to.", detail: why + "."})
			c.focus(p.input)
			return
		}
	}
	if c.timer != nil {
		c.timer.Stop()
	}
	d := c.Draft()
	c.busy(true)
	c.job(func(ctx context.Context) {
		d.ID = c.id
		var concerns []app.Concern
		for _, k := range c.client.CheckDraft(ctx, d) {
			if k.Block || !sure {
				concerns = append(concerns, k)
			}
		}
		if len(concerns) > 0 {
			c.h.Do(func() {
				c.busy(false)
				c.resume()
				c.concern(concerns[0], at)
			})
			return
		}
		// The stored draft is what undo brings back, so it is saved as it is sent.
		id, err := c.client.SaveDraft(ctx, d)
		var out mail.OutboxID
		if err == nil {
			c.id, d.ID = id, id
			out, err = c.client.Send(ctx, d, at)
		}
		c.h.Do(func() {
			c.busy(false)
			if err != nil {
				f := fault.Of(err)
				c.resume()
				c.warn(warning{icon: "circle-alert", bad: true, text: f.Title, detail: f.Detail})
				return
			}
			c.dirty = false
			c.end()
			if c.h.Sent != nil {
				c.h.Sent(out, at)
			}
		})
	})
}

// Attach opens the system's file dialog.
func (c *Composer) Attach() {
	d := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
		if err != nil {
			c.warn(warning{icon: "circle-alert", bad: true, text: "The file cannot be opened.", detail: err.Error()})
			return
		}
		if r != nil {
			c.attach(r.URI().Name(), func() (io.ReadCloser, error) { return r, nil })
		}
	}, c.win)
	kit.ShowFiles(d, c.win.Canvas(), "Attach a file", "Attach")
}

// dropped attaches files that were dropped on the window; pictures that were dropped on formatted text go into the text.
func (c *Composer) dropped(at fyne.Position, uris []fyne.URI) {
	inText := false
	if c.rich != nil {
		at = at.Subtract(fyne.CurrentApp().Driver().AbsolutePositionForObject(c.rich))
		inText = at.X >= 0 && at.Y >= 0 && at.X < c.rich.Size().Width && at.Y < c.rich.Size().Height
	}
	placed := false
	for _, u := range uris {
		if u.Scheme() == "file" {
			if icon, _ := kindOf(u.Path()); inText && icon == "file-image" {
				if !placed {
					c.rich.PlaceCaret(at)
					placed = true
				}
				c.addPicture(filepath.Base(u.Path()), func() (io.ReadCloser, error) { return storage.Reader(u) })
				continue
			}
			c.attach(filepath.Base(u.Path()), func() (io.ReadCloser, error) { return storage.Reader(u) })
		}
	}
}

// attach copies a file into the profile.
func (c *Composer) attach(name string, open func() (io.ReadCloser, error)) {
	f := &file{name: name, loading: true}
	c.files = append(c.files, f)
	c.attaching++
	c.drawFiles()
	go func() {
		r, err := open()
		var a mail.Attachment
		if err == nil {
			a, err = c.client.Attach(c.ctx, name, r)
			_ = r.Close()
		}
		c.h.Do(func() {
			c.attaching--
			f.loading = false
			if err != nil {
				c.drop(f)
				e := fault.Of(err)
				c.warn(warning{icon: "circle-alert", bad: true, text: "“" + name + "” could not be attached.", detail: e.Title})
				return
			}
			if !f.gone {
				f.a = a
				c.unwarn("attachment")
				c.touched()
			}
			c.drawFiles()
		})
	}()
}
