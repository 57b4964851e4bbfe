package app

import (
	"context"
	"os"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/ingest"
	"github.com/postrider/postrider/app/store"
)

// maxFile bounds a message that is opened from a file, in bytes.
const maxFile = 150 << 20

// OpenFile takes a message from an .eml file into the mailbox "Opened files" of the default account, which is on this computer only, so that it is
// read, answered and filed like any other. A file that is there already is not taken again.
func (a *App) OpenFile(ctx context.Context, path string) (mail.MessageID, error) {
	st, err := os.Stat(path)
	if err != nil || !st.Mode().IsRegular() {
		return 0, fault.New(fault.Usage, "file", "There is no file "+path, "")
	}
	if st.Size() > maxFile {
		return 0, fault.New(fault.Usage, "file", "This file is too large for a message", "At most 150 MB are opened.")
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return 0, fault.New(fault.Local, "file", "The file cannot be read", err.Error())
	}
	acc, err := a.sender(ctx, "")
	if err != nil {
		return 0, err
	}
	b, err := ingest.Body(raw)
	if err != nil {
		return 0, err
	}
	var id mail.MessageID
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		box, err := tx.LocalMailbox(acc.ID, mail.RoleNone, "Opened files")
		if err != nil {
			return err
		}
		rows, err := tx.ByInternetID(acc.ID, b.Envelope.InternetID)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if r.Mailbox == box && r.Digest == b.Digest {
				id = r.ID
				return nil
			}
		}
		env := b.Envelope
		ids, err := tx.Insert([]store.NewMessage{{Account: acc.ID, Mailbox: box, Flags: mail.Seen, Envelope: &env, Size: b.Size, Body: &b}})
		if err != nil {
			return err
		}
		id = ids[0]
		return nil
	})
	return id, err
}
