package app

import (
	"context"
	"strconv"

	"github.com/postrider/postrider/accounts/icalendar"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/app/store"
)

// Waiting is an invitation of a mail that was not answered yet.
type Waiting struct {
	Message    mail.MessageID
	Invitation pim.Invitation
}

// The newest mails that are looked at for invitations, and how many invitations are told of.
const (
	maxWaitingMails = 500
	maxWaiting      = 20
)

// Invitations returns the invitations in the inboxes that wait for an answer, the newest first. Of several mails about one event the last one counts; what is over, and what
// may come from somebody else than the organiser, is left out.
func (s *Shelves) Invitations(ctx context.Context) ([]Waiting, error) {
	st, err := s.db(ctx)
	if err != nil || s.net == nil {
		return nil, err
	}
	mails, err := st.List(ctx, store.View{Role: mail.RoleInbox}, 0, maxWaitingMails)
	if err != nil {
		return nil, err
	}
	var out []Waiting
	now := s.now()
	decided := map[string]bool{} // by UID
	for _, m := range mails.Rows {
		if !m.Invitation || len(out) == maxWaiting {
			continue
		}
		v, ok, err := s.Invitation(ctx, m.ID)
		if err != nil || !ok || v.Method == "REPLY" || v.Method == "COUNTER" || v.Method == "REFRESH" {
			continue // one that cannot be read now is shown in its mail
		}
		if uid := v.Event.UID + "\x00" + v.Event.Recurrence; decided[uid] {
			continue
		} else {
			decided[uid] = true
		}
		over := v.Event.End.In(now.Location()).Before(now) && !v.Event.Repeats && v.Event.Rule == nil
		if v.Method == "REQUEST" && v.Me != "" && v.Answer == "needs-action" && v.Forged == "" && v.State != icalendar.StateOld && v.State != "cancelled" && !over {
			out = append(out, Waiting{m.ID, v})
		}
	}
	return out, nil
}

// declinedKey names an invitation that was declined and is therefore in no calendar.
func declinedKey(o *icalendar.Object, sequence int) string {
	return "declined/" + o.UID() + "/" + o.Main() + "/" + strconv.Itoa(sequence)
}
