package app

import (
	"context"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pst/job"
)

// UndoArchive moves what a run moved to Trash back to where it was, as far as it is still there. The copies stay in the file. It returns how many came back and how many
// are no longer in Trash: those are in the file.
func (a *App) UndoArchive(ctx context.Context, run string) (back, gone int, err error) {
	end, err := a.archiving()
	if err != nil {
		return 0, 0, err
	}
	defer end()
	l, err := a.openLedger(run)
	if err != nil {
		return 0, 0, err
	}
	defer l.f.Close()
	by := map[mail.MailboxID][]mail.MessageID{}
	for _, id := range l.ids {
		r := l.rows[id]
		if r.State != "moved" {
			continue
		}
		row, err := a.store.Row(ctx, id)
		switch {
		case err != nil || row.Removed || row.Digest != r.Digest:
			gone++
		case row.Mailbox == r.Box:
			back++
		default:
			by[r.Box] = append(by[r.Box], id)
		}
	}
	for box, ids := range by {
		if _, err := a.Move(ctx, ids, box); err != nil {
			return back, gone, err
		}
		var lines []any
		for _, id := range ids {
			lines = append(lines, ledgerRow{ID: id, State: "back"})
		}
		if err := l.write(lines...); err != nil {
			return back, gone, err
		}
		back += len(ids)
	}
	return back, gone, nil
}

// purgeArchive deletes for good what a run moved to Trash, when its days of grace are over: each message only after its copy in the file was read back once more and is still the
// same. One that a person took out of Trash stays where it is.
func (a *App) purgeArchive(ctx context.Context, run string, now time.Time) error {
	end, err := a.archiving()
	if err != nil {
		return err
	}
	defer end()
	l, err := a.openLedger(run)
	if err != nil {
		return err
	}
	defer l.f.Close()
	if due := l.state().Due; due.IsZero() || now.Before(due) {
		return nil
	}
	boxes, err := a.store.Mailboxes(ctx, "")
	if err != nil {
		return err
	}
	trash := map[mail.MailboxID]bool{}
	for _, b := range boxes {
		trash[b.ID] = b.Role == mail.RoleTrash
	}
	for i := 0; i < len(l.ids); {
		if err := ctx.Err(); err != nil {
			return err
		}
		var lines []any
		ids := map[int][]string{}
		var batch []mail.MessageID
		for ; i < len(l.ids) && len(batch) < archiveBatch; i++ {
			r := l.rows[l.ids[i]]
			if r.State != "moved" {
				continue
			}
			row, err := a.store.Row(ctx, r.ID)
			switch {
			case fault.Is(err, fault.NotFound) || err == nil && row.Removed:
				lines = append(lines, ledgerRow{ID: r.ID, State: "deleted"}) // by the person
			case err != nil:
				return err
			case row.Digest != r.Digest:
				lines = append(lines, ledgerRow{ID: r.ID, State: "differs"})
			case !trash[row.Mailbox]:
				lines = append(lines, ledgerRow{ID: r.ID, State: "back"})
			default:
				batch = append(batch, r.ID)
				ids[r.Part] = append(ids[r.Part], r.Ref)
			}
		}
		sums := map[inPart]string{}
		for part, names := range ids {
			got, err := job.Sums(ctx, partPath(l.plan.File, part), names)
			if err != nil {
				return err
			}
			for name, sum := range got {
				sums[inPart{part, name}] = sum
			}
		}
		var gone []mail.MessageID
		for _, id := range batch {
			r := l.rows[id]
			if sums[inPart{r.Part, r.Ref}] != r.Digest {
				lines = append(lines, ledgerRow{ID: id, State: "differs"})
				continue
			}
			gone = append(gone, id)
		}
		if len(gone) > 0 {
			if _, err := a.engine.Remove(ctx, gone); err != nil {
				return err
			}
			a.crash("removed")
			for _, id := range gone {
				lines = append(lines, ledgerRow{ID: id, State: "deleted"})
			}
		}
		if len(lines) > 0 {
			if err := l.write(lines...); err != nil {
				return err
			}
		}
	}
	return nil
}
