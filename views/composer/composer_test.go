package composer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/store"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

// rig is a composer whose window's goroutine is the test's.
type rig struct {
	*viewtest.Desk
	c *Composer

	mu        sync.Mutex
	saved     []mail.Draft
	sent      []mail.Draft
	when      []time.Time
	fail      error // of the next SaveDraft
	ended     bool
	sentIDs   []mail.OutboxID
	discarded []app.Undo
}

type client struct {
	*viewtest.Client
	r *rig
}

func (c client) SaveDraft(ctx context.Context, d mail.Draft) (mail.DraftID, error) {
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	if c.r.fail != nil {
		return 0, c.r.fail
	}
	c.r.saved = append(c.r.saved, d)
	return c.Client.SaveDraft(ctx, d)
}

func (c client) Send(ctx context.Context, d mail.Draft, at time.Time) (mail.OutboxID, error) {
	c.r.mu.Lock()
	c.r.sent, c.r.when = append(c.r.sent, d), append(c.r.when, at)
	c.r.mu.Unlock()
	return c.Client.Send(ctx, d, at)
}

func (c client) Complete(_ context.Context, prefix string, _ int) ([]store.Correspondent, error) {
	var out []store.Correspondent
	for _, a := range []mail.Address{{Name: "Tomasz Wilk", Addr: "tomasz@wilk-surveys.example"}, {Name: "Tove Olsen", Addr: "tove@northgate.example"}, {Name: "Ada Byron", Addr: "ada@example.com"}} {
		if strings.HasPrefix(strings.ToLower(a.Name), strings.ToLower(prefix)) {
			out = append(out, store.Correspondent{Address: a, Written: 42})
		}
	}
	return out, nil
}

func open(t *testing.T, d mail.Draft, script func(*viewtest.Client)) *rig {
	t.Helper()
	vc := viewtest.New(viewtest.Options{})
	s := vc.Settings()
	s.PlainText = true
	_ = vc.SetSettings(context.Background(), s)
	if script != nil {
		script(vc)
	}
	as, _ := vc.Accounts(context.Background())
	if d.Account == "" {
		d.Account, d.From = as[0].ID, as[0].Identities[0]
	}
	r := &rig{Desk: viewtest.NewDesk(t, kit.ModeLight)}
	r.c = Open(func(string) fyne.Window { return test.NewWindow(kit.NewLabel("", kit.Body13, kit.Text)) }, client{vc, r}, d,
		Hooks{Do: r.Do, Now: vc.Now,
			Sent:      func(id mail.OutboxID, _ time.Time) { r.sentIDs = append(r.sentIDs, id) },
			Discarded: func(u app.Undo) { r.discarded = append(r.discarded, u) },
			Closed:    func(*Composer) { r.ended = true }})
	r.c.delay = 30 * time.Millisecond
	t.Cleanup(func() {
		if !r.ended { // a window may be closed once only
			r.c.cancel()
			r.c.win.Close()
		}
	})
	r.Until("the accounts", func() bool { return r.c.accounts != nil })
	return r
}

func (r *rig) last() (mail.Draft, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.saved) == 0 {
		return mail.Draft{}, 0
	}
	return r.saved[len(r.saved)-1], len(r.saved)
}

func (r *rig) typeTo(p *people, s string) {
	r.c.win.Canvas().Focus(p.input)
	test.Type(p.input, s)
}

func key(p *people, k fyne.KeyName) { p.input.TypedKey(&fyne.KeyEvent{Name: k}) }

func addrs(list []mail.Address) (out []string) {
	for _, a := range list {
		out = append(out, a.Addr)
	}
	return out
}

func TestCompletionByKeys(t *testing.T) {
	r := open(t, mail.Draft{}, nil)
	r.typeTo(r.c.to, "to")
	r.Until("the list", func() bool { return r.c.complete.open(r.c.to) })
	key(r.c.to, fyne.KeyDown)
	key(r.c.to, fyne.KeyReturn)
	if !slices.Equal(addrs(r.c.to.list), []string{"tove@northgate.example"}) || r.c.to.input.Text() != "" {
		t.Fatalf("to %q, typed %q", addrs(r.c.to.list), r.c.to.input.Text())
	}
	test.Type(r.c.to.input, "to")
	r.Until("the list", func() bool { return r.c.complete.open(r.c.to) })
	if len(r.c.complete.found) != 1 {
		t.Errorf("somebody who is there already is offered again: %v", r.c.complete.found)
	}
	key(r.c.to, fyne.KeyTab)
	if len(r.c.to.list) != 2 || !r.c.subject.Focused() {
		t.Errorf("after Tab: to %q, subject focused: %t", addrs(r.c.to.list), r.c.subject.Focused())
	}
}

func TestChipsFromTypingAndPaste(t *testing.T) {
	r := open(t, mail.Draft{}, nil)
	r.typeTo(r.c.to, "ada@example.com,bob@example")
	key(r.c.to, fyne.KeyReturn)
	if !slices.Equal(addrs(r.c.to.list), []string{"ada@example.com", "bob@example"}) {
		t.Fatalf("to %q", addrs(r.c.to.list))
	}
	if addr, why := r.c.to.bad(); addr != "bob@example" || why != "This address has no domain ending" {
		t.Errorf("bad %q: %q", addr, why)
	}
	clip := test.NewClipboard()
	clip.SetContent("\"Lindqvist, Marta\" <marta@fjordlight.example>; Tomasz Wilk <tomasz@wilk.example>\nADA@example.com")
	r.c.to.input.TypedShortcut(&fyne.ShortcutPaste{Clipboard: clip})
	if len(r.c.to.list) != 4 || r.c.to.list[2].Name != "Lindqvist, Marta" {
		t.Errorf("after the paste %+v", r.c.to.list)
	}
	key(r.c.to, fyne.KeyBackspace)
	if len(r.c.to.list) != 4 {
		t.Error("one Backspace removed a chip without showing which")
	}
	key(r.c.to, fyne.KeyBackspace)
	if len(r.c.to.list) != 3 {
		t.Error("the second Backspace removed nothing")
	}
	r.typeTo(r.c.to, "Byron, Ada <b@example.com>,")
	if got := r.c.to.list[len(r.c.to.list)-1]; got.Name != "Byron, Ada" || got.Addr != "b@example.com" {
		t.Errorf("a name with a comma became %+v", got)
	}
	r.typeTo(r.c.to, "left@example.com")
	r.c.win.Canvas().Focus(r.c.subject)
	if got := addrs(r.c.to.list); got[len(got)-1] != "left@example.com" {
		t.Errorf("an address was lost when the keys went elsewhere: %q", got)
	}
}

func TestBadAddressStopsSending(t *testing.T) {
	r := open(t, mail.Draft{To: []mail.Address{{Addr: "ada@example.com"}}, Bcc: []mail.Address{{Addr: "sven@fjordlight"}}, Subject: "x"}, nil)
	r.c.Send(time.Time{})
	r.Settle(50 * time.Millisecond)
	if len(r.sent) != 0 || r.ended {
		t.Fatal("a message with a bad address was sent")
	}
	if !r.c.bcc.input.Focused() || len(r.c.banner.Objects) == 0 {
		t.Error("nothing says which address is bad")
	}
}

func TestAutosaveAndClose(t *testing.T) {
	r := open(t, mail.Draft{}, nil)
	r.c.win.Canvas().Focus(r.c.text)
	test.Type(r.c.text, "Hello")
	r.Until("the first saving", func() bool { _, n := r.last(); return n == 1 && !r.c.dirty })
	if d, _ := r.last(); d.Text != "Hello" || d.ID != 0 {
		t.Errorf("saved %+v", d)
	}
	if r.c.state.Text != "Draft saved 10:24" {
		t.Errorf("the state says %q", r.c.state.Text)
	}
	test.Type(r.c.text, " there")
	r.c.delay = time.Hour
	r.c.Close()
	r.Until("the end", func() bool { return r.ended })
	d, n := r.last()
	if n != 2 || d.Text != "Hello there" || d.ID == 0 {
		t.Errorf("saved %d times, last %+v", n, d)
	}
}

func TestNothingWrittenIsNotSaved(t *testing.T) {
	r := open(t, mail.Draft{Text: "\n\n-- \nMarta"}, nil)
	r.c.Close()
	if _, n := r.last(); n != 0 || !r.ended {
		t.Errorf("saved %d times, closed: %t", n, r.ended)
	}
}

func TestFailedSavingKeepsTheWindow(t *testing.T) {
	r := open(t, mail.Draft{}, nil)
	r.fail = errors.New("disk full")
	r.c.win.Canvas().Focus(r.c.text)
	test.Type(r.c.text, "Hello")
	r.c.Close()
	r.Until("the refusal", func() bool { return strings.HasPrefix(r.c.state.Text, "Not saved") })
	if r.ended {
		t.Fatal("the window closed and the text is lost")
	}
	r.mu.Lock()
	r.fail = nil
	r.mu.Unlock()
	r.c.Close()
	r.Until("the end", func() bool { return r.ended })
}

func TestSend(t *testing.T) {
	r := open(t, mail.Draft{To: []mail.Address{{Addr: "ada@example.com"}}, Subject: "Hi"}, nil)
	r.c.win.Canvas().Focus(r.c.text)
	test.Type(r.c.text, "Text")
	r.typeTo(r.c.to, "bob@example.com") // not made a chip yet
	r.c.to.input.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyReturn, Modifier: fyne.KeyModifierShortcutDefault})
	r.Until("the end", func() bool { return r.ended })
	if len(r.sent) != 1 || !slices.Equal(addrs(r.sent[0].To), []string{"ada@example.com", "bob@example.com"}) || r.sent[0].Text != "Text" || !r.when[0].IsZero() || r.sent[0].ID == 0 {
		t.Errorf("sent %+v at %v", r.sent, r.when)
	}
	if len(r.sentIDs) != 1 {
		t.Errorf("the main window heard of %v", r.sentIDs)
	}
	r.Settle(60 * time.Millisecond)
	if _, n := r.last(); n != 1 {
		t.Errorf("the draft was saved %d times: once before sending is enough, and never after", n)
	}
}

func TestMissingAttachment(t *testing.T) {
	r := open(t, mail.Draft{To: []mail.Address{{Addr: "ada@example.com"}}, Subject: "Hi", Text: "see attached"}, func(c *viewtest.Client) {
		c.OnCheck = func(d mail.Draft) []app.Concern {
			if len(d.Attach) == 0 {
				return []app.Concern{{Code: "attachment", Title: "You mention an attachment, but nothing is attached."}}
			}
			return nil
		}
	})
	r.c.Send(time.Time{})
	r.Until("the warning", func() bool { return r.c.warned == "attachment" })
	if len(r.sent) != 0 {
		t.Fatal("sent without asking")
	}
	r.c.attach("plan.pdf", func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(make([]byte, 2048))), nil })
	r.Until("the file", func() bool { return r.c.attaching == 0 })
	if len(r.c.banner.Objects) != 0 {
		t.Error("the warning stays although a file is attached")
	}
	r.c.Send(time.Time{})
	r.Until("the end", func() bool { return r.ended })
	if len(r.sent[0].Attach) != 1 || r.sent[0].Attach[0].Size != 2048 {
		t.Errorf("sent with %+v", r.sent[0].Attach)
	}
}

func TestBadAddressIsMarkedAtOnce(t *testing.T) {
	for addr, bad := range map[string]bool{"ada@example.com": false, `"ada byron"@example.com`: true, "ada..b@example.com": true, "ada@-x-.example": true, "ada": true, "jürgen@bücher.example": false, "ada@[127.0.0.1]": false} {
		if why := problem(addr); (why != "") != bad || strings.HasSuffix(why, ".") {
			t.Errorf("%s: %q", addr, why)
		}
	}
}

func TestDeliveryNoticeIsAskedFor(t *testing.T) {
	r := open(t, mail.Draft{To: []mail.Address{{Addr: "ada@example.com"}}, Subject: "Hi", Text: "hello"}, nil)
	item := func() kit.MenuItem {
		for _, it := range r.c.moreItems() {
			if it.Text == "Ask for a delivery notice" {
				return it
			}
		}
		t.Fatal("it is not in the menu")
		return kit.MenuItem{}
	}
	if item().Checked {
		t.Error("it is asked for although nobody said so")
	}
	item().Do()
	if !item().Checked {
		t.Error("the menu does not show the choice")
	}
	r.c.Send(time.Time{})
	r.Until("the end", func() bool { return r.ended })
	if len(r.sent) != 1 || !r.sent[0].Receipt {
		t.Errorf("sent %+v", r.sent)
	}
}

func TestFilesAreDropped(t *testing.T) {
	r := open(t, mail.Draft{To: []mail.Address{{Addr: "ada@example.com"}}, Subject: "Hi", Text: "x"}, nil)
	dir := t.TempDir()
	var uris []fyne.URI
	for _, n := range []string{"plan one.pdf", "quay.png"} {
		p := filepath.Join(dir, n)
		if err := os.WriteFile(p, []byte("0123456789"), 0o600); err != nil {
			t.Fatal(err)
		}
		uris = append(uris, storage.NewFileURI(p))
	}
	web, err := storage.ParseURI("https://example.com/x.pdf")
	if err != nil {
		t.Fatal(err)
	}
	r.c.dropped(fyne.NewPos(10, 400), append(uris, web, storage.NewFileURI(filepath.Join(dir, "gone.txt"))))
	r.Until("the files", func() bool { return r.c.attaching == 0 && len(r.c.files) == 2 })
	at := r.c.Draft().Attach
	if len(at) != 2 || at[0].Name != "plan one.pdf" || at[0].Size != 10 || at[1].Name != "quay.png" {
		t.Errorf("attached %+v", at)
	}
	if len(r.c.banner.Objects) == 0 {
		t.Error("nothing is said of the file that is not there")
	}
}

func TestSendWithout(t *testing.T) {
	r := open(t, mail.Draft{To: []mail.Address{{Addr: "ada@example.com"}}, Subject: "Hi", Text: "see attached"}, func(c *viewtest.Client) {
		c.OnCheck = func(mail.Draft) []app.Concern {
			return []app.Concern{{Code: "attachment", Title: "Nothing is attached."}}
		}
	})
	r.c.Send(time.Time{})
	r.Until("the warning", func() bool { return r.c.warned == "attachment" })
	r.c.send(time.Time{}, true)
	r.Until("the end", func() bool { return r.ended })
	if len(r.sent) != 1 {
		t.Errorf("sent %d times", len(r.sent))
	}
}

func TestDiscardCanBeTakenBack(t *testing.T) {
	r := open(t, mail.Draft{}, nil)
	r.c.win.Canvas().Focus(r.c.text)
	test.Type(r.c.text, "Precious")
	r.c.Discard()
	r.Until("the end", func() bool { return r.ended && len(r.discarded) == 1 })
	if d, _ := r.last(); d.Text != "Precious" || r.discarded[0].Group == 0 {
		t.Errorf("saved %q before it was discarded, undo %+v", d.Text, r.discarded[0])
	}
}

func TestQuotedUnfolds(t *testing.T) {
	r := open(t, mail.Draft{To: []mail.Address{{Addr: "a@example.com"}}, Subject: "Re: x", Text: "Yes.\n", Quoted: "On Monday, Ada wrote:\n> question"}, nil)
	if d := r.c.Draft(); d.Text != "Yes.\n" || d.Quoted == "" {
		t.Fatalf("folded draft %+v", d)
	}
	r.c.unfold()
	d := r.c.Draft()
	if d.Text != "Yes.\n\nOn Monday, Ada wrote:\n> question" || d.Quoted != "" {
		t.Errorf("unfolded %q and %q", d.Text, d.Quoted)
	}
}

func TestSignatureFollowsTheSender(t *testing.T) {
	one, two := mail.Identity{Name: "Marta", Addr: "m@example.com", Signature: "Marta\nStudio"}, mail.Identity{Name: "Marta", Addr: "p@example.com", Signature: "M."}
	r := open(t, mail.Draft{Account: "a", From: one, Text: "Hello" + signature(one.Signature)}, nil)
	r.c.setFrom(mail.Account{ID: "b"}, two)
	if d := r.c.Draft(); d.Text != "Hello\n\n-- \nM." || d.Account != "b" || d.From.Addr != "p@example.com" {
		t.Errorf("draft %+v", d)
	}
}

func TestSendTimes(t *testing.T) {
	at := func(s string) time.Time { v, _ := time.ParseInLocation("2006-01-02 15:04", s, time.UTC); return v }
	for now, want := range map[string][]string{
		"2026-03-11 10:24": {"2026-03-11 13:00", "2026-03-12 08:00", "2026-03-16 08:00"},
		"2026-03-15 20:00": {"2026-03-16 08:00"},                                         // Sunday: tomorrow is Monday
		"2026-03-16 14:00": {"2026-03-16 18:00", "2026-03-17 08:00", "2026-03-23 08:00"}, // Monday
	} {
		var got []string
		for _, l := range times(at(now)) {
			got = append(got, l.at.Format("2006-01-02 15:04"))
			if !l.at.After(at(now)) {
				t.Errorf("%s offers %s, which has passed", now, l.at)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", now, got, want)
		}
	}
}

func TestParseList(t *testing.T) {
	for in, want := range map[string][]mail.Address{
		"a@example.com":    {{Addr: "a@example.com"}},
		"a@x.org; b@x.org": {{Addr: "a@x.org"}, {Addr: "b@x.org"}},
		"Lindqvist, Marta <m@example.com>, b@x.org": {{Name: "Lindqvist, Marta", Addr: "m@example.com"}, {Addr: "b@x.org"}},
		`"A \"B\" C" <a@x.org>`:                     {{Name: `A "B" C`, Addr: "a@x.org"}},
		"<a@x.org>\u200b,\n\n b@x.org ,":            {{Addr: "a@x.org"}, {Addr: "b@x.org"}},
		"mailto:a@x.org":                            {{Addr: "a@x.org"}},
		"Marta Lindqvist m@example.com":             {{Name: "Marta Lindqvist", Addr: "m@example.com"}},
		"nobody":                                    {{Addr: "nobody"}},
		"m@example.com <m@example.com>":             {{Addr: "m@example.com"}},
		"":                                          nil,
	} {
		if got := parseList(in); !slices.Equal(got, want) {
			t.Errorf("%q: %+v, want %+v", in, got, want)
		}
	}
}

func FuzzParseList(f *testing.F) {
	f.Add("\"Lindqvist, Marta\" <m@example.com>; x@y.org,\n<<>>\"")
	f.Fuzz(func(t *testing.T, s string) {
		for _, a := range parseList(s) {
			if a.Addr == "" {
				t.Fatalf("%q gives an empty address", s)
			}
			if strings.ContainsAny(a.Addr+a.Name, "\r\n") {
				t.Fatalf("%q gives a line end in %+v", s, a)
			}
			problem(a.Addr)
		}
	})
}

func TestFileDialogOpensLargeEnough(t *testing.T) {
	r := open(t, mail.Draft{}, nil)
	r.c.Attach()
	top := r.c.win.Canvas().Overlays().Top()
	if top == nil {
		t.Fatal("no dialog for files is shown")
	}
	var z fyne.Size
	for _, o := range test.LaidOutObjects(top) {
		if p, ok := o.(*widget.PopUp); ok {
			z = p.Size()
		}
	}
	if z.Width < 600 || z.Height < 400 {
		t.Errorf("the dialog is only %v", z)
	}
}

func TestRecipientsAreDraggedBetweenTheRows(t *testing.T) {
	r := open(t, mail.Draft{To: []mail.Address{{Addr: "ada@example.com"}, {Addr: "bob@example.com"}}}, nil)
	c := r.c
	row := func(p *people) fyne.Position {
		return fyne.CurrentApp().Driver().AbsolutePositionForObject(p.flow).AddXY(20, 10)
	}
	drag := func(from *people, i int, to func() fyne.Position) {
		chip := from.chips[i]
		chip.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{AbsolutePosition: row(from)}})
		chip.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{AbsolutePosition: to()}})
		chip.DragEnd()
	}
	drag(c.to, 1, func() fyne.Position {
		if !c.rows[2].on {
			t.Error("the row of hidden copies is not there to be dropped on")
		}
		return row(c.bcc)
	})
	if got := addrs(c.to.list); !slices.Equal(got, []string{"ada@example.com"}) {
		t.Errorf("To is %q", got)
	}
	if got := addrs(c.bcc.list); !slices.Equal(got, []string{"bob@example.com"}) {
		t.Errorf("Bcc is %q", got)
	}
	if c.rows[1].on || !c.rows[2].on || c.dropMark.Visible() {
		t.Errorf("after the drop Cc is shown: %v, Bcc: %v, the mark: %v", c.rows[1].on, c.rows[2].on, c.dropMark.Visible())
	}
	if !c.dirty {
		t.Error("the draft counts as unchanged")
	}
	drag(c.bcc, 0, func() fyne.Position { return row(c.to).AddXY(0, 400) })
	if len(c.bcc.list) != 1 || len(c.to.list) != 1 {
		t.Errorf("a drop beside the rows changed them: %q %q", addrs(c.to.list), addrs(c.bcc.list))
	}
}
