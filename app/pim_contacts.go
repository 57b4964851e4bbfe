package app

import (
	"context"
	"sort"
	"strings"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/vcard"
	"github.com/postrider/postrider/app/ingest"
	"github.com/postrider/postrider/app/store"
)

func data(o *store.PIMObject, i int) string {
	if i < len(o.Data) {
		return o.Data[i]
	}
	return ""
}

func contactRow(o *store.PIMObject) pim.ContactRow {
	return pim.ContactRow{ID: pim.ContactID(o.ID), Book: pim.CollectionID(o.Collection), Name: o.Title, Letter: o.Letter, Org: data(o, ingest.ContactOrg), Title: data(o, ingest.ContactJob),
		Email: data(o, ingest.ContactEmail), Phone: data(o, ingest.ContactPhone), Group: o.Flags&store.PIMGroup != 0, Room: data(o, ingest.ContactKind) == "location", Photo: o.Flags&store.PIMPhoto != 0, UID: o.UID}
}

// Contacts returns rows in the order of the list.
func (s *Shelves) Contacts(ctx context.Context, q pim.ContactQuery, after pim.ContactID, limit int) (pim.ContactPage, error) {
	books, _, err := s.shown(ctx, remote.Contacts, q.Books)
	if err != nil {
		return pim.ContactPage{}, err
	}
	st, err := s.db(ctx)
	if err != nil {
		return pim.ContactPage{}, err
	}
	rows, more, err := st.PIMContacts(ctx, store.PIMContactQuery{Words: store.FoldWords(q.Text), Books: books, Category: q.Category, GroupsOnly: q.GroupsOnly, Letter: q.Letter, After: int64(after), Limit: limit})
	out := pim.ContactPage{More: more, Rows: make([]pim.ContactRow, 0, len(rows))}
	for i := range rows {
		out.Rows = append(out.Rows, contactRow(&rows[i]))
	}
	return out, err
}

// Letters are those that the list has.
func (s *Shelves) Letters(ctx context.Context, books []pim.CollectionID) ([]pim.Letter, error) {
	ids, _, err := s.shown(ctx, remote.Contacts, books)
	if err != nil {
		return nil, err
	}
	st, err := s.db(ctx)
	if err != nil {
		return nil, err
	}
	ls, ns, err := st.PIMLetters(ctx, ids)
	out := make([]pim.Letter, 0, len(ls))
	for i := range ls {
		out = append(out, pim.Letter{Letter: ls[i], Count: ns[i]})
	}
	return out, err
}

// get reads an object of a kind that is shown.
func (s *Shelves) get(ctx context.Context, id int64, kind string) (store.PIMObject, error) {
	st, err := s.db(ctx)
	if err != nil {
		return store.PIMObject{}, err
	}
	o, err := st.PIMObject(ctx, id)
	if err != nil {
		return o, err
	}
	if o.Hidden || kind != "" && o.Kind != kind {
		return o, fault.New(fault.NotFound, kind, "It is not here any more", "It was removed, here or on the server.")
	}
	return o, nil
}

func projectContact(o *store.PIMObject) (pim.Contact, error) {
	k, err := vcard.Parse(o.Raw)
	if err != nil {
		return pim.Contact{}, fault.New(fault.Local, "damaged", "This contact cannot be read", "Its vCard is damaged. It can be exported or removed.")
	}
	c := k.Contact()
	c.ID, c.Book = pim.ContactID(o.ID), pim.CollectionID(o.Collection)
	return c, nil
}

// Contact returns a contact.
func (s *Shelves) Contact(ctx context.Context, id pim.ContactID) (pim.Contact, error) {
	o, err := s.get(ctx, int64(id), "contact")
	if err != nil {
		return pim.Contact{}, err
	}
	return projectContact(&o)
}

// ContactsOf returns the contacts that have an address.
func (s *Shelves) ContactsOf(ctx context.Context, addr string) ([]pim.ContactRow, error) {
	st, err := s.db(ctx)
	if err != nil {
		return nil, err
	}
	os, err := st.PIMByAddress(ctx, addr)
	out := make([]pim.ContactRow, 0, len(os))
	for i := range os {
		out = append(out, contactRow(&os[i]))
	}
	return out, err
}

// SaveContact stores a contact.
func (s *Shelves) SaveContact(ctx context.Context, c pim.Contact) (pim.ContactID, Undo, error) {
	if strings.TrimSpace(c.Display()) == "" {
		return 0, Undo{}, fault.New(fault.Usage, "empty", "The contact is empty", "Give it a name, an address or a number.")
	}
	book := int64(c.Book)
	if book == 0 && c.ID == 0 {
		d, err := s.defaultOf(ctx, remote.Contacts)
		if err != nil {
			return 0, Undo{}, err
		}
		book = d.ID
	}
	var id int64
	undo, err := s.command(ctx, "Contact saved", func(e *edit) error {
		var k *vcard.Card
		o := store.PIMObject{Collection: book}
		if c.ID != 0 {
			was, err := e.tx.PIMObject(int64(c.ID))
			if err != nil {
				return err
			}
			if k, err = vcard.Parse(was.Raw); err != nil {
				return fault.New(fault.Local, "damaged", "This contact cannot be read", "Its vCard is damaged.")
			}
			if k.UID() == "" {
				k.SetUID(newUID())
			}
			k.Put(c)
			if book == 0 || book == was.Collection {
				o = was
			} else if err := e.remove(was.ID); err != nil {
				return err
			}
		} else {
			if c.UID == "" {
				c.UID = newUID()
			}
			k = vcard.New(c)
		}
		var err error
		id, err = e.rewrite(remote.Contacts, o, k.Bytes())
		return err
	})
	return pim.ContactID(id), undo, err
}

// DeleteContacts removes contacts.
func (s *Shelves) DeleteContacts(ctx context.Context, ids []pim.ContactID) (Undo, error) {
	return s.command(ctx, counted(len(ids), "contact")+" deleted", func(e *edit) error {
		for _, id := range ids {
			if err := e.remove(int64(id)); err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		return nil
	})
}

// maxCompared is how many contacts are looked at for duplicates.
const maxCompared = 20_000

// Duplicates finds contacts that have an address, a telephone number or their whole name in common.
func (s *Shelves) Duplicates(ctx context.Context) ([]pim.Duplicate, error) {
	books, by, err := s.shown(ctx, remote.Contacts, nil)
	if err != nil {
		return nil, err
	}
	st, err := s.db(ctx)
	if err != nil {
		return nil, err
	}
	var cs []pim.Contact
	for _, b := range books {
		if by[b].Rights&store.PIMEdit == 0 {
			continue
		}
		for after := int64(0); len(cs) < maxCompared; {
			os, err := st.PIMAll(ctx, b, after, 500)
			if err != nil {
				return nil, err
			}
			for i := range os {
				if c, err := projectContact(&os[i]); err == nil && !c.IsGroup() {
					cs = append(cs, c)
				}
			}
			if len(os) < 500 {
				break
			}
			after = os[len(os)-1].ID
		}
	}
	parent := make([]int, len(cs))
	why := map[int]string{}
	for i := range parent {
		parent[i] = i
	}
	var root func(int) int
	root = func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	seen := map[string]int{}
	tie := func(i int, key, reason string) {
		j, ok := seen[key]
		if !ok {
			seen[key] = i
			return
		}
		a, b := root(i), root(j)
		if a != b {
			a, b = min(a, b), max(a, b)
			parent[b] = a
			if why[a] == "" {
				why[a] = reason
			}
		}
	}
	for _, reason := range []string{"same address", "same number", "same name"} {
		for i := range cs {
			switch reason {
			case "same address":
				for _, f := range cs[i].Emails {
					tie(i, "@"+strings.ToLower(f.Value), reason)
				}
			case "same number":
				for _, f := range cs[i].Phones {
					if d := vcard.Digits(f.Value); len(d) >= 7 {
						tie(i, "+"+d+"\x00"+store.Fold(cs[i].Display()), reason) // a family shares its number
					}
				}
			default:
				if n := cs[i].Name; n.Family != "" && n.Given != "" {
					tie(i, "n"+store.Fold(n.Given+"\x00"+n.Family), reason)
				}
			}
		}
	}
	sets := map[int][]pim.Contact{}
	for i := range cs {
		r := root(i)
		sets[r] = append(sets[r], cs[i])
	}
	out := []pim.Duplicate{}
	for i := range cs {
		set := sets[i]
		if len(set) < 2 || len(set) > 20 {
			continue
		}
		// The richest card comes first: it keeps what is not shown.
		sort.SliceStable(set, func(a, b int) bool { return len(set[a].Raw) > len(set[b].Raw) })
		out = append(out, pim.Duplicate{Contacts: set, Merged: vcard.Merge(set), Why: why[i]})
	}
	return out, nil
}

// MergeContacts makes several contacts one.
func (s *Shelves) MergeContacts(ctx context.Context, ids []pim.ContactID, merged pim.Contact) (pim.ContactID, Undo, error) {
	if len(ids) < 2 {
		return 0, Undo{}, fault.New(fault.Usage, "too-few", "There is nothing to merge", "Choose two contacts or more.")
	}
	undo, err := s.command(ctx, counted(len(ids), "contact")+" merged", func(e *edit) error {
		was, err := e.tx.PIMObject(int64(ids[0]))
		if err != nil {
			return err
		}
		k, err := vcard.Parse(was.Raw)
		if err != nil {
			return fault.New(fault.Local, "damaged", "This contact cannot be read", "Its vCard is damaged.")
		}
		k.Put(merged)
		if _, err := e.rewrite(remote.Contacts, was, k.Bytes()); err != nil {
			return err
		}
		for _, id := range ids[1:] {
			if id == ids[0] {
				continue
			}
			if err := e.remove(int64(id)); err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		return nil
	})
	return ids[0], undo, err
}
