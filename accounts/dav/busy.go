package dav

import (
	"bytes"
	"context"
	"encoding/xml"
	"net/http"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/icalendar"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/wire"
)

// scheduleResponse is the answer of a scheduling outbox (RFC 6638 section 10.1).
type scheduleResponse struct {
	XMLName xml.Name `xml:"urn:ietf:params:xml:ns:caldav schedule-response"`
	All     []struct {
		Recipient struct {
			Href string `xml:"DAV: href"`
			Text string `xml:",chardata"` // SOGo writes the address without an href around it
		} `xml:"urn:ietf:params:xml:ns:caldav recipient"`
		Status string `xml:"urn:ietf:params:xml:ns:caldav request-status"`
		Data   string `xml:"urn:ietf:params:xml:ns:caldav calendar-data"`
	} `xml:"urn:ietf:params:xml:ns:caldav response"`
}

// FreeBusy asks the person's scheduling outbox when people are busy (RFC 6638 section 5). Servers without one tell nothing, which is no error.
func FreeBusy(ctx context.Context, o wire.Options, organizer string, addrs []string, from, to time.Time) ([]pim.FreeBusy, error) {
	s, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if s.outbox == nil {
		return nil, nil
	}
	for _, a := range s.addresses { // the server knows the person by its own address
		if m, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(a)), "mailto:"); ok {
			organizer = m
			break
		}
	}
	var to2 []string
	for _, a := range addrs {
		to2 = append(to2, "mailto:"+a)
	}
	rs, err := s.c.do(ctx, http.MethodPost, s.outbox, icalendar.AskBusy(organizer, addrs, from, to, time.Now()), maxXML, "Content-Type", "text/calendar; charset=utf-8; component=VFREEBUSY; method=REQUEST",
		"Originator", "mailto:"+organizer, "Recipient", strings.Join(to2, ", "))
	if err != nil {
		return nil, err
	}
	if rs.status != http.StatusOK {
		return nil, s.c.failed("ask", rs)
	}
	if err := shallow(rs.body); err != nil {
		return nil, s.c.protocol("xml", "The server's answer cannot be read", "It is not the XML that was asked for.")
	}
	var m scheduleResponse
	if err := xml.NewDecoder(bytes.NewReader(rs.body)).Decode(&m); err != nil {
		return nil, s.c.protocol("xml", "The server's answer cannot be read", "It is not the XML that was asked for.")
	}
	var out []pim.FreeBusy
	for _, r := range m.All {
		addr := strings.TrimSpace(r.Recipient.Href)
		if addr == "" {
			addr = strings.TrimSpace(r.Recipient.Text)
		}
		if len(addr) > 7 && strings.EqualFold(addr[:7], "mailto:") {
			addr = addr[7:]
		}
		f := pim.FreeBusy{Addr: addr}
		if strings.HasPrefix(strings.TrimSpace(r.Status), "2") && r.Data != "" {
			f.Known, f.Spans = true, icalendar.ReadBusy([]byte(r.Data))
		} else {
			_, f.Refused, _ = strings.Cut(r.Status, ";")
		}
		out = append(out, f)
	}
	return out, nil
}

// schedules reports whether the server sends invitations and answers by itself (RFC 6638 section 3: calendar-auto-schedule).
func (s *conn) schedules(ctx context.Context) bool {
	rs, err := s.c.do(ctx, http.MethodOptions, s.homes[0], nil, 1<<20)
	if err != nil {
		return false
	}
	for _, v := range rs.header.Values("DAV") {
		for t := range strings.SplitSeq(v, ",") {
			if strings.TrimSpace(t) == "calendar-auto-schedule" {
				return true
			}
		}
	}
	return false
}
