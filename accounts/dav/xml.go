package dav

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

const (
	nsDAV  = "DAV:"
	nsCard = "urn:ietf:params:xml:ns:carddav"
	nsCal  = "urn:ietf:params:xml:ns:caldav"
)

type multistatus struct {
	XMLName   xml.Name `xml:"DAV: multistatus"`
	Responses []reply  `xml:"DAV: response"`
	Token     string   `xml:"DAV: sync-token"`
}

type reply struct {
	Hrefs     []string   `xml:"DAV: href"`
	Status    string     `xml:"DAV: status"`
	PropStats []propstat `xml:"DAV: propstat"`
	Error     *struct {
		Inner string `xml:",innerxml"`
	} `xml:"DAV: error"`
}

type propstat struct {
	Status string `xml:"DAV: status"`
	Prop   prop   `xml:"DAV: prop"`
}

type href struct {
	Href string `xml:"DAV: href"`
}

type hrefs struct {
	Hrefs []string `xml:"DAV: href"`
}

type names struct {
	All []struct {
		XMLName xml.Name
	} `xml:",any"`
}

func (n *names) has(space, local string) bool {
	if n == nil {
		return false
	}
	for _, x := range n.All {
		if x.XMLName.Space == space && x.XMLName.Local == local {
			return true
		}
	}
	return false
}

type prop struct {
	Name       string `xml:"DAV: displayname"`
	Type       *names `xml:"DAV: resourcetype"`
	Principal  *href  `xml:"DAV: current-user-principal"`
	Owner      *href  `xml:"DAV: owner"`
	ETag       string `xml:"DAV: getetag"`
	Content    string `xml:"DAV: getcontenttype"`
	Token      string `xml:"DAV: sync-token"`
	CTag       string `xml:"http://calendarserver.org/ns/ getctag"`
	Color      string `xml:"http://apple.com/ns/ical/ calendar-color"`
	Order      string `xml:"http://apple.com/ns/ical/ calendar-order"`
	BookColor  string `xml:"http://inf-it.com/ns/ab/ addressbook-color"`
	CardHome   *hrefs `xml:"urn:ietf:params:xml:ns:carddav addressbook-home-set"`
	CalHome    *hrefs `xml:"urn:ietf:params:xml:ns:caldav calendar-home-set"`
	Outbox     *href  `xml:"urn:ietf:params:xml:ns:caldav schedule-outbox-URL"`
	Addresses  *hrefs `xml:"urn:ietf:params:xml:ns:caldav calendar-user-address-set"`
	Principals *hrefs `xml:"DAV: principal-collection-set"`
	UserType   string `xml:"urn:ietf:params:xml:ns:caldav calendar-user-type"`
	CardData   string `xml:"urn:ietf:params:xml:ns:carddav address-data"`
	CalData    string `xml:"urn:ietf:params:xml:ns:caldav calendar-data"`
	Components *struct {
		Comps []struct {
			Name string `xml:"name,attr"`
		} `xml:"urn:ietf:params:xml:ns:caldav comp"`
	} `xml:"urn:ietf:params:xml:ns:caldav supported-calendar-component-set"`
	Privileges *struct {
		All []names `xml:"DAV: privilege"`
	} `xml:"DAV: current-user-privilege-set"`
	Reports *struct {
		All []struct {
			Report names `xml:"DAV: report"`
		} `xml:"DAV: supported-report"`
	} `xml:"DAV: supported-report-set"`
}

// may reports whether one of the privileges is granted; unknown where the server does not say.
func (p *prop) may(privileges ...string) (yes, known bool) {
	if p.Privileges == nil || len(p.Privileges.All) == 0 {
		return false, false
	}
	for i := range p.Privileges.All {
		for _, n := range privileges {
			if p.Privileges.All[i].has(nsDAV, n) {
				return true, true
			}
		}
	}
	return false, true
}

// reports tells whether a collection has a report.
func (p *prop) reports(local string) bool {
	if p.Reports == nil {
		return false
	}
	for i := range p.Reports.All {
		if p.Reports.All[i].Report.has(nsDAV, local) {
			return true
		}
	}
	return false
}

// parseMulti reads a multistatus. Entities and documents inside each other deeper than any server's are refused.
func parseMulti(b []byte) (*multistatus, error) {
	if err := shallow(b); err != nil {
		return nil, err
	}
	var m multistatus
	d := xml.NewDecoder(bytes.NewReader(b))
	d.Strict = true
	if err := d.Decode(&m); err != nil {
		return nil, err
	}
	return &m, nil
}

var errDeep = errors.New("too deep")

// shallow refuses what is nested more than 64 deep, before anything recursive sees it.
func shallow(b []byte) error {
	d := xml.NewDecoder(bytes.NewReader(b))
	depth := 0
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t.(type) {
		case xml.StartElement:
			if depth++; depth > 64 {
				return errDeep
			}
		case xml.EndElement:
			depth--
		}
	}
}

// code is the number in a status line; 0 for none.
func code(status string) int {
	f := strings.Fields(status)
	if len(f) < 2 {
		return 0
	}
	n := 0
	for _, r := range f[1] {
		if r < '0' || r > '9' || n > 999 {
			return 0
		}
		n = n*10 + int(r-'0')
	}
	return n
}

// ok returns the properties that a response has.
func (r *reply) ok() (*prop, bool) {
	for i := range r.PropStats {
		if c := code(r.PropStats[i].Status); c == 200 || c == 0 {
			return &r.PropStats[i].Prop, true
		}
	}
	return nil, false
}

func (r *reply) href() string {
	if len(r.Hrefs) == 0 {
		return ""
	}
	return strings.TrimSpace(r.Hrefs[0])
}

// escape writes text into XML.
func escape(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s))
	return b.String()
}
