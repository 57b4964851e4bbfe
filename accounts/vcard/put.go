package vcard

import (
	"encoding/base64"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/pim/contentline"
)

// New makes a card of a contact, whose UID must be set.
func New(c pim.Contact) *Card {
	k := &Card{root: &contentline.Component{}, c: contentline.NewComponent("VCARD")}
	k.root.AddComp(k.c)
	k.c.Add(contentline.NewProp("VERSION", "3.0"))
	k.c.Add(contentline.NewProp("PRODID", "-//Postrider//Postrider//EN"))
	k.c.Add(contentline.NewProp("UID", c.UID))
	k.Put(c)
	// Both are required (RFC 2426 section 4).
	if k.c.Get("FN") == nil {
		k.c.Add(contentline.NewProp("FN", contentline.Escape(c.Display())))
	}
	if k.c.Get("N") == nil {
		k.c.Add(contentline.NewProp("N", ";;;;"))
	}
	return k
}

// set writes a text; what is encoded in a line that changes is written plainly.
func (k *Card) set(name, was, is string) {
	if was == is {
		return
	}
	k.c.Set(name, contentline.Escape(is))
	k.plain(k.c.Get(name))
}

// plain takes the marks of an encoding off a line that was written anew.
func (k *Card) plain(p *contentline.Prop) {
	if p == nil || p.Raw() != nil {
		return
	}
	p.SetParam("ENCODING")
	p.SetParam("CHARSET")
	if k.version() == "2.1" && strings.ContainsFunc(p.Value, func(r rune) bool { return r >= 0x80 }) {
		p.SetParam("CHARSET", "UTF-8")
	}
}

// Put writes what differs between the card and c.
func (k *Card) Put(c pim.Contact) {
	was := k.Contact()
	if c.Name.Full == "" { // FN is required, and people expect it to follow the parts
		c.Name.Full = c.Display()
	} else if c.Name.Full == was.Name.Full && was.Name.Full == was.Name.Join() && was.Name.Join() != "" {
		if j := c.Name.Join(); j != "" {
			c.Name.Full = j
		}
	}
	k.set("FN", was.Name.Full, c.Name.Full)
	n, m := was.Name, c.Name
	if n.Family != m.Family || n.Given != m.Given || n.Middle != m.Middle || n.Prefix != m.Prefix || n.Suffix != m.Suffix {
		k.structured("N", m.Family, m.Given, m.Middle, m.Prefix, m.Suffix)
	}
	k.set("X-PHONETIC-FIRST-NAME", n.SoundGiven, m.SoundGiven)
	k.set("X-PHONETIC-LAST-NAME", n.SoundFamily, m.SoundFamily)
	k.set("NICKNAME", was.Nick, c.Nick)
	k.set("TITLE", was.Title, c.Title)
	k.set("ROLE", was.Role, c.Role)
	k.set("NOTE", was.Note, c.Note)
	if !slices.Equal(was.Org, c.Org) {
		if len(c.Org) == 0 {
			k.c.Set("ORG", "")
		} else {
			k.structured("ORG", c.Org...)
		}
	}
	k.putFields([]string{"EMAIL"}, was.Emails, c.Emails)
	k.putFields([]string{"TEL"}, was.Phones, c.Phones)
	k.putFields([]string{"URL"}, was.URLs, c.URLs)
	k.putFields(append([]string{"IMPP"}, chats...), was.Chats, c.Chats)
	k.putFields([]string{"RELATED", "X-ABRELATEDNAMES"}, was.Related, c.Related)
	k.putPlaces(was.Places, c.Places)
	k.putDate(was.Birthday, c.Birthday, "BDAY")
	k.putDate(was.Anniversary, c.Anniversary, "ANNIVERSARY", "X-ANNIVERSARY", "X-EVOLUTION-ANNIVERSARY")
	if !slices.Equal(was.Categories, c.Categories) {
		esc := make([]string, len(c.Categories))
		for i, s := range c.Categories {
			esc[i] = contentline.Escape(s)
		}
		k.c.Set("CATEGORIES", strings.Join(esc, ","))
		k.plain(k.c.Get("CATEGORIES"))
	}
	k.putKind(was.Kind, c.Kind)
	k.putMembers(was.Members, c.Members)
	if !reflect.DeepEqual(was.Photo, c.Photo) {
		k.putPhoto(c.Photo)
	}
}

func (k *Card) structured(name string, parts ...string) {
	for i, s := range parts {
		parts[i] = contentline.Escape(s)
	}
	k.c.Set(name, strings.Join(parts, ";"))
	k.plain(k.c.Get(name))
}

// putFields writes a list of values. A value that stays keeps its line; one whose place in the list stays but whose value differs keeps its other parameters.
func (k *Card) putFields(names []string, was, is []pim.Field) {
	if reflect.DeepEqual(was, is) || len(was)+len(is) == 0 {
		return
	}
	var old []*contentline.Prop
	for _, n := range names {
		for _, p := range k.c.All(n) {
			if strings.TrimSpace(contentline.Unescape(k.value(p))) != "" {
				old = append(old, p)
			}
		}
	}
	k.match(old, len(was), len(is), func(i, j int) bool { return reflect.DeepEqual(was[i], is[j]) }, func(i, j int) bool { return was[i].Value == is[j].Value },
		func(p *contentline.Prop, i, j int) *contentline.Prop {
			f := is[j]
			v := f.Value
			if p == nil {
				p = contentline.NewProp(names[0], "")
				k.c.Add(p)
			}
			if s := chatScheme(p.Name); s != "" {
				if in, ok := strings.CutPrefix(v, s+":"); ok {
					v = in
				} else {
					p.Name = "IMPP"
				}
			}
			if strings.EqualFold(p.Param("VALUE"), "uri") && p.Name == "TEL" {
				v = "tel:" + v
			}
			p.SetValue(contentline.Escape(v))
			k.setKinds(p, i < 0 || !slices.Equal(was[i].Kinds, f.Kinds) || was[i].Preferred != f.Preferred, f.Kinds, f.Preferred)
			if p.Name != "X-ABRELATEDNAMES" && (i < 0 && f.Label != "" || i >= 0 && was[i].Label != f.Label) {
				k.setLabel(p, f.Label)
			}
			k.plain(p)
			return p
		})
}

// match pairs old and new values: equal ones first, then those that same says, then by order; what is left over goes or is new.
func (k *Card) match(old []*contentline.Prop, n, m int, equal, same func(i, j int) bool, write func(p *contentline.Prop, i, j int) *contentline.Prop) {
	oldOf, used := make([]int, m), make([]bool, n)
	for j := range oldOf {
		oldOf[j] = -1
	}
	for _, f := range []func(i, j int) bool{equal, same, func(i, j int) bool { return true }} {
		for j := range m {
			for i := 0; i < n && oldOf[j] < 0; i++ {
				if !used[i] && i < len(old) && f(i, j) {
					oldOf[j], used[i] = i, true
				}
			}
		}
	}
	for j := range m {
		i := oldOf[j]
		switch {
		case i < 0:
			write(nil, -1, j)
		case !equal(i, j):
			write(old[i], i, j)
		}
	}
	var gone []*contentline.Prop
	for i, p := range old {
		if i < n && !used[i] {
			gone = append(gone, p)
		}
	}
	k.c.Remove(func(p *contentline.Prop) bool {
		for _, g := range gone {
			if g == p || g.Group != "" && strings.EqualFold(p.Group, g.Group) && p.Name == "X-ABLABEL" {
				return true
			}
		}
		return false
	})
}

func (k *Card) setKinds(p *contentline.Prop, differ bool, kinds []string, pref bool) {
	if !differ {
		return
	}
	ts := make([]string, 0, len(kinds)+1)
	for _, t := range kinds {
		ts = append(ts, strings.ToUpper(t))
	}
	if k.version() == "4.0" {
		for i := range ts {
			ts[i] = strings.ToLower(ts[i])
		}
		p.SetParam("PREF")
		if pref {
			p.SetParam("PREF", "1")
		}
	} else {
		if p.Name == "EMAIL" && len(p.ParamAll("TYPE")) == 0 {
			ts = append([]string{"INTERNET"}, ts...)
		}
		if pref {
			ts = append(ts, "PREF")
		}
	}
	p.SetParam("TYPE", ts...)
}

// setLabel ties a property to a label of its own by a group, as Apple and Google do.
func (k *Card) setLabel(p *contentline.Prop, label string) {
	if p.Group != "" {
		for _, l := range k.c.All("X-ABLABEL") {
			if strings.EqualFold(l.Group, p.Group) {
				if label == "" {
					k.c.Remove(func(q *contentline.Prop) bool { return q == l })
				} else {
					l.SetValue(contentline.Escape(label))
				}
				return
			}
		}
	}
	if label == "" {
		return
	}
	if p.Group == "" {
		used := map[string]bool{}
		for _, i := range k.c.Items {
			if i.Prop != nil {
				used[strings.ToLower(i.Prop.Group)] = true
			}
		}
		n := 1
		for used["item"+strconv.Itoa(n)] {
			n++
		}
		p.Group = "item" + strconv.Itoa(n)
		v := p.Value
		p.SetValue(v + " ") // the line is written anew
		p.SetValue(v)
	}
	l := contentline.NewProp("X-ABLABEL", contentline.Escape(label))
	l.Group = p.Group
	k.c.Add(l)
}

func (k *Card) putPlaces(was, is []pim.Place) {
	if reflect.DeepEqual(was, is) || len(was)+len(is) == 0 {
		return
	}
	k.match(k.c.All("ADR"), len(was), len(is), func(i, j int) bool { return reflect.DeepEqual(was[i], is[j]) }, func(i, j int) bool { return was[i].Street == is[j].Street },
		func(p *contentline.Prop, i, j int) *contentline.Prop {
			a := is[j]
			if p == nil {
				p = contentline.NewProp("ADR", "")
				k.c.Add(p)
			}
			parts := []string{a.Box, a.Extended, a.Street, a.City, a.Region, a.Code, a.Country}
			for i, s := range parts {
				parts[i] = contentline.Escape(s)
			}
			p.SetValue(strings.Join(parts, ";"))
			k.setKinds(p, i < 0 || !slices.Equal(was[i].Kinds, a.Kinds) || was[i].Preferred != a.Preferred, a.Kinds, a.Preferred)
			if i < 0 && a.Label != "" || i >= 0 && was[i].Label != a.Label {
				k.setLabel(p, a.Label)
			}
			k.plain(p)
			return p
		})
}

func (k *Card) putDate(was, is pim.Date, names ...string) {
	if was == is {
		return
	}
	at := names[0]
	for _, n := range names {
		if k.c.Get(n) != nil {
			at = n
			break
		}
	}
	if is.IsZero() {
		for _, n := range names {
			k.c.Set(n, "")
		}
		return
	}
	if at == "ANNIVERSARY" && k.version() != "4.0" && len(names) > 1 {
		at = "X-ANNIVERSARY"
	}
	v := is.String()
	p := k.c.Get(at)
	if p == nil {
		p = contentline.NewProp(at, "")
		k.c.Add(p)
	}
	p.SetParam("X-APPLE-OMIT-YEAR")
	switch {
	case k.version() == "4.0":
		if v = strings.ReplaceAll(v, "-", ""); is.Year == 0 {
			v = "--" + v
		}
	case is.Year == 0: // 3.0 has no date without a year; this is what Apple does, and others read it
		v = "1604" + v[1:]
		p.SetParam("X-APPLE-OMIT-YEAR", "1604")
	}
	p.SetParam("VALUE")
	p.SetValue(v)
}

func (k *Card) putKind(was, is string) {
	if was == is || was == "" && is == "individual" {
		return
	}
	k.c.Remove(func(p *contentline.Prop) bool {
		return p.Name == "KIND" || p.Name == "X-ADDRESSBOOKSERVER-KIND" || p.Name == "X-ABSHOWAS"
	})
	switch {
	case is == "" || is == "individual":
	case k.version() == "4.0":
		k.c.Add(contentline.NewProp("KIND", is))
	case is == "org":
		k.c.Add(contentline.NewProp("X-ABSHOWAS", "COMPANY"))
	default:
		k.c.Add(contentline.NewProp("X-ADDRESSBOOKSERVER-KIND", is))
	}
}

func (k *Card) putMembers(was, is []string) {
	if slices.Equal(was, is) {
		return
	}
	name := "X-ADDRESSBOOKSERVER-MEMBER"
	if k.version() == "4.0" {
		name = "MEMBER"
	}
	have := map[string]bool{}
	want := map[string]bool{}
	for _, m := range is {
		want[m] = true
	}
	k.c.Remove(func(p *contentline.Prop) bool {
		if p.Name != "MEMBER" && p.Name != "X-ADDRESSBOOKSERVER-MEMBER" {
			return false
		}
		v := strings.TrimSpace(p.Value)
		have[v] = true
		return !want[v]
	})
	for _, m := range is {
		if !have[m] {
			k.c.Add(contentline.NewProp(name, m))
			have[m] = true
		}
	}
}

func (k *Card) putPhoto(f pim.Photo) {
	k.c.Set("PHOTO", "")
	if len(f.Data) == 0 && f.URL == "" {
		return
	}
	sub := strings.TrimPrefix(f.Type, "image/")
	if sub == "" {
		sub = "jpeg"
	}
	var p *contentline.Prop
	switch {
	case len(f.Data) == 0:
		p = contentline.NewProp("PHOTO", f.URL, "VALUE", "uri")
	case k.version() == "4.0":
		p = contentline.NewProp("PHOTO", "data:image/"+sub+";base64,"+base64.StdEncoding.EncodeToString(f.Data))
	default:
		p = contentline.NewProp("PHOTO", base64.StdEncoding.EncodeToString(f.Data), "ENCODING", "b", "TYPE", strings.ToUpper(sub))
		if k.version() == "2.1" {
			p.SetParam("ENCODING", "BASE64")
		}
	}
	k.c.Add(p)
}
