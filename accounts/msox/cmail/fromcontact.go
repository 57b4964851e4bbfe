package cmail

import (
	"bytes"
	"cmp"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/msox/rtf"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/vcard"
)

// FromVCard makes a contact or a distribution list of a vCard; see FromContact.
func FromVCard(b []byte) (*prop.Message, error) {
	k, err := vcard.Parse(b)
	if err != nil {
		return nil, err
	}
	m := fromContact(k.Contact(), memberNames(k))
	p := m.Bag.(prop.Map)
	switch sex, _, _ := strings.Cut(strings.ToUpper(k.Text("GENDER")), ";"); sex {
	case "F":
		p[prop.PidTagGender] = int16(1)
	case "M":
		p[prop.PidTagGender] = int16(2)
	}
	p.Set(prop.PidTagHobbies, k.Text("X-HOBBY"))
	p.Set(prop.PidTagOfficeLocation, k.Text("X-OFFICE-LOCATION"))
	return m, nil
}

// memberNames are the names that a list gives its members, by their address.
func memberNames(k *vcard.Card) map[string]string {
	out := map[string]string{}
	for _, n := range []string{"MEMBER", "X-ADDRESSBOOKSERVER-MEMBER"} {
		for _, p := range k.Props(n) {
			if name := p.Param("X-CN"); name != "" && len(out) < maxMembers {
				out[strings.TrimSpace(p.Value)] = name
			}
		}
	}
	return out
}

// FromContact makes a contact, or of a group a distribution list ([MS-OXOCNTC]). The properties hold three e-mail addresses,
// and as many telephone numbers of a kind as Outlook has places for; further ones are told in the note, so that nothing is lost.
func FromContact(c pim.Contact) *prop.Message { return fromContact(c, nil) }

func fromContact(c pim.Contact, names map[string]string) *prop.Message {
	if c.IsGroup() {
		return fromGroup(c, names)
	}
	k := newMaker("IPM.Contact")
	k.p[prop.PidTagIconIndex] = int32(0x200)
	k.title(c)
	var rest []string
	rest = append(rest, k.emails(c)...)
	rest = append(rest, k.phones(c)...)
	rest = append(rest, k.places(c)...)
	for _, u := range c.URLs {
		t := prop.PidTagBusinessHomePage
		if slices.Contains(u.Kinds, "home") {
			t = prop.PidTagPersonalHomePage
		}
		if _, taken := k.p[t]; taken {
			rest = append(rest, u.Value)
			continue
		}
		k.p.Set(t, u.Value)
	}
	for i, x := range c.Chats {
		if i == 0 {
			k.set(prop.PidLidInstantMessagingAddress, strings.TrimPrefix(x.Value, "xmpp:"))
		} else {
			rest = append(rest, x.Value)
		}
	}
	k.day(c.Birthday, prop.PidTagBirthday, prop.PidLidBirthdayLocal)
	k.day(c.Anniversary, prop.PidTagWeddingAnniversary, prop.PidLidWeddingAnniversaryLocal)
	var children []string
	for _, r := range c.Related {
		t := prop.Tag(0)
		switch {
		case slices.Contains(r.Kinds, "spouse"):
			t = prop.PidTagSpouseName
		case slices.Contains(r.Kinds, "agent"), slices.Contains(r.Kinds, "assistant"):
			t = prop.PidTagAssistant
		case slices.Contains(r.Kinds, "manager"):
			t = prop.PidTagManagerName
		case slices.Contains(r.Kinds, "child"):
			children = append(children, r.Value)
			continue
		}
		if _, taken := k.p[t]; t == 0 || taken {
			rest = append(rest, strings.TrimSpace(strings.Join(r.Kinds, " ")+" "+r.Value))
			continue
		}
		k.p.Set(t, r.Value)
	}
	if len(children) > 0 {
		k.p[prop.PidTagChildrensNames] = children
	}
	note := c.Note
	if len(rest) > 0 {
		note = strings.TrimRight(note, "\n") + "\n\n" + strings.Join(rest, "\n")
	}
	k.finishContact(c, strings.TrimLeft(note, "\n"))
	m := k.message()
	if len(c.Photo.Data) > 0 {
		data := c.Photo.Data
		k.set(prop.PidLidHasPicture, true)
		m.Attachments = []prop.Attachment{{
			Bag: prop.Map{
				prop.PidTagAttachMethod: int32(byValue), prop.PidTagAttachNumber: int32(0), prop.PidTagRenderingPosition: int32(-1), prop.PidTagObjectType: int32(7),
				prop.PidTagAttachLongFilename: "ContactPicture.jpg", prop.PidTagAttachFilename: "Contac~1.jpg", prop.PidTagAttachExtension: ".jpg",
				prop.PidTagDisplayName: "ContactPicture.jpg", prop.PidTagAttachMimeTag: "image/jpeg", prop.PidTagAttachmentHidden: true,
				prop.PidTagAttachFlags: int32(0), prop.PidTagAttachmentFlags: int32(0), prop.PidTagAttachmentContactPhoto: true,
			},
			Open: func() (io.ReadCloser, int64, error) {
				return io.NopCloser(bytes.NewReader(data)), int64(len(data)), nil
			},
		}}
	}
	return m
}

// finishContact puts what contacts and lists share.
func (k *maker) finishContact(c pim.Contact, note string) {
	shown := c.Display()
	k.set(nameContactUID, oneLine(c.UID))
	k.p[prop.PidTagDisplayName] = oneLine(shown)
	subject(k.p, shown)
	k.p[prop.PidTagSubjectPrefix], k.p[prop.PidTagNormalizedSubject] = "", oneLine(shown)
	k.p.Set(prop.PidTagBody, strings.ReplaceAll(strings.ReplaceAll(note, "\r\n", "\n"), "\n", "\r\n"))
	if len(c.Categories) > 0 {
		k.set(prop.PidNameKeywords, c.Categories)
	}
	k.p[prop.PidTagSensitivity], k.p[prop.PidTagImportance] = int32(0), int32(1)
	k.set(prop.PidLidSideEffects, int32(0x110))
}

func (k *maker) title(c pim.Contact) {
	n := c.Name
	k.p.Set(prop.PidTagDisplayNamePrefix, n.Prefix)
	k.p.Set(prop.PidTagGivenName, n.Given)
	k.p.Set(prop.PidTagMiddleName, n.Middle)
	k.p.Set(prop.PidTagSurname, n.Family)
	k.p.Set(prop.PidTagGeneration, n.Suffix)
	k.p.Set(prop.PidTagNickname, c.Nick)
	k.set(prop.PidLidYomiFirstName, n.SoundGiven)
	k.set(prop.PidLidYomiLastName, n.SoundFamily)
	if len(c.Org) > 0 {
		k.p.Set(prop.PidTagCompanyName, c.Org[0])
		k.p.Set(prop.PidTagDepartmentName, strings.Join(c.Org[1:], ", "))
	}
	k.p.Set(prop.PidTagTitle, c.Title)
	k.p.Set(prop.PidTagProfession, c.Role)
	under := c.Display()
	if n.Family != "" && n.Given != "" {
		under = n.Family + ", " + strings.TrimSpace(n.Given+" "+n.Middle)
	}
	k.set(prop.PidLidFileUnder, under)
	k.set(prop.PidLidFileUnderId, int32(-1))
}

// emails puts three addresses and returns the others.
func (k *maker) emails(c pim.Contact) (rest []string) {
	list := slices.Clone(c.Emails)
	slices.SortStableFunc(list, func(a, b pim.Field) int {
		switch {
		case a.Preferred == b.Preferred:
			return 0
		case a.Preferred:
			return -1
		}
		return 1
	})
	places := [][5]prop.Property{
		{prop.PidLidEmail1DisplayName, prop.PidLidEmail1AddressType, prop.PidLidEmail1EmailAddress, prop.PidLidEmail1OriginalDisplayName, prop.PidLidEmail1OriginalEntryId},
		{prop.PidLidEmail2DisplayName, prop.PidLidEmail2AddressType, prop.PidLidEmail2EmailAddress, prop.PidLidEmail2OriginalDisplayName, prop.PidLidEmail2OriginalEntryId},
		{prop.PidLidEmail3DisplayName, prop.PidLidEmail3AddressType, prop.PidLidEmail3EmailAddress, prop.PidLidEmail3OriginalDisplayName, prop.PidLidEmail3OriginalEntryId},
	}
	var have []int32
	types := int32(0)
	for i, e := range list {
		if i >= len(places) {
			rest = append(rest, e.Value)
			continue
		}
		shown := e.Value
		if s := c.Display(); s != "" && s != e.Value {
			shown = s + " (" + e.Value + ")"
		}
		for j, v := range []prop.Value{shown, "SMTP", e.Value, e.Value, NewOneOff(c.Display(), "SMTP", e.Value)} {
			k.set(places[i][j], v)
		}
		have = append(have, int32(i))
		types |= 1 << i
	}
	if have != nil {
		k.set(prop.PidLidAddressBookProviderEmailList, have)
		k.set(prop.PidLidAddressBookProviderArrayType, types)
	}
	return rest
}

// phones puts each number into the first free place for its kinds and returns those that found none.
func (k *maker) phones(c pim.Contact) (rest []string) {
	for _, p := range c.Phones {
		has := func(s string) bool { return slices.Contains(p.Kinds, s) }
		var places []prop.Tag
		switch {
		case has("fax") && has("home"):
			places = []prop.Tag{prop.PidTagHomeFaxNumber, prop.PidTagPrimaryFaxNumber}
		case has("fax") && has("work"):
			places = []prop.Tag{prop.PidTagBusinessFaxNumber, prop.PidTagPrimaryFaxNumber}
		case has("fax"):
			places = []prop.Tag{prop.PidTagPrimaryFaxNumber, prop.PidTagBusinessFaxNumber}
		case has("cell"):
			places = []prop.Tag{prop.PidTagMobileTelephoneNumber, prop.PidTagCarTelephoneNumber}
		case has("pager"):
			places = []prop.Tag{prop.PidTagPagerTelephoneNumber}
		case has("car"):
			places = []prop.Tag{prop.PidTagCarTelephoneNumber}
		case has("isdn"):
			places = []prop.Tag{prop.PidTagIsdnNumber}
		case has("textphone"):
			places = []prop.Tag{prop.PidTagTelecommunicationsDeviceForDeafTelephoneNumber}
		case has("x-company"):
			places = []prop.Tag{prop.PidTagCompanyMainTelephoneNumber}
		case has("x-assistant"):
			places = []prop.Tag{prop.PidTagAssistantTelephoneNumber}
		case has("x-callback"):
			places = []prop.Tag{prop.PidTagCallbackTelephoneNumber}
		case has("x-radio"):
			places = []prop.Tag{prop.PidTagRadioTelephoneNumber}
		case has("home"):
			places = []prop.Tag{prop.PidTagHomeTelephoneNumber, prop.PidTagHome2TelephoneNumber}
		case has("work"):
			places = []prop.Tag{prop.PidTagBusinessTelephoneNumber, prop.PidTagBusiness2TelephoneNumber}
		}
		places = append(places, prop.PidTagOtherTelephoneNumber)
		done := false
		for _, t := range places {
			if _, taken := k.p[t]; !taken {
				k.p.Set(t, p.Value)
				done = true
				break
			}
		}
		if !done {
			rest = append(rest, strings.TrimSpace(strings.Join(p.Kinds, " ")+" "+p.Value))
		}
		if p.Preferred && done {
			k.p.Set(prop.PidTagPrimaryTelephoneNumber, p.Value)
		}
	}
	return rest
}

// places puts an address at work, one at home, and another one; it returns the others.
func (k *maker) places(c pim.Contact) (rest []string) {
	var used [4]bool
	for _, a := range c.Places {
		which := 3
		if slices.Contains(a.Kinds, "home") {
			which = 1
		} else if slices.Contains(a.Kinds, "work") {
			which = 2
		}
		if used[which] {
			which = 3
		}
		if used[which] {
			rest = append(rest, strings.Join(slices.DeleteFunc([]string{a.Box, a.Extended, a.Street, a.City, a.Region, a.Code, a.Country}, func(s string) bool { return s == "" }), ", "))
			continue
		}
		used[which] = true
		street := a.Street
		if a.Extended != "" {
			street = strings.TrimSpace(a.Extended + "\r\n" + street)
		}
		values := []string{a.Box, street, a.City, a.Region, a.Code, a.Country}
		formatted := strings.Join(slices.DeleteFunc([]string{a.Box, street, strings.TrimSpace(a.Code + " " + a.City), a.Region, a.Country}, func(s string) bool { return s == "" }), "\r\n")
		switch which {
		case 1:
			for i, t := range []prop.Tag{prop.PidTagHomeAddressPostOfficeBox, prop.PidTagHomeAddressStreet, prop.PidTagHomeAddressCity, prop.PidTagHomeAddressStateOrProvince,
				prop.PidTagHomeAddressPostalCode, prop.PidTagHomeAddressCountry} {
				k.p.Set(t, values[i])
			}
			k.set(prop.PidLidHomeAddress, formatted)
		case 2:
			for i, p := range []prop.Property{prop.PidLidWorkAddressPostOfficeBox, prop.PidLidWorkAddressStreet, prop.PidLidWorkAddressCity, prop.PidLidWorkAddressState,
				prop.PidLidWorkAddressPostalCode, prop.PidLidWorkAddressCountry} {
				k.set(p, values[i])
			}
			k.set(prop.PidLidWorkAddress, formatted)
		default:
			for i, t := range []prop.Tag{prop.PidTagOtherAddressPostOfficeBox, prop.PidTagOtherAddressStreet, prop.PidTagOtherAddressCity, prop.PidTagOtherAddressStateOrProvince,
				prop.PidTagOtherAddressPostalCode, prop.PidTagOtherAddressCountry} {
				k.p.Set(t, values[i])
			}
			k.set(prop.PidLidOtherAddress, formatted)
		}
		if a.Preferred || len(c.Places) == 1 {
			k.set(prop.PidLidPostalAddressId, int32(which))
			for i, t := range []prop.Tag{prop.PidTagPostOfficeBox, prop.PidTagStreetAddress, prop.PidTagLocality, prop.PidTagStateOrProvince, prop.PidTagPostalCode, prop.PidTagCountry} {
				k.p.Set(t, values[i])
			}
			k.p.Set(prop.PidTagPostalAddress, formatted)
		}
	}
	return rest
}

// day puts a date; one without a year is in 1604, as Outlook and others have it.
func (k *maker) day(d pim.Date, t prop.Tag, local prop.Property) {
	if d.IsZero() {
		return
	}
	year := d.Year
	if year == 0 {
		year = noYear
	}
	w := time.Date(year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC)
	k.p[t] = w
	k.set(local, w)
}

const noYear = 1604

// fromGroup makes a distribution list. Its members are one-off entries: addresses that hold by themselves, with the names that they have in the list.
func fromGroup(c pim.Contact, names map[string]string) *prop.Message {
	k := newMaker("IPM.DistList")
	k.p[prop.PidTagIconIndex] = int32(0x202)
	k.set(prop.PidLidDistributionListName, oneLine(c.Display()))
	k.set(prop.PidLidFileUnder, oneLine(c.Display()))
	var ids [][]byte
	var rest []string
	for _, m := range c.Members {
		addr, ok := strings.CutPrefix(m, "mailto:")
		if !ok || len(ids) >= maxMembers {
			rest = append(rest, m)
			continue
		}
		ids = append(ids, NewOneOff(cmp.Or(names[m], addr), "SMTP", addr))
	}
	size := 0
	for _, id := range ids {
		size += len(id)
	}
	switch {
	case size >= maxInLists:
		k.set(prop.PidLidDistributionListStream, newStream(ids))
	case ids != nil:
		k.set(prop.PidLidDistributionListOneOffMembers, ids)
		k.set(prop.PidLidDistributionListMembers, ids)
		k.set(prop.PidLidDistributionListChecksum, int32(listChecksum(ids)))
	}
	note := c.Note
	if len(rest) > 0 {
		note = strings.TrimRight(note, "\n") + "\n\n" + strings.Join(rest, "\n")
	}
	k.finishContact(c, strings.TrimLeft(note, "\n"))
	return k.message()
}

// listChecksum says whether the two lists of members are of one mind: a CRC over the entries ([MS-OXOCNTC] 2.2.2.2.3).
func listChecksum(ids [][]byte) uint32 {
	return rtf.CRC(bytes.Join(ids, nil))
}

// FromNote makes a sticky note of text; its first line is its subject ([MS-OXONOTE]).
func FromNote(text string, changed time.Time) *prop.Message {
	k := newMaker("IPM.StickyNote")
	first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	k.common(strings.TrimSpace(first), text, nil, false, 0, changed, changed)
	k.p[prop.PidTagIconIndex] = int32(0x303)
	k.set(prop.PidLidNoteColor, int32(3))
	k.set(prop.PidLidNoteWidth, int32(200))
	k.set(prop.PidLidNoteHeight, int32(166))
	return k.message()
}
