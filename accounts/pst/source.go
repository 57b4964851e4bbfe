package pst

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ndb"
	"github.com/postrider/postrider/accounts/remote"
)

// Opener opens connections to one file. All of them share one Store, so that one may read what another has just written. It
// implements remote.Opener.
type Opener struct {
	// Path is the file.
	Path string
	// ReadOnly opens it for reading even where it could be written.
	ReadOnly bool

	mu    sync.Mutex // held while the file is read or changed
	store *Store
	conns map[*conn]bool
	stamp os.FileInfo
}

// Open opens a connection. A file that cannot be written (an OST, the old format, a file that another program writes to, or
// that may not be written) is opened for reading: the Conn has no Pusher then.
func (o *Opener) Open(ctx context.Context) (*remote.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.store == nil {
		if err := o.openStore(); err != nil {
			return nil, err
		}
	}
	c := &conn{o: o, done: make(chan struct{})}
	if o.conns == nil {
		o.conns = map[*conn]bool{}
	}
	o.conns[c] = true
	r := &remote.Conn{Source: c, Watcher: c, Meter: c}
	if o.store.Writable() {
		r.Pusher, r.Organizer = c, c
	}
	return r, nil
}

// OpenSubmitter implements remote.Opener: a file cannot send.
func (o *Opener) OpenSubmitter(context.Context) (remote.Submitter, error) { return nil, nil }

func (o *Opener) openStore() error {
	var s *Store
	err := error(fault.New(fault.Refused, "read-only", "", ""))
	if !o.ReadOnly {
		s, err = OpenWrite(o.Path, Options{})
	}
	if err != nil {
		if f := fault.Of(err); f.Kind == fault.Usage || f.Kind == fault.NotFound {
			return err
		}
		if s, err = Open(o.Path, Options{}); err != nil {
			return err
		}
	}
	o.store = s
	o.stamp, _ = os.Stat(o.Path)
	return nil
}

// conn is a connection to a file.
type conn struct {
	o     *Opener
	once  sync.Once
	done  chan struct{} // closed with it
	watch func(remote.Ref)
}

// Close implements remote.Source. With the last connection the file is closed.
func (c *conn) Close() error {
	var err error
	c.once.Do(func() {
		close(c.done)
		c.o.mu.Lock()
		defer c.o.mu.Unlock()
		delete(c.o.conns, c)
		if len(c.o.conns) == 0 && c.o.store != nil {
			err = c.o.store.Close()
			c.o.store = nil
		}
	})
	return err
}

// enter takes the file for one call. The caller unlocks.
func (c *conn) enter(ctx context.Context) (*Store, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case <-c.done:
		return nil, &fault.Error{Kind: fault.Network, Code: "closed", Title: "The file is closed"}
	default:
	}
	c.o.mu.Lock()
	s := c.o.store
	if s == nil {
		c.o.mu.Unlock()
		return nil, &fault.Error{Kind: fault.Network, Code: "closed", Title: "The file is closed"}
	}
	if s.w != nil && s.w.broken != nil || s.w == nil && c.changed() {
		// A writer that failed, or a file that another program has written: as it is on disk now.
		s.Close()
		c.o.store = nil
		if err := c.o.openStore(); err != nil {
			c.o.mu.Unlock()
			return nil, err
		}
		s = c.o.store
	}
	return s, nil
}

func (c *conn) leave() { c.o.mu.Unlock() }

// changed reports whether somebody else has written to the file.
func (c *conn) changed() bool {
	st, err := os.Stat(c.o.Path)
	return err == nil && c.o.stamp != nil && (st.Size() != c.o.stamp.Size() || !st.ModTime().Equal(c.o.stamp.ModTime()))
}

func refOf(r Ref) remote.Ref { return remote.Ref(strconv.FormatUint(uint64(r), 16)) }

func parseRef(r remote.Ref) (Ref, bool) {
	n, err := strconv.ParseUint(string(r), 16, 32)
	return Ref(n), err == nil
}

// mailbox finds a folder that is a collection.
func mailbox(s *Store, c remote.Ref) (*Folder, error) {
	if r, ok := parseRef(c); ok && ndb.NID(r).Type() == ndb.TypeFolder {
		if f, err := s.Folder(r); err == nil {
			return f, nil
		}
	}
	return nil, &fault.Error{Kind: fault.NotFound, Op: "open", Title: "There is no such folder in the file"}
}

// Collections implements remote.Source. The folders below Top are at the top; of what is beside it only folders with items
// are listed.
func (c *conn) Collections(ctx context.Context) ([]remote.Collection, error) {
	s, err := c.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer c.leave()
	return collections(s), nil
}

func collections(s *Store) []remote.Collection {
	top, deleted := s.Top(), s.Deleted()
	receive := s.receiveFolder()
	inside := map[Ref]bool{}
	listed := map[Ref]bool{}
	inbox := false
	var out []remote.Collection
	for _, f := range s.Folders() {
		inside[f.Ref] = f.Ref == top || inside[f.Parent] || top == 0
		if f.Search {
			continue
		}
		p, _ := f.Props()
		total := int(prop.Int(p, prop.PidTagContentCount))
		if !inside[f.Ref] || f.Ref == top {
			// Not a folder of a person's, unless something is in it.
			if total == 0 || s.onlySystem(f) {
				continue
			}
		}
		kind := kindOfClass(f.Class)
		odd := s.oddItems(f)
		if kind != remote.Mail && total > len(odd) {
			kind = remote.Mail // somebody has put messages there
		}
		if kind == remote.Mail {
			total = max(0, total-len(odd))
		}
		col := remote.Collection{Ref: refOf(f.Ref), Name: f.Name, Kind: kind, Total: total,
			Unseen: int(prop.Int(p, prop.PidTagContentUnreadCount)), Rights: mail.MayRead, Subscribed: true, Keep: !s.Writable()}
		if col.Name == "" {
			col.Name = "(no name)"
		}
		if listed[f.Parent] && f.Parent != top {
			col.Parent = refOf(f.Parent)
		}
		switch {
		case f.Ref == deleted:
			col.Role = mail.RoleTrash
		case f.Ref == s.entry(prop.PidTagIpmSentMailEntryId), f.Parent == top && strings.EqualFold(f.Name, "Sent Items"):
			col.Role = mail.RoleSent
		case !inbox && (f.Ref == receive || f.Parent == top && strings.EqualFold(f.Name, "Inbox")):
			col.Role, inbox = mail.RoleInbox, true
		case f.Parent == top && strings.EqualFold(f.Name, "Drafts"):
			col.Role = mail.RoleDrafts
		case f.Parent == top && strings.EqualFold(f.Name, "Junk E-mail"):
			col.Role = mail.RoleJunk
		}
		if s.Writable() {
			col.Rights |= mail.MayFlag | mail.MayAdd | mail.MayRemove | mail.MayCreate | mail.MaySubscribe
			if f.Ref != deleted && f.Ref != top {
				col.Rights |= mail.MayRename | mail.MayDelete
			}
			if t, ok := s.names.Named(nameHidden.Name, nameHidden.Type); ok && prop.Bool(p, t) {
				col.Subscribed = false
			}
		}
		listed[f.Ref] = true
		out = append(out, col)
	}
	return out
}

// onlySystem reports whether all that is in a folder is Outlook's own.
func (s *Store) onlySystem(f *Folder) bool {
	for _, r := range f.Items() {
		b, err := s.ItemProps(r)
		if err != nil || KindOf(prop.Text(b, prop.PidTagMessageClass)) != KindSystem {
			return false
		}
	}
	return true
}

// kindOfClass is what a folder is for, by its container class.
func kindOfClass(class string) remote.Kind {
	switch c := strings.ToUpper(class); {
	case strings.HasPrefix(c, "IPF.CONTACT"):
		return remote.Contacts
	case strings.HasPrefix(c, "IPF.APPOINTMENT"), strings.HasPrefix(c, "IPF.TASK"):
		return remote.Calendar
	}
	return remote.Mail
}

// receiveFolder is the folder that new mail comes to, 0 where the file does not say.
func (s *Store) receiveFolder() Ref {
	t, err := s.table(nidReceive, nidReceive.Type())
	if err != nil || t == nil {
		return 0
	}
	for i := range t.Len() {
		r := t.Row(i)
		if class := prop.Text(r, prop.PidTagMessageClass); class == "" || strings.EqualFold(class, "IPM.Note") {
			if n := ndb.NID(uint32(prop.Int(r, 0x66050003))); n.Type() == ndb.TypeFolder && n != nidRoot {
				return Ref(n)
			}
		}
	}
	return 0
}

// Watch implements remote.Watcher: it tells of what other connections of this Opener change.
func (c *conn) Watch(ctx context.Context, cs []remote.Ref, hint func(remote.Ref)) error {
	want := map[remote.Ref]bool{}
	for _, r := range cs {
		want[r] = true
	}
	told := make(chan remote.Ref, 64)
	c.o.mu.Lock()
	c.watch = func(r remote.Ref) {
		if want[r] {
			select {
			case told <- r:
			default: // a hint too many: those that wait say the same
			}
		}
	}
	c.o.mu.Unlock()
	defer func() {
		c.o.mu.Lock()
		c.watch = nil
		c.o.mu.Unlock()
	}()
	for {
		select {
		case r := <-told:
			hint(r)
		case <-ctx.Done():
			return nil
		case <-c.done:
			return &fault.Error{Kind: fault.Network, Code: "closed", Title: "The file is closed"}
		}
	}
}

// tell hints at folders that have changed; the file is held.
func (c *conn) tell(refs ...remote.Ref) {
	for x := range c.o.conns {
		if x != c && x.watch != nil {
			for _, r := range refs {
				x.watch(r)
			}
		}
	}
}

// Usage implements remote.Meter: the size of the file, and how large it may become.
func (c *conn) Usage(ctx context.Context) (remote.Usage, error) {
	s, err := c.enter(ctx)
	if err != nil {
		return remote.Usage{}, err
	}
	defer c.leave()
	limit := int64(50 << 30)
	if s.F.Format() == ndb.ANSI {
		limit = 2 << 30
	}
	return remote.Usage{Used: s.F.Size(), Limit: limit}, nil
}

// Create implements remote.Organizer.
func (c *conn) Create(ctx context.Context, parent remote.Ref, name string) (remote.Collection, error) {
	var out remote.Collection
	err := c.organize(ctx, func(s *Store) error {
		up := s.Top()
		if parent != "" {
			f, err := mailbox(s, parent)
			if err != nil {
				return err
			}
			up = f.Ref
		}
		if err := s.nameFree(up, name); err != nil {
			return err
		}
		r, err := s.CreateFolder(up, name, "")
		out = remote.Collection{Ref: refOf(r), Parent: parent, Name: name, Kind: remote.Mail, Rights: mail.AllRights, Subscribed: true}
		return err
	})
	return out, err
}

// nameFree refuses a name that a folder beside has.
func (s *Store) nameFree(parent Ref, name string) error {
	for _, n := range s.subfolders(ndb.NID(parent)) {
		if p, err := s.pc(n); err == nil && strings.EqualFold(prop.Text(p, prop.PidTagDisplayName), name) {
			return fault.New(fault.Refused, "exists", "There is a folder of this name already", "Choose another name.")
		}
	}
	return nil
}

func (c *conn) organize(ctx context.Context, do func(*Store) error) error {
	s, err := c.enter(ctx)
	if err != nil {
		return err
	}
	defer c.leave()
	if err := do(s); err != nil {
		return err
	}
	return s.Commit()
}

// Rename implements remote.Organizer.
func (c *conn) Rename(ctx context.Context, r, parent remote.Ref, name string) (remote.Ref, error) {
	return r, c.organize(ctx, func(s *Store) error {
		f, err := mailbox(s, r)
		if err != nil {
			return err
		}
		up := s.Top()
		if parent != "" {
			p, err := mailbox(s, parent)
			if err != nil {
				return err
			}
			up = p.Ref
		}
		if err := s.nameFree(up, name); err != nil && !strings.EqualFold(f.Name, name) {
			return err
		}
		return s.RenameFolder(f.Ref, up, name)
	})
}

// Delete implements remote.Organizer.
func (c *conn) Delete(ctx context.Context, r remote.Ref) error {
	return c.organize(ctx, func(s *Store) error {
		f, err := mailbox(s, r)
		if err != nil {
			return err
		}
		return s.DeleteFolder(f.Ref)
	})
}

// Subscribe implements remote.Organizer.
func (c *conn) Subscribe(ctx context.Context, r remote.Ref, on bool) error {
	return c.organize(ctx, func(s *Store) error {
		f, err := mailbox(s, r)
		if err != nil {
			return err
		}
		id, ok := s.names.add(nameHidden.Name)
		if !ok {
			return errors.New("no names left")
		}
		return s.SetFolder(f.Ref, prop.Map{prop.Of(id, prop.Boolean): !on})
	})
}

// SetFolder changes properties of a folder; a nil value takes one away.
func (s *Store) SetFolder(r Ref, set prop.Map) error {
	x, err := s.writer()
	if err != nil {
		return err
	}
	if _, err := x.w.Node(ndb.NID(r)); err != nil || ndb.NID(r).Type() != ndb.TypeFolder {
		return notFound("folder", r)
	}
	if err := x.setFolder(ndb.NID(r), set); err != nil {
		return writeFault(s.path, x.fail(err))
	}
	return nil
}
