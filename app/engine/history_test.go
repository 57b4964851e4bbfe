package engine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote/memory"
	"github.com/postrider/postrider/accounts/remote/remotetest"
)

// Random histories: another client and this one change things while the program crashes at random points. In the end both sides
// are equal, nothing is there twice, nothing that nobody removed is gone, and a further sync does nothing.
func TestHistories(t *testing.T) {
	seeds := 12
	if testing.Short() {
		seeds = 4
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(uint64(seed), 77))
			o := []memory.Options{{First: 2, Page: 3}, {NoRefs: true, First: 4, Page: 5}, {KeyedPush: true}, {History: 5, First: 3, Page: 3}, {Globals: true}}[seed%5]
			r, s := one(t, o)
			alive := map[string]bool{} // Message-IDs that nobody removed
			boxes := []string{"Inbox", "Archive", "Trash", "Junk"}
			put := func() {
				raw, id := remotetest.Message("history")
				s.Deliver(s.Box(boxes[rnd.IntN(2)]), raw, 0, time.Now())
				alive[id] = true
			}
			for range 8 {
				put()
			}
			r.sync()
			for range 12 {
				for range rnd.IntN(4) { // the other client
					b := s.Box(boxes[rnd.IntN(4)])
					ms := s.Messages(b)
					if len(ms) == 0 {
						put()
						continue
					}
					m := ms[rnd.IntN(len(ms))]
					switch rnd.IntN(6) {
					case 0:
						put()
					case 1:
						s.Mark(b, m.Ref, mail.Flags(1<<rnd.IntN(3)), mail.Flags(1<<rnd.IntN(3)))
					case 2:
						s.Relocate(b, m.Ref, s.Box(boxes[rnd.IntN(4)]))
					case 3:
						s.Expunge(b, m.Ref)
						delete(alive, memory.Envelope(m.Raw).InternetID)
					case 4:
						s.Renumber(b)
					case 5:
						s.Forget(b)
					}
				}
				r.life(rnd.IntN(25), func(c context.Context) {
					for range rnd.IntN(4) {
						rows := r.list("a", boxes[rnd.IntN(4)])
						if len(rows) == 0 {
							continue
						}
						m := rows[rnd.IntN(len(rows))]
						switch rnd.IntN(4) {
						case 0:
							r.e.SetFlags(c, []mail.MessageID{m.ID}, mail.Flags(1<<rnd.IntN(3)), mail.Flags(1<<rnd.IntN(3)), nil, nil)
						case 1, 2:
							r.e.Move(c, []mail.MessageID{m.ID}, r.box("a", boxes[rnd.IntN(4)]))
						case 3:
							delete(alive, m.InternetID) // it may end here before it is noted: then it stays
							r.e.Remove(c, []mail.MessageID{m.ID})
						}
					}
					once(c, r)
				})
			}
			r.life(0, func(c context.Context) { once(c, r); once(c, r); once(c, r) })
			r.same(s, "in the end")
			where := unique(t, s, "in the end")
			for id := range alive {
				if where[id] == "" {
					t.Errorf("%s is lost", id)
				}
			}
			r.idle(s)
		})
	}
}
