package app

import (
	"bytes"
	"context"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/icalendar"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/pim/contentline"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/vcard"
	"github.com/postrider/postrider/app/store"
)

var errTooBig = fault.New(fault.Usage, "too-large", "The file is too large", "It holds more than an address book or a calendar would.")

func readFile(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, contentline.MaxSize+1))
	if err != nil {
		return nil, fault.Of(err)
	}
	if len(b) > contentline.MaxSize {
		return nil, errTooBig
	}
	return b, nil
}

// importSlice is how many objects one transaction takes in.
const importSlice = 500

// take stores objects that are not in the collection yet: one with the same UID there counts as the same and stays as it is.
func (s *Shelves) take(ctx context.Context, os []store.PIMObject) (added, same int, err error) {
	for slice := range slices.Chunk(os, importSlice) {
		n, m := 0, 0
		_, err := s.command(ctx, "", func(e *edit) error {
			n, m = 0, 0
			for i := range slice {
				o := slice[i]
				had, err := e.tx.PIMByUID(o.Collection, o.Kind, o.UID)
				if err != nil {
					return err
				}
				if len(had) > 0 {
					m++
					continue
				}
				if err := e.put(&o); err != nil {
					return err
				}
				n++
			}
			return nil
		})
		added, same = added+n, same+m
		if err != nil {
			return added, same, err
		}
	}
	return added, same, nil
}

// ImportContacts reads vCards or a table.
func (s *Shelves) ImportContacts(ctx context.Context, book pim.CollectionID, r io.Reader) (added, same int, err error) {
	b, err := readFile(r)
	if err != nil {
		return 0, 0, err
	}
	if book == 0 {
		d, err := s.defaultOf(ctx, remote.Contacts)
		if err != nil {
			return 0, 0, err
		}
		book = pim.CollectionID(d.ID)
	}
	var os []store.PIMObject
	if bytes.Contains(bytes.ToUpper(b[:min(len(b), 4096)]), []byte("BEGIN:VCARD")) {
		ks, err := vcard.Split(b)
		if err != nil {
			return 0, 0, errTooBig
		}
		for _, k := range ks {
			if k.UID() == "" {
				k.SetUID(newUID())
			}
			if o, err := object(remote.Contacts, int64(book), k.Bytes()); err == nil {
				os = append(os, o)
			}
		}
	} else {
		cs, err := vcard.ReadCSV(bytes.NewReader(b))
		if err != nil {
			return 0, 0, fault.New(fault.Usage, "not-readable", "This file cannot be read", "Choose a vCard (.vcf) file, or a table (.csv) that Google or Outlook wrote.")
		}
		for _, c := range cs {
			c.UID = newUID()
			if o, err := object(remote.Contacts, int64(book), vcard.New(c).Bytes()); err == nil {
				os = append(os, o)
			}
		}
	}
	return s.take(ctx, os)
}

// each reads all objects of a collection, or the chosen ones.
func (s *Shelves) each(ctx context.Context, col int64, ids []int64, f func(o *store.PIMObject) error) error {
	st, err := s.db(ctx)
	if err != nil {
		return err
	}
	if ids != nil {
		for _, id := range ids {
			o, err := st.PIMObject(ctx, id)
			if err != nil {
				return err
			}
			if err := f(&o); err != nil {
				return err
			}
		}
		return nil
	}
	for after := int64(0); ; {
		os, err := st.PIMAll(ctx, col, after, 500)
		if err != nil {
			return err
		}
		for i := range os {
			if err := f(&os[i]); err != nil {
				return err
			}
			after = os[i].ID
		}
		if len(os) < 500 {
			return nil
		}
	}
}

func ints[T ~int64](ids []T) []int64 {
	if ids == nil {
		return nil
	}
	out := make([]int64, len(ids))
	for i, id := range ids {
		out[i] = int64(id)
	}
	return out
}

// ExportContacts writes contacts.
func (s *Shelves) ExportContacts(ctx context.Context, book pim.CollectionID, ids []pim.ContactID, format string, w io.Writer) error {
	var table []pim.Contact
	err := s.each(ctx, int64(book), ints(ids), func(o *store.PIMObject) error {
		if o.Kind != "contact" {
			return nil
		}
		if format == "csv" {
			if c, err := projectContact(o); err == nil {
				table = append(table, c)
			}
			return nil
		}
		raw := o.Raw
		if !bytes.HasSuffix(raw, []byte("\n")) {
			raw = append(slices.Clone(raw), '\r', '\n')
		}
		_, err := w.Write(raw)
		return err
	})
	if err != nil {
		return fault.Of(err)
	}
	if format == "csv" {
		if err := vcard.WriteCSV(w, table); err != nil {
			return fault.Of(err)
		}
	}
	return nil
}

// ImportCalendar reads an .ics file.
func (s *Shelves) ImportCalendar(ctx context.Context, calendar pim.CollectionID, r io.Reader) (added, same int, err error) {
	b, err := readFile(r)
	if err != nil {
		return 0, 0, err
	}
	if calendar == 0 {
		d, err := s.defaultOf(ctx, remote.Calendar)
		if err != nil {
			return 0, 0, err
		}
		calendar = pim.CollectionID(d.ID)
	}
	os, err := entries(int64(calendar), b)
	if err != nil {
		return 0, 0, err
	}
	return s.take(ctx, os)
}

// entries takes a file apart.
func entries(col int64, b []byte) ([]store.PIMObject, error) {
	obs, err := icalendar.Split(b)
	if err != nil {
		return nil, errTooBig
	}
	var os []store.PIMObject
	for _, ob := range obs {
		if ob.Kind() == "VJOURNAL" {
			continue
		}
		if ob.UID() == "" {
			ob.SetUID(newUID())
		}
		ob.DropMethod()
		if o, err := object(remote.Calendar, col, ob.Bytes()); err == nil {
			os = append(os, o)
		}
	}
	if len(os) == 0 && !bytes.Contains(bytes.ToUpper(b), []byte("BEGIN:VCALENDAR")) {
		return nil, fault.New(fault.Usage, "not-readable", "This file cannot be read", "Choose a calendar (.ics) file.")
	}
	return os, nil
}

// ExportCalendar writes an .ics file.
func (s *Shelves) ExportCalendar(ctx context.Context, calendar pim.CollectionID, ids []pim.EventID, w io.Writer) error {
	var os []*icalendar.Object
	err := s.each(ctx, int64(calendar), ints(ids), func(o *store.PIMObject) error {
		if ob, err := icalendar.Parse(o.Raw); err == nil {
			os = append(os, ob)
		}
		return nil
	})
	if err != nil {
		return err
	}
	name := ""
	if ids == nil {
		if st, err := s.db(ctx); err == nil {
			if c, err := st.PIMCollection(ctx, int64(calendar)); err == nil {
				name = c.Name
			}
		}
	}
	if _, err := w.Write(icalendar.Join(name, os)); err != nil {
		return fault.Of(err)
	}
	return nil
}

// SubscribeCalendar follows a calendar at an address.
func (s *Shelves) SubscribeCalendar(ctx context.Context, address, name, color string) (pim.CollectionID, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" || u.User != nil {
		return 0, fault.New(fault.Usage, "address", "This is not the address of a calendar", "It begins with webcal:// or https://.")
	}
	switch u.Scheme {
	case "webcal", "webcals", "https":
		u.Scheme = "https"
	default:
		return 0, fault.New(fault.Usage, "address", "This address is not secure", "Only addresses that begin with webcal:// or https:// are read.")
	}
	if s.net == nil {
		return 0, errNoMail
	}
	b, err := s.net.fetch(ctx, u.String())
	if err != nil {
		return 0, err
	}
	if !bytes.Contains(bytes.ToUpper(b[:min(len(b), 64<<10)]), []byte("BEGIN:VCALENDAR")) {
		return 0, fault.New(fault.Protocol, "not-calendar", "There is no calendar at this address", "The server answered with something else.")
	}
	if name == "" {
		if root, err := contentline.Parse(b); err == nil {
			for _, c := range root.Comps("VCALENDAR") {
				name = contentline.Unescape(c.Value("X-WR-CALNAME") + c.Value("NAME"))
			}
		}
	}
	if name == "" {
		name = u.Hostname()
	}
	st, err := s.db(ctx)
	if err != nil {
		return 0, err
	}
	var id int64
	if err := st.Write(ctx, func(tx *store.Tx) (err error) {
		id, err = tx.PutPIMCollection(store.PIMCollection{Kind: remote.Calendar, Name: name, Color: color, Events: true, Role: RoleSubscription, URL: u.String(), Rights: store.PIMChange | store.PIMDelete, Order: 50})
		return err
	}); err != nil {
		return 0, err
	}
	return pim.CollectionID(id), s.refill(ctx, id, b)
}

// refill makes a subscription what its file says: what is the same by UID and bytes stays.
func (s *Shelves) refill(ctx context.Context, id int64, b []byte) error {
	os, err := entries(id, b)
	if err != nil {
		return err
	}
	st, err := s.db(ctx)
	if err != nil {
		return err
	}
	now := s.now()
	return st.Write(ctx, func(tx *store.Tx) error {
		known, err := tx.PIMKnown(id)
		if err != nil {
			return err
		}
		seen := map[remote.Ref]bool{}
		for i := range os {
			o := &os[i]
			o.Ref, o.Rev = remote.Ref(o.Kind+"/"+o.UID), digest(o.Raw)
			if seen[o.Ref] {
				continue
			}
			seen[o.Ref] = true
			if k, ok := known[o.Ref]; ok {
				if k.Rev == o.Rev {
					continue
				}
				o.ID = k.ID
			}
			if err := tx.PutPIMObject(o); err != nil {
				return err
			}
		}
		for ref, k := range known {
			if !seen[ref] {
				if err := tx.DeletePIMObject(k.ID); err != nil {
					return err
				}
			}
		}
		return tx.SetPIMToken(id, "", now, "")
	})
}
