package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
)

// FreeBusy tells when people are busy. The address "" is the person.
func (s *Shelves) FreeBusy(ctx context.Context, w pim.Window, addrs []string) ([]pim.FreeBusy, error) {
	st, err := s.db(ctx)
	if err != nil {
		return nil, err
	}
	me, err := mine(ctx, st)
	if err != nil {
		return nil, err
	}
	me[""] = true
	var own []pim.Busy
	var ask []string
	for _, a := range addrs {
		if me[strings.ToLower(a)] && own == nil {
			if own, err = s.busy(ctx, w); err != nil {
				return nil, err
			}
		} else if !me[strings.ToLower(a)] {
			ask = append(ask, a)
		}
	}
	known := map[string]pim.FreeBusy{}
	if len(ask) > 0 && s.net != nil {
		fs, err := s.net.freeBusy(ctx, w, ask)
		if err != nil && ctx.Err() != nil {
			return nil, err
		}
		for _, f := range fs {
			known[strings.ToLower(f.Addr)] = f
		}
	}
	out := make([]pim.FreeBusy, 0, len(addrs))
	for _, a := range addrs {
		f, ok := known[strings.ToLower(a)]
		switch {
		case me[strings.ToLower(a)]:
			f = pim.FreeBusy{Addr: a, Known: true, Spans: own}
		case !ok:
			f = pim.FreeBusy{Addr: a}
		}
		out = append(out, f)
	}
	return out, nil
}

// busy are the person's own busy spans, joined.
func (s *Shelves) busy(ctx context.Context, w pim.Window) ([]pim.Busy, error) {
	os, err := s.Events(ctx, w, nil)
	if err != nil {
		return nil, err
	}
	out := []pim.Busy{}
	for _, o := range os {
		if o.Free || o.Status == "cancelled" || o.Mine == "declined" || o.Contact != 0 || !o.End.After(o.Start) {
			continue
		}
		kind := "busy"
		if o.Status == "tentative" || o.Mine == "tentative" || o.Mine == "needs-action" {
			kind = "tentative"
		}
		if n := len(out); n > 0 && out[n-1].Kind == kind && !o.Start.After(out[n-1].End) {
			if o.End.After(out[n-1].End) {
				out[n-1].End = o.End
			}
			continue
		}
		out = append(out, pim.Busy{Start: o.Start, End: o.End, Kind: kind})
	}
	return out, nil
}

// accountOf is the account that one of the person's addresses belongs to.
func accountOf(as []mail.Account, addr string) (mail.Account, bool) {
	for _, a := range as {
		if strings.EqualFold(a.Address, addr) || slices.ContainsFunc(a.Identities, func(i mail.Identity) bool { return strings.EqualFold(i.Addr, addr) }) {
			return a, true
		}
	}
	return mail.Account{}, false
}

// roomsKept is how long the rooms of the servers' directories are not asked for again.
const roomsKept = 15 * time.Minute

// Rooms are what the accounts' servers have to be invited beside people, asked for now and then.
func (s *Shelves) Rooms(ctx context.Context) ([]pim.Attendee, error) {
	if s.net == nil {
		return nil, nil
	}
	s.roomsMu.Lock()
	defer s.roomsMu.Unlock()
	if !s.roomsAt.IsZero() && time.Since(s.roomsAt) < roomsKept {
		return slices.Clone(s.roomed), nil
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	rs, err := s.net.rooms(ctx)
	if err != nil && len(rs) == 0 {
		return nil, err
	}
	s.roomed, s.roomsAt = rs, time.Now()
	return slices.Clone(rs), nil
}
