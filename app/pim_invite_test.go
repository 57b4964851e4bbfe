package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/store"
)

// TestInvitationsBetweenTwoPeople goes the whole round by mail (RFC 6047): invited, accepted, moved, one occurrence called off, all called off, and what comes late changes nothing.
func TestInvitationsBetweenTwoPeople(t *testing.T) {
	s, ctx := testserver.Start(t, testserver.Options{}), context.Background()
	ada, bob := open(t, s, t.TempDir()), open(t, s, t.TempDir())
	adas, bobs := add(t, ada, account(s, "ada@example.test", 993, 587)), add(t, bob, account(s, "bob@example.test", 993, 465))
	inbox := func(a *app.App, acc mail.Account) mail.MailboxID {
		var id mail.MailboxID
		waitFor(t, "the inbox", func() bool { id = mailbox(t, a, acc.ID, mail.RoleInbox).ID; return id != 0 })
		return id
	}
	boxes := map[*app.App]mail.MailboxID{ada: inbox(ada, adas), bob: inbox(bob, bobs)}
	// arrives waits for a mail that begins with a subject and has not been seen before, and reads its invitation.
	type seeing struct {
		a  *app.App
		id mail.MessageID
	}
	seen := map[seeing]bool{} // each has ids of its own
	arrives := func(a *app.App, subject string) (mail.MessageID, pim.Invitation) {
		t.Helper()
		var id mail.MessageID
		var v pim.Invitation
		waitFor(t, subject, func() bool {
			for _, r := range rows(t, a, store.View{Mailbox: boxes[a]}) {
				if strings.HasPrefix(r.Subject, subject) && !seen[seeing{a, r.ID}] {
					x, ok, err := a.Invitation(ctx, r.ID)
					if fault.Is(err, fault.Busy) || fault.Is(err, fault.Network) {
						return false // its body is on the way
					}
					if err != nil || !ok {
						t.Fatalf("%s: %v %v", subject, ok, err)
					}
					id, v = r.ID, x
					return true
				}
			}
			return false
		})
		seen[seeing{a, id}] = true
		return id, v
	}
	start := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 7).Add(10 * time.Hour)
	day := func(n, hour int) pim.When {
		return pim.When{Time: start.AddDate(0, 0, n).Add(time.Duration(hour-10) * time.Hour)}
	}
	w := pim.Window{Start: start.AddDate(0, 0, -2), End: start.AddDate(0, 0, 10), Zone: time.UTC}
	see := func(a *app.App) string {
		t.Helper()
		os, err := a.Events(ctx, w, nil)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, o := range os {
			what := o.Start.Sub(start).String() + " " + o.Summary
			if o.Status == "cancelled" {
				what += " off"
			}
			out = append(out, what)
		}
		return strings.Join(out, ", ")
	}
	id, _, err := ada.SaveEvent(ctx, pim.Event{Summary: "Rowing", Location: "Båthus 3", Start: day(0, 10), End: day(0, 11), Rule: &pim.Rule{Freq: "DAILY", Count: 3}, Organizer: &pim.Attendee{Name: "Ada", Addr: adas.Address},
		Attendees: []pim.Attendee{{Name: "Ada", Addr: adas.Address, Status: "accepted"}, {Name: "Bob", Addr: bobs.Address, Status: "needs-action", RSVP: true}}}, pim.AllEvents)
	if err != nil {
		t.Fatal(err)
	}
	// Bob has something else at that time.
	if _, _, err := bob.SaveEvent(ctx, pim.Event{Summary: "Dentist", Start: day(0, 10), End: day(0, 11)}, pim.AllEvents); err != nil {
		t.Fatal(err)
	}
	if err := ada.Invite(ctx, id, "", "Bring your own oars.", false); err != nil {
		t.Fatal(err)
	}
	first, v := arrives(bob, "Invitation: Rowing")
	if v.Method != "REQUEST" || v.State != "new" || v.Me != bobs.Address || v.Answer != "needs-action" || v.Forged != "" || v.Known != 0 || len(v.Conflicts) != 1 || v.Conflicts[0].Summary != "Dentist" || v.Event.Location != "Båthus 3" {
		t.Fatalf("%+v", v)
	}
	waits := func(a *app.App) int {
		t.Helper()
		ws, err := a.Invitations(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return len(ws)
	}
	if n, m := waits(bob), waits(ada); n != 1 || m != 0 {
		t.Errorf("%d invitations wait for bob, %d for ada", n, m)
	}
	if err := bob.AnswerInvitation(ctx, first, "accepted", "Looking forward.", 0, true); err != nil {
		t.Fatal(err)
	}
	if n := waits(bob); n != 0 {
		t.Errorf("answered, and %d wait", n)
	}
	// Another one is declined: it is in no calendar, and asks no more.
	no, _, err := ada.SaveEvent(ctx, pim.Event{Summary: "Swimming", Start: day(5, 10), End: day(5, 11), Organizer: &pim.Attendee{Name: "Ada", Addr: adas.Address}, Attendees: []pim.Attendee{{Name: "Bob", Addr: bobs.Address, Status: "needs-action", RSVP: true}}}, pim.AllEvents)
	if err != nil {
		t.Fatal(err)
	}
	if err := ada.Invite(ctx, no, "", "", false); err != nil {
		t.Fatal(err)
	}
	cold, v := arrives(bob, "Invitation: Swimming")
	if n := waits(bob); n != 1 || v.Answer != "needs-action" {
		t.Errorf("%d wait, the answer is %q", n, v.Answer)
	}
	if err := bob.AnswerInvitation(ctx, cold, "declined", "", 0, true); err != nil {
		t.Fatal(err)
	}
	if v, _, err = bob.Invitation(ctx, cold); err != nil || v.Answer != "declined" || waits(bob) != 0 {
		t.Errorf("declined: %v, the answer is %q, %d wait", err, v.Answer, waits(bob))
	}
	arrives(ada, "Declined: Swimming")
	if _, err := ada.DeleteEvent(ctx, no, "", pim.AllEvents); err != nil {
		t.Fatal(err)
	}
	if got := see(bob); got != "0s Dentist, 0s Rowing, 24h0m0s Rowing, 48h0m0s Rowing" {
		t.Errorf("bob sees %s", got)
	}
	answer, v := arrives(ada, "Accepted: Rowing")
	if v.Method != "REPLY" || v.Reply == nil || v.Reply.Status != "accepted" || v.Known != id {
		t.Fatalf("%+v", v)
	}
	if err := ada.ApplyInvitation(ctx, answer); err != nil {
		t.Fatal(err)
	}
	e, err := ada.Event(ctx, id, "")
	if err != nil {
		t.Fatal(err)
	}
	if e.Attendees[1].Status != "accepted" || e.Attendees[1].Note != "Looking forward." {
		t.Errorf("%+v", e.Attendees)
	}
	// The second occurrence is moved: an update of that one alone.
	os, err := ada.Events(ctx, w, nil)
	if err != nil || len(os) != 3 {
		t.Fatal(err, len(os))
	}
	o, err := ada.Event(ctx, id, os[1].Recurrence)
	if err != nil {
		t.Fatal(err)
	}
	o.Start, o.End = day(1, 15), day(1, 16)
	if _, _, err := ada.SaveEvent(ctx, o, pim.This); err != nil {
		t.Fatal(err)
	}
	if err := ada.Invite(ctx, id, os[1].Recurrence, "", false); err != nil {
		t.Fatal(err)
	}
	moved, v := arrives(bob, "Updated invitation: Rowing")
	if v.State != "update" || v.Known == 0 || !strings.Contains(strings.Join(v.Changes, " "), "time") {
		t.Errorf("%+v", v)
	}
	if err := bob.AnswerInvitation(ctx, moved, "tentative", "", 0, true); err != nil {
		t.Fatal(err)
	}
	if got := see(bob); got != "0s Dentist, 0s Rowing, 29h0m0s Rowing, 48h0m0s Rowing" {
		t.Errorf("after the move bob sees %s", got)
	}
	answer, v = arrives(ada, "Tentative: Rowing")
	if err := ada.ApplyInvitation(ctx, answer); err != nil {
		t.Fatal(err)
	}
	o, err = ada.Event(ctx, id, os[1].Recurrence)
	if err != nil || o.Attendees[1].Status != "tentative" {
		t.Errorf("%v %+v", err, o.Attendees)
	}
	if e, err = ada.Event(ctx, id, ""); err != nil || e.Attendees[1].Status != "accepted" {
		t.Errorf("the series' answer changed: %v %+v", err, e.Attendees)
	}
	// The last one is called off.
	if err := ada.Invite(ctx, id, os[2].Recurrence, "", true); err != nil {
		t.Fatal(err)
	}
	off, v := arrives(bob, "Cancelled: Rowing")
	if v.Method != "CANCEL" {
		t.Errorf("%+v", v)
	}
	if err := bob.ApplyInvitation(ctx, off); err != nil {
		t.Fatal(err)
	}
	if got := see(bob); got != "0s Dentist, 0s Rowing, 29h0m0s Rowing, 48h0m0s Rowing off" {
		t.Errorf("after the cancellation bob sees %s", got)
	}
	// The first invitation is out of date for the occurrences that were changed since, and is still that of the series.
	if _, v, err := again(ctx, bob, first); err != nil || v.State == "new" {
		t.Errorf("%v %+v", err, v)
	}
	// Somebody else cannot call it off.
	forgedText := "From: jane.doe@example.com\r\nTo: bob@example.test\r\nSubject: Forged\r\nMIME-Version: 1.0\r\nContent-Type: text/calendar; method=CANCEL; charset=utf-8\r\n\r\nBEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:CANCEL\r\nBEGIN:VEVENT\r\nUID:" + e.UID +
		"\r\nDTSTAMP:20300101T000000Z\r\nSEQUENCE:99\r\nDTSTART:20300101T000000Z\r\nORGANIZER:mailto:ada@example.test\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	if err := s.Deliver("bob@example.test", []byte(forgedText)); err != nil {
		t.Fatal(err)
	}
	fake, v := arrives(bob, "Forged")
	if v.Forged == "" {
		t.Errorf("a forged organiser is not pointed out: %+v", v)
	}
	if err := bob.ApplyInvitation(ctx, fake); !fault.Is(err, fault.Refused) {
		t.Errorf("a forged cancellation was carried out: %v", err)
	}
}

func again(ctx context.Context, a *app.App, id mail.MessageID) (bool, pim.Invitation, error) {
	v, ok, err := a.Invitation(ctx, id)
	return ok, v, err
}

// TestProposeAnotherTime: invited, another time proposed and declined, proposed again and taken: the event moves at both.
func TestProposeAnotherTime(t *testing.T) {
	s, ctx := testserver.Start(t, testserver.Options{}), context.Background()
	ada, bob := open(t, s, t.TempDir()), open(t, s, t.TempDir())
	adas, bobs := add(t, ada, account(s, "ada@example.test", 993, 587)), add(t, bob, account(s, "bob@example.test", 993, 465))
	seen := map[mail.MessageID]bool{}
	arrives := func(a *app.App, acc mail.Account, subject string) (mail.MessageID, pim.Invitation) {
		t.Helper()
		var id mail.MessageID
		var v pim.Invitation
		waitFor(t, subject, func() bool {
			for _, r := range rows(t, a, store.View{Account: acc.ID, Role: mail.RoleInbox}) {
				if !strings.HasPrefix(r.Subject, subject) || seen[r.ID] {
					continue
				}
				x, ok, err := a.Invitation(ctx, r.ID)
				if fault.Is(err, fault.Busy) || fault.Is(err, fault.Network) {
					return false
				}
				if err != nil || !ok {
					t.Fatalf("%s: %v %v", subject, ok, err)
				}
				id, v = r.ID, x
				return true
			}
			return false
		})
		seen[id] = true
		return id, v
	}
	start := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 7).Add(10 * time.Hour)
	id, _, err := ada.SaveEvent(ctx, pim.Event{Summary: "Rowing", Start: pim.At(start), End: pim.At(start.Add(time.Hour)), Organizer: &pim.Attendee{Name: "Ada", Addr: adas.Address},
		Attendees: []pim.Attendee{{Name: "Ada", Addr: adas.Address, Status: "accepted"}, {Name: "Bob", Addr: bobs.Address, Status: "needs-action", RSVP: true}}}, pim.AllEvents)
	if err != nil {
		t.Fatal(err)
	}
	if err := ada.Invite(ctx, id, "", "", false); err != nil {
		t.Fatal(err)
	}
	msg, _ := arrives(bob, bobs, "Invitation: Rowing")
	if err := bob.ProposeTime(ctx, msg, pim.At(start.Add(time.Hour)), pim.At(start), ""); !fault.Is(err, fault.Usage) {
		t.Errorf("it ends before it begins: %v", err)
	}
	propose := func(hours int, note string) (mail.MessageID, pim.Invitation) {
		t.Helper()
		at := start.Add(time.Duration(hours) * time.Hour)
		if err := bob.ProposeTime(ctx, msg, pim.At(at), pim.At(at.Add(time.Hour)), note); err != nil {
			t.Fatal(err)
		}
		id, v := arrives(ada, adas, "New time proposed: Rowing")
		if v.Method != "COUNTER" || v.Reply == nil || !strings.EqualFold(v.Reply.Addr, bobs.Address) || v.Known == 0 || v.Forged != "" || v.State != "update" || !v.Event.Start.Time.Equal(at) {
			t.Fatalf("%+v", v)
		}
		return id, v
	}
	first, v := propose(3, "The tide is better.")
	if v.Reply.Note != "The tide is better." {
		t.Errorf("the note is %q", v.Reply.Note)
	}
	// It is tentative at bob's until there is an answer.
	w := pim.Window{Start: start.AddDate(0, 0, -2), End: start.AddDate(0, 0, 10), Zone: time.UTC}
	if os, err := bob.Events(ctx, w, nil); err != nil || len(os) != 1 || os[0].Mine != "tentative" || !os[0].Start.Equal(start) {
		t.Errorf("bob has %+v (%v)", os, err)
	}
	if err := ada.DeclineProposal(ctx, first, ""); err != nil {
		t.Fatal(err)
	}
	if _, v := arrives(bob, bobs, "Declined: new time for Rowing"); v.Method != "DECLINECOUNTER" {
		t.Errorf("%+v", v)
	}
	second, _ := propose(4, "")
	if err := ada.TakeProposal(ctx, second); err != nil {
		t.Fatal(err)
	}
	if e, err := ada.Event(ctx, id, ""); err != nil || !e.Start.Time.Equal(start.Add(4*time.Hour)) || !e.End.Time.Equal(start.Add(5*time.Hour)) || e.Sequence == 0 {
		t.Errorf("ada has %+v (%v)", e, err)
	}
	update, v := arrives(bob, bobs, "Updated invitation: Rowing")
	if v.State != "update" || !v.Event.Start.Time.Equal(start.Add(4*time.Hour)) {
		t.Fatalf("%+v", v)
	}
	if err := bob.AnswerInvitation(ctx, update, "accepted", "", 0, true); err != nil {
		t.Fatal(err)
	}
	if os, err := bob.Events(ctx, w, nil); err != nil || len(os) != 1 || os[0].Mine != "accepted" || !os[0].Start.Equal(start.Add(4*time.Hour)) {
		t.Errorf("bob has %+v (%v)", os, err)
	}
	// The first proposal is out of date now.
	if err := ada.TakeProposal(ctx, first); !fault.Is(err, fault.Conflict) {
		t.Errorf("an old proposal was taken: %v", err)
	}
}
