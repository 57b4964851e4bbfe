package app

import (
	"context"
	"strings"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/icalendar"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/store"
)

// AnswerInvitation answers.
func (s *Shelves) AnswerInvitation(ctx context.Context, id mail.MessageID, answer, note string, calendar pim.CollectionID, send bool) error {
	if answer != "accepted" && answer != "tentative" && answer != "declined" {
		return fault.New(fault.Usage, "answer", "There is no such answer", "Accept, answer tentatively or decline.")
	}
	msg, ok, err := s.message(ctx, id)
	if err != nil {
		return err
	}
	v, _, err := s.Invitation(ctx, id)
	if err != nil {
		return err
	}
	if !ok || v.Method == "REPLY" || v.Method == "CANCEL" {
		return fault.New(fault.Usage, "no-invitation", "This is not an invitation", "There is nothing to answer.")
	}
	if v.State == icalendar.StateOld {
		return fault.New(fault.Conflict, "old", "This invitation is out of date", "A newer one is in the calendar already. Answer that one.")
	}
	st, err := s.db(ctx)
	if err != nil {
		return err
	}
	as, err := st.Accounts(ctx)
	if err != nil {
		return err
	}
	account, _, err := s.net.from(ctx, id)
	if err != nil {
		return err
	}
	me := v.Me
	var from mail.Account
	for _, a := range as {
		if a.ID == account {
			from = a
		}
	}
	if me == "" { // invited by a list or another name: the account that got it answers
		me = from.Address
	} else if a, ok := accountOf(as, me); ok {
		from = a
	}
	name := msg.Main()
	now := s.now()
	if calendar == 0 && v.Known == 0 {
		d, err := s.defaultOf(ctx, remote.Calendar)
		if err != nil {
			return err
		}
		calendar = pim.CollectionID(d.ID)
	}
	if answer != "declined" || v.Known != 0 {
		_, err = s.command(ctx, "", func(e *edit) error {
			o := store.PIMObject{Collection: int64(calendar)}
			ob := msg
			if v.Known != 0 {
				if o, err = e.tx.PIMObject(int64(v.Known)); err != nil {
					return err
				}
				if ob, err = parseEntry(o.Raw); err != nil {
					return err
				}
				ob.Apply(msg, now)
			} else {
				ob.DropMethod()
			}
			ob.SetAnswer(name, me, answer)
			_, err = e.rewrite(remote.Calendar, o, ob.Bytes())
			return err
		})
		if err != nil {
			return err
		}
	} else if err := st.Write(ctx, func(tx *store.Tx) error { return tx.SetPIMAlarm(declinedKey(msg, v.Event.Sequence), store.Forever) }); err != nil {
		return err
	}
	where := int64(calendar)
	if v.Known != 0 {
		where = int64(v.Calendar)
	}
	if c, err := st.PIMCollection(ctx, where); err == nil && c.Rights&store.PIMSchedules != 0 && (answer != "declined" || v.Known != 0) {
		return nil // its server sends the answer
	}
	if !send || v.Event.Organizer == nil || !strings.Contains(v.Event.Organizer.Addr, "@") {
		return nil
	}
	who := pim.Attendee{Addr: me, Status: answer}
	for _, i := range from.Identities {
		if strings.EqualFold(i.Addr, me) {
			who.Name = i.Name
		}
	}
	word := map[string]string{"accepted": "Accepted", "tentative": "Tentative", "declined": "Declined"}[answer]
	text := word + ": " + v.Event.Summary + "\n"
	if note != "" {
		text += "\n" + note + "\n"
	}
	return s.net.send(ctx, from.ID, mail.Address{Name: who.Name, Addr: me}, []mail.Address{{Name: v.Event.Organizer.Name, Addr: v.Event.Organizer.Addr}}, word+": "+v.Event.Summary, text, "REPLY", msg.Reply(name, who, note, now))
}

// ApplyInvitation carries out a reply or a cancellation.
func (s *Shelves) ApplyInvitation(ctx context.Context, id mail.MessageID) error {
	msg, ok, err := s.message(ctx, id)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Usage, "no-invitation", "This is not an invitation", "There is nothing to apply.")
	}
	o, found, err := s.known(ctx, msg.UID())
	if err != nil {
		return err
	}
	if !found {
		return fault.New(fault.NotFound, "event", "The event is not in your calendars", "It may have been removed.")
	}
	v, _, err := s.Invitation(ctx, id)
	if err != nil {
		return err
	}
	if v.Forged != "" {
		return fault.New(fault.Refused, "forged", "The sender may not be who it says", v.Forged)
	}
	now := s.now()
	_, err = s.command(ctx, "", func(e *edit) error {
		o, err := e.tx.PIMObject(o.ID)
		if err != nil {
			return err
		}
		ob, err := parseEntry(o.Raw)
		if err != nil {
			return err
		}
		done := false
		switch msg.Method() {
		case "REPLY":
			done = ob.Answer(msg, now)
		case "CANCEL", "REQUEST", "ADD":
			done = ob.Apply(msg, now)
		}
		if !done {
			return fault.New(fault.Conflict, "old", "This message is out of date", "Something newer is in the calendar already.")
		}
		_, err = e.rewrite(remote.Calendar, o, ob.Bytes())
		return err
	})
	return err
}

// Invite sends an invitation, its update, or that it is called off.
func (s *Shelves) Invite(ctx context.Context, id pim.EventID, recurrence, note string, cancel bool) error {
	o, err := s.get(ctx, int64(id), "event")
	if err != nil {
		return err
	}
	if s.net == nil {
		return errNoMail
	}
	ob, err := parseEntry(o.Raw)
	if err != nil {
		return err
	}
	e, err := ob.Event(recurrence)
	if err != nil {
		return errNoOccurrence
	}
	st, err := s.db(ctx)
	if err != nil {
		return err
	}
	if c, err := st.PIMCollection(ctx, o.Collection); err == nil && c.Rights&store.PIMSchedules != 0 {
		return nil // its server has sent it
	}
	as, err := st.Accounts(ctx)
	if err != nil {
		return err
	}
	if e.Organizer == nil {
		return fault.New(fault.Usage, "organizer", "The event has no organiser", "Choose which of your addresses invites.")
	}
	from, ok := accountOf(as, e.Organizer.Addr)
	if !ok {
		return fault.New(fault.Usage, "organizer", "Somebody else organises this event", "Only "+e.Organizer.Addr+" can send its invitations.")
	}
	var to []mail.Address
	for _, a := range e.Attendees {
		if strings.Contains(a.Addr, "@") && !strings.EqualFold(a.Addr, e.Organizer.Addr) {
			to = append(to, mail.Address{Name: a.Name, Addr: a.Addr})
		}
	}
	if len(to) == 0 {
		return fault.New(fault.Usage, "no-recipient", "Nobody is invited", "Add the people who take part.")
	}
	method, word := "REQUEST", "Invitation"
	if e.Sequence > 0 {
		word = "Updated invitation"
	}
	if cancel {
		method, word = "CANCEL", "Cancelled"
	}
	text := word + ": " + e.Summary + "\n" + whenText(e) + "\n"
	if e.Location != "" {
		text += e.Location + "\n"
	}
	if note != "" {
		text += "\n" + note + "\n"
	}
	return s.net.send(ctx, from.ID, mail.Address{Name: e.Organizer.Name, Addr: e.Organizer.Addr}, to, word+": "+e.Summary, text, method, ob.Message(method, recurrence, s.now()))
}

func whenText(e pim.Event) string {
	if e.Start.Date {
		last := e.End.Time.AddDate(0, 0, -1)
		if last.After(e.Start.Time) {
			return e.Start.Time.Format("2 January 2006") + " to " + last.Format("2 January 2006")
		}
		return e.Start.Time.Format("Monday, 2 January 2006")
	}
	s := e.Start.Time.Format("Monday, 2 January 2006, 15:04") + " to " + e.End.Time.Format("15:04")
	if e.Start.Zone != "" {
		s += " (" + e.Start.Zone + ")"
	}
	return s
}
