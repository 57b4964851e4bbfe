package vcard

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/postrider/postrider/accounts/pim"
	"golang.org/x/text/encoding/charmap"
)

// MaxCSV is the most bytes that ReadCSV takes.
const MaxCSV = 64 << 20

// ErrCSV: the table has none of the columns that Google and Outlook write.
var ErrCSV = errors.New("no table of contacts")

// ReadCSV reads a table with the columns of Google (both its forms) or Outlook, in UTF-8, UTF-16 or Windows-1252, separated by commas, semicolons or tabs.
func ReadCSV(r io.Reader) ([]pim.Contact, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxCSV+1))
	if err != nil {
		return nil, err
	}
	if len(b) > MaxCSV {
		return nil, ErrCSV
	}
	text := decodeTable(b)
	first, _, _ := strings.Cut(text, "\n")
	cr := csv.NewReader(strings.NewReader(text))
	cr.Comma = ','
	for _, sep := range []rune{';', '\t'} {
		if strings.Count(first, string(sep)) > strings.Count(first, string(cr.Comma)) {
			cr.Comma = sep
		}
	}
	cr.FieldsPerRecord, cr.LazyQuotes = -1, true
	head, err := cr.Read()
	if err != nil {
		return nil, ErrCSV
	}
	col := map[string]int{}
	for i, h := range head {
		h = strings.ToLower(strings.TrimSpace(h))
		if _, had := col[h]; !had {
			col[h] = i
		}
	}
	known := 0
	for _, n := range []string{"given name", "first name", "family name", "last name", "name", "e-mail 1 - value", "e-mail address", "email", "e-mail", "display name"} {
		if _, ok := col[n]; ok {
			known++
		}
	}
	if known == 0 {
		return nil, ErrCSV
	}
	out := []pim.Contact{}
	for len(out) < 200_000 {
		rec, err := cr.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			continue
		}
		get := func(names ...string) string {
			for _, n := range names {
				if i, ok := col[n]; ok && i < len(rec) {
					if v := strings.TrimSpace(rec[i]); v != "" {
						return v
					}
				}
			}
			return ""
		}
		if c := row(get); c.Display() != "" {
			out = append(out, c)
		}
	}
	return out, nil
}

func decodeTable(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}), bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		u := make([]uint16, 0, len(b)/2)
		big := b[0] == 0xfe
		for i := 2; i+1 < len(b); i += 2 {
			if big {
				u = append(u, uint16(b[i])<<8|uint16(b[i+1]))
			} else {
				u = append(u, uint16(b[i+1])<<8|uint16(b[i]))
			}
		}
		return string(utf16.Decode(u))
	case utf8.Valid(b):
		return strings.TrimPrefix(string(b), "\ufeff")
	}
	s, err := charmap.Windows1252.NewDecoder().String(string(b))
	if err != nil {
		return strings.ToValidUTF8(string(b), "\ufffd")
	}
	return s
}

func row(get func(...string) string) pim.Contact {
	c := pim.Contact{Nick: get("nickname"), Title: get("organization title", "organization 1 - title", "job title"), Note: get("notes"), Role: get("profession")}
	c.Name = pim.Name{Full: get("name", "display name"), Given: get("given name", "first name"), Middle: get("additional name", "middle name"), Family: get("family name", "last name"),
		Prefix: get("name prefix", "title"), Suffix: get("name suffix", "suffix"), SoundGiven: get("phonetic first name", "given name yomi", "given yomi"), SoundFamily: get("phonetic last name", "family name yomi", "surname yomi")}
	if o, d := get("organization name", "organization 1 - name", "company"), get("organization department", "organization 1 - department", "department"); o != "" || d != "" {
		c.Org = []string{o, d}
		if d == "" {
			c.Org = c.Org[:1]
		}
	}
	// Google writes several values into one cell, parted by " ::: ".
	add := func(fs *[]pim.Field, v, label string) {
		for x := range strings.SplitSeq(v, ":::") {
			if x = strings.TrimSpace(x); x != "" {
				f := pim.Field{Value: x}
				star := strings.HasPrefix(label, "* ")
				label = strings.ToLower(strings.TrimPrefix(label, "* "))
				f.Preferred = star
				switch label {
				case "", "other":
				case "mobile":
					f.Kinds = []string{"cell"}
				default:
					f.Kinds = strings.Fields(label)
				}
				*fs = append(*fs, f)
			}
		}
	}
	for i := 1; i <= 10; i++ {
		n := strconv.Itoa(i)
		add(&c.Emails, get("e-mail "+n+" - value"), get("e-mail "+n+" - label", "e-mail "+n+" - type"))
		add(&c.Phones, get("phone "+n+" - value"), get("phone "+n+" - label", "phone "+n+" - type"))
		add(&c.URLs, get("website "+n+" - value"), get("website "+n+" - label", "website "+n+" - type"))
		add(&c.Related, get("relation "+n+" - value"), get("relation "+n+" - label", "relation "+n+" - type"))
		p := pim.Place{Street: get("address " + n + " - street"), City: get("address " + n + " - city"), Region: get("address " + n + " - region"), Code: get("address " + n + " - postal code"),
			Country: get("address " + n + " - country"), Box: get("address " + n + " - po box"), Extended: get("address " + n + " - extended address")}
		if p.Street+p.City+p.Code+p.Country != "" {
			if t := strings.ToLower(strings.TrimPrefix(get("address "+n+" - label", "address "+n+" - type"), "* ")); t != "" && t != "other" {
				p.Kinds = []string{t}
			}
			c.Places = append(c.Places, p)
		}
	}
	for _, n := range []string{"e-mail address", "email", "e-mail", "e-mail 2 address", "e-mail 3 address", "primary email", "secondary email"} {
		add(&c.Emails, get(n), "")
	}
	for _, p := range []struct{ col, kind string }{{"mobile phone", "cell"}, {"home phone", "home"}, {"home phone 2", "home"}, {"business phone", "work"}, {"business phone 2", "work"}, {"company main phone", "work"},
		{"other phone", ""}, {"primary phone", "main"}, {"car phone", "car"}, {"pager", "pager"}, {"home fax", "home fax"}, {"business fax", "work fax"}, {"work phone", "work"}, {"mobile number", "cell"}} {
		add(&c.Phones, get(p.col), p.kind)
	}
	for _, p := range []struct{ col, kind string }{{"home", "home"}, {"business", "work"}, {"other", ""}} {
		a := pim.Place{Street: get(p.col + " street"), City: get(p.col + " city"), Region: get(p.col + " state"), Code: get(p.col + " postal code"), Country: get(p.col+" country/region", p.col+" country"), Box: get(p.col + " address po box")}
		if a.Street+a.City+a.Code+a.Country != "" {
			if p.kind != "" {
				a.Kinds = []string{p.kind}
			}
			c.Places = append(c.Places, a)
		}
	}
	add(&c.URLs, get("web page", "personal web page"), "")
	add(&c.Related, get("spouse"), "spouse")
	c.Birthday, c.Anniversary = tableDate(get("birthday")), tableDate(get("anniversary"))
	sep := ";"
	g := get("labels", "group membership", "categories")
	if strings.Contains(g, ":::") {
		sep = ":::"
	}
	for x := range strings.SplitSeq(g, sep) {
		if x = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(x), "* ")); x != "" && !strings.EqualFold(x, "myContacts") {
			c.Categories = append(c.Categories, x)
		}
	}
	return c
}

// tableDate reads the dates of both: 1980-02-29, --02-29, and Outlook's month first; its 0/0/00 is none.
func tableDate(s string) pim.Date {
	s = strings.TrimSpace(s)
	if d, ok := ReadDate(strings.TrimPrefix(s, " ")); ok {
		return d
	}
	for _, f := range []string{"1/2/2006", "2.1.2006", "2006/1/2"} {
		if t, err := time.Parse(f, s); err == nil {
			return pim.Date{Year: t.Year(), Month: int(t.Month()), Day: t.Day()}
		}
	}
	return pim.Date{}
}

// WriteCSV writes a table with the columns of Google, which Outlook's own import reads too when they are mapped.
func WriteCSV(w io.Writer, cs []pim.Contact) error {
	mails, phones, places, urls := 1, 1, 1, 1
	for i := range cs {
		mails, phones, places, urls = max(mails, len(cs[i].Emails)), max(phones, len(cs[i].Phones)), max(places, len(cs[i].Places)), max(urls, len(cs[i].URLs))
	}
	mails, phones, places, urls = min(mails, 10), min(phones, 10), min(places, 10), min(urls, 10)
	head := []string{"Name Prefix", "First Name", "Middle Name", "Last Name", "Name Suffix", "Display Name", "Nickname", "Organization Name", "Organization Department", "Organization Title", "Birthday", "Notes", "Labels"}
	for i := 1; i <= mails; i++ {
		head = append(head, "E-mail "+strconv.Itoa(i)+" - Label", "E-mail "+strconv.Itoa(i)+" - Value")
	}
	for i := 1; i <= phones; i++ {
		head = append(head, "Phone "+strconv.Itoa(i)+" - Label", "Phone "+strconv.Itoa(i)+" - Value")
	}
	for i := 1; i <= places; i++ {
		n := "Address " + strconv.Itoa(i) + " - "
		head = append(head, n+"Label", n+"Street", n+"City", n+"Region", n+"Postal Code", n+"Country", n+"PO Box", n+"Extended Address")
	}
	for i := 1; i <= urls; i++ {
		head = append(head, "Website "+strconv.Itoa(i)+" - Label", "Website "+strconv.Itoa(i)+" - Value")
	}
	cw := csv.NewWriter(w)
	if err := cw.Write(head); err != nil {
		return err
	}
	label := func(f pim.Field) string {
		s := strings.Join(f.Kinds, " ")
		if f.Label != "" {
			s = f.Label
		}
		if f.Preferred {
			s = "* " + s
		}
		return s
	}
	for i := range cs {
		c := &cs[i]
		org := append(append([]string{}, c.Org...), "", "")
		rec := []string{c.Name.Prefix, c.Name.Given, c.Name.Middle, c.Name.Family, c.Name.Suffix, c.Display(), c.Nick, org[0], org[1], c.Title, c.Birthday.String(), c.Note, strings.Join(c.Categories, " ::: ")}
		fields := func(fs []pim.Field, n int) {
			for i := range n {
				if i < len(fs) {
					rec = append(rec, label(fs[i]), fs[i].Value)
				} else {
					rec = append(rec, "", "")
				}
			}
		}
		fields(c.Emails, mails)
		fields(c.Phones, phones)
		for i := range places {
			if i >= len(c.Places) {
				rec = append(rec, "", "", "", "", "", "", "", "")
				continue
			}
			p := c.Places[i]
			rec = append(rec, strings.Join(p.Kinds, " "), p.Street, p.City, p.Region, p.Code, p.Country, p.Box, p.Extended)
		}
		fields(c.URLs, urls)
		for i, v := range rec { // a cell that a spreadsheet would calculate is text
			if v != "" && strings.ContainsRune("=@\t", rune(v[0])) {
				rec[i] = "'" + v
			}
		}
		if err := cw.Write(rec); err != nil {
			return err
		}
	}
	cw.Flush()
	return cw.Error()
}
