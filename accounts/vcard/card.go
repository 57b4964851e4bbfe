package vcard

import (
	"encoding/base64"
	"errors"
	"io"
	"mime/quotedprintable"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/pim/contentline"
	"golang.org/x/text/encoding/htmlindex"
)

// ErrNone: there is no card in the bytes.
var ErrNone = errors.New("no vCard")

// Card is one vCard.
type Card struct {
	root *contentline.Component
	c    *contentline.Component
}

// Parse takes the first card apart.
func Parse(b []byte) (*Card, error) {
	root, err := contentline.Parse(b)
	if err != nil {
		return nil, err
	}
	for _, c := range root.Comps("VCARD") {
		return &Card{root, c}, nil
	}
	return nil, ErrNone
}

// Split cuts a file into cards; the bytes of each are those of the file.
func Split(b []byte) ([]*Card, error) {
	root, err := contentline.Parse(b)
	if err != nil {
		return nil, err
	}
	var out []*Card
	for _, c := range root.Comps("VCARD") {
		r := &contentline.Component{}
		r.AddComp(c)
		out = append(out, &Card{r, c})
	}
	return out, nil
}

// Bytes returns the card as it is now; unchanged, the bytes that were read.
func (k *Card) Bytes() []byte { return k.root.Bytes() }

// UID names the card, "" where it has no name.
func (k *Card) UID() string { return strings.TrimSpace(k.c.Value("UID")) }

// SetUID gives the card a name.
func (k *Card) SetUID(uid string) { k.c.Set("UID", uid) }

func (k *Card) version() string { return strings.TrimSpace(k.c.Value("VERSION")) }

// value is the value of a property with its transfer encoding and character set undone; it is still escaped.
func (k *Card) value(p *contentline.Prop) string {
	v := p.Value
	switch strings.ToUpper(p.Param("ENCODING")) {
	case "QUOTED-PRINTABLE", "Q":
		b, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(v)))
		if err == nil || len(b) > 0 {
			v = string(b)
		}
		v = strings.ReplaceAll(v, "\r\n", "\n")
	}
	if cs := p.Param("CHARSET"); cs != "" && !utf8.ValidString(v) {
		if e, err := htmlindex.Get(cs); err == nil {
			if s, err := e.NewDecoder().String(v); err == nil {
				v = s
			}
		}
	}
	if !utf8.ValidString(v) { // of no known set: most are of Windows
		if e, err := htmlindex.Get("windows-1252"); err == nil {
			if s, err := e.NewDecoder().String(v); err == nil {
				v = s
			}
		}
	}
	return v
}

// Text is the first value of a property, unescaped; "" where there is none.
func (k *Card) Text(name string) string { return k.text(name) }

// Props are the properties of a name, as they are in the card; to read only.
func (k *Card) Props(name string) []*contentline.Prop { return k.c.All(name) }

func (k *Card) text(name string) string {
	p := k.c.Get(name)
	if p == nil {
		return ""
	}
	return strings.TrimSpace(contentline.Unescape(k.value(p)))
}

// parts reads a structured value of n parts.
func (k *Card) parts(p *contentline.Prop, n int) []string {
	out := make([]string, n)
	for i, s := range contentline.Split(k.value(p), ';') {
		if i == n {
			break
		}
		out[i] = strings.Join(contentline.SplitText(s, ','), " ")
		if !strings.Contains(s, ",") {
			out[i] = strings.TrimSpace(contentline.Unescape(s))
		}
	}
	return out
}

// kindsOf reads TYPE and its older forms.
func kindsOf(p *contentline.Prop) (kinds []string, pref bool) {
	for _, v := range p.ParamAll("TYPE") {
		for t := range strings.SplitSeq(v, ",") {
			t = strings.ToLower(strings.TrimSpace(t))
			switch t {
			case "", "internet", "x400":
			case "pref":
				pref = true
			default:
				if !slices.Contains(kinds, t) && len(kinds) < 20 {
					kinds = append(kinds, t)
				}
			}
		}
	}
	if n, err := strconv.Atoi(p.Param("PREF")); err == nil && n > 0 {
		pref = true
	}
	return kinds, pref
}

// label is the person's own word for a property: Apple's, or an Android one.
func (k *Card) label(p *contentline.Prop) string {
	if p.Group == "" {
		return p.Param("LABEL")
	}
	for _, l := range k.c.All("X-ABLABEL") {
		if strings.EqualFold(l.Group, p.Group) {
			return unApple(contentline.Unescape(k.value(l)))
		}
	}
	return ""
}

// unApple reads Apple's built-in labels: "_$!<Home>!$_".
func unApple(s string) string {
	if in, ok := strings.CutPrefix(s, "_$!<"); ok {
		return strings.ToLower(strings.TrimSuffix(in, ">!$_"))
	}
	return s
}

func (k *Card) fields(names ...string) []pim.Field {
	var out []pim.Field
	for _, name := range names {
		for _, p := range k.c.All(name) {
			if len(out) == 500 {
				return out
			}
			f := k.field(p, name)
			if f.Value != "" {
				out = append(out, f)
			}
		}
	}
	return out
}

func (k *Card) field(p *contentline.Prop, name string) pim.Field {
	f := pim.Field{Value: strings.TrimSpace(contentline.Unescape(k.value(p))), Label: k.label(p)}
	f.Kinds, f.Preferred = kindsOf(p)
	switch name {
	case "TEL":
		f.Value = strings.TrimPrefix(f.Value, "tel:")
	case "EMAIL":
		f.Value = strings.TrimPrefix(f.Value, "mailto:")
	case "IMPP":
	default:
		if s := chatScheme(name); s != "" && f.Value != "" {
			f.Value = s + ":" + f.Value
		}
	}
	return f
}

// chats are the properties of before IMPP (RFC 4770).
var chats = []string{"X-JABBER", "X-AIM", "X-ICQ", "X-MSN", "X-YAHOO", "X-SKYPE", "X-SKYPE-USERNAME", "X-GOOGLE-TALK", "X-TWITTER"}

func chatScheme(name string) string {
	switch name {
	case "X-JABBER", "X-GOOGLE-TALK":
		return "xmpp"
	case "X-SKYPE-USERNAME":
		return "skype"
	}
	if slices.Contains(chats, name) {
		return strings.ToLower(name[2:])
	}
	return ""
}

// Contact projects the card.
func (k *Card) Contact() pim.Contact {
	c := pim.Contact{UID: k.UID(), Nick: k.text("NICKNAME"), Title: k.text("TITLE"), Role: k.text("ROLE"), Note: k.text("NOTE"), Raw: k.Bytes()}
	switch kind := strings.ToLower(k.text("KIND") + k.text("X-ADDRESSBOOKSERVER-KIND")); {
	case strings.HasPrefix(kind, "group"):
		c.Kind = "group"
	case strings.HasPrefix(kind, "org"), strings.EqualFold(k.text("X-ABSHOWAS"), "COMPANY"):
		c.Kind = "org"
	case strings.HasPrefix(kind, "location"):
		c.Kind = "location"
	}
	if p := k.c.Get("N"); p != nil {
		n := k.parts(p, 5)
		c.Name = pim.Name{Family: n[0], Given: n[1], Middle: n[2], Prefix: n[3], Suffix: n[4]}
	}
	c.Name.Full = k.text("FN")
	c.Name.SoundGiven, c.Name.SoundFamily = k.text("X-PHONETIC-FIRST-NAME"), k.text("X-PHONETIC-LAST-NAME")
	if p := k.c.Get("ORG"); p != nil {
		for _, s := range contentline.Split(k.value(p), ';') {
			c.Org = append(c.Org, strings.TrimSpace(contentline.Unescape(s)))
		}
		for len(c.Org) > 0 && c.Org[len(c.Org)-1] == "" {
			c.Org = c.Org[:len(c.Org)-1]
		}
	}
	c.Emails, c.Phones, c.URLs, c.Chats = k.fields("EMAIL"), k.fields("TEL"), k.fields("URL"), k.fields(append([]string{"IMPP"}, chats...)...)
	c.Related = k.fields("RELATED")
	for _, p := range k.c.All("X-ABRELATEDNAMES") {
		f := k.field(p, "")
		if f.Label != "" {
			f.Kinds, f.Label = append(f.Kinds, strings.ToLower(f.Label)), ""
		}
		c.Related = append(c.Related, f)
	}
	for _, p := range k.c.All("ADR") {
		if len(c.Places) == 100 {
			break
		}
		a := k.parts(p, 7)
		q := pim.Place{Box: a[0], Extended: a[1], Street: a[2], City: a[3], Region: a[4], Code: a[5], Country: a[6], Label: k.label(p)}
		q.Kinds, q.Preferred = kindsOf(p)
		if p.Group == "" {
			q.Label = "" // LABEL of an address is the printed address (RFC 6350 section 6.3.1)
		}
		c.Places = append(c.Places, q)
	}
	c.Birthday, c.Anniversary = k.date("BDAY"), k.date("ANNIVERSARY", "X-ANNIVERSARY", "X-EVOLUTION-ANNIVERSARY")
	for _, p := range k.c.All("CATEGORIES") {
		c.Categories = append(c.Categories, contentline.SplitText(k.value(p), ',')...)
	}
	c.Photo = k.photo()
	for _, n := range []string{"MEMBER", "X-ADDRESSBOOKSERVER-MEMBER"} {
		for _, p := range k.c.All(n) {
			if v := strings.TrimSpace(p.Value); v != "" && len(c.Members) < 20_000 {
				c.Members = append(c.Members, v)
			}
		}
	}
	return c
}

// date reads the forms of BDAY: 19850412, 1985-04-12, --0412, 1985-04-12T…; a year of Apple's that means none (1604) is left out.
func (k *Card) date(names ...string) pim.Date {
	for _, n := range names {
		p := k.c.Get(n)
		if p == nil || strings.EqualFold(p.Param("VALUE"), "TEXT") {
			continue
		}
		d, ok := ReadDate(k.value(p))
		if !ok {
			continue
		}
		if omit := p.Param("X-APPLE-OMIT-YEAR"); omit != "" && omit == strconv.Itoa(d.Year) {
			d.Year = 0
		}
		return d
	}
	return pim.Date{}
}

// ReadDate reads a date of RFC 6350 section 4.3.1, with or without a year.
func ReadDate(s string) (pim.Date, bool) {
	s = strings.TrimSpace(s)
	if i := strings.IndexAny(s, "Tt"); i > 0 {
		s = s[:i]
	}
	noYear := strings.HasPrefix(s, "--")
	s = strings.ReplaceAll(s, "-", "")
	var d pim.Date
	if !noYear {
		if len(s) != 8 {
			return d, false
		}
		y, err := strconv.Atoi(s[:4])
		if err != nil {
			return d, false
		}
		d.Year, s = y, s[4:]
	}
	if len(s) != 4 {
		return d, false
	}
	m, err1 := strconv.Atoi(s[:2])
	dd, err2 := strconv.Atoi(s[2:])
	if err1 != nil || err2 != nil || m < 1 || m > 12 || dd < 1 || dd > 31 {
		return pim.Date{}, false
	}
	d.Month, d.Day = m, dd
	return d, true
}

// MaxPhoto is the largest picture that is taken out of a card, in bytes.
const MaxPhoto = 8 << 20

func (k *Card) photo() pim.Photo {
	p := k.c.Get("PHOTO")
	if p == nil {
		return pim.Photo{}
	}
	v := strings.TrimSpace(p.Value)
	kinds, _ := kindsOf(p)
	typ := p.Param("MEDIATYPE")
	for _, t := range kinds {
		if typ == "" {
			typ = "image/" + strings.TrimPrefix(t, "image/")
		}
	}
	if rest, ok := strings.CutPrefix(v, "data:"); ok {
		head, data, _ := strings.Cut(rest, ",")
		t, enc, _ := strings.Cut(head, ";")
		if enc != "base64" {
			return pim.Photo{}
		}
		return pim.Photo{Type: t, Data: decode(data)}
	}
	switch strings.ToUpper(p.Param("ENCODING")) {
	case "B", "BASE64":
		return pim.Photo{Type: typ, Data: decode(v)}
	}
	if strings.HasPrefix(v, "https://") || strings.HasPrefix(v, "http://") {
		return pim.Photo{Type: typ, URL: v}
	}
	return pim.Photo{}
}

func decode(s string) []byte {
	if len(s) > MaxPhoto*4/3 {
		return nil
	}
	s = strings.Map(func(r rune) rune {
		if r == ' ' || r == '\t' || r == '\r' || r == '\n' || r == '\\' {
			return -1
		}
		return r
	}, s)
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		if b, err = base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "=")); err != nil {
			return nil
		}
	}
	return b
}
