package engine

import (
	"context"
	"sync"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/store"
)

type stepKind int

const (
	didFlags stepKind = iota
	didMove
	didCross // moved by a copy
	didCopy
	didRemove
	didDiscard
)

// step is one thing that a command did, for taking it back.
type step struct {
	kind          stepKind
	id, made      mail.MessageID
	from          mail.MailboxID
	add, drop     mail.Flags
	addKW, dropKW []string
	draft         mail.Draft
	digest        string
}

// undoLog remembers the last commands of this run.
type undoLog struct {
	mu    sync.Mutex
	steps map[int64][]step
	order []int64
}

const undoDepth = 100

func (u *undoLog) put(group int64, s []step) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.steps == nil {
		u.steps = map[int64][]step{}
	}
	if was, ok := u.steps[group]; ok { // a further part of the same command
		u.steps[group] = append(was, s...)
		return
	}
	u.steps[group] = s
	u.order = append(u.order, group)
	if len(u.order) > undoDepth {
		delete(u.steps, u.order[0])
		u.order = u.order[1:]
	}
}

func (u *undoLog) take(group int64) []step {
	u.mu.Lock()
	defer u.mu.Unlock()
	s := u.steps[group]
	delete(u.steps, group)
	return s
}

// Undo takes a command back: what has not been sent is dropped, of the rest the opposite is done. A message that is gone from the server for
// good cannot be brought back: fault.NotFound, after everything else was taken back.
func (e *Engine) Undo(ctx context.Context, group int64) error {
	steps := e.undo.take(group)
	lost := false
	var redraft []step
	_, err := e.command(ctx, func(tx *store.Tx, c *command) error {
		lost, redraft = false, nil
		ops, err := tx.OpsByUndo(group)
		if err != nil {
			return err
		}
		queued := map[mail.MessageID][]store.Op{}
		for _, o := range ops {
			if o.State != store.OpSent {
				queued[o.Message] = append(queued[o.Message], o)
			}
			c.wake[o.Account] = true
		}
		// drop removes queued ops of the group on a message; false when there are none.
		drop := func(id mail.MessageID) (bool, error) {
			os := queued[id]
			delete(queued, id)
			for _, o := range os {
				if err := tx.DropOp(o.ID); err != nil {
					return false, err
				}
			}
			if len(os) == 0 {
				return false, nil
			}
			return true, e.reshow(tx, id)
		}
		for i := len(steps) - 1; i >= 0; i-- {
			st := steps[i]
			row, err := tx.Row(st.id)
			if fault.Is(err, fault.NotFound) && st.kind != didDiscard && st.kind != didCross {
				lost = lost || st.kind == didRemove
				continue
			}
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			switch st.kind {
			case didFlags:
				if ok, err := drop(st.id); ok || err != nil {
					if err != nil {
						return err
					}
					continue
				}
				if err := c.flags(tx, st.id, st.drop, st.add, st.dropKW, st.addKW); err != nil {
					return err
				}
			case didMove:
				if ok, err := drop(st.id); err != nil {
					return err
				} else if ok {
					if row, err = tx.Row(st.id); err != nil || row.Mailbox == st.from {
						continue
					}
				}
				back, err := e.s.Place(bg, st.from)
				if err != nil {
					lost = true
					continue
				}
				if err := c.move(tx, row, back, nil); err != nil {
					return err
				}
			case didRemove:
				if ok, err := drop(st.id); err != nil {
					return err
				} else if !ok {
					lost = true
				}
			case didCopy, didCross:
				made, merr := tx.Row(st.made)
				if merr != nil && !fault.Is(merr, fault.NotFound) {
					return merr
				}
				// The copy goes only when the original is sure to stay.
				if st.kind == didCross {
					if err != nil {
						if merr == nil { // the original is gone: the copy goes back in its place
							if back, perr := e.s.Place(bg, st.from); perr == nil {
								if _, cerr := c.copy(tx, made, back, &copied{env: &mail.Envelope{InternetID: made.InternetID, Date: made.Date}}, "move"); cerr != nil {
									return cerr
								}
							}
						}
						continue
					}
					ops, err := tx.OpsOf(st.id)
					if err != nil {
						return err
					}
					sent := false
					for _, o := range ops {
						if o.Kind != store.OpRemove {
							continue
						}
						if sent = sent || o.State == store.OpSent; o.State != store.OpSent {
							if err := tx.DropOp(o.ID); err != nil {
								return err
							}
						}
					}
					if sent {
						lost = true
						continue
					}
					delete(queued, st.id)
					if err := tx.SetRemoved(st.id, false); err != nil {
						return err
					}
				}
				if merr == nil {
					for _, o := range queued[st.made] {
						if err := tx.DropOp(o.ID); err != nil {
							return err
						}
					}
					delete(queued, st.made)
					if ops, err := tx.OpsOf(st.made); err != nil {
						return err
					} else {
						for _, o := range ops { // being sent: it must not remove the original when it arrives
							if o.Kind == store.OpAdd {
								o2 := o
								o2.Name = tied("copy", st.id)
								if err := tx.DropOp(o.ID); err != nil {
									return err
								}
								if _, err := tx.AddOp(o2); err != nil {
									return err
								}
							}
						}
					}
					if made, err = tx.Row(st.made); err != nil {
						return err
					}
					c.wake[made.Account] = true
					if err := e.removeTx(tx, made, c.group); err != nil {
						return err
					}
				}
			case didDiscard:
				redraft = append(redraft, st)
			}
		}
		for id := range queued { // after a restart only the journal knows the command
			if _, err := drop(id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, st := range redraft {
		if err := e.redraft(ctx, st); err != nil {
			return err
		}
	}
	if lost {
		return fault.New(fault.NotFound, "gone", "It cannot be brought back", "The server has removed it for good.")
	}
	return nil
}
