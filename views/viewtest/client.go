package viewtest

import (
	"context"
	"io"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/bus"
	"github.com/postrider/postrider/app/doors"
	"github.com/postrider/postrider/app/store"
)

var _ app.Client = (*Client)(nil)

// Options change what the client holds.
type Options struct {
	Empty bool // no accounts and no mail: the first run
	More  int  // that many further messages in the first inbox, a few minutes apart
	Delay time.Duration
}

// Client is a door to invented mail. Set the functions before use to script what a view asks for.
type Client struct {
	blobs map[string][]byte // attached files, by digest
	// OnArchive carries an archive plan out.
	OnImport  func(files []string, o app.ImportOptions, each func(app.ImportState, app.ImportItem)) (app.ImportState, error)
	OnExport  func(o app.ExportOptions, progress func(app.ExportState)) (app.ExportState, error)
	OnArchive func(ctx context.Context, p app.ArchivePlan, progress func(app.ArchiveState)) (app.ArchiveState, error)
	// Runs are the archives there were, Items the ledger of each.
	Runs  []app.ArchiveState
	Items []app.ArchiveItem
	// Programs are other mail programs of this computer.
	Programs []doors.Profile
	// Backups are the files into which the profile was copied.
	Backups []string
	// Asked are the pictures that were asked for; OnPicture answers.
	Asked     []string
	OnPicture func(url string) ([]byte, error)
	*app.Shelves
	Bus *bus.Bus
	// Waiting are the invitations that wait for an answer; AnswerInvitation takes one away and notes it in Answered.
	Waiting  []app.Waiting
	OnRooms  []pim.Attendee // of the servers' directories
	Answered []string
	// Conflicting were changed on both sides; ResolveConflict takes one away and notes the choice in Settled.
	Conflicting []pim.Conflict
	Settled     []string

	OnDiscover func(ctx context.Context, address string, progress func(mail.Step)) (mail.Discovery, error)
	OnTest     func(ctx context.Context, a mail.Account, s app.Secrets, lines func(mail.TestLine)) []mail.TestLine
	OnSignIn   func(ctx context.Context, a mail.Account, open func(string) error) (app.Secrets, error)
	OnCheck    func(d mail.Draft) []app.Concern
	// OnRead, when set, answers Read first; ok false falls through.
	OnRead func(id mail.MessageID) (b mail.Body, err error, ok bool)

	mu       sync.Mutex
	rules    []app.ArchiveRule
	delay    time.Duration
	now      time.Time
	accounts []mail.Account
	boxes    []mail.Mailbox
	msgs     map[mail.MessageID]*message
	order    []mail.MessageID // newest first, without the fillers
	fillers  []mail.MessageID // newest first
	status   app.Status
	settings app.Settings
	keychain app.KeychainState
	drafts   map[mail.DraftID]mail.Draft
	outbox   []mail.OutboxItem
	queued   map[mail.OutboxID]mail.Draft
	undo     map[int64]func()
	next     int64
	arrived  int64
	news     []mail.MessageID // what Deliver brought
	calls    []string

	closeShelves func()
}

type message struct {
	mail.Summary
	body mail.Body
	raw  []byte
}

// New returns a client with the mail of the design's pictures.
func New(o Options) *Client {
	c := &Client{Bus: bus.New(), delay: o.Delay, now: time.Date(2026, 3, 11, 10, 24, 0, 0, time.Local),
		msgs: map[mail.MessageID]*message{}, settings: app.DefaultSettings(), keychain: app.KeychainState{Kind: "system", State: "ok"},
		drafts: map[mail.DraftID]mail.Draft{}, queued: map[mail.OutboxID]mail.Draft{}, undo: map[int64]func(){}, next: 1}
	c.Shelves = c.shelves(o.Empty)
	if !o.Empty {
		c.fill()
		c.more(o.More)
	}
	return c
}

// Now is the present of the invented mail.
func (c *Client) Now() time.Time { return c.now }

// Calls returns the names of the commands that were given, in order.
func (c *Client) Calls() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.calls...)
}

func (c *Client) wait(ctx context.Context) error {
	if c.delay > 0 {
		select {
		case <-time.After(c.delay):
		case <-ctx.Done():
		}
	}
	return ctx.Err()
}

// lock begins a command.
func (c *Client) lock(call string) func() {
	c.mu.Lock()
	if call != "" {
		c.calls = append(c.calls, call)
	}
	return c.mu.Unlock
}

// Subscribe implements app.Client.
func (c *Client) Subscribe() *bus.Sub { return c.Bus.Subscribe() }

// Accounts implements app.Client.
func (c *Client) Accounts(ctx context.Context) ([]mail.Account, error) {
	defer c.lock("")()
	return append([]mail.Account(nil), c.accounts...), ctx.Err()
}

// Mailboxes implements app.Client; counts are of the messages as they are now, at least what the pictures show.
func (c *Client) Mailboxes(ctx context.Context) ([]mail.Mailbox, error) {
	defer c.lock("")()
	return append([]mail.Mailbox(nil), c.boxes...), ctx.Err()
}

// Status implements app.Client.
func (c *Client) Status() app.Status {
	defer c.lock("")()
	s := c.status
	s.Accounts = append([]app.AccountStatus(nil), s.Accounts...)
	for _, o := range c.outbox {
		if o.State != mail.OutSent {
			s.Waiting++
		}
	}
	return s
}

// SetStatus changes the status and tells it.
func (c *Client) SetStatus(s app.Status) {
	c.mu.Lock()
	s.Waiting = 0
	c.status = s
	c.mu.Unlock()
	c.Bus.Publish(bus.Changed{Status: true})
}

func (c *Client) role(id mail.MailboxID) mail.Role {
	for _, b := range c.boxes {
		if b.ID == id {
			return b.Role
		}
	}
	return mail.RoleNone
}

func (c *Client) box(id mail.MailboxID) *mail.Mailbox {
	for i := range c.boxes {
		if c.boxes[i].ID == id {
			return &c.boxes[i]
		}
	}
	return nil
}

func (c *Client) match(v store.View, m *mail.Summary) bool {
	role := c.role(m.Mailbox)
	hidden := role == mail.RoleTrash || role == mail.RoleJunk
	switch {
	case v.Mailbox != 0 && m.Mailbox != v.Mailbox,
		v.Mailbox == 0 && v.Role != "" && role != v.Role,
		v.Account != "" && m.Account != v.Account,
		v.Flagged && (hidden || !m.Flags.Has(mail.Flagged)),
		v.OnlyUnread && m.Flags.Has(mail.Seen),
		v.OnlyFlagged && !m.Flags.Has(mail.Flagged),
		v.OnlyAttachments && !m.Attachments:
		return false
	}
	if v.OnlyToMe {
		me := false
		for _, t := range m.To {
			for _, a := range c.accounts {
				me = me || strings.EqualFold(a.Address, t.Addr)
			}
		}
		if !me {
			return false
		}
	}
	if v.Search != "" {
		text := strings.ToLower(m.Subject + " " + m.Snippet)
		for _, a := range m.From {
			text += " " + strings.ToLower(a.Name+" "+a.Addr)
		}
		for _, w := range strings.Fields(strings.ToLower(v.Search)) {
			if !strings.Contains(text, strings.Trim(w, `"`)) {
				return false
			}
		}
	}
	return true
}

// ids lists a view, newest first.
func (c *Client) ids(v store.View) []mail.MessageID {
	var out []mail.MessageID
	seen := map[mail.ThreadID]bool{}
	add := func(id mail.MessageID, s *mail.Summary) {
		if !c.match(v, s) || v.Threads && seen[s.Thread] {
			return
		}
		if v.Threads {
			seen[s.Thread] = true
		}
		out = append(out, id)
	}
	for _, id := range c.order {
		add(id, &c.msgs[id].Summary)
	}
	plain := v == (store.View{Role: v.Role, Mailbox: v.Mailbox, Account: v.Account, Threads: v.Threads, Oldest: v.Oldest})
	if plain && (v.Role == mail.RoleInbox || v.Mailbox == 1) && len(c.fillers) > 0 {
		out = append(out, c.fillers...)
	} else {
		for _, id := range c.fillers {
			s := c.filler(id)
			add(id, &s)
		}
	}
	if v.Oldest {
		for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
			out[i], out[j] = out[j], out[i]
		}
	}
	return out
}

func (c *Client) summary(v store.View, id mail.MessageID) (mail.Summary, bool) {
	m, ok := c.msgs[id]
	if !ok {
		i := sort.Search(len(c.fillers), func(i int) bool { return c.fillers[i] <= id })
		if i < len(c.fillers) && c.fillers[i] == id {
			return c.filler(id), true
		}
		return mail.Summary{}, false
	}
	s := m.Summary
	if !v.Threads {
		s.Count, s.Unread, s.Senders = 1, 0, nil
		if !s.Flags.Has(mail.Seen) {
			s.Unread = 1
		}
	}
	return s, true
}

// List implements app.Client.
func (c *Client) List(ctx context.Context, v store.View, after mail.MessageID, limit int) (store.Slice, error) {
	if err := c.wait(ctx); err != nil {
		return store.Slice{}, err
	}
	defer c.lock("")()
	var s store.Slice
	for _, id := range c.ids(v) {
		if after != 0 && (id >= after) != v.Oldest {
			continue
		}
		if len(s.Rows) == limit {
			s.More = true
			break
		}
		if m, ok := c.summary(v, id); ok {
			s.Rows = append(s.Rows, m)
		}
	}
	return s, nil
}

// Count implements app.Client.
func (c *Client) Count(ctx context.Context, v store.View) (int, int, error) {
	defer c.lock("")()
	total, unread := 0, 0
	for _, id := range c.ids(v) {
		total++
		if m, ok := c.msgs[id]; ok && !m.Flags.Has(mail.Seen) {
			unread++
		}
	}
	return total, unread, ctx.Err()
}

// Order implements app.Client.
func (c *Client) Order(ctx context.Context, v store.View, chunk int, each func([]mail.MessageID) error) error {
	if err := c.wait(ctx); err != nil {
		return err
	}
	c.mu.Lock()
	ids := c.ids(v)
	c.mu.Unlock()
	for len(ids) > 0 {
		n := min(chunk, len(ids))
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := each(ids[:n:n]); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// Summaries implements app.Client.
func (c *Client) Summaries(ctx context.Context, v store.View, ids []mail.MessageID) ([]mail.Summary, error) {
	if err := c.wait(ctx); err != nil {
		return nil, err
	}
	defer c.lock("")()
	out := make([]mail.Summary, 0, len(ids))
	for _, id := range ids {
		if s, ok := c.summary(v, id); ok {
			out = append(out, s)
		}
	}
	return out, nil
}

// Thread implements app.Client.
func (c *Client) Thread(ctx context.Context, id mail.MessageID) ([]mail.Summary, error) {
	if err := c.wait(ctx); err != nil {
		return nil, err
	}
	defer c.lock("")()
	s, ok := c.summary(store.View{}, id)
	if !ok {
		return nil, gone()
	}
	out := []mail.Summary{s}
	for _, o := range c.order {
		if m := c.msgs[o]; o != id && m.Thread == s.Thread && s.Thread != 0 {
			t, _ := c.summary(store.View{}, o)
			out = append(out, t)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out, nil
}

func gone() error {
	return fault.New(fault.NotFound, "message", "This message is no longer here", "It was moved or deleted by another program.")
}

// Read implements app.Client.
func (c *Client) Read(ctx context.Context, id mail.MessageID) (mail.Body, error) {
	if err := c.wait(ctx); err != nil {
		return mail.Body{}, err
	}
	if c.OnRead != nil {
		if b, err, ok := c.OnRead(id); ok {
			return b, err
		}
	}
	defer c.lock("")()
	if m, ok := c.msgs[id]; ok {
		return m.body, nil
	}
	s, ok := c.summary(store.View{}, id)
	if !ok {
		return mail.Body{}, gone()
	}
	return textBody(s, s.Snippet), nil
}

// Raw implements app.Client.
func (c *Client) Raw(ctx context.Context, id mail.MessageID) ([]byte, error) {
	b, err := c.Read(ctx, id)
	if err != nil {
		return nil, err
	}
	var w strings.Builder
	for _, h := range b.Header {
		w.WriteString(h.Name + ": " + h.Value + "\r\n")
	}
	w.WriteString("\r\n" + strings.ReplaceAll(b.Text, "\n", "\r\n"))
	return []byte(w.String()), nil
}

// OpenPart implements app.Client; every part holds a line of text or a small picture.
func (c *Client) OpenPart(ctx context.Context, id mail.MessageID, part int) (io.ReadCloser, mail.Part, error) {
	b, err := c.Read(ctx, id)
	if err != nil {
		return nil, mail.Part{}, err
	}
	for _, p := range b.Parts {
		if p.ID == part {
			if strings.HasPrefix(p.Type, "image/") {
				return io.NopCloser(strings.NewReader(picture())), p, nil
			}
			return io.NopCloser(strings.NewReader("Contents of " + p.Name + "\n")), p, nil
		}
	}
	return nil, mail.Part{}, fault.New(fault.NotFound, "part", "This attachment is not there", "The message has changed.")
}

// Complete implements app.Client.
func (c *Client) Complete(ctx context.Context, prefix string, limit int) ([]store.Correspondent, error) {
	defer c.lock("")()
	var out []store.Correspondent
	seen := map[string]bool{}
	for _, id := range c.order {
		for _, a := range c.msgs[id].From {
			hit := strings.HasPrefix(strings.ToLower(a.Addr), strings.ToLower(prefix))
			for _, w := range strings.Fields(a.Name) {
				hit = hit || strings.HasPrefix(strings.ToLower(w), strings.ToLower(prefix))
			}
			if hit && !seen[a.Addr] && len(out) < limit {
				seen[a.Addr] = true
				out = append(out, store.Correspondent{Address: a, Written: 3, Received: 5, Last: c.msgs[id].Date})
			}
		}
	}
	return out, ctx.Err()
}

// Settings implements app.Client.
func (c *Client) Settings() app.Settings {
	defer c.lock("")()
	s := c.settings
	s.Closed = append([]string(nil), s.Closed...)
	return s
}

// SetSettings implements app.Client.
func (c *Client) SetSettings(ctx context.Context, s app.Settings) error {
	c.mu.Lock()
	c.settings = s
	c.mu.Unlock()
	c.Bus.Publish(bus.Changed{Settings: true})
	return ctx.Err()
}

// CheckSearch implements app.Client.
func (c *Client) CheckSearch(expr string) string {
	if strings.Count(expr, `"`)%2 == 1 {
		return "The quotation is not closed."
	}
	return ""
}

// Stats implements app.Client.
func (c *Client) Stats(ctx context.Context) (store.Stats, error) {
	defer c.lock("")()
	return store.Stats{Messages: len(c.msgs) + len(c.fillers), Bodies: 812 << 20, IndexBytes: 96 << 20}, ctx.Err()
}

// Usage implements app.Client.
func (c *Client) Usage(ctx context.Context, _ mail.AccountID) (int64, int64, error) {
	return 7_400 << 20, 15 << 30, ctx.Err()
}
