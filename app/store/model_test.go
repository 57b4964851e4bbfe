package store

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
)

var rounds = flag.Int("store.rounds", 8, "seeds of the model test")

// modelMessage is what the model knows of a message.
type modelMessage struct {
	id      mail.MessageID
	box     mail.MailboxID
	group   int // messages of one group are tied by ids
	flags   mail.Flags
	base    mail.Flags
	ops     []Op
	removed bool
	attach  bool
	raw     string
}

// model is the simplest thing that behaves as the store should.
type model struct {
	ms   map[mail.MessageID]*modelMessage
	used map[mail.MessageID]bool
}

func (m *model) list(box mail.MailboxID, unread bool) []mail.MessageID {
	var out []mail.MessageID
	for _, x := range m.ms {
		if x.box == box && !x.removed && (!unread || x.flags&mail.Seen == 0) {
			out = append(out, x.id)
		}
	}
	slices.Sort(out)
	slices.Reverse(out)
	return out
}

func (m *model) threads(box mail.MailboxID) []mail.MessageID {
	heads := map[int]mail.MessageID{}
	for _, x := range m.ms {
		if x.box == box && !x.removed {
			heads[x.group] = max(heads[x.group], x.id)
		}
	}
	out := slices.Collect(maps.Values(heads))
	slices.Sort(out)
	slices.Reverse(out)
	return out
}

// TestModel runs random commands against the store and the model and compares all that can be seen after each.
func TestModel(t *testing.T) {
	for seed := range *rounds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { runModel(t, uint64(seed)) })
	}
}

func runModel(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	s := open(t, Options{})
	boxes := ada(t, s)
	ids := []mail.MailboxID{boxes["Inbox"], boxes["Archive"], boxes["Projects"]}
	m := &model{ms: map[mail.MessageID]*modelMessage{}, used: map[mail.MessageID]bool{}}
	groups, serial := [][]string{}, 0
	pick := func() *modelMessage {
		if len(m.ms) == 0 {
			return nil
		}
		keys := slices.Sorted(maps.Keys(m.ms))
		return m.ms[keys[r.IntN(len(keys))]]
	}
	for step := range 60 {
		var what string
		err := s.Write(ctx, func(tx *Tx) error {
			switch k := r.IntN(12); {
			case k < 4 || len(m.ms) == 0:
				what = "insert"
				var news []NewMessage
				var add []*modelMessage
				for range 1 + r.IntN(5) {
					serial++
					iid := fmt.Sprintf("s%d-%d@example.test", seed, serial)
					g := len(groups)
					e := mail.Envelope{InternetID: iid, Date: time.Unix(1700000000+int64(r.IntN(50)), 0), Subject: fmt.Sprintf("Topic %d", serial), From: []mail.Address{{Addr: "bob@example.test"}}}
					if old := r.IntN(g + 1); old < g && len(groups[old]) > 0 && r.IntN(4) > 0 {
						g = old
						// The root of a group may be named before it is here.
						e.References = []string{groups[g][r.IntN(len(groups[g]))]}
						groups[g] = append(groups[g], iid)
						// One that names two conversations makes them one.
						if o := r.IntN(len(groups)); r.IntN(3) == 0 && o != g && len(groups[o]) > 0 {
							e.References = append(e.References, groups[o][r.IntN(len(groups[o]))])
							groups[g], groups[o] = append(groups[g], groups[o]...), nil
							for _, x := range m.ms {
								if x.group == o {
									x.group = g
								}
							}
							for _, x := range add {
								if x.group == o {
									x.group = g
								}
							}
						}
					} else {
						groups = append(groups, []string{iid, fmt.Sprintf("lost%d-%d@example.test", seed, serial)})
						e.References = groups[g][1:2]
					}
					x := &modelMessage{box: ids[r.IntN(3)], group: g, attach: r.IntN(2) == 0}
					x.flags = mail.Flags(r.IntN(8))
					x.base = x.flags
					e.Attachments = x.attach
					n := NewMessage{Account: "ada", Mailbox: x.box, Ref: remote.Ref(iid), Flags: x.flags, Envelope: &e, Size: 5}
					if r.IntN(3) == 0 {
						x.raw = fmt.Sprintf("body %d", r.IntN(20))
						b := body(x.raw)
						b.Envelope, b.Attachments = e, x.attach
						n.Body = &b
						if r.IntN(2) == 0 {
							n.Envelope = nil
						}
					}
					news, add = append(news, n), append(add, x)
				}
				got, err := tx.Insert(news)
				if err != nil {
					return err
				}
				for i, id := range got {
					if m.used[id] {
						t.Fatalf("id %d used twice", id)
					}
					m.used[id] = true
					add[i].id = id
					m.ms[id] = add[i]
				}
				return nil
			case k == 4:
				what = "flag"
				x := pick()
				op := Op{Account: "ada", Mailbox: x.box, Message: x.id, Kind: OpFlags, Add: mail.Flags(r.IntN(8)), Drop: mail.Flags(r.IntN(8))}
				x.flags = x.flags&^op.Drop | op.Add
				var err error
				if op.ID, err = tx.AddOp(op); err != nil {
					return err
				}
				x.ops = append(x.ops, op)
				return tx.SetShown(x.id, x.flags, nil)
			case k == 5:
				what = "base"
				x := pick()
				x.base = mail.Flags(r.IntN(8))
				x.rebase()
				return tx.SetBaseFlags(x.id, x.base, nil)
			case k == 6:
				what = "drop op"
				x := pick()
				if len(x.ops) == 0 {
					return nil
				}
				i := r.IntN(len(x.ops))
				id := x.ops[i].ID
				x.ops = slices.Delete(x.ops, i, i+1)
				x.rebase()
				return tx.DropOp(id)
			case k == 7:
				what = "move"
				x := pick()
				x.box = ids[r.IntN(3)]
				return tx.SetMailbox(x.id, x.box)
			case k == 8:
				what = "hide"
				x := pick()
				x.removed = !x.removed
				return tx.SetRemoved(x.id, x.removed)
			case k == 9:
				what = "delete"
				x := pick()
				delete(m.ms, x.id)
				return tx.Delete([]mail.MessageID{x.id})
			case k == 10:
				what = "body"
				x := pick()
				x.raw, x.attach = fmt.Sprintf("body %d", r.IntN(20)), r.IntN(2) == 0
				b := body(x.raw)
				b.Attachments = x.attach
				return tx.PutBodies(map[mail.MessageID]Body{x.id: b})
			default:
				what = "fail"
				x := pick()
				if err := tx.Delete([]mail.MessageID{x.id}); err != nil {
					return err
				}
				if _, err := tx.Insert([]NewMessage{{Account: "ada", Mailbox: ids[0], Envelope: envelope(step, "rolled back"), Body: &Body{Digest: body("gone").Digest, Raw: []byte("gone")}}}); err != nil {
					return err
				}
				return errRolledBack
			}
		})
		if what == "fail" {
			if err == nil {
				t.Fatal("a failed write was committed")
			}
		} else if err != nil {
			t.Fatalf("step %d %s: %v", step, what, err)
		}
		if r.IntN(5) == 0 {
			if _, err := s.Index(ctx, 1+r.IntN(30)); err != nil {
				t.Fatal(err)
			}
		}
		compare(t, s, m, ids, fmt.Sprintf("seed %d step %d after %s", seed, step, what))
	}
}

var errRolledBack = fmt.Errorf("rolled back on purpose")

func (x *modelMessage) rebase() {
	x.flags = x.base
	for _, o := range x.ops {
		x.flags = x.flags&^o.Drop | o.Add
	}
}

func compare(t *testing.T, s *Store, m *model, boxes []mail.MailboxID, when string) {
	t.Helper()
	if bad := s.Check(ctx); len(bad) > 0 {
		t.Fatalf("%s: %v", when, bad)
	}
	for _, b := range boxes {
		want := m.list(b, false)
		unread := m.list(b, true)
		for _, v := range []struct {
			v    View
			want []mail.MessageID
		}{{View{Mailbox: b}, want}, {View{Mailbox: b, OnlyUnread: true}, unread}, {View{Mailbox: b, Threads: true}, m.threads(b)}} {
			if got := ordered(t, s, v.v, 7); !slices.Equal(got, v.want) {
				t.Fatalf("%s: %+v gives %v, want %v", when, v.v, got, v.want)
			}
			old := v.v
			old.Oldest = true
			got := ordered(t, s, old, 3)
			slices.Reverse(got)
			if !slices.Equal(got, v.want) {
				t.Fatalf("%s: %+v gives %v, want %v", when, old, got, v.want)
			}
		}
		n, u, err := s.Count(ctx, View{Mailbox: b}, 0)
		if err != nil || n != len(want) || u != len(unread) {
			t.Fatalf("%s: mailbox %d counts %d/%d, want %d/%d (%v)", when, b, n, u, len(want), len(unread), err)
		}
	}
	for _, x := range m.ms {
		r, err := s.Row(ctx, x.id)
		if err != nil || r.Flags != x.flags || r.BaseFlags != x.base || r.Removed != x.removed || r.Mailbox != x.box {
			t.Fatalf("%s: row %+v, want %+v (%v)", when, r, x, err)
		}
		if x.raw != "" {
			if got, err := s.Raw(ctx, x.id); err != nil || string(got) != x.raw {
				t.Fatalf("%s: raw of %d: %q %v, want %q", when, x.id, got, err, x.raw)
			}
		}
	}
}

// ordered lists a view in pages.
func ordered(t testing.TB, s *Store, v View, page int) []mail.MessageID {
	t.Helper()
	var out []mail.MessageID
	for after := mail.MessageID(0); ; {
		sl, err := s.List(ctx, v, after, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range sl.Rows {
			out = append(out, r.ID)
			after = r.ID
		}
		if !sl.More {
			return out
		}
	}
}
