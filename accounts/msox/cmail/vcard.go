package cmail

import (
	"encoding/base64"
	"io"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/msox/prop"
)

const maxPhoto = 4 << 20

// VCard makes a vCard of a contact or of a distribution list ([MS-OXVCARD]), version 4 (RFC 6350) or 3 (RFC 2426).
func VCard(m *prop.Message, version int) []byte {
	c := &card{m: m, v4: version >= 4}
	c.line("BEGIN", "VCARD")
	if c.v4 {
		c.line("VERSION", "4.0")
	} else {
		c.line("VERSION", "3.0")
	}
	c.line("PRODID", prodID)
	c.line("UID", contactUID(m, version))
	if KindOf(m) == Group {
		c.group()
	} else {
		c.person()
	}
	if k := Categories(m); len(k) > 0 {
		for i := range k {
			k[i] = escape(k[i])
		}
		c.line("CATEGORIES", strings.Join(k, ","))
	}
	if prop.Int(m, prop.PidTagSensitivity) == 2 && !c.v4 {
		c.line("CLASS", "PRIVATE")
	}
	text, _ := Body(m)
	c.text("NOTE", text)
	if w := prop.When(m, prop.PidTagLastModificationTime); realTime(w) {
		c.line("REV", stamp(w))
	}
	c.line("END", "VCARD")
	return []byte(c.b.String())
}

type card struct {
	object
	m  *prop.Message
	v4 bool
}

func (c *card) get(t prop.Tag) string { return strings.TrimSpace(prop.Text(c.m, t)) }

// structured writes components, nothing where all are empty.
func (c *card) structured(name string, parts ...string) {
	if strings.Join(parts, "") == "" {
		return
	}
	for i := range parts {
		parts[i] = escape(parts[i])
	}
	c.line(name, strings.Join(parts, ";"))
}

// typed is a property name with a TYPE parameter.
func (c *card) typed(name string, pref bool, types ...string) string {
	if c.v4 {
		if len(types) > 0 {
			name += ";TYPE=" + types[0]
			if len(types) > 1 {
				name = name[:len(name)-len(types[0])] + `"` + strings.Join(types, ",") + `"`
			}
		}
		if pref {
			name += ";PREF=1"
		}
		return name
	}
	if pref {
		types = append(types, "pref")
	}
	if len(types) > 0 {
		name += ";TYPE=" + strings.ToUpper(strings.Join(types, ","))
	}
	return name
}

func (c *card) fullName() string {
	for _, s := range []string{c.get(prop.PidTagDisplayName), Subject(c.m)} {
		if s != "" {
			return s
		}
	}
	var parts []string
	for _, t := range []prop.Tag{prop.PidTagDisplayNamePrefix, prop.PidTagGivenName, prop.PidTagMiddleName, prop.PidTagSurname, prop.PidTagGeneration} {
		if s := c.get(t); s != "" {
			parts = append(parts, s)
		}
	}
	for _, s := range []string{strings.Join(parts, " "), c.m.LidText(prop.PidLidFileUnder), c.get(prop.PidTagCompanyName), c.m.LidText(prop.PidLidEmail1EmailAddress)} {
		if s != "" {
			return s
		}
	}
	return "Unnamed"
}

func (c *card) person() {
	m := c.m
	c.line("FN", escape(c.fullName()))
	if c.get(prop.PidTagSurname)+c.get(prop.PidTagGivenName) == "" && c.get(prop.PidTagCompanyName) != "" && c.v4 && c.fullName() == c.get(prop.PidTagCompanyName) {
		c.line("KIND", "org")
	}
	n := []string{c.get(prop.PidTagSurname), c.get(prop.PidTagGivenName), c.get(prop.PidTagMiddleName), c.get(prop.PidTagDisplayNamePrefix), c.get(prop.PidTagGeneration)}
	if strings.Join(n, "") == "" && !c.v4 {
		n[0] = c.fullName() // which version 3 wants
	}
	c.structured("N", n...)
	c.text("NICKNAME", c.get(prop.PidTagNickname))
	if dept := c.get(prop.PidTagDepartmentName); dept != "" {
		c.structured("ORG", c.get(prop.PidTagCompanyName), dept)
	} else {
		c.structured("ORG", c.get(prop.PidTagCompanyName))
	}
	c.text("TITLE", c.get(prop.PidTagTitle))
	c.text("ROLE", c.get(prop.PidTagProfession))
	c.emails()
	c.phones()
	c.places()
	c.text(c.typed("URL", false, "home"), c.get(prop.PidTagPersonalHomePage))
	c.text(c.typed("URL", false, "work"), c.get(prop.PidTagBusinessHomePage))
	if s := m.LidText(prop.PidLidInstantMessagingAddress); s != "" {
		if !strings.Contains(s, ":") {
			s = "xmpp:" + s
		}
		c.line("IMPP", oneLine(s))
	}
	c.date("BDAY", prop.When(m, prop.PidTagBirthday), lidTime(m, prop.PidLidBirthdayLocal))
	name := "ANNIVERSARY"
	if !c.v4 {
		name = "X-ANNIVERSARY"
	}
	c.date(name, prop.When(m, prop.PidTagWeddingAnniversary), lidTime(m, prop.PidLidWeddingAnniversaryLocal))
	c.related("spouse", "X-SPOUSE", c.get(prop.PidTagSpouseName))
	c.related("agent", "X-ASSISTANT", c.get(prop.PidTagAssistant))
	c.related("x-manager", "X-MANAGER", c.get(prop.PidTagManagerName))
	for _, s := range prop.Texts(m, prop.PidTagChildrensNames) {
		c.related("child", "X-CHILD", strings.TrimSpace(s))
	}
	c.text("X-PHONETIC-FIRST-NAME", m.LidText(prop.PidLidYomiFirstName))
	c.text("X-PHONETIC-LAST-NAME", m.LidText(prop.PidLidYomiLastName))
	c.text("X-HOBBY", c.get(prop.PidTagHobbies))
	c.text("X-OFFICE-LOCATION", c.get(prop.PidTagOfficeLocation))
	if g := prop.Int(m, prop.PidTagGender); c.v4 && g == 1 {
		c.line("GENDER", "F")
	} else if c.v4 && g == 2 {
		c.line("GENDER", "M")
	}
	c.photo()
}

func (c *card) related(typ, old, value string) {
	if value == "" {
		return
	}
	if c.v4 && !strings.HasPrefix(typ, "x-") {
		c.line("RELATED;TYPE="+typ+";VALUE=text", escape(value))
		return
	}
	c.line(old, escape(value))
}

// date writes a day. Outlook keeps midnight in the zone of the person, so the local value is better where it is there.
func (c *card) date(name string, at, local time.Time) {
	switch {
	case realTime(local):
		at = local
	case !realTime(at):
		return
	default:
		at = at.Add(12 * time.Hour) // the nearest midnight
	}
	if at.Year() == noYear {
		if c.v4 {
			c.line(name, at.Format("--0102"))
		} else {
			c.line(name+";X-APPLE-OMIT-YEAR=1604", at.Format("2006-01-02"))
		}
		return
	}
	if c.v4 {
		c.line(name, at.Format("20060102"))
	} else {
		c.line(name, at.Format("2006-01-02"))
	}
}

// emails writes the three addresses of a contact.
func (c *card) emails() {
	n := 0
	for _, e := range [][4]prop.Property{
		{prop.PidLidEmail1EmailAddress, prop.PidLidEmail1AddressType, prop.PidLidEmail1OriginalDisplayName, prop.PidLidEmail1DisplayName},
		{prop.PidLidEmail2EmailAddress, prop.PidLidEmail2AddressType, prop.PidLidEmail2OriginalDisplayName, prop.PidLidEmail2DisplayName},
		{prop.PidLidEmail3EmailAddress, prop.PidLidEmail3AddressType, prop.PidLidEmail3OriginalDisplayName, prop.PidLidEmail3DisplayName},
	} {
		addr, typ, original := c.m.LidText(e[0]), c.m.LidText(e[1]), c.m.LidText(e[2])
		if !strings.Contains(addr, "@") && strings.Contains(original, "@") {
			addr, typ = original, "SMTP" // of somebody within Exchange
		}
		a, ok := address("", typ, addr, "")
		if !ok || a.Addr == "" {
			continue
		}
		n++
		c.line(c.typed("EMAIL", n == 1, emailTypes(c.v4)...), escape(a.Addr))
	}
	if n == 0 {
		if s := c.get(prop.PidTagSmtpAddress); strings.Contains(s, "@") {
			c.line("EMAIL", escape(s))
		}
	}
}

func emailTypes(v4 bool) []string {
	if v4 {
		return nil
	}
	return []string{"internet"}
}

func (c *card) phones() {
	primary := c.get(prop.PidTagPrimaryTelephoneNumber)
	for _, p := range []struct {
		tag   prop.Tag
		types []string
	}{
		{prop.PidTagBusinessTelephoneNumber, []string{"work", "voice"}},
		{prop.PidTagBusiness2TelephoneNumber, []string{"work", "voice"}},
		{prop.PidTagHomeTelephoneNumber, []string{"home", "voice"}},
		{prop.PidTagHome2TelephoneNumber, []string{"home", "voice"}},
		{prop.PidTagMobileTelephoneNumber, []string{"cell"}},
		{prop.PidTagBusinessFaxNumber, []string{"work", "fax"}},
		{prop.PidTagHomeFaxNumber, []string{"home", "fax"}},
		{prop.PidTagPrimaryFaxNumber, []string{"fax"}},
		{prop.PidTagPagerTelephoneNumber, []string{"pager"}},
		{prop.PidTagCarTelephoneNumber, []string{"car"}},
		{prop.PidTagRadioTelephoneNumber, []string{"x-radio"}},
		{prop.PidTagOtherTelephoneNumber, []string{"voice"}},
		{prop.PidTagCallbackTelephoneNumber, []string{"x-callback"}},
		{prop.PidTagIsdnNumber, []string{"isdn"}},
		{prop.PidTagTelecommunicationsDeviceForDeafTelephoneNumber, []string{"textphone"}},
		{prop.PidTagCompanyMainTelephoneNumber, []string{"work", "x-company"}},
		{prop.PidTagAssistantTelephoneNumber, []string{"x-assistant"}},
	} {
		s := c.get(p.tag)
		if s == "" {
			continue
		}
		c.line(c.typed("TEL", s == primary, p.types...), escape(s))
		if s == primary {
			primary = ""
		}
	}
	if primary != "" {
		c.line(c.typed("TEL", true, "voice"), escape(primary))
	}
}

func (c *card) places() {
	m := c.m
	mailing := m.LidInt(prop.PidLidPostalAddressId) // 1 home, 2 work, 3 other
	work := []string{m.LidText(prop.PidLidWorkAddressPostOfficeBox), "", m.LidText(prop.PidLidWorkAddressStreet), m.LidText(prop.PidLidWorkAddressCity),
		m.LidText(prop.PidLidWorkAddressState), m.LidText(prop.PidLidWorkAddressPostalCode), m.LidText(prop.PidLidWorkAddressCountry)}
	if strings.Join(work, "") == "" && mailing == 2 || mailing == 0 && strings.Join(work, "") == "" {
		work = []string{c.get(prop.PidTagPostOfficeBox), "", c.get(prop.PidTagStreetAddress), c.get(prop.PidTagLocality), c.get(prop.PidTagStateOrProvince),
			c.get(prop.PidTagPostalCode), c.get(prop.PidTagCountry)}
	}
	c.structured(c.typed("ADR", mailing == 2, "work"), work...)
	c.structured(c.typed("ADR", mailing == 1, "home"), c.get(prop.PidTagHomeAddressPostOfficeBox), "", c.get(prop.PidTagHomeAddressStreet),
		c.get(prop.PidTagHomeAddressCity), c.get(prop.PidTagHomeAddressStateOrProvince), c.get(prop.PidTagHomeAddressPostalCode), c.get(prop.PidTagHomeAddressCountry))
	c.structured(c.typed("ADR", mailing == 3), c.get(prop.PidTagOtherAddressPostOfficeBox), "", c.get(prop.PidTagOtherAddressStreet),
		c.get(prop.PidTagOtherAddressCity), c.get(prop.PidTagOtherAddressStateOrProvince), c.get(prop.PidTagOtherAddressPostalCode), c.get(prop.PidTagOtherAddressCountry))
}

// photo writes the picture of a contact, which is an attachment.
func (c *card) photo() {
	for _, a := range c.m.Attachments {
		if !isPhoto(a) {
			continue
		}
		r, _, err := a.Open()
		if err != nil {
			return
		}
		defer r.Close()
		b, err := io.ReadAll(io.LimitReader(r, maxPhoto+1))
		if err != nil || len(b) > maxPhoto || len(b) == 0 {
			return
		}
		typ := "jpeg"
		if strings.HasPrefix(string(b), "\x89PNG") {
			typ = "png"
		} else if strings.HasPrefix(string(b), "GIF8") {
			typ = "gif"
		}
		data := base64.StdEncoding.EncodeToString(b)
		if c.v4 {
			c.line("PHOTO", "data:image/"+typ+";base64,"+data)
		} else {
			c.line("PHOTO;ENCODING=b;TYPE="+strings.ToUpper(typ), data)
		}
		return
	}
}

// group writes a distribution list ([MS-OXOCNTC] 2.2.2.2). The names of members have no place in vCard but a parameter.
func (c *card) group() {
	name := c.m.LidText(prop.PidLidDistributionListName)
	if name == "" {
		name = c.fullName()
	}
	c.line("FN", escape(name))
	member := "MEMBER"
	if c.v4 {
		c.line("KIND", "group")
	} else {
		c.structured("N", name, "", "", "", "")
		c.line("X-ADDRESSBOOKSERVER-KIND", "group")
		member = "X-ADDRESSBOOKSERVER-MEMBER"
	}
	for _, a := range Members(c.m) {
		params := ""
		if a.Name != "" {
			params = ";X-CN=" + quoted(a.Name)
		}
		c.line(member+params, "mailto:"+a.Addr)
	}
}
