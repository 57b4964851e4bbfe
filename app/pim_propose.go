package app

import (
	"context"
	"strings"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/icalendar"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/app/store"
)

// ProposeTime answers with another time.
func (s *Shelves) ProposeTime(ctx context.Context, id mail.MessageID, start, end pim.When, note string) error {
	if !start.Time.Before(end.Time) {
		return fault.New(fault.Usage, "time", "It ends before it begins", "Propose another time.")
	}
	if s.net == nil {
		return errNoMail
	}
	v, ok, err := s.Invitation(ctx, id)
	if err != nil {
		return err
	}
	o := v.Event.Organizer
	if !ok || v.Method != "REQUEST" || o == nil || !strings.Contains(o.Addr, "@") {
		return fault.New(fault.Usage, "no-invitation", "There is nobody to propose a time to", "This is not an invitation, or it does not say who organises it.")
	}
	if v.Forged != "" {
		return fault.New(fault.Refused, "forged", "The sender may not be who it says", v.Forged)
	}
	msg, _, err := s.message(ctx, id)
	if err != nil {
		return err
	}
	if err := s.AnswerInvitation(ctx, id, "tentative", "", 0, false); err != nil {
		return err
	}
	from, me, err := s.speaks(ctx, id, v.Me)
	if err != nil {
		return err
	}
	me.Status = "tentative"
	e := v.Event
	e.Start, e.End = start, end
	text := "Another time for: " + e.Summary + "\n" + whenText(e) + "\n"
	if note != "" {
		text += "\n" + note + "\n"
	}
	return s.net.send(ctx, from, mail.Address{Name: me.Name, Addr: me.Addr}, []mail.Address{{Name: o.Name, Addr: o.Addr}}, "New time proposed: "+e.Summary, text, "COUNTER",
		msg.Counter(msg.Main(), me, start, end, note, s.now()))
}

// speaks returns the account and the address that answer a message; want is the one that is invited, "" = that of the account.
func (s *Shelves) speaks(ctx context.Context, id mail.MessageID, want string) (mail.AccountID, pim.Attendee, error) {
	st, err := s.db(ctx)
	if err != nil {
		return "", pim.Attendee{}, err
	}
	as, err := st.Accounts(ctx)
	if err != nil {
		return "", pim.Attendee{}, err
	}
	account, _, err := s.net.from(ctx, id)
	if err != nil {
		return "", pim.Attendee{}, err
	}
	me := pim.Attendee{Addr: want}
	for _, a := range as {
		if a.ID == account && want == "" {
			me.Addr = a.Address
		}
	}
	if a, ok := accountOf(as, me.Addr); ok {
		account = a.ID
		for _, i := range a.Identities {
			if strings.EqualFold(i.Addr, me.Addr) {
				me.Name = i.Name
			}
		}
	}
	return account, me, nil
}

// proposal is a proposal that may be taken or declined, with the person's own event.
func (s *Shelves) proposal(ctx context.Context, id mail.MessageID) (v pim.Invitation, msg *icalendar.Object, o store.PIMObject, err error) {
	var ok bool
	if v, ok, err = s.Invitation(ctx, id); err != nil {
		return
	}
	if !ok || v.Method != "COUNTER" || v.Reply == nil {
		err = fault.New(fault.Usage, "no-proposal", "This is not a proposal", "There is nothing to take.")
		return
	}
	if v.Forged != "" {
		err = fault.New(fault.Refused, "forged", "The sender may not be who it says", v.Forged)
		return
	}
	if v.Known == 0 {
		err = fault.New(fault.NotFound, "event", "The event is not in your calendars", "It may have been removed.")
		return
	}
	if msg, _, err = s.message(ctx, id); err != nil {
		return
	}
	o, err = s.get(ctx, int64(v.Known), "event")
	return
}

// TakeProposal moves the event to the time of a proposal and tells all.
func (s *Shelves) TakeProposal(ctx context.Context, id mail.MessageID) error {
	v, msg, o, err := s.proposal(ctx, id)
	if err != nil {
		return err
	}
	if v.State == icalendar.StateOld {
		return fault.New(fault.Conflict, "old", "This message is out of date", "Something newer is in the calendar already.")
	}
	ob, err := parseEntry(o.Raw)
	if err != nil {
		return err
	}
	e, err := ob.Event(msg.Main())
	if err != nil {
		return errNoOccurrence
	}
	st, err := s.db(ctx)
	if err != nil {
		return err
	}
	me, err := mine(ctx, st)
	if err != nil {
		return err
	}
	if e.Organizer == nil || !me[strings.ToLower(e.Organizer.Addr)] {
		return fault.New(fault.Usage, "organizer", "Somebody else organises this event", "Only who organises it can move it.")
	}
	e.ID, e.Calendar, e.Recurrence = pim.EventID(o.ID), pim.CollectionID(o.Collection), msg.Main()
	e.Start, e.End = v.Event.Start, v.Event.End
	scope := pim.AllEvents
	if e.Recurrence != "" {
		scope = pim.This
	}
	if _, _, err := s.SaveEvent(ctx, e, scope); err != nil {
		return err
	}
	return s.Invite(ctx, e.ID, e.Recurrence, "", false)
}

// DeclineProposal leaves the event where it is and says so.
func (s *Shelves) DeclineProposal(ctx context.Context, id mail.MessageID, note string) error {
	v, msg, _, err := s.proposal(ctx, id)
	if err != nil {
		return err
	}
	o := v.Event.Organizer
	if o == nil {
		return fault.New(fault.Usage, "organizer", "The event has no organiser", "There is nobody who could decline.")
	}
	from, me, err := s.speaks(ctx, id, o.Addr)
	if err != nil {
		return err
	}
	text := "The time stays as it is: " + v.Event.Summary + "\n"
	if note != "" {
		text += "\n" + note + "\n"
	}
	return s.net.send(ctx, from, mail.Address{Name: me.Name, Addr: me.Addr}, []mail.Address{{Name: v.Reply.Name, Addr: v.Reply.Addr}}, "Declined: new time for "+v.Event.Summary, text, "DECLINECOUNTER",
		msg.DeclineCounter(msg.Main(), *v.Reply, note, s.now()))
}
