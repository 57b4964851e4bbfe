package printing

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/views/kit"
)

// hand carries what a dialog's goroutines want of the window's to the test's goroutine.
type hand struct {
	mu sync.Mutex
	fs []func()
}

func (h *hand) do(f func()) {
	h.mu.Lock()
	h.fs = append(h.fs, f)
	h.mu.Unlock()
}

// until runs what comes until a condition holds.
func (h *hand) until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("in vain: " + what)
		}
		h.mu.Lock()
		fs := h.fs
		h.fs = nil
		h.mu.Unlock()
		for _, f := range fs {
			f()
		}
	}
}

func pages(n int) func(context.Context) (Document, error) {
	return func(context.Context) (Document, error) {
		return Document{Title: "Harbour plan", Parts: []Part{{HTML: strings.Repeat("<p>Pier</p>", 30*n)}}}, nil
	}
}

func TestDialogPrints(t *testing.T) {
	c := testserver.StartCups(t)
	t.Setenv("CUPS_SERVER", c.Server)
	test.NewTempApp(t)
	w := test.NewTempWindow(t, kit.NewRoot(kit.Gap(10, 10)))
	w.Resize(fyne.NewSize(1000, 800))
	h := &hand{}
	var failed error
	said := ""
	show := func() *Dialog {
		x := Show(w, pages(4), Hooks{Do: h.do, Failed: func(err error) { failed = err }, Toast: func(_, text string) { said = text }})
		h.until(t, "printers and the page", func() bool { return len(x.printers) == 2 && x.sheet.im != nil })
		return x
	}
	x := show()
	if x.where.Value() != "Office printer" || x.print.Text != "Print" || !strings.HasPrefix(x.count.Text, "Page 1 of ") {
		t.Fatalf("%q %q %q", x.where.Value(), x.print.Text, x.count.Text)
	}
	first := x.sheet.im
	test.Tap(x.next)
	h.until(t, "page 2", func() bool { return x.sheet.im != first })
	if !strings.HasPrefix(x.count.Text, "Page 2 of ") {
		t.Errorf("%q", x.count.Text)
	}
	x.pages.SetText("77")
	test.Tap(x.print)
	if !strings.Contains(x.problem.Text, "like 1-3") || !x.d.Shown() {
		t.Errorf("%q", x.problem.Text)
	}
	x.pages.SetText("2")
	x.copies.SetText("3")
	test.Tap(x.print)
	h.until(t, "the job is taken", func() bool { return said != "" || failed != nil })
	if failed != nil || said != "Given to Office printer" {
		t.Fatalf("%v %q", failed, said)
	}
	jobs := c.Printed(t)
	if len(jobs) != 1 {
		t.Fatalf("%d jobs", len(jobs))
	}
	if info := pdfTool(t, jobs[0], "pdfinfo", "FILE"); !strings.Contains(info, "Pages:           1\n") || !strings.Contains(info, "Harbour plan") {
		t.Errorf("%s", info)
	}
	// A printer that takes nothing is told in words, and what to do.
	x = show()
	x.where.Pick(1)
	test.Tap(x.print)
	h.until(t, "the refusal", func() bool { return failed != nil })
	if f := fault.Of(failed); f.Kind != fault.Refused || !strings.Contains(f.Detail, "not accepting jobs") {
		t.Errorf("%+v", f)
	}
}

func TestDialogWithoutPrinters(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	test.NewTempApp(t)
	w := test.NewTempWindow(t, kit.NewRoot(kit.Gap(10, 10)))
	w.Resize(fyne.NewSize(1000, 800))
	h := &hand{}
	x := Show(w, pages(1), Hooks{Do: h.do})
	if !x.print.Disabled() {
		t.Error("can be pressed before there is a page")
	}
	h.until(t, "the page", func() bool { return x.sheet.im != nil })
	if x.where.Value() != "PDF file" || x.print.Text != "Save…" || x.more.Visible() || x.print.Disabled() {
		t.Errorf("%q %q", x.where.Value(), x.print.Text)
	}
	n := x.laid.Paper
	x.paper.Pick(1)
	h.until(t, "another paper", func() bool { return x.laid != nil && x.laid.Paper != n && x.sheet.im != nil })
	if x.laid.Paper.Name != "A5" || x.laid.Pages() < 2 {
		t.Errorf("%s, %d pages", x.laid.Paper.Name, x.laid.Pages())
	}
	x.d.Close()
	// What cannot be read is said where the page would be.
	x = Show(w, func(context.Context) (Document, error) {
		return Document{}, fault.New(fault.Network, "x", "This message is not here yet", "It comes when you are online.")
	}, Hooks{Do: h.do})
	h.until(t, "the fault", func() bool { return x.sheet.say != "" })
	if x.sheet.say != "This message is not here yet. It comes when you are online." || !x.print.Disabled() {
		t.Errorf("%q", x.sheet.say)
	}
	x.d.Close()
}
