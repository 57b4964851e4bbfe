package torture

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
)

func TestKilledWhileSyncing(t *testing.T) {
	t.Parallel()
	var names []string
	w := newWorld(t, 0, []int{993}, nil, false, func(w *world) {
		names = w.deliver(0, 70, 10) // more than a screenful: several pages
		w.file(0, "Archive", "a0")
		w.file(0, "Archive", "a1")
		w.file(0, "Projects.Ferry", "f0")
	})
	w.everywhere("sync", func(at string, r result, a *app.App) {
		once(w.t, same(w.t, w.s, a, w.acc(a, 0), at), at, append(names, "a0", "a1", "f0")...)
	})
}

// Since the last sync another client has been at work: new mail, flags, moves, removals.
func TestKilledWhileResyncing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0, []int{143}, nil, true, func(w *world) { w.deliver(0, 8, 3) })
	other := dialIMAP(t, w.s, w.people[0])
	other.move(t, "m0", "Archive")
	other.flag(t, "m1", `\Flagged`)
	other.expunge(t, "m2")
	other.close()
	names := []string{"m0", "m1", "m3", "m4", "m5", "m6", "m7", "late0", "late1"}
	for _, n := range names[7:] {
		if err := w.s.Deliver(w.people[0], message(n, 200)); err != nil {
			t.Fatal(err)
		}
	}
	w.copyAll(w.saved, true)
	w.everywhere("sync", func(at string, r result, a *app.App) {
		ls := same(w.t, w.s, a, w.acc(a, 0), at)
		once(w.t, ls, at, names...)
		if x := where(ls, "m2"); len(x) != 0 {
			w.t.Errorf("%s: m2 is back in %v", at, x)
		}
	})
}

func TestKilledWhileMoving(t *testing.T) {
	t.Parallel()
	var names []string
	w := newWorld(t, 0, []int{993}, nil, true, func(w *world) { names = w.deliver(0, 8, 3) })
	w.everywhere("move", func(at string, r result, a *app.App) {
		ls := same(w.t, w.s, a, w.acc(a, 0), at)
		once(w.t, ls, at, names...)
		in := func(accepted, name, box string) {
			if got := where(ls, name); r.did[accepted] && (len(got) != 1 || got[0] != box) {
				w.t.Errorf("%s: %s was accepted, but %s is in %v", at, accepted, name, got)
			}
		}
		in("archive", "m0", "Archive")
		in("junk", "m1", "Junk")
		in("junk", "m2", "Junk")
		in("rest", "m3", "INBOX")
		in("rest", "m4", "Sent")
		in("undo", "m5", "INBOX")
		in("sync", "m6", "INBOX")
		for _, l := range ls {
			if r.did["archive"] && slices.Contains(names[:3], l.name) && !strings.Contains(l.flags, "F") {
				w.t.Errorf("%s: %s lost its star (%q)", at, l.name, l.flags)
			}
		}
	})
}

func TestKilledWhileDeleting(t *testing.T) {
	t.Parallel()
	var names []string
	w := newWorld(t, 0, []int{993}, nil, true, func(w *world) { names = w.deliver(0, 6, 3) })
	w.everywhere("delete", func(at string, r result, a *app.App) {
		ls := same(w.t, w.s, a, w.acc(a, 0), at)
		once(w.t, ls, at, names[2:]...)
		for i, n := range names[:2] {
			got := where(ls, n)
			gone := r.did["empty"] || i == 0 && r.did["remove m0"]
			switch {
			case len(got) > 1, gone && len(got) > 0:
				w.t.Errorf("%s: %s is in %v", at, n, got)
			case len(got) == 0 && i == 1 && !r.did["restore m2"], len(got) == 0 && i == 0 && !r.did["trash"]:
				w.t.Errorf("%s: %s is gone, and nobody wanted that yet", at, n)
			case len(got) == 1 && r.did["trash"] && got[0] != "Trash":
				w.t.Errorf("%s: %s was deleted and is in %v", at, n, got)
			}
		}
		if got := where(ls, "m2"); r.did["restore m2"] && got[0] != "INBOX" {
			w.t.Errorf("%s: m2 was restored and is in %v", at, got)
		}
	})
}

func TestKilledWhileMovingBetweenAccounts(t *testing.T) {
	t.Parallel()
	var names []string
	w := newWorld(t, 0, []int{993, 143}, nil, true, func(w *world) { names = w.deliver(0, 5, 60) })
	w.everywhere("cross", func(at string, r result, a *app.App) {
		from := same(w.t, w.s, a, w.acc(a, 0), at)
		to := same(w.t, w.s, a, w.acc(a, 1), at)
		for i, n := range names {
			x, y := where(from, n), where(to, n)
			switch {
			case i == 2: // copied
				y = x
				if len(x) == 0 || x[len(x)-1] != "INBOX" || len(x) > 2 || r.did["copy"] && len(x) != 2 {
					w.t.Errorf("%s: %s was copied and is in %v", at, n, x)
				}
			case len(x)+len(y) != 1:
				w.t.Errorf("%s: %s is in %v here and %v there", at, n, x, y)
			case i < 2 && r.did["move"] && len(y) != 1:
				w.t.Errorf("%s: %s was moved and is in %v", at, n, x)
			}
		}
	})
}

func TestKilledWhileChangingMailboxes(t *testing.T) {
	t.Parallel()
	var names []string
	w := newWorld(t, 0, []int{993}, nil, true, func(w *world) { names = w.deliver(0, 4, 3) })
	w.everywhere("tree", func(at string, r result, a *app.App) {
		ls := same(w.t, w.s, a, w.acc(a, 0), at)
		once(w.t, ls, at, names...)
		want := "INBOX"
		if r.did["move"] {
			want = "Projects"
		}
		if r.did["rename"] {
			want = "Plans"
		}
		got := where(ls, "m0")
		if r.did["move"] && got[0] != want && !(got[0] == "Plans" && !r.did["rename"]) {
			w.t.Errorf("%s: m0 is in %v, want %s", at, got, want)
		}
		for _, n := range []string{"Projects", "Plans", "Doomed"} {
			_, err := os.Stat(filepath.Join(w.s.Maildir(w.people[0]), "."+n))
			there := err == nil
			here := box(w.t, a, w.acc(a, 0).ID, "", n).ID != 0
			if there != here || n == "Doomed" && there && r.did["delete"] || n == "Projects" && there && r.did["rename"] {
				w.t.Errorf("%s: the mailbox %s is here %v, there %v", at, n, here, there)
			}
		}
	})
}

func TestKilledWhileSending(t *testing.T) {
	for _, out := range []int{587, 465} {
		t.Run(fmt.Sprint(out), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, out, []int{993}, nil, true, func(w *world) { w.deliver(0, 2, 3) })
			w.everywhere("send", func(at string, r result, a *app.App) {
				const name = "the answer"
				acc := w.acc(a, 0)
				var ls []letter
				got := letters(w.t, w.s, w.to)
				n := len(where(got, name))
				if n > 1 {
					w.t.Fatalf("%s: sent %d times", at, n)
				}
				out, err := a.Outbox(bg)
				if err != nil {
					w.t.Fatal(err)
				}
				if len(out) > 1 || len(out) == 1 && out[0].State != mail.OutUnsure {
					w.t.Fatalf("%s: the outbox holds %+v", at, out)
				}
				if len(out) == 0 { // what is in the outbox is not listed as a draft, but the server has it as one
					ls = same(w.t, w.s, a, acc, at)
				}
				for _, o := range out {
					// The person looks whether it arrived and says so; only then may it go out again.
					if err := a.Settle(bg, o.ID, n == 1); err != nil {
						w.t.Fatal(err)
					}
					rest(w.t, w.s, a, at+", settled")
					n = len(where(letters(w.t, w.s, w.to), name))
					ls = same(w.t, w.s, a, acc, at)
				}
				ds, err := a.Store().Drafts(bg)
				if err != nil {
					w.t.Fatal(err)
				}
				copies := where(ls, name)
				switch {
				case n > 1:
					w.t.Errorf("%s: it arrived %d times", at, n)
				case n == 1:
					if !slices.Equal(copies, []string{"Sent"}) || len(ds) != 0 {
						w.t.Errorf("%s: it was sent, and its copies are in %v, with %d drafts", at, copies, len(ds))
					}
					for _, l := range ls {
						if l.name == "m0" && !strings.Contains(l.flags, "R") {
							w.t.Errorf("%s: what it answers is not marked", at)
						}
						if l.name == name && (!bytes.Contains(l.raw, []byte("all the words")) || !bytes.Contains(l.raw, []byte("\nBcc:"))) {
							w.t.Errorf("%s: the copy in Sent is not what was sent", at)
						}
					}
				case r.did["send"]:
					w.t.Errorf("%s: it was to be sent and did not arrive", at)
				case r.did["draft"]:
					if !slices.Equal(copies, []string{"Drafts"}) || len(ds) != 1 {
						w.t.Errorf("%s: the draft is in %v, with %d drafts", at, copies, len(ds))
					}
				default:
					if len(copies) != len(ds) || len(ds) > 1 {
						w.t.Errorf("%s: the draft is in %v, with %d drafts", at, copies, len(ds))
					}
				}
			})
		})
	}
}

func TestKilledWhileSavingDrafts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 587, []int{993}, nil, true, func(w *world) {})
	w.everywhere("drafts", func(at string, r result, a *app.App) {
		ls := same(w.t, w.s, a, w.acc(a, 0), at)
		ds, err := a.Store().Drafts(bg)
		if err != nil {
			w.t.Fatal(err)
		}
		count := map[string]int{}
		for _, d := range ds {
			count[d.Subject]++
		}
		last := -1
		for i := range 4 {
			if r.did[fmt.Sprintf("revision %d", i)] {
				last = i
			}
		}
		for _, n := range []string{"the plan", "the doomed"} {
			if x := where(ls, n); len(x) != count[n] || len(x) > 1 || len(x) == 1 && x[0] != "Drafts" {
				w.t.Errorf("%s: %s is in %v, with %d drafts", at, n, x, count[n])
			}
		}
		if last >= 0 && count["the plan"] != 1 {
			w.t.Errorf("%s: the draft of revision %d is lost", at, last)
		}
		for _, l := range ls {
			i := bytes.Index(l.raw, []byte("revision "))
			if i >= 0 && int(l.raw[i+len("revision ")]-'0') < last {
				w.t.Errorf("%s: revision %d was saved, and on the server is %q", at, last, l.raw[i:])
			}
		}
		if got := count["the doomed"]; r.did["discard"] && got != 0 || !r.did["discard"] && r.did["revision 1"] && got != 1 && last < 3 {
			w.t.Errorf("%s: of the discarded draft there are %d", at, got)
		}
	})
}

func TestKilledWhileEmptyingPOP3(t *testing.T) {
	for _, mode := range []string{"now", "deleted", "days"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			port := map[string]int{"now": 995, "deleted": 110, "days": 995}[mode]
			var names []string
			raws := map[string][]byte{}
			w := newWorld(t, 0, []int{port}, func(acc *mail.Account) { acc.Leave = mail.Leave{Mode: mode, Days: 14} }, false, func(w *world) {
				names = w.deliver(0, 9, 50)
				for _, l := range letters(t, w.s, w.people[0]) {
					raws[l.name] = l.raw
				}
			})
			w.everywhere("pop", func(at string, r result, a *app.App) {
				ms, err := a.Mailboxes(bg)
				if err != nil {
					w.t.Fatal(err)
				}
				count := map[string]int{}
				for _, m := range ms {
					for _, row := range here(w.t, a, m.ID) {
						count[row.Subject]++
						raw, err := a.Raw(bg, row.ID)
						if err != nil || !bytes.Equal(raw, raws[row.Subject]) {
							w.t.Errorf("%s: %s is not what the server had: %d bytes of %d, %v", at, row.Subject, len(raw), len(raws[row.Subject]), err)
						}
					}
				}
				left := letters(w.t, w.s, w.people[0])
				for i, n := range names {
					there := len(where(left, n))
					want := 1
					if i == 1 && (r.did["delete"] || count[n] == 0 && r.did["fetch"]) {
						want = 0
					}
					if count[n] != want {
						w.t.Errorf("%s: %s is here %d times, want %d", at, n, count[n], want)
					}
					switch {
					case mode == "now" && there != 0, mode == "days" && there != 1, mode == "deleted" && i > 1 && there != 1:
						w.t.Errorf("%s: %s is on the server %d times", at, n, there)
					case mode == "deleted" && r.did["delete"] && i <= 1 && there != 0:
						w.t.Errorf("%s: %s was deleted here and is still on the server", at, n)
					}
				}
			})
		})
	}
}
