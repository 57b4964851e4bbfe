// Package archive holds the dialogs for moving mail into an Outlook data file: what is taken and where it goes, how far it is, what came of it, and what came of every message of earlier runs. Copying, proving and
// moving are the program's ([app.App.Archive]); nothing here decides what may be removed.
package archive

import (
	"context"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
)

// Client is what the dialogs ask the program for.
type Client interface {
	Accounts(ctx context.Context) ([]mail.Account, error)
	Mailboxes(ctx context.Context) ([]mail.Mailbox, error)
	EstimateArchive(ctx context.Context, p app.ArchivePlan) ([]app.ArchiveBox, error)
	Archive(ctx context.Context, p app.ArchivePlan, progress func(app.ArchiveState)) (app.ArchiveState, error)
	ResumeArchive(ctx context.Context, run string, progress func(app.ArchiveState)) (app.ArchiveState, error)
	Archives(ctx context.Context) ([]app.ArchiveState, error)
	AttachFile(ctx context.Context, path string) (mail.AccountID, error)
	ArchiveRun(ctx context.Context, run string) (app.ArchiveState, []app.ArchiveItem, error)
	ArchiveRules(ctx context.Context) ([]app.ArchiveRule, error)
	SetArchiveRule(ctx context.Context, r app.ArchiveRule) error
	DataFile(ctx context.Context, id mail.AccountID) (app.DataFile, error)
	CompactFile(ctx context.Context, id mail.AccountID) (before, after int64, err error)
	UndoArchive(ctx context.Context, run string) (back, gone int, err error)
}

// Hooks join the dialogs to the window.
type Hooks struct {
	Do     func(func())
	Now    func() time.Time
	Failed func(error)
	Toast  func(icon, text string)
}
