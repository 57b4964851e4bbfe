package cmail

import (
	"encoding/binary"
	netmail "net/mail"
	"strings"
	"unicode/utf8"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/rfc822"
)

// legacyDomain is where addresses lie that exist only within an Exchange organisation (RFC 2606 has it never exist).
const legacyDomain = "exchange.invalid"

// address puts a name and an address of a type together; ok is false where there is neither.
func address(name, typ, addr, smtp string) (a mail.Address, ok bool) {
	a.Name = strings.TrimSpace(oneLine(name))
	addr, smtp = strings.TrimSpace(oneLine(addr)), strings.TrimSpace(oneLine(smtp))
	switch {
	case strings.Contains(smtp, "@"):
		a.Addr = smtp
	case addr == "":
	case strings.EqualFold(typ, "SMTP"), typ == "" && strings.Contains(addr, "@"):
		a.Addr = strings.TrimPrefix(addr, "mailto:")
	default:
		if typ == "" {
			typ = "EX"
		}
		a.Addr = imcea(typ, addr)
	}
	a.Name = strings.Trim(a.Name, `'`)
	if a.Addr == "" && strings.Contains(a.Name, "@") && !strings.ContainsAny(a.Name, " <>,;") {
		a.Addr = a.Name
	}
	if strings.EqualFold(a.Name, a.Addr) {
		a.Name = ""
	}
	return a, a.Addr != "" || a.Name != ""
}

// imcea packs an address that is not of the internet into one that is ([MS-OXCMAIL] 2.1.3.1): letters, digits and most marks
// stay, a slash becomes an underscore, the rest +XX.
func imcea(typ, addr string) string {
	if !isASCII(typ) || len(typ) > 16 || strings.ContainsAny(typ, " @-") {
		typ = "EX"
	}
	var b strings.Builder
	b.WriteString("IMCEA" + strings.ToUpper(typ) + "-")
	const hex = "0123456789ABCDEF"
	for i := 0; i < len(addr); i++ {
		switch c := addr[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '=', c == '-':
			b.WriteByte(c)
		case c == '/':
			b.WriteByte('_')
		default:
			b.Write([]byte{'+', hex[c>>4], hex[c&15]})
		}
	}
	return b.String() + "@" + legacyDomain
}

// fromIMCEA is the way back, for any domain.
func fromIMCEA(addr string) (typ, inner string, ok bool) {
	local, _, found := strings.Cut(addr, "@")
	if !found || len(local) < 7 || !strings.EqualFold(local[:5], "IMCEA") {
		return "", "", false
	}
	typ, enc, found := strings.Cut(local[5:], "-")
	if !found || typ == "" {
		return "", "", false
	}
	var b strings.Builder
	for i := 0; i < len(enc); i++ {
		switch c := enc[i]; {
		case c == '_':
			b.WriteByte('/')
		case c == '+' && i+2 < len(enc) && unhex(enc[i+1]) >= 0 && unhex(enc[i+2]) >= 0:
			b.WriteByte(byte(unhex(enc[i+1])<<4 | unhex(enc[i+2])))
			i += 2
		default:
			b.WriteByte(c)
		}
	}
	return strings.ToUpper(typ), b.String(), true
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// Sender is who wrote a message (PidTagSentRepresenting…); ok is false where nobody is named.
func Sender(m prop.Bag) (mail.Address, bool) {
	a, ok := address(prop.Text(m, prop.PidTagSentRepresentingName), prop.Text(m, prop.PidTagSentRepresentingAddressType),
		prop.Text(m, prop.PidTagSentRepresentingEmailAddress), prop.Text(m, prop.PidTagSentRepresentingSmtpAddress))
	if a.Addr != "" {
		return a, ok
	}
	if s, sok := actualSender(m); sok {
		return s, sok
	}
	return a, ok
}

// actualSender is who sent it (PidTagSender…), a delegate for instance.
func actualSender(m prop.Bag) (mail.Address, bool) {
	return address(prop.Text(m, prop.PidTagSenderName), prop.Text(m, prop.PidTagSenderAddressType),
		prop.Text(m, prop.PidTagSenderEmailAddress), prop.Text(m, prop.PidTagSenderSmtpAddress))
}

// Recipient reads a row of the recipient table. typ is 1 To, 2 Cc, 3 Bcc, 0 the originator.
func Recipient(r prop.Bag) (a mail.Address, typ int, ok bool) {
	name := prop.Text(r, prop.PidTagDisplayName)
	if name == "" {
		name = prop.Text(r, prop.PidTagRecipientDisplayName)
	}
	kind, addr, smtp := prop.Text(r, prop.PidTagAddressType), prop.Text(r, prop.PidTagEmailAddress), prop.Text(r, prop.PidTagSmtpAddress)
	if addr == "" && smtp == "" {
		for _, t := range []prop.Tag{prop.PidTagEntryId, prop.PidTagRecipientEntryId} {
			if one, k, ok := OneOff(prop.Bytes(r, t)); ok {
				addr, kind = one.Addr, k
				if name == "" {
					name = one.Name
				}
				break
			}
		}
	}
	a, ok = address(name, kind, addr, smtp)
	typ = int(prop.Int(r, prop.PidTagRecipientType) & 0xF)
	return a, typ, ok
}

// recipients sorts the table into To, Cc and Bcc.
func recipients(m *prop.Message) (to, cc, bcc []mail.Address) {
	for _, r := range m.Recipients {
		a, typ, ok := Recipient(r)
		if !ok {
			continue
		}
		switch typ {
		case 2:
			cc = append(cc, a)
		case 3:
			bcc = append(bcc, a)
		case 1:
			to = append(to, a)
		}
	}
	return to, cc, bcc
}

var oneOffUID, _ = prop.ParseGUID("A41F2B81-A3BE-1910-9D6E-00DD010F5402")

// OneOff reads a one-off entry id ([MS-OXCDATA] 2.2.5.1): somebody who is in no address book. typ is the type of the address.
func OneOff(b []byte) (a mail.Address, typ string, ok bool) {
	if len(b) < 24 || prop.GUID(b[4:20]) != oneOffUID {
		return a, "", false
	}
	unicode := binary.LittleEndian.Uint16(b[22:])&0x8000 != 0
	b = b[24:]
	next := func() string {
		if unicode {
			for i := 0; i+1 < len(b); i += 2 {
				if b[i] == 0 && b[i+1] == 0 {
					s := prop.UTF16(b[:i])
					b = b[i+2:]
					return s
				}
			}
			s := prop.UTF16(b)
			b = nil
			return s
		}
		for i, c := range b {
			if c == 0 {
				s := prop.Decode(b[:i], 1252)
				b = b[i+1:]
				return s
			}
		}
		s := prop.Decode(b, 1252)
		b = nil
		return s
	}
	a.Name, typ, a.Addr = next(), next(), next()
	return a, typ, a.Addr != "" || a.Name != ""
}

// NewOneOff makes a one-off entry id in Unicode.
func NewOneOff(name, typ, addr string) []byte {
	b := make([]byte, 4, 64)
	b = append(b, oneOffUID[:]...)
	b = append(b, 0, 0, 0x01, 0x90) // version; Unicode, MIME, no rich text
	for _, s := range []string{name, typ, addr} {
		b = append(append(b, prop.ToUTF16(strings.ReplaceAll(s, "\x00", ""))...), 0, 0)
	}
	return b
}

// flatEntries cuts a list of entry ids ([MS-OXCDATA] 2.3.3).
func flatEntries(b []byte) (out [][]byte) {
	if len(b) < 8 {
		return nil
	}
	n := binary.LittleEndian.Uint32(b)
	b = b[8:]
	for ; n > 0 && len(b) >= 4 && len(out) < 1000; n-- {
		size := uint64(binary.LittleEndian.Uint32(b))
		b = b[4:]
		if size > uint64(len(b)) {
			break
		}
		out = append(out, b[:size])
		b = b[min((size+3)&^3, uint64(len(b))):]
	}
	return out
}

// newFlatEntries is the way back.
func newFlatEntries(ids [][]byte) []byte {
	var list []byte
	for _, id := range ids {
		list = binary.LittleEndian.AppendUint32(list, uint32(len(id)))
		list = append(list, id...)
		for len(list)%4 != 0 {
			list = append(list, 0)
		}
	}
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(ids)))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(list)))
	return append(b, list...)
}

// replyTo reads PidTagReplyRecipientEntries.
func replyTo(m prop.Bag) (out []mail.Address) {
	for _, e := range flatEntries(prop.Bytes(m, prop.PidTagReplyRecipientEntries)) {
		if a, typ, ok := OneOff(e); ok {
			if a, ok := address(a.Name, typ, a.Addr, ""); ok && a.Addr != "" {
				out = append(out, a)
			}
		}
	}
	return out
}

// wire writes addresses for a header field. Somebody without an address has empty brackets, which readers understand, though
// RFC 5322 has no such thing: the name is what is known.
func wire(list []mail.Address) string {
	var out []string
	for _, a := range list {
		name := clip(a.Name, 500)
		if a.Addr == "" || len(a.Addr) > 500 || a.Addr[0] == '@' { // in brackets that would be a route (RFC 5322 section 4.4)
			s := (&netmail.Address{Name: clip(strings.TrimSpace(name+" "+a.Addr), 500), Address: "a@b.invalid"}).String()
			out = append(out, strings.TrimSuffix(s, "<a@b.invalid>")+"<>")
			continue
		}
		addr := a.Addr
		if s, ok := rfc822.ASCIIDomain(addr); ok {
			addr = s
		}
		out = append(out, (&netmail.Address{Name: name, Address: addr}).String())
	}
	return strings.Join(out, ", ")
}

// clip cuts s to n bytes at most, between characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
