package agenda

import (
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

// Invitations that wait stand above what is coming, one at a time, with what they overlap and who else comes; they are answered there.
func TestInvitationsBesideTheCalendar(t *testing.T) {
	d := openPage(t, kit.ModeLight)
	d.p.h.ShowMail = func(mail.MessageID) {}
	counted := -1
	d.p.h.OnInvitations = func(n int) { counted = n }
	at := d.c.Now().Add(26 * time.Hour).Truncate(time.Hour)
	event := func(name string) pim.Event {
		return pim.Event{UID: name, Summary: name, Location: "Main entrance", Start: pim.At(at), End: pim.At(at.Add(90 * time.Minute)), Organizer: &pim.Attendee{Name: "Élodie Marchand", Addr: "elodie@musee.example"},
			Attendees: []pim.Attendee{{Name: "Priya Raman", Addr: "priya@example.com", Status: "accepted"}, {Name: "Kari Nordmann", Addr: "kari@fjordlight.example", Status: "needs-action"}}}
	}
	d.c.Waiting = []app.Waiting{
		{Message: 7, Invitation: pim.Invitation{Method: "REQUEST", Event: event("Walk-through"), Me: "kari@fjordlight.example", Answer: "needs-action", Conflicts: []pim.Occurrence{{Summary: "Glare review", Start: at}, {Summary: "Lunch", Start: at}}}},
		{Message: 9, Invitation: pim.Invitation{Method: "REQUEST", Event: event("Choir"), Me: "kari@fjordlight.example", Answer: "needs-action"}}}
	d.p.invites.load()
	d.Until("the invitations", func() bool { return d.Says("Walk-through") && counted == 2 })
	for _, s := range []string{"Invitations", "1 of 2", "Main entrance", "Élodie Marchand invites you", "Overlaps Glare review, " + at.Format("15:04") + " and 1 other", "Tell Élodie", "Organiser", "Priya Raman", "Accepted", "Me", "No answer"} {
		if !d.Says(s) {
			t.Errorf("it does not say %q", s)
		}
	}
	viewtest.Find[*kit.Check](d.Desk, "Tell Élodie").On = false
	d.Press("Tentative")
	d.Until("the next one", func() bool { return d.Says("Choir") && counted == 1 })
	d.Press("Accept")
	d.Until("that none is left", func() bool { return d.Says("Coming up") && counted == 0 })
	if got := strings.Join(d.c.Answered, ", "); got != "7 tentative false, 9 accepted true" {
		t.Errorf("answered: %s", got)
	}
}
