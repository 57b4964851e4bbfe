package dav

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/wire"
)

// maxRooms bounds how many rooms a server's directory is asked for.
const maxRooms = 2000

const collectionsBody = `<propfind xmlns="DAV:"><prop><principal-collection-set/></prop></propfind>`

// Rooms are the rooms and things that a server's directory of principals has, to be invited like people: a search for their calendar-user-type (RFC 6638 section 2.4.2, RFC 3744
// section 9.4). Servers without such a search have none, which is no error.
func Rooms(ctx context.Context, o wire.Options) ([]pim.Attendee, error) {
	s, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return s.search(ctx, "room", "resource")
}

// search looks for principals of some kinds, as attendees have them.
func (s *conn) search(ctx context.Context, kinds ...string) ([]pim.Attendee, error) {
	if s.principal == nil {
		return nil, nil
	}
	m, rs, err := s.c.multi(ctx, "PROPFIND", s.principal, "0", collectionsBody)
	if err != nil {
		return nil, unknown(rs, err)
	}
	var where []*url.URL
	for i := range m.Responses {
		p, ok := m.Responses[i].ok()
		if !ok || p.Principals == nil {
			continue
		}
		for _, h := range p.Principals.Hrefs {
			if u, err := s.resolve(s.principal, h); err == nil && len(where) < 4 {
				where = append(where, slash(u))
			}
		}
	}
	out := []pim.Attendee{}
	had := map[string]bool{}
	for _, u := range where {
		for _, kind := range kinds {
			body := `<principal-property-search xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><property-search><prop><C:calendar-user-type/></prop><match>` + strings.ToUpper(kind) +
				`</match></property-search><prop><displayname/><C:calendar-user-address-set/><C:calendar-user-type/></prop></principal-property-search>`
			m, rs, err := s.c.multi(ctx, "REPORT", u, "0", body)
			if err != nil {
				if err = unknown(rs, err); err != nil {
					return nil, err
				}
				continue
			}
			for i := range m.Responses {
				p, ok := m.Responses[i].ok()
				if !ok || p.Addresses == nil || !strings.EqualFold(strings.TrimSpace(p.UserType), kind) || len(out) == maxRooms {
					continue
				}
				for _, h := range p.Addresses.Hrefs {
					h = strings.TrimSpace(h)
					if len(h) <= 7 || !strings.EqualFold(h[:7], "mailto:") {
						continue
					}
					if low := strings.ToLower(h); !had[low] {
						had[low] = true
						out = append(out, pim.Attendee{Name: strings.TrimSpace(p.Name), Addr: h[7:], Kind: kind})
					}
					break
				}
			}
		}
	}
	return out, nil
}

// unknown is nil where a server does not know what it was asked, or does not tell this person.
func unknown(rs *response, err error) error {
	if rs != nil {
		switch rs.status {
		case http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusConflict, http.StatusUnprocessableEntity, http.StatusNotImplemented:
			return nil
		}
	}
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Refused) {
		return nil
	}
	return err
}
