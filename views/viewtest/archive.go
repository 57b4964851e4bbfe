package viewtest

import (
	"context"
	"slices"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/backup"
	"github.com/postrider/postrider/app/doors"
	"github.com/postrider/postrider/app/store"
)

// EstimateArchive implements app.Client: everything of the mailboxes.
func (c *Client) EstimateArchive(ctx context.Context, p app.ArchivePlan) ([]app.ArchiveBox, error) {
	var out []app.ArchiveBox
	for _, id := range p.Mailboxes {
		s, err := c.List(ctx, store.View{Mailbox: id}, 0, 10000)
		if err != nil {
			return nil, err
		}
		b := app.ArchiveBox{Mailbox: id}
		for _, m := range s.Rows {
			if p.Before.IsZero() || m.Date.Before(p.Before) {
				b.Messages++
				b.Bytes += m.Size
			}
		}
		out = append(out, b)
	}
	return out, ctx.Err()
}

// Archive implements app.Client: OnArchive is asked, else it is done at once.
func (c *Client) Archive(ctx context.Context, p app.ArchivePlan, progress func(app.ArchiveState)) (app.ArchiveState, error) {
	if c.OnArchive != nil {
		return c.OnArchive(ctx, p, progress)
	}
	boxes, err := c.EstimateArchive(ctx, p)
	n := 0
	for _, b := range boxes {
		n += b.Messages
	}
	s := app.ArchiveState{Run: "1", File: p.File, Total: n, Copied: n, Verified: n, Moved: n, Done: true}
	progress(s)
	return s, err
}

// ResumeArchive implements app.Client.
func (c *Client) ResumeArchive(ctx context.Context, _ string, progress func(app.ArchiveState)) (app.ArchiveState, error) {
	return c.Archive(ctx, app.ArchivePlan{}, progress)
}

// Archives implements app.Client.
func (c *Client) Archives(ctx context.Context) ([]app.ArchiveState, error) {
	return slices.Clone(c.Runs), ctx.Err()
}

// UndoArchive implements app.Client.
func (c *Client) UndoArchive(ctx context.Context, _ string) (back, gone int, err error) {
	return 0, 0, ctx.Err()
}

// Import implements app.Client: OnImport answers; without it nothing is taken in.
func (c *Client) Import(ctx context.Context, files []string, o app.ImportOptions, each func(app.ImportState, app.ImportItem)) (app.ImportState, error) {
	defer c.lock("Import")()
	if c.OnImport != nil {
		return c.OnImport(files, o, each)
	}
	return app.ImportState{}, nil
}

// Export implements app.Client: OnExport answers; without it nothing is written.
func (c *Client) Export(ctx context.Context, o app.ExportOptions, progress func(app.ExportState)) (app.ExportState, error) {
	defer c.lock("Export")()
	if c.OnExport != nil {
		return c.OnExport(o, progress)
	}
	return app.ExportState{}, nil
}

// ArchiveRun implements app.Client.
func (c *Client) ArchiveRun(ctx context.Context, run string) (app.ArchiveState, []app.ArchiveItem, error) {
	for _, r := range c.Runs {
		if r.Run == run {
			return r, c.Items, ctx.Err()
		}
	}
	return app.ArchiveState{}, nil, fault.New(fault.NotFound, "archive", "This archive run is not known here", "")
}

// ArchiveRules implements app.Client.
func (c *Client) ArchiveRules(ctx context.Context) ([]app.ArchiveRule, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.rules), ctx.Err()
}

// SetArchiveRule implements app.Client.
func (c *Client) SetArchiveRule(ctx context.Context, r app.ArchiveRule) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rules = slices.DeleteFunc(c.rules, func(x app.ArchiveRule) bool { return x.Account == r.Account })
	if len(r.Plan.Mailboxes) > 0 {
		c.rules = append(c.rules, r)
	}
	return ctx.Err()
}

// Backup implements app.Client.
func (c *Client) Backup(ctx context.Context, file string, progress func(backup.Done)) (backup.Done, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Backups = append(c.Backups, file)
	return backup.Done{Files: 7, Bytes: 3 << 20}, ctx.Err()
}

// PrepareRestore implements app.Client.
func (c *Client) PrepareRestore(ctx context.Context, file string, progress func(backup.Done)) (string, backup.Done, error) {
	return "/profile.before-1", backup.Done{Files: 7, Bytes: 3 << 20}, ctx.Err()
}

// DataFile implements app.Client.
func (c *Client) DataFile(ctx context.Context, _ mail.AccountID) (app.DataFile, error) {
	return app.DataFile{Path: "/archives/Old.pst", FileInfo: app.FileInfo{Format: "Unicode", Encoding: "permute", Bytes: 5 << 20, Folders: 9, Items: 120, Kinds: map[string]int{"Message": 100, "Contact": 20}, Attachments: 14}}, ctx.Err()
}

// CompactFile implements app.Client.
func (c *Client) CompactFile(ctx context.Context, _ mail.AccountID) (before, after int64, err error) {
	return 5 << 20, 4 << 20, ctx.Err()
}

// OtherPrograms implements app.Client.
func (c *Client) OtherPrograms(context.Context) []doors.Profile { return c.Programs }
