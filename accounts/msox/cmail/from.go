package cmail

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/rfc822"
)

// From says what is known of a message besides its bytes.
type From struct {
	Flags    mail.Flags
	Keywords []string  // its categories
	Received time.Time // when it came to its mailbox; zero = by its header
	MaxDepth int       // messages within messages that become objects; deeper ones stay files [16]
}

// FromMIME makes a message object of an internet message ([MS-OXCMAIL]), as a PST file or an Exchange server wants it. The whole
// header block is kept in PidTagTransportMessageHeaders, so that Write gives it back. It never fails: what is broken is read
// as rfc822.Body reads it. raw must not change while the object is used: attachments are decoded from it when they are opened.
func FromMIME(raw []byte, o From) *prop.Message {
	if o.MaxDepth == 0 {
		o.MaxDepth = 16
	}
	f := &taker{raw: raw, o: o, tree: rfc822.Parse(raw, rfc822.Limits{}), body: rfc822.Body(raw, rfc822.Options{MaxText: 64 << 20}), p: prop.Map{}, names: &prop.Names{}}
	f.header()
	f.people()
	f.state()
	f.report()
	if !f.signed() {
		f.text()
		f.attachments()
		f.meeting()
	}
	m := &prop.Message{Bag: f.p, Namer: f.names, Recipients: f.rows, Attachments: f.files}
	f.p[prop.PidTagHasAttachments] = len(m.Attachments) > 0
	if len(m.Attachments) > 0 {
		f.p[prop.PidTagMessageFlags] = f.p[prop.PidTagMessageFlags].(int32) | 0x10
	}
	return m
}

// taker is a message being taken apart.
type taker struct {
	raw   []byte
	o     From
	tree  *rfc822.Message
	body  mail.Body
	p     prop.Map
	names *prop.Names
	rows  []prop.Bag
	files []prop.Attachment
}

// field is the first header field of a name, decoded.
func (f *taker) field(name string) string {
	for _, h := range f.body.Header {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

// set puts a named property.
func (f *taker) set(p prop.Property, v prop.Value) {
	setNamed(f.p, f.names, p, v)
}

func setNamed(m prop.Map, names *prop.Names, p prop.Property, v prop.Value) {
	if s, ok := v.(string); ok && s == "" {
		return
	}
	if id, ok := names.Add(p.Name); ok {
		m[prop.Of(id, p.Type)] = v
	}
}

func (f *taker) header() {
	block := f.tree.RawHeader()
	text := string(block)
	if !utf8.Valid(block) {
		text = prop.Decode(block, f.codepage())
	}
	if !strings.Contains(text, "\r") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	f.p.Set(prop.PidTagTransportMessageHeaders, text)
	e := f.body.Envelope
	subject(f.p, e.Subject)
	when := e.Date
	if !when.IsZero() {
		f.p[prop.PidTagClientSubmitTime] = when.UTC()
	}
	got := f.o.Received
	if got.IsZero() {
		if r := f.field("Received"); r != "" {
			if i := strings.LastIndexByte(r, ';'); i >= 0 {
				got, _ = rfc822.ParseDate([]byte(r[i+1:]))
			}
		}
	}
	if got.IsZero() {
		got = when
	}
	if !got.IsZero() {
		got = got.UTC()
		f.p[prop.PidTagMessageDeliveryTime] = got
		f.p[prop.PidTagCreationTime] = got
		f.p[prop.PidTagLastModificationTime] = got
	}
	if e.InternetID != "" {
		f.p[prop.PidTagInternetMessageId] = "<" + e.InternetID + ">"
	}
	if e.InReplyTo != "" {
		f.p[prop.PidTagInReplyToId] = "<" + e.InReplyTo + ">"
	}
	if len(e.References) > 0 {
		f.p[prop.PidTagInternetReferences] = "<" + strings.Join(e.References, "> <") + ">"
	}
	sum := sha256.Sum256(block)
	f.p[prop.PidTagSearchKey] = sum[:16]
	f.p[prop.PidTagConversationIndex] = conversationIndex(f.field("Thread-Index"), f.p, got)
	f.p[prop.PidTagImportance] = importance(f.field("Importance"), f.field("X-Priority"), f.field("Priority"))
	f.p[prop.PidTagPriority] = f.p[prop.PidTagImportance].(int32) - 1
	sensitivity := map[string]int32{"personal": 1, "private": 2, "company-confidential": 3}
	f.p[prop.PidTagSensitivity] = sensitivity[strings.ToLower(strings.TrimSpace(f.field("Sensitivity")))]
	f.p[prop.PidTagReadReceiptRequested] = f.field("Disposition-Notification-To") != ""
	f.p.Set(prop.PidTagListHelp, f.field("List-Help"))
	f.p.Set(prop.PidTagListSubscribe, f.field("List-Subscribe"))
	f.p.Set(prop.PidTagListUnsubscribe, f.field("List-Unsubscribe"))
	f.p[prop.PidTagInternetCodepage] = int32(65001)
	f.p[prop.PidTagMessageClass] = "IPM.Note"
	if f.field("Newsgroups") != "" {
		f.p[prop.PidTagMessageClass] = "IPM.Post"
	}
}

// codepage is what 8-bit letters of the header mean: what those of the text do.
func (f *taker) codepage() int {
	for _, n := range f.tree.Nodes {
		if cp := prop.Codepage(f.charset(n.ID)); cp != 0 && cp != 65001 && cp != 20127 {
			return cp
		}
	}
	return 1252
}

// subject writes the properties of the subject: its prefix ends in a colon and a blank after one to three letters.
func subject(m prop.Map, s string) {
	s = oneLine(s)
	prefix := ""
	if i := strings.Index(s, ": "); i > 0 && i <= 12 {
		if n := utf8.RuneCountInString(s[:i]); n <= 3 && !strings.ContainsAny(s[:i], " 0123456789[]().") {
			prefix = s[:i+2]
		}
	}
	m[prop.PidTagSubject] = s
	m[prop.PidTagNormalizedSubject] = s[len(prefix):]
	m[prop.PidTagSubjectPrefix] = prefix
	m.Set(prop.PidTagConversationTopic, s[len(prefix):])
}

func importance(fields ...string) int32 {
	for i, v := range fields {
		v = strings.ToLower(strings.TrimSpace(v))
		switch {
		case v == "high" || v == "urgent" || i == 1 && (strings.HasPrefix(v, "1") || strings.HasPrefix(v, "2")):
			return 2
		case v == "low" || v == "non-urgent" || i == 1 && (strings.HasPrefix(v, "4") || strings.HasPrefix(v, "5")):
			return 0
		}
	}
	return 1
}

// conversationIndex is that of the header, else one that messages of the same topic share as well as can be ([MS-OXOMSG]
// 2.2.1.3): a time and a GUID.
func conversationIndex(field string, m prop.Map, when time.Time) []byte {
	if b, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(field, " ", "")); err == nil && len(b) >= 22 && len(b) < 2000 {
		return b
	}
	topic, _ := m[prop.PidTagConversationTopic].(string)
	sum := sha256.Sum256([]byte(strings.ToUpper(topic)))
	var t [8]byte
	binary.BigEndian.PutUint64(t[:], prop.ToFiletime(when))
	return append(append([]byte{1}, t[1:6]...), sum[:16]...)
}

func (f *taker) people() {
	e := f.body.Envelope
	var from, sender mail.Address
	if len(e.From) > 0 {
		from = e.From[0]
	}
	sender = from
	if len(e.Sender) > 0 {
		sender = e.Sender[0]
	}
	person(f.p, from, prop.PidTagSentRepresentingName, prop.PidTagSentRepresentingAddressType, prop.PidTagSentRepresentingEmailAddress,
		prop.PidTagSentRepresentingSmtpAddress, prop.PidTagSentRepresentingEntryId, prop.PidTagSentRepresentingSearchKey)
	person(f.p, sender, prop.PidTagSenderName, prop.PidTagSenderAddressType, prop.PidTagSenderEmailAddress, prop.PidTagSenderSmtpAddress,
		prop.PidTagSenderEntryId, prop.PidTagSenderSearchKey)
	if len(e.ReplyTo) > 0 {
		var ids [][]byte
		var shown []string
		for _, a := range e.ReplyTo {
			ids = append(ids, NewOneOff(a.Display(), "SMTP", a.Addr))
			shown = append(shown, a.Display())
		}
		f.p[prop.PidTagReplyRecipientEntries] = newFlatEntries(ids)
		f.p[prop.PidTagReplyRecipientNames] = strings.Join(shown, "; ")
	}
	for _, l := range []struct {
		typ   int32
		list  []mail.Address
		shown prop.Tag
	}{{1, e.To, prop.PidTagDisplayTo}, {2, e.Cc, prop.PidTagDisplayCc}, {3, e.Bcc, prop.PidTagDisplayBcc}} {
		var shown []string
		for _, a := range l.list {
			f.rows = append(f.rows, NewRecipient(a, int(l.typ), len(f.rows)))
			shown = append(shown, a.Display())
		}
		f.p[l.shown] = strings.Join(shown, "; ")
	}
}

// NewRecipient makes a row of the recipient table. typ is 1 To, 2 Cc, 3 Bcc; n its place in the table.
func NewRecipient(a mail.Address, typ, n int) prop.Map {
	row := prop.Map{
		prop.PidTagRecipientType: int32(typ), prop.PidTagRowid: int32(n), prop.PidTagObjectType: int32(6), prop.PidTagDisplayType: int32(0),
		prop.PidTagResponsibility: false, prop.PidTagSendRichInfo: false, prop.PidTagRecipientFlags: int32(1), prop.PidTagRecipientTrackStatus: int32(0),
	}
	person(row, a, prop.PidTagDisplayName, prop.PidTagAddressType, prop.PidTagEmailAddress, prop.PidTagSmtpAddress, prop.PidTagEntryId, prop.PidTagSearchKey)
	row[prop.PidTagRecipientEntryId] = row[prop.PidTagEntryId]
	row[prop.PidTagRecordKey] = row[prop.PidTagEntryId]
	row[prop.PidTagRecipientDisplayName] = row[prop.PidTagDisplayName]
	return row
}

// person writes one address into the six properties that hold it.
func person(m prop.Map, a mail.Address, name, typ, addr, smtp, entry, key prop.Tag) {
	if a.Addr == "" && a.Name == "" {
		return
	}
	kind, inner := "SMTP", a.Addr
	if t, x, ok := fromIMCEA(a.Addr); ok && t == "EX" {
		kind, inner = t, x
	} else {
		m[smtp] = a.Addr
	}
	m[name], m[typ], m[addr] = a.Display(), kind, inner
	m[entry] = NewOneOff(a.Display(), kind, inner)
	m[key] = []byte(strings.ToUpper(kind+":"+inner) + "\x00")
}

// state writes what the mailbox knows of the message ([MS-OXCMSG] 2.2.1.6, [MS-OXOFLAG]).
func (f *taker) state() {
	flags := int32(0)
	if f.o.Flags.Has(mail.Seen) {
		flags |= 1
	}
	if f.o.Flags.Has(mail.DraftFlag) {
		flags |= 8
	}
	f.p[prop.PidTagMessageFlags] = flags
	f.p[prop.PidTagRead] = f.o.Flags.Has(mail.Seen)
	if f.o.Flags.Has(mail.Flagged) {
		f.p[prop.PidTagFlagStatus] = int32(2)
		f.p[prop.PidTagFollowupIcon] = int32(6)
		f.set(prop.PidLidFlagRequest, "Follow up")
	}
	switch {
	case f.o.Flags.Has(mail.Forwarded):
		f.p[prop.PidTagIconIndex], f.p[prop.PidTagLastVerbExecuted] = int32(0x106), int32(104)
	case f.o.Flags.Has(mail.Answered):
		f.p[prop.PidTagIconIndex], f.p[prop.PidTagLastVerbExecuted] = int32(0x105), int32(102)
	}
	k := f.o.Keywords
	if len(k) == 0 {
		for _, s := range strings.Split(f.field("Keywords"), ",") {
			if s = strings.TrimSpace(s); s != "" && len(k) < 100 {
				k = append(k, s)
			}
		}
	}
	if len(k) > 0 {
		f.set(prop.PidNameKeywords, k)
	}
}

// Flags are the flags of a message object, as the mailbox of a mail program has them.
func Flags(m *prop.Message) (g mail.Flags) {
	n := prop.Int(m, prop.PidTagMessageFlags)
	if n&1 != 0 || prop.Bool(m, prop.PidTagRead) {
		g |= mail.Seen
	}
	if k := KindOf(m); n&8 != 0 && (k == Mail || k == Meeting) { // everything that was never sent has the bit, notes too
		g |= mail.DraftFlag
	}
	if prop.Int(m, prop.PidTagFlagStatus) == 2 {
		g |= mail.Flagged
	}
	switch prop.Int(m, prop.PidTagLastVerbExecuted) {
	case 102, 103:
		g |= mail.Answered
	case 104:
		g |= mail.Forwarded
	}
	switch prop.Int(m, prop.PidTagIconIndex) {
	case 0x105:
		g |= mail.Answered
	case 0x106:
		g |= mail.Forwarded
	}
	return g
}

// report gives delivery reports their class ([MS-OXOMSG] 2.2.3.2).
func (f *taker) report() {
	if f.tree.Root.Type != "multipart/report" {
		return
	}
	for _, n := range f.tree.Nodes {
		if n.Type != "message/delivery-status" {
			continue
		}
		status := bytes.ToLower(f.raw[n.Body:n.End])
		switch {
		case bytes.Contains(status, []byte("action: failed")):
			f.p[prop.PidTagMessageClass] = "REPORT.IPM.Note.NDR"
		case bytes.Contains(status, []byte("action: delivered")):
			f.p[prop.PidTagMessageClass] = "REPORT.IPM.Note.DR"
		}
		return
	}
}

// text puts the bodies. Plain text is there only if the message has some: Outlook makes it of HTML itself.
func (f *taker) text() {
	shown := map[int]bool{}
	for _, p := range f.body.Parts {
		shown[p.ID] = true
	}
	plain := f.body.HTML == ""
	for _, n := range f.tree.Nodes {
		if strings.HasPrefix(n.Type, "text/") && n.Type != "text/html" && !shown[n.ID] && n.End > n.Body {
			plain = true
		}
	}
	if plain {
		f.p[prop.PidTagBody] = strings.ReplaceAll(strings.ReplaceAll(f.body.Text, "\r\n", "\n"), "\n", "\r\n")
		f.p[prop.PidTagNativeBody] = int32(1)
	}
	if f.body.HTML != "" {
		f.p[prop.PidTagHtml] = []byte(f.body.HTML)
		f.p[prop.PidTagNativeBody] = int32(3)
	}
}

// signed keeps what S/MIME protects whole in one attachment ([MS-OXOSMIME] 2.1): a signature holds for the bytes alone.
func (f *taker) signed() bool {
	root := f.tree.Root
	bag := prop.Map{
		prop.PidTagAttachMethod: int32(byValue), prop.PidTagAttachNumber: int32(0), prop.PidTagRenderingPosition: int32(-1),
		prop.PidTagAttachLongFilename: "smime.p7m", prop.PidTagAttachFilename: "smime.p7m", prop.PidTagDisplayName: "smime.p7m", prop.PidTagAttachExtension: ".p7m",
		prop.PidTagObjectType: int32(7), prop.PidTagAttachFlags: int32(0), prop.PidTagAttachmentFlags: int32(0), prop.PidTagAttachmentHidden: false,
	}
	switch {
	case root.Type == "application/pkcs7-mime" || root.Type == "application/x-pkcs7-mime":
		f.p[prop.PidTagMessageClass] = "IPM.Note.SMIME"
		bag[prop.PidTagAttachMimeTag] = strings.TrimSpace(oneLine(f.rawField("content-type")))
		raw := f.raw
		f.files = []prop.Attachment{{Bag: bag, Open: func() (io.ReadCloser, int64, error) {
			r, _, err := rfc822.Part(raw, 0)
			if err != nil {
				return nil, 0, err
			}
			return io.NopCloser(r), -1, nil
		}}}
		return true
	case root.Type == "multipart/signed" && strings.Contains(strings.ToLower(f.rawField("content-type")), "pkcs7-signature"):
		f.p[prop.PidTagMessageClass] = "IPM.Note.SMIME.MultipartSigned"
		bag[prop.PidTagAttachMimeTag] = "multipart/signed"
		entity := append([]byte("Content-Type: "+strings.TrimSpace(oneLine(f.rawField("content-type")))+"\r\n\r\n"), f.raw[root.Body:]...)
		f.files = []prop.Attachment{{Bag: bag, Open: func() (io.ReadCloser, int64, error) {
			return io.NopCloser(bytes.NewReader(entity)), int64(len(entity)), nil
		}}}
		// What is readable without checking the signature can be found and shown.
		f.text()
		return true
	}
	return false
}

// rawField is a header field as it was sent.
func (f *taker) rawField(lower string) string {
	b := f.tree.RawHeader()
	for {
		name, value, rest, ok := rfc822.NextField(b)
		if !ok {
			return ""
		}
		if b = rest; strings.EqualFold(string(name), lower) {
			return string(value)
		}
	}
}
