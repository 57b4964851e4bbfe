package app

import (
	"context"
	"os"
	"path/filepath"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pst/job"
	"github.com/postrider/postrider/app/store"
)

// localFile is the data file of a profile for mail that belongs to no account.
const localFile = "local.pst"

// local returns the place for messages of files while there is no account: a data file in the profile, which is made when it is needed. It is used like any other.
func (a *App) local(ctx context.Context) (mail.Account, error) {
	dir, err := realPath(a.o.Dir)
	if err != nil {
		return mail.Account{}, localFault(err, "The profile's folder cannot be found")
	}
	path := filepath.Join(dir, localFile)
	as, err := a.store.Accounts(ctx)
	if err != nil {
		return mail.Account{}, err
	}
	for _, x := range as {
		if isLocal(x) {
			return x, nil
		}
	}
	f, err := job.OpenArchive(path, "Local mail")
	if err != nil {
		return mail.Account{}, err
	}
	if err := f.Close(); err != nil {
		return mail.Account{}, localFault(err, "The file for local mail cannot be made")
	}
	acc := mail.Account{ID: newAccountID(), Name: "Local mail", Hue: "slate", Incoming: mail.Server{Protocol: mail.PST, Path: path}}
	if err := completeAccount(&acc); err != nil {
		return mail.Account{}, err
	}
	if err := a.store.Write(ctx, func(tx *store.Tx) error { return tx.PutAccount(acc) }); err != nil {
		return mail.Account{}, err
	}
	a.engine.Reload(acc.ID)
	return acc, nil
}

func isLocal(x mail.Account) bool {
	return x.Incoming.Protocol == mail.PST && filepath.Base(x.Incoming.Path) == localFile
}

// moved gives the data file of the profile its present path: a profile that was moved or restored has it somewhere else.
func (a *App) moved(ctx context.Context) error {
	as, err := a.store.Accounts(ctx)
	if err != nil {
		return err
	}
	for _, x := range as {
		path := filepath.Join(a.o.Dir, localFile)
		if p, err := realPath(path); err == nil {
			path = p
		}
		if !isLocal(x) || x.Incoming.Path == path {
			continue
		}
		if _, err := os.Stat(path); err != nil {
			continue
		}
		if _, err := os.Stat(x.Incoming.Path); err == nil {
			continue // somebody else's of that name
		}
		x.Incoming.Path = path
		if err := a.store.Write(ctx, func(tx *store.Tx) error { return tx.PutAccount(x) }); err != nil {
			return err
		}
	}
	return nil
}
