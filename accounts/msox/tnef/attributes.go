package tnef

import (
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/msox/prop"
)

// Attributes of the format ([MS-OXTNEF] 2.1.3.2): the upper half is the type, which senders do not always keep to, so only
// the lower half is compared.
const (
	attOwner                   = 0x0000
	attSentFor                 = 0x0001
	attDelegate                = 0x0002
	attDateStart               = 0x0006
	attDateEnd                 = 0x0007
	attAidOwner                = 0x0008
	attRequestRes              = 0x0009
	attOriginalMessageClass    = 0x0600
	attFrom                    = 0x8000
	attSubject                 = 0x8004
	attDateSent                = 0x8005
	attDateRecd                = 0x8006
	attMessageStatus           = 0x8007
	attMessageClass            = 0x8008
	attMessageID               = 0x8009
	attParentID                = 0x800A
	attConversationID          = 0x800B
	attBody                    = 0x800C
	attPriority                = 0x800D
	attAttachData              = 0x800F
	attAttachTitle             = 0x8010
	attAttachMetaFile          = 0x8011
	attAttachCreateDate        = 0x8012
	attAttachModifyDate        = 0x8013
	attDateModified            = 0x8020
	attAttachTransportFilename = 0x9001
	attAttachRendData          = 0x9002
	attMsgProps                = 0x9003
	attRecipTable              = 0x9004
	attAttachment              = 0x9005
	attTnefVersion             = 0x9006
	attOemCodepage             = 0x9007
)

// legacy turns attributes that are not lists of properties into properties ([MS-OXTNEF] 2.1.3.3 and following). A property
// that is there already stays: the lists are what modern senders mean.
func (p *parser) legacy(id uint16, b []byte) {
	m := p.props
	put := func(t prop.Tag, v prop.Value) {
		if _, _, has := prop.Find(m, t); !has {
			m[t] = v
		}
	}
	text := func(t prop.Tag) {
		if s := cString(b); len(s) > 0 {
			put(t.As(prop.String8), s)
		}
	}
	date := func(t prop.Tag) {
		if w, ok := dtr(b); ok {
			put(t, w)
		}
	}
	switch id {
	case attSubject:
		text(prop.PidTagSubject)
	case attBody:
		text(prop.PidTagBody)
	case attMessageClass:
		put(prop.PidTagMessageClass, messageClass(string(cString(b))))
	case attOriginalMessageClass:
		put(prop.PidTagOriginalMessageClass, messageClass(string(cString(b))))
	case attDateSent:
		date(prop.PidTagClientSubmitTime)
	case attDateRecd:
		date(prop.PidTagMessageDeliveryTime)
	case attDateModified:
		date(prop.PidTagLastModificationTime)
	case attDateStart:
		date(prop.PidTagStartDate)
	case attDateEnd:
		date(prop.PidTagEndDate)
	case attPriority:
		if len(b) >= 2 {
			importance := map[byte]int32{1: 2, 2: 1, 3: 0}
			if n, ok := importance[b[0]]; ok {
				put(prop.PidTagImportance, n)
			}
		}
	case attMessageID:
		if k, ok := hexKey(b); ok {
			put(prop.PidTagSearchKey, k)
		}
	case attParentID:
		if k, ok := hexKey(b); ok {
			put(prop.PidTagParentKey, k)
		}
	case attConversationID:
		if k, ok := hexKey(b); ok {
			put(prop.PidTagConversationKey, k)
		}
	case attAidOwner:
		if v, ok := prop.Fixed(prop.Int32, b); ok {
			put(prop.PidTagOwnerAppointmentId, v)
		}
	case attRequestRes:
		if len(b) > 0 {
			put(prop.PidTagResponseRequested, b[0] != 0)
		}
	case attFrom:
		p.triple(b, put, prop.PidTagSenderName, prop.PidTagSenderAddressType, prop.PidTagSenderEmailAddress)
	case attSentFor:
		p.address(b, put, prop.PidTagSentRepresentingName, prop.PidTagSentRepresentingAddressType, prop.PidTagSentRepresentingEmailAddress)
	}
}

// triple reads a TRP structure: a name and TYPE:ADDRESS ([MS-OXTNEF] 2.1.3.3.2).
func (p *parser) triple(b []byte, put func(prop.Tag, prop.Value), name, typ, addr prop.Tag) {
	r := &reader{b: b}
	kind, _, n, a := r.u16(), r.u16(), int(r.u16()), int(r.u16())
	display, address := r.take(n), r.take(a)
	if r.bad || kind != 4 && kind != 2 && kind != 5 {
		return
	}
	if s := cString(display); len(s) > 0 {
		put(name.As(prop.String8), s)
	}
	p.typed(string(cString(address)), put, typ, addr)
}

// address reads two strings with lengths before them: name, and TYPE:ADDRESS.
func (p *parser) address(b []byte, put func(prop.Tag, prop.Value), name, typ, addr prop.Tag) {
	r := &reader{b: b}
	display := r.take(int(r.u16()))
	address := r.take(int(r.u16()))
	if r.bad {
		return
	}
	if s := cString(display); len(s) > 0 {
		put(name.As(prop.String8), s)
	}
	p.typed(string(cString(address)), put, typ, addr)
}

func (p *parser) typed(s string, put func(prop.Tag, prop.Value), typ, addr prop.Tag) {
	t, a, ok := strings.Cut(s, ":")
	if !ok || a == "" {
		return
	}
	put(typ.As(prop.String8), []byte(t))
	put(addr.As(prop.String8), []byte(a))
}

// messageClass gives the class that replaced a class of Microsoft Mail ([MS-OXTNEF] 2.1.3.3.8).
func messageClass(s string) string {
	switch strings.ToLower(s) {
	case "ipm.microsoft mail.note":
		return "IPM.Note"
	case "ipm.microsoft mail.read receipt":
		return "Report.IPM.Note.IPNRN"
	case "ipm.microsoft mail.non-delivery":
		return "Report.IPM.Note.NDR"
	case "ipm.microsoft schedule.mtgreq":
		return "IPM.Schedule.Meeting.Request"
	case "ipm.microsoft schedule.mtgrespp":
		return "IPM.Schedule.Meeting.Resp.Pos"
	case "ipm.microsoft schedule.mtgrespn":
		return "IPM.Schedule.Meeting.Resp.Neg"
	case "ipm.microsoft schedule.mtgrespa":
		return "IPM.Schedule.Meeting.Resp.Tent"
	case "ipm.microsoft schedule.mtgcncl":
		return "IPM.Schedule.Meeting.Canceled"
	}
	return strings.TrimPrefix(s, "Microsoft Mail v3.0 ")
}

// dtr reads a date of seven 16-bit numbers ([MS-OXTNEF] 2.1.3.3.6); in the sender's zone, which is not told, so taken for UTC.
func dtr(b []byte) (time.Time, bool) {
	r := &reader{b: b}
	y, mo, d, h, mi, s := r.u16(), r.u16(), r.u16(), r.u16(), r.u16(), r.u16()
	if r.bad || y < 1601 || y > 9999 || mo < 1 || mo > 12 || d < 1 || d > 31 || h > 23 || mi > 59 || s > 60 {
		return time.Time{}, false
	}
	return time.Date(int(y), time.Month(mo), int(d), int(h), int(mi), int(s), 0, time.UTC), true
}

// hexKey reads the hexadecimal digits of a search key.
func hexKey(b []byte) ([]byte, bool) {
	s := string(cString(b))
	if len(s) == 0 || len(s)%2 != 0 || len(s) > 64 {
		return nil, false
	}
	out := make([]byte, 0, len(s)/2)
	for i := 0; i < len(s); i += 2 {
		n, err := strconv.ParseUint(s[i:i+2], 16, 8)
		if err != nil {
			return nil, false
		}
		out = append(out, byte(n))
	}
	return out, true
}

// cString cuts b at its first NUL.
func cString(b []byte) []byte {
	for i, c := range b {
		if c == 0 {
			return b[:i]
		}
	}
	return b
}
