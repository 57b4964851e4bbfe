package imap

import (
	"context"
	"sort"
	"strings"

	imap2 "github.com/emersion/go-imap/v2"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
)

// tree is what LIST and NAMESPACE said.
type tree struct {
	boxes  []*imap2.ListData
	delim  string
	prefix string                      // of the personal name space, with its delimiter: "INBOX." at some servers
	shared []imap2.NamespaceDescriptor // other people's and public ones
	subs   map[string]bool             // nil: unknown
}

// Collections implements remote.Source.
func (b *backend) Collections(ctx context.Context) (out []remote.Collection, err error) {
	s, err := b.session()
	if err != nil {
		return nil, err
	}
	err = s.do(ctx, "list mailboxes", func() error {
		t, err := s.tree(ctx, true)
		if err != nil {
			return err
		}
		out, err = s.collections(t)
		return err
	})
	return out, err
}

// tree lists the mailboxes, with counters where the server can give them at the same time.
func (s *session) tree(ctx context.Context, counters bool) (*tree, error) {
	t := &tree{}
	if s.caps.Has(imap2.CapNamespace) {
		ns, err := s.client.Namespace().Wait()
		if err != nil && s.dead() {
			return nil, err
		}
		if err == nil && ns != nil {
			if len(ns.Personal) > 0 {
				t.prefix = ns.Personal[0].Prefix
				if d := ns.Personal[0].Delim; d != 0 {
					t.delim = string(d)
				}
			}
			t.shared = append(append(t.shared, ns.Other...), ns.Shared...)
		}
	}
	var opt *imap2.ListOptions
	extended := s.caps.Has(imap2.CapListExtended)
	if extended {
		opt = &imap2.ListOptions{ReturnSubscribed: true, ReturnChildren: true, ReturnSpecialUse: s.caps.Has(imap2.CapSpecialUse)}
		if counters && s.caps.Has(imap2.CapListStatus) {
			opt.ReturnStatus = &imap2.StatusOptions{NumMessages: true, NumUnseen: true}
		}
	}
	list := func(pattern string) error {
		got, err := s.client.List("", pattern, opt).Collect()
		if err != nil && opt != nil && !s.dead() {
			// Some servers offer what they then refuse; the plain command is understood by all.
			opt, extended = nil, false
			got, err = s.client.List("", pattern, nil).Collect()
		}
		t.boxes = append(t.boxes, got...)
		return err
	}
	if err := list("*"); err != nil {
		return nil, err
	}
	for _, ns := range t.shared { // "*" need not go into other name spaces
		found := ns.Prefix == ""
		for _, b := range t.boxes {
			found = found || strings.HasPrefix(b.Mailbox, ns.Prefix)
		}
		if !found {
			if err := list(ns.Prefix + "*"); err != nil && s.dead() {
				return nil, err
			}
		}
	}
	if extended {
		t.subs = map[string]bool{}
		for _, b := range t.boxes {
			if hasAttr(b.Attrs, imap2.MailboxAttrSubscribed) {
				t.subs[b.Mailbox] = true
			}
		}
	} else if replies, err := s.filter.command(ctx, `LSUB "" "*"`, false); err == nil {
		t.subs = map[string]bool{}
		for _, r := range replies {
			if name, ok := s.filter.lsubName(r); ok {
				t.subs[name] = true
			}
		}
	} else if s.dead() {
		return nil, err
	}
	for _, b := range t.boxes {
		if t.delim == "" && b.Delim != 0 {
			t.delim = string(b.Delim)
		}
	}
	return t, nil
}

// lsubName reads an LSUB reply.
func (f *filter) lsubName(reply string) (string, bool) {
	rest, ok := strings.CutPrefix(strings.ToUpper(reply), "* LSUB (")
	if !ok {
		return "", false
	}
	rest = reply[len(reply)-len(rest):]
	_, rest, ok = strings.Cut(rest, ")")
	if !ok {
		return "", false
	}
	_, rest, ok = cutString(rest)
	raw, _, ok2 := cutString(rest)
	if !ok || !ok2 {
		return "", false
	}
	if strings.EqualFold(raw, "INBOX") {
		return "INBOX", true
	}
	if name, ok := decodeUTF7(raw); ok {
		return name, true
	}
	return printableName(raw), true
}

func hasAttr(attrs []imap2.MailboxAttr, want ...imap2.MailboxAttr) bool {
	for _, a := range attrs {
		for _, w := range want {
			if strings.EqualFold(string(a), string(w)) {
				return true
			}
		}
	}
	return false
}

func (s *session) collections(t *tree) ([]remote.Collection, error) {
	var out []remote.Collection
	index := map[string]int{}
	taken := map[mail.Role]bool{}
	if s.gmail {
		s.noteAllMail(t.boxes)
	}
	for _, b := range t.boxes {
		if b.Mailbox == "" {
			continue
		}
		if _, dup := index[b.Mailbox]; dup {
			continue
		}
		delim := t.delim
		if b.Delim != 0 {
			delim = string(b.Delim)
		}
		c := remote.Collection{Ref: remote.Ref(b.Mailbox), Kind: remote.Mail, Rights: mail.AllRights, Total: -1, Unseen: -1, Subscribed: t.subs == nil || t.subs[b.Mailbox]}
		c.Parent, c.Name = t.split(b.Mailbox, delim)
		for _, a := range b.Attrs {
			if r, ok := roleOfAttr[a]; ok && c.Role == "" && !(r == mail.RoleAll && !s.gmail && taken[r]) {
				c.Role = r
			}
		}
		if b.Mailbox == "INBOX" {
			c.Role, c.Rights, c.Subscribed = mail.RoleInbox, mail.AllRights&^(mail.MayDelete|mail.MayRename), true
		}
		if hasAttr(b.Attrs, imap2.MailboxAttrNoSelect, imap2.MailboxAttrNonExistent) {
			c.NoSelect = true
			c.Rights &^= mail.MayRead | mail.MayFlag | mail.MayAdd | mail.MayRemove
		}
		if hasAttr(b.Attrs, imap2.MailboxAttrNoInferiors) || delim == "" {
			c.Rights &^= mail.MayCreate
		}
		c.Shared = t.isShared(b.Mailbox, delim)
		if c.Shared {
			c.Role = mail.RoleNone
		}
		if st := b.Status; st != nil && !c.NoSelect {
			if st.NumMessages != nil {
				c.Total = int(*st.NumMessages)
			}
			if st.NumUnseen != nil {
				c.Unseen = int(*st.NumUnseen)
			}
		}
		if s.gmail {
			gmailRole(&c)
		}
		if c.Role != "" {
			if taken[c.Role] { // one mailbox a role: the first one that the server names
				c.Role = mail.RoleNone
			}
			taken[c.Role] = true
		}
		index[b.Mailbox] = len(out)
		out = append(out, c)
	}
	// Names count where no special use is given: at the top first, then below INBOX.
	for _, top := range []bool{true, false} {
		for i := range out {
			c := &out[i]
			if c.Role != "" || c.Shared || c.NoSelect || (c.Parent == "") != top || !top && c.Parent != "INBOX" && !strings.HasPrefix(string(c.Parent), "[") {
				continue
			}
			if r := roleByName(c.Name); r != "" && !taken[r] {
				c.Role, taken[r] = r, true
			}
		}
	}
	out = t.parents(out, index)
	if err := s.rights(out); err != nil {
		return nil, err
	}
	return out, nil
}

// isShared reports whether a mailbox is another person's or public: the longest prefix that fits says whose it is.
func (t *tree) isShared(name, delim string) bool {
	fits := func(prefix string) bool {
		return strings.HasPrefix(name, prefix) || delim != "" && name+delim == prefix
	}
	longest, shared := -1, false
	if name == "INBOX" || fits(t.prefix) {
		longest = len(t.prefix)
	}
	for _, ns := range t.shared {
		if fits(ns.Prefix) && len(ns.Prefix) > longest {
			longest, shared = len(ns.Prefix), true
		}
	}
	return shared
}

// split returns the parent's name and the last part of a mailbox's name. The prefix of the personal name space is not shown.
func (t *tree) split(name, delim string) (remote.Ref, string) {
	if delim == "" {
		return "", name
	}
	i := strings.LastIndex(strings.TrimSuffix(name, delim), delim)
	if i < 0 {
		return "", strings.TrimSuffix(name, delim)
	}
	if name[:i+len(delim)] == t.prefix {
		return "", name[i+len(delim):]
	}
	return remote.Ref(name[:i]), name[i+len(delim):]
}

// parents adds parents that the server did not list, as mailboxes that only group others, and puts parents before their children.
func (t *tree) parents(in []remote.Collection, index map[string]int) []remote.Collection {
	for i := 0; i < len(in) && len(in) < 100000; i++ {
		p := in[i].Parent
		if p == "" {
			continue
		}
		if _, ok := index[string(p)]; ok {
			continue
		}
		c := remote.Collection{Ref: p, Kind: remote.Mail, NoSelect: true, Shared: in[i].Shared, Total: -1, Unseen: -1, Rights: mail.MayCreate, Subscribed: true}
		c.Parent, c.Name = t.split(string(p), t.delim)
		index[string(p)] = len(in)
		in = append(in, c)
	}
	sort.SliceStable(in, func(i, j int) bool { return t.depth(in[i].Ref) < t.depth(in[j].Ref) })
	return in
}

func (t *tree) depth(r remote.Ref) int {
	if t.delim == "" {
		return 0
	}
	return strings.Count(string(r), t.delim)
}

// rights asks what may be done in shared mailboxes (RFC 4314).
func (s *session) rights(cs []remote.Collection) error {
	if !s.caps.Has(imap2.CapACL) {
		return nil
	}
	for i := range cs {
		c := &cs[i]
		if !c.Shared || c.NoSelect {
			continue
		}
		data, err := s.client.MyRights(string(c.Ref)).Wait()
		if err != nil {
			if s.dead() {
				return err
			}
			continue
		}
		c.Rights = rightsOf(data.Rights)
	}
	return nil
}

// rightsOf reduces RFC 4314 rights to what the program asks. "c" and "d" are RFC 2086's.
func rightsOf(set imap2.RightSet) mail.Rights {
	r := mail.MaySubscribe
	has := func(letters string) bool { return strings.ContainsAny(string(set), letters) }
	if has("r") {
		r |= mail.MayRead
	}
	if has("w") || has("s") {
		r |= mail.MayFlag
	}
	if has("i") {
		r |= mail.MayAdd
	}
	if has("td") && has("ed") {
		r |= mail.MayRemove
	}
	if has("kc") {
		r |= mail.MayCreate
	}
	if has("xd") {
		r |= mail.MayDelete | mail.MayRename
	}
	return r
}
