package tour

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/store"
)

// Servers are the demo's, for the parts of the tour in which they fail.
type Servers interface{ Close() }

// Run goes through the demonstration in the window that is open, 1440 by 900 px at the top left of the screen, and leaves pictures in dir.
func Run(c app.Client, s Servers, dir string, out io.Writer) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	t := &guide{Robot: Robot{Dir: dir, Out: out}, c: c, s: s, ctx: context.Background()}
	for _, part := range []struct {
		name string
		do   func() error
	}{{"the inbox", t.inbox}} {
		fmt.Fprintf(out, "%s\n", part.name)
		if err := part.do(); err != nil {
			t.Shot("failed", "where it stopped")
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

type guide struct {
	Robot
	c   app.Client
	s   Servers
	ctx context.Context
}

// find returns the newest message of all inboxes with the subject.
func (t *guide) find(v store.View, subject string) (mail.Summary, bool) {
	p, err := t.c.List(t.ctx, v, 0, 200)
	if err != nil {
		return mail.Summary{}, false
	}
	for _, m := range p.Rows {
		if m.Subject == subject {
			return m, true
		}
	}
	return mail.Summary{}, false
}

var inboxes = store.View{Role: mail.RoleInbox}

func (t *guide) inbox() error {
	if err := t.Until("both accounts are here", func() bool {
		_, a := t.find(inboxes, "Ferry on Friday?")
		m, b := t.find(inboxes, "Choir on Thursday moved to 19:30")
		return a && b && m.HasBody
	}); err != nil {
		return err
	}
	return t.Shot("inbox", "all inboxes")
}
