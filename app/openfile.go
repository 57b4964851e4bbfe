package app

import (
	"bytes"
	"context"
	"os"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/msox/cmail"
	"github.com/postrider/postrider/accounts/msox/msg"
	"github.com/postrider/postrider/app/ingest"
	"github.com/postrider/postrider/app/store"
)

// maxFile bounds a message that is opened from a file, in bytes.
const maxFile = 150 << 20

// OpenFile takes a message from an .eml file, or an Outlook item (.msg), into the mailbox "Opened files" of the default account, which is on this computer only, so that it is
// read, answered and filed like any other. A file that is there already is not taken again.
//
// An Outlook data file is attached ([App.AttachFile]): the id is 0 then.
func (a *App) OpenFile(ctx context.Context, path string) (mail.MessageID, error) {
	if IsDataFile(path) {
		_, err := a.AttachFile(ctx, path)
		return 0, err
	}
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
	if raw, err = fromOutlook(raw); err != nil {
		return 0, err
	}
	acc, err := a.sender(ctx, "")
	if fault.Is(err, fault.NotFound) {
		acc, err = a.local(ctx)
	}
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
		if b.Envelope.InternetID == "" {
			rows, err = tx.WithoutMessageID(box)
		}
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

// fromOutlook makes an internet message of an Outlook item; anything else is given back as it is.
func fromOutlook(raw []byte) ([]byte, error) {
	if !bytes.HasPrefix(raw, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) {
		return raw, nil
	}
	m, err := msg.Read(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, fault.New(fault.Usage, "file", "This file is no message", "It is a file of another program, or a damaged Outlook item.")
	}
	var out bytes.Buffer
	if err := cmail.Write(&out, m, cmail.Options{}); err != nil {
		return nil, fault.New(fault.Local, "file", "The file cannot be read", err.Error())
	}
	return out.Bytes(), nil
}
