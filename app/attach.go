package app

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pst/job"
	"github.com/postrider/postrider/app/store"
)

// AttachFile opens an Outlook data file (.pst, .ost) beside the accounts, as an account that has a path for a server, no password and nobody to write as. The file stays
// where it is and is written to only by what the person does with its messages; one that cannot be written is opened for reading. A file that is open already
// gives the account that it has.
func (a *App) AttachFile(ctx context.Context, path string) (mail.AccountID, error) {
	path, err := realPath(path)
	if err != nil {
		return "", fault.New(fault.Usage, "file", "There is no such file", path)
	}
	as, err := a.store.Accounts(ctx)
	if err != nil {
		return "", err
	}
	for _, x := range as {
		if x.Incoming.Protocol == mail.PST && x.Incoming.Path == path {
			a.engine.Sync(x.ID)
			return x.ID, nil
		}
	}
	s, err := job.Open(path)
	if err != nil {
		return "", err
	}
	if err := s.Close(); err != nil {
		return "", fault.New(fault.Local, "file", "The file cannot be read", err.Error())
	}
	acc := mail.Account{ID: newAccountID(), Hue: "slate", Incoming: mail.Server{Protocol: mail.PST, Path: path}}
	if err := completeAccount(&acc); err != nil {
		return "", err
	}
	if err := a.store.Write(ctx, func(tx *store.Tx) error { return tx.PutAccount(acc) }); err != nil {
		return "", err
	}
	a.engine.Reload(acc.ID)
	return acc.ID, nil
}

// DetachFile closes a data file: it and what is kept of it are removed from the profile. The file itself stays as it is.
func (a *App) DetachFile(ctx context.Context, id mail.AccountID) error {
	as, err := a.store.Accounts(ctx)
	if err != nil {
		return err
	}
	for _, x := range as {
		if x.ID == id && x.Incoming.Protocol == mail.PST {
			return a.engine.RemoveAccount(ctx, id)
		}
	}
	return fault.New(fault.NotFound, "file", "This file is not open", "")
}

// IsDataFile reports whether a path is named like an Outlook data file.
func IsDataFile(path string) bool {
	ext := strings.ToLower(filepath.Ext(path))
	return ext == ".pst" || ext == ".ost"
}

// realPath is the one absolute path of a file, without links in it.
func realPath(path string) (string, error) {
	p, err := filepath.Abs(path)
	if err != nil {
		return path, err
	}
	q, err := filepath.EvalSymlinks(p)
	if err != nil {
		return p, err
	}
	return q, nil
}

// completeFile is completeAccount for a data file. Everything from its texts is kept here, so that it is found by search.
func completeFile(acc *mail.Account) error {
	if acc.Incoming.Path == "" {
		return fault.New(fault.Usage, "file", "There is no file", "Choose an Outlook data file.")
	}
	if acc.Name == "" {
		acc.Name = filepath.Base(acc.Incoming.Path)
	}
	acc.Incoming = mail.Server{Protocol: mail.PST, Path: acc.Incoming.Path}
	acc.Outgoing, acc.Identities, acc.IsDefault = mail.Server{}, nil, false
	acc.HideInAll, acc.Mute = true, true
	return nil
}
