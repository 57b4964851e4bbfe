package cmail

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/postrider/postrider/accounts/msox/prop"
)

// goidPrefix begins a global object id ([MS-OXOCAL] 2.2.1.27).
const goidPrefix = "040000008200E00074C5B7101A82E008"

// nameContactUID is the UID of a vCard. [MS-OXVCARD] has no place for it; this one is named as that of appointments is ([MS-OXPROPS] PidNameCalendarUid).
var nameContactUID = prop.Property{Name: prop.Name{GUID: prop.PSPUBLICSTRINGS, Name: "urn:schemas:contacts:uid"}, Type: prop.Unicode}

// contactUID is the UID of a contact or list as a vCard has it.
func contactUID(m *prop.Message, version int) string {
	if s := m.LidText(nameContactUID); s != "" && oneLine(s) == s {
		return s
	}
	if version >= 4 {
		return "urn:uuid:" + UID(m)
	}
	return UID(m)
}

// UID is the identity of an item in iCalendar and vCard, the same each time: that which an appointment had there or the text of
// its global object id ([MS-OXCICAL] 2.1.3.1.1.20.26), else one made of its search key or its content.
func UID(m *prop.Message) string {
	g := m.LidBytes(prop.PidLidCleanGlobalObjectId)
	if len(g) == 0 {
		g = m.LidBytes(prop.PidLidGlobalObjectId)
	}
	if len(g) >= 40 && strings.EqualFold(hex.EncodeToString(g[:16]), goidPrefix) {
		if data := g[40:]; len(data) > 12 && string(data[:8]) == "vCal-Uid" {
			if s := strings.TrimRight(string(data[12:]), "\x00"); s != "" && isASCII(s) && oneLine(s) == s {
				return s
			}
		}
		g = append([]byte(nil), g...)
		g[16], g[17], g[18], g[19] = 0, 0, 0, 0 // the day of an occurrence
		return strings.ToUpper(hex.EncodeToString(g))
	}
	if k := prop.Bytes(m, prop.PidTagSearchKey); len(k) == 16 {
		return fmt.Sprintf("%x-%x-%x-%x-%x", k[:4], k[4:6], k[6:8], k[8:10], k[10:])
	}
	sum := sha256.New()
	for _, t := range []prop.Tag{prop.PidTagMessageClass, prop.PidTagSubject, prop.PidTagDisplayName, prop.PidTagBody} {
		fmt.Fprintf(sum, "%q\n", prop.Text(m, t))
	}
	fmt.Fprintln(sum, prop.When(m, prop.PidTagCreationTime), lidTime(m, prop.PidLidAppointmentStartWhole))
	k := sum.Sum(nil)
	return fmt.Sprintf("%x-%x-%x-%x-%x", k[:4], k[4:6], k[6:8], k[8:10], k[10:16])
}
