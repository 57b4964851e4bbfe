package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/icalendar"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/app/store"
)

var errNoMail = fault.New(fault.Usage, "no-account", "There is no account to send with", "Add an account that can send mail.")

// message reads the calendar part of a mail.
func (s *Shelves) message(ctx context.Context, id mail.MessageID) (*icalendar.Object, bool, error) {
	if s.net == nil {
		return nil, false, nil
	}
	raw, err := s.net.raw(ctx, id)
	if err != nil || raw == nil {
		return nil, false, err
	}
	os, err := icalendar.Split(raw)
	if err != nil {
		return nil, false, nil
	}
	for _, o := range os {
		if o.Kind() == "VEVENT" && o.UID() != "" {
			return o, true, nil
		}
	}
	return nil, false, nil
}

// known finds the event of a message in the calendars that can be edited; those of accounts before those that are only here.
func (s *Shelves) known(ctx context.Context, uid string) (store.PIMObject, bool, error) {
	st, err := s.db(ctx)
	if err != nil {
		return store.PIMObject{}, false, err
	}
	os, err := st.PIMByUID(ctx, "event", uid)
	if err != nil {
		return store.PIMObject{}, false, err
	}
	var best store.PIMObject
	found := false
	for _, o := range os {
		c, err := st.PIMCollection(ctx, o.Collection)
		if err != nil || c.Rights&store.PIMEdit == 0 {
			continue
		}
		if !found || c.Account != "" && !c.Shared {
			best, found = o, true
		}
		if c.Account != "" && !c.Shared {
			break
		}
	}
	return best, found, nil
}

// Invitation returns what a mail's calendar part says.
func (s *Shelves) Invitation(ctx context.Context, id mail.MessageID) (pim.Invitation, bool, error) {
	msg, ok, err := s.message(ctx, id)
	if err != nil || !ok {
		return pim.Invitation{}, false, err
	}
	st, err := s.db(ctx)
	if err != nil {
		return pim.Invitation{}, false, err
	}
	me, err := mine(ctx, st)
	if err != nil {
		return pim.Invitation{}, false, err
	}
	v := pim.Invitation{Method: msg.Method(), State: icalendar.StateNew}
	if v.Method == "" {
		v.Method = "PUBLISH"
	}
	name := msg.Main()
	if v.Event, err = msg.Event(name); err != nil {
		return pim.Invitation{}, false, nil
	}
	for i := range v.Event.Attendees {
		if a := &v.Event.Attendees[i]; me[strings.ToLower(a.Addr)] {
			v.Me, v.Answer = a.Addr, a.Status
		}
	}
	if v.Method == "REPLY" || v.Method == "COUNTER" {
		v.Me, v.Answer = "", ""
		if len(v.Event.Attendees) > 0 {
			a := v.Event.Attendees[0]
			if a.Note == "" {
				a.Note = msg.Comment(name)
			}
			v.Reply = &a
		}
	}
	if v.Me != "" && v.Answer == "" {
		v.Answer = "needs-action"
	}
	o, found, err := s.known(ctx, msg.UID())
	if err != nil {
		return v, false, err
	}
	if found {
		v.Known, v.Calendar = pim.EventID(o.ID), pim.CollectionID(o.Collection)
		if ob, err := icalendar.Parse(o.Raw); err == nil {
			s.compare(&v, ob, msg, name, me)
		}
	} else if v.Answer == "needs-action" {
		key := declinedKey(msg, v.Event.Sequence)
		if held, err := st.PIMAlarms(ctx, []string{key}); err == nil && held[key] != 0 {
			v.Answer = "declined"
		}
	}
	_, sender, err := s.net.from(ctx, id)
	if err == nil {
		v.Forged = forged(&v, sender)
	}
	if v.Method == "REQUEST" || v.Method == "PUBLISH" || v.Method == "ADD" || v.Method == "COUNTER" {
		v.Conflicts, err = s.conflicts(ctx, v)
	}
	return v, true, err
}

// compare says how a message stands to the known event.
func (s *Shelves) compare(v *pim.Invitation, ob, msg *icalendar.Object, name string, me map[string]bool) {
	old, err := ob.Event(name)
	if err != nil {
		v.State = icalendar.StateUpdate
		return
	}
	switch v.Method {
	case "REPLY":
		v.State = icalendar.StateUpdate
		if v.Reply != nil {
			for _, a := range old.Attendees {
				if strings.EqualFold(a.Addr, v.Reply.Addr) && a.Status == v.Reply.Status {
					v.State = icalendar.StateSame
				}
			}
		}
		if v.Event.Sequence < old.Sequence {
			v.State = icalendar.StateOld
		}
		return
	case "COUNTER":
		v.State = icalendar.StateUpdate
		switch {
		case v.Event.Sequence < old.Sequence:
			v.State = icalendar.StateOld
		case v.Event.Start.Time.Equal(old.Start.Time) && v.Event.End.Time.Equal(old.End.Time):
			v.State = icalendar.StateSame
		}
		return
	default:
		v.State = ob.Compare(msg)
	}
	v.Changes = icalendar.Changes(old, v.Event)
	if old.Status == "cancelled" {
		v.State = "cancelled"
	}
	// The answer that counts is the one in the calendar, unless the message is newer and asks again.
	if v.State != icalendar.StateUpdate || !slices.Contains(v.Changes, "time") && !slices.Contains(v.Changes, "rule") {
		for _, a := range old.Attendees {
			if me[strings.ToLower(a.Addr)] && a.Status != "" {
				v.Me, v.Answer = a.Addr, a.Status
			}
		}
	}
}

// forged says why the one who speaks in a message may be another (RFC 6047 section 3): organisers speak in requests and cancellations, attendees in replies.
func forged(v *pim.Invitation, sender string) string {
	speaks := ""
	switch v.Method {
	case "REPLY", "COUNTER", "REFRESH":
		if v.Reply != nil {
			speaks = v.Reply.Addr
		}
	default:
		if v.Event.Organizer != nil {
			speaks = v.Event.Organizer.Addr
		}
	}
	if speaks == "" || sender == "" || !strings.Contains(speaks, "@") || strings.EqualFold(speaks, sender) {
		return ""
	}
	return "It says that it is from " + speaks + ", but the message was sent by " + sender + "."
}

// conflicts is what else the person has at the time of the first occurrence.
func (s *Shelves) conflicts(ctx context.Context, v pim.Invitation) ([]pim.Occurrence, error) {
	loc := s.now().Location()
	from, to := v.Event.Start.In(loc), v.Event.End.In(loc)
	if !to.After(from) || v.Event.Free || to.Sub(from) > 31*24*time.Hour {
		return nil, nil
	}
	os, err := s.Events(ctx, pim.Window{Start: from, End: to, Zone: loc}, nil)
	return slices.DeleteFunc(os, func(o pim.Occurrence) bool {
		return o.UID == v.Event.UID || o.Free || o.Status == "cancelled" || o.Mine == "declined" || o.AllDay != v.Event.Start.Date || o.Contact != 0
	}), err
}
