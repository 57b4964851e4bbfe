package cmail

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode"

	"github.com/emersion/go-message"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/msox/rtf"
	"github.com/postrider/postrider/accounts/rfc822"
)

// file is an attachment by value.
func file(name, typ, id string, data []byte) prop.Attachment {
	b := prop.Map{prop.PidTagAttachMethod: int32(1)}
	b.Set(prop.PidTagAttachLongFilename, name)
	b.Set(prop.PidTagAttachMimeTag, typ)
	b.Set(prop.PidTagAttachContentId, id)
	return prop.Attachment{Bag: b, Open: func() (io.ReadCloser, int64, error) {
		return io.NopCloser(bytes.NewReader(data)), int64(len(data)), nil
	}}
}

func note(more prop.Map) prop.Map {
	m := prop.Map{
		prop.PidTagMessageClass: "IPM.Note", prop.PidTagSubject: "\x01\x05RE: Grüße", prop.PidTagSentRepresentingName: "Kari Nordmann",
		prop.PidTagSentRepresentingAddressType: "SMTP", prop.PidTagSentRepresentingEmailAddress: "kari@fjordlight.example",
		prop.PidTagClientSubmitTime: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC), prop.PidTagInternetMessageId: "<m1@fjordlight.example>", prop.PidTagBody: "Hei\r\n",
	}
	for k, v := range more {
		m[k] = v
	}
	return m
}

// readable checks a message with another reader too.
func readable(t *testing.T, raw []byte) {
	t.Helper()
	wellFormed(t, t.Name(), raw)
	e, err := message.Read(bytes.NewReader(raw))
	if err != nil && !message.IsUnknownCharset(err) {
		t.Fatal(err)
	}
	if err := e.Walk(func(_ []int, e *message.Entity, err error) error {
		if err != nil && !message.IsUnknownCharset(err) {
			return err
		}
		if e.MultipartReader() == nil {
			_, err := io.Copy(io.Discard, e.Body)
			return err
		}
		return nil
	}); err != nil {
		t.Fatalf("another reader: %v\n%.3000s", err, raw)
	}
}

func TestHeaderOfProperties(t *testing.T) {
	names := &prop.Names{}
	bag := note(prop.Map{
		prop.PidTagSenderName: "Assistant", prop.PidTagSenderSmtpAddress: "assistant@fjordlight.example", prop.PidTagImportance: int32(2), prop.PidTagSensitivity: int32(3),
		prop.PidTagReadReceiptRequested: true, prop.PidTagInReplyToId: "<m0@example.com>", prop.PidTagInternetReferences: "<a@example.com> <m0@example.com>",
		prop.PidTagReplyRecipientEntries: newFlatEntries([][]byte{NewOneOff("Desk", "SMTP", "desk@fjordlight.example")}),
	})
	setNamed(bag, names, prop.PidNameKeywords, []string{"Rød", "blue"})
	m := &prop.Message{Bag: bag, Namer: names, Recipients: []prop.Bag{
		NewRecipient(mail.Address{Name: "Bob, the builder", Addr: "bob@example.com"}, 1, 0),
		prop.Map{prop.PidTagRecipientType: int32(0x10000002), prop.PidTagDisplayName: "Inside", prop.PidTagAddressType: "EX", prop.PidTagEmailAddress: "/o=Org/cn=Recipients/cn=in side"},
		prop.Map{prop.PidTagRecipientType: int32(3), prop.PidTagDisplayName: "Hidden", prop.PidTagAddressType: "EX", prop.PidTagEmailAddress: "/o=x", prop.PidTagSmtpAddress: "hidden@example.com"},
		prop.Map{prop.PidTagRecipientType: int32(1), prop.PidTagDisplayName: "Nobody knows"},
	}}
	raw := written(t, m)
	readable(t, raw)
	b := rfc822.Body(raw, rfc822.Options{})
	e := b.Envelope
	if e.Subject != "RE: Grüße" || e.InternetID != "m1@fjordlight.example" || e.InReplyTo != "m0@example.com" || len(e.References) != 2 || !e.Date.Equal(time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)) {
		t.Errorf("%+v", e)
	}
	if len(e.From) != 1 || e.From[0] != (mail.Address{Name: "Kari Nordmann", Addr: "kari@fjordlight.example"}) || len(e.Sender) != 1 || e.Sender[0].Addr != "assistant@fjordlight.example" {
		t.Errorf("from %v, sender %v", e.From, e.Sender)
	}
	if len(e.To) == 0 || e.To[0] != (mail.Address{Name: "Bob, the builder", Addr: "bob@example.com"}) || len(e.Bcc) != 1 || e.Bcc[0].Addr != "hidden@example.com" || len(e.ReplyTo) != 1 || e.ReplyTo[0].Addr != "desk@fjordlight.example" {
		t.Errorf("to %v, bcc %v, reply to %v", e.To, e.Bcc, e.ReplyTo)
	}
	if len(e.Cc) != 1 || e.Cc[0].Addr != "IMCEAEX-_o=Org_cn=Recipients_cn=in+20side@exchange.invalid" {
		t.Errorf("cc %v", e.Cc)
	} else if typ, inner, ok := fromIMCEA(e.Cc[0].Addr); !ok || typ != "EX" || inner != "/o=Org/cn=Recipients/cn=in side" {
		t.Errorf("packed %q, back %q", e.Cc[0].Addr, inner)
	}
	for _, h := range []mail.HeaderField{{Name: "Importance", Value: "high"}, {Name: "Sensitivity", Value: "Company-Confidential"}, {Name: "Keywords", Value: "Rød, blue"},
		{Name: "Disposition-Notification-To", Value: `"Kari Nordmann" <kari@fjordlight.example>`}} {
		found := false
		for _, g := range b.Header {
			found = found || g == h
		}
		if !found {
			t.Errorf("%+v is missing in %+v", h, b.Header)
		}
	}
	if len(e.To) != 2 || e.To[1] != (mail.Address{Name: "Nobody knows"}) {
		t.Errorf("to %v: a recipient without an address is lost", e.To)
	}
}

// TestHeaderThatWasKept: the fields that came are kept in their order; what is missing is added; MIME is made anew.
func TestHeaderThatWasKept(t *testing.T) {
	kept := "Microsoft Mail Internet Headers Version 2.0\r\nReceived: from a.example\r\n\tby b.example; Mon, 6 May 2024 07:08:09 +0000\r\nReceived: second\r\nFrom: Other <other@example.com>\r\n" +
		"X-Long: " + strings.Repeat("x", 2000) + "\r\nSubject: The subject that came\r\nContent-Type: multipart/mixed; boundary=old\r\nMIME-Version: 1.0\r\nX-Eight: grønn\r\nX-Last: 1\r\n\r\nIgnored: body\r\n"
	raw := written(t, &prop.Message{Bag: note(prop.Map{prop.PidTagTransportMessageHeaders: kept, prop.PidTagSubject: "The subject  that came"})})
	readable(t, raw)
	head, _, _ := strings.Cut(string(raw), "\r\n\r\n")
	if !strings.HasPrefix(head, "Received: from a.example\r\n\tby b.example; Mon, 6 May 2024 07:08:09 +0000\r\nReceived: second\r\nFrom: Other <other@example.com>\r\n") {
		t.Errorf("%.300s", head)
	}
	if strings.Contains(head, "old") || strings.Contains(head, "Ignored") || strings.Count(head, "MIME-Version") != 1 || strings.Contains(head, "Kari") || strings.Count(head, "Subject:") != 1 {
		t.Errorf("%s", head)
	}
	if e := rfc822.Body(raw, rfc822.Options{}); e.Envelope.InternetID != "m1@fjordlight.example" || e.Envelope.Subject != "The subject that came" || e.Header[len(e.Header)-1].Name == "" {
		t.Errorf("%+v", e.Envelope)
	} else {
		for _, h := range e.Header {
			if h.Name == "X-Eight" && h.Value != "grønn" {
				t.Errorf("X-Eight %q", h.Value)
			}
		}
	}
}

// TestRenamed: a subject that was changed in the mailbox is the subject, and the one that came is kept beside it.
func TestRenamed(t *testing.T) {
	long := strings.Repeat("word ", 60)
	for _, c := range []struct{ came, now, subject, original string }{
		{"Offer", "Offer of the boat builder", "Offer of the boat builder", "Offer"},
		{"=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße", "Grüße", ""},
		{"=?utf-8?b?5pel5pys?=", "??", "日本", ""},
		{long + "end", strings.TrimSpace(long), long + "end", ""},
		{"Offer", "", "Offer", ""},
	} {
		b := rfc822.Body(written(t, &prop.Message{Bag: prop.Map{prop.PidTagMessageClass: "IPM.Note", prop.PidTagSubject: c.now, prop.PidTagTransportMessageHeaders: "From: a@example.com\r\nSubject: " + c.came + "\r\n"}}), rfc822.Options{})
		original := ""
		for _, h := range b.Header {
			if h.Name == "Original-Subject" {
				original = h.Value
			}
		}
		if b.Envelope.Subject != c.subject || original != c.original {
			t.Errorf("%q, now %q: subject %q, original %q", c.came, c.now, b.Envelope.Subject, original)
		}
	}
}

func TestStructure(t *testing.T) {
	inner := &prop.Message{Bag: note(prop.Map{prop.PidTagSubject: "Inner æ"}), Attachments: []prop.Attachment{file("deep.bin", "", "", []byte{0, 1, 2})}}
	m := &prop.Message{
		Bag: note(prop.Map{prop.PidTagHtml: []byte("<p>gr\xfcn <img src=\"cid:pic@1\"> <img src='CID:pic@2'></p>"), prop.PidTagInternetCodepage: int32(1252)}),
		Attachments: []prop.Attachment{
			file("bilde.png", "image/png", "pic@1", []byte("\x89PNG1")),
			file("pic2.gif", "", "<pic@2>", []byte("GIF8")),
			file("Rechnung für Jürgen mit einem sehr langen Namen, der nicht in eine Zeile passt 漢字.pdf", "", "", bytes.Repeat([]byte{1, 2, 3}, 1000)),
			{Bag: prop.Map{prop.PidTagAttachMethod: int32(5), prop.PidTagDisplayName: "Inner æ"}, Embedded: func() (*prop.Message, error) { return inner, nil }},
			file("mail.eml", "message/rfc822", "", []byte("Subject: raw\n\nbødy\n")),
			{Bag: prop.Map{prop.PidTagAttachMethod: int32(7), prop.PidTagAttachLongFilename: "Budget.xlsx", prop.PidTagAttachLongPathname: "https://cloud.example/b.xlsx"}},
			{Bag: prop.Map{prop.PidTagAttachLongFilename: "broken.doc"}, Open: func() (io.ReadCloser, int64, error) { return nil, 0, errors.New("no such block") }},
			{Bag: prop.Map{prop.PidTagAttachMethod: int32(5)}, Embedded: func() (*prop.Message, error) {
				return &prop.Message{Bag: prop.Map{prop.PidTagMessageClass: "IPM.Contact", prop.PidTagDisplayName: "Ola"}}, nil
			}},
		},
	}
	var told []string
	var out bytes.Buffer
	if err := Write(&out, m, Options{Problem: func(what string, _ error) error { told = append(told, what); return nil }}); err != nil {
		t.Fatal(err)
	}
	raw := out.Bytes()
	readable(t, raw)
	b := rfc822.Body(raw, rfc822.Options{})
	if !strings.Contains(b.HTML, "grün") || strings.TrimSpace(b.Text) != "Hei" {
		t.Errorf("HTML %q, text %q", b.HTML, b.Text)
	}
	want := []mail.Part{{Name: "bilde.png", Type: "image/png", ContentID: "pic@1", Inline: true}, {Name: "pic2.gif", Type: "image/gif", ContentID: "pic@2", Inline: true},
		{Name: "Rechnung für Jürgen mit einem sehr langen Namen, der nicht in eine Zeile passt 漢字.pdf", Type: "application/pdf"}, {Name: "Inner æ.eml", Type: "message/rfc822"},
		{Name: "mail.eml", Type: "message/rfc822"}, {Name: "Budget.xlsx.url"}, {Name: "broken.doc.txt", Type: "text/plain"}, {Name: "Ola.vcf", Type: "text/vcard"}}
	if len(b.Parts) != len(want) {
		t.Fatalf("%d parts: %+v", len(b.Parts), b.Parts)
	}
	for i, w := range want {
		g := b.Parts[i]
		if g.Name != w.Name || w.Type != "" && g.Type != w.Type || g.ContentID != w.ContentID || g.Inline != w.Inline {
			t.Errorf("part %d: got %+v, want %+v", i, g, w)
		}
	}
	if in := rfc822.Body(content(t, raw, b.Parts[3]), rfc822.Options{}); in.Envelope.Subject != "Inner æ" || len(in.Parts) != 1 || in.Parts[0].Name != "deep.bin" {
		t.Errorf("inner %+v", in)
	}
	if got := string(content(t, raw, b.Parts[4])); got != "Subject: raw\r\n\r\nbødy\r\n" {
		t.Errorf("raw message %q", got)
	}
	if len(told) != 1 || !strings.Contains(told[0], "broken.doc") {
		t.Errorf("told %q", told)
	}
	if err := Write(io.Discard, m, Options{Problem: func(string, error) error { return io.ErrUnexpectedEOF }}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a problem that ends writing: %v", err)
	}
}

// TestAttachmentThatBreaksOff: what could be read of it is there, and the message is whole otherwise.
func TestAttachmentThatBreaksOff(t *testing.T) {
	broken := prop.Attachment{Bag: prop.Map{prop.PidTagAttachLongFilename: "b.bin"}, Open: func() (io.ReadCloser, int64, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader("the first part"), iotest.ErrReader(errors.New("no such block")))), 1000, nil
	}}
	for _, class := range []string{"IPM.Note", "IPM.Note.SMIME"} {
		told := ""
		var out bytes.Buffer
		err := Write(&out, &prop.Message{Bag: note(prop.Map{prop.PidTagMessageClass: class}), Attachments: []prop.Attachment{broken}}, Options{Problem: func(what string, cause error) error {
			told = what + ": " + cause.Error()
			return nil
		}})
		if err != nil || told != "the attachment “b.bin”: no such block" {
			t.Errorf("%s: %v, told %q", class, err, told)
		}
		readable(t, out.Bytes())
		if b := rfc822.Body(out.Bytes(), rfc822.Options{}); len(b.Parts) != 1 || string(content(t, out.Bytes(), b.Parts[0])) != "the first part" {
			t.Errorf("%s: %s", class, out.Bytes())
		}
	}
	want := errors.New("disk full")
	if err := Write(failing{want}, &prop.Message{Bag: note(nil)}, Options{}); !errors.Is(err, want) {
		t.Errorf("the writer's error: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestBodies(t *testing.T) {
	packed := rtf.Store([]byte(`{\rtf1\ansi\ansicpg1252\fromhtml1 {\*\htmltag64 <p>}gr\'fcn{\*\htmltag72 </p>}}`))
	genuine := rtf.Store([]byte(`{\rtf1\ansi bold {\b yes}{\pict\pngblip 89504e47}}`))
	text := rtf.Store([]byte(`{\rtf1\ansi\fromtext plain\par}`))
	for name, c := range map[string]struct {
		bag        prop.Map
		text, html string
		parts      int
	}{
		"HTML in RTF":          {prop.Map{prop.PidTagRtfCompressed: packed, prop.PidTagBody: "grün"}, "grün", "<p>grün</p>", 0},
		"genuine RTF":          {prop.Map{prop.PidTagRtfCompressed: genuine}, "bold yes", "<p>bold <b>yes</b><img src=\"cid:rtf-picture-1\"></p>", 1},
		"text in RTF":          {prop.Map{prop.PidTagRtfCompressed: text}, "plain", "", 0},
		"HTML before RTF":      {prop.Map{prop.PidTagHtml: []byte("<b>x</b>"), prop.PidTagRtfCompressed: genuine}, "x", "<b>x</b>", 0},
		"HTML as a string":     {prop.Map{prop.PidTagBodyHtml: "<b>ø</b>"}, "ø", "<b>ø</b>", 0},
		"a page of its own":    {prop.Map{prop.PidTagHtml: []byte(`<meta charset="koi8-r">` + "\xf0\xd2\xc9")}, "При", `<meta charset="koi8-r">При`, 0},
		"damaged RTF":          {prop.Map{prop.PidTagRtfCompressed: packed[:40], prop.PidTagBody: "still here"}, "still here", "", 0},
		"nothing":              {prop.Map{}, "", "", 0},
		"lines that are long":  {prop.Map{prop.PidTagBody: strings.Repeat("word ", 1000)}, strings.TrimSpace(strings.Repeat("word ", 1000)), "", 0},
		"8 bits in a codepage": {prop.Map{prop.PidTagBody.As(prop.String8): []byte("\x93\xfa\x96\x7b"), prop.PidTagMessageCodepage: int32(932)}, "日本", "", 0},
	} {
		c.bag[prop.PidTagMessageClass] = "IPM.Note"
		raw := written(t, &prop.Message{Bag: c.bag})
		readable(t, raw)
		b := rfc822.Body(raw, rfc822.Options{})
		if strings.TrimSpace(b.Text) != c.text || !strings.Contains(b.HTML, c.html) || c.html == "" && b.HTML != "" || len(b.Parts) != c.parts {
			t.Errorf("%s: text %.100q, HTML %.100q, parts %+v", name, b.Text, b.HTML, b.Parts)
		}
	}
}

// TestPlacesInTheText: genuine RTF says where in the text an attachment stands.
func TestPlacesInTheText(t *testing.T) {
	doc, pic := file("plan.doc", "", "", []byte("doc")), file("boat.png", "", "", []byte("\x89PNG"))
	pic.Bag.(prop.Map)[prop.PidTagRenderingPosition], doc.Bag.(prop.Map)[prop.PidTagRenderingPosition] = int32(4), int32(9)
	m := &prop.Message{Bag: prop.Map{prop.PidTagMessageClass: "IPM.Note", prop.PidTagRtfCompressed: rtf.Store([]byte(`{\rtf1 The \objattph   boat and \objattph   plan}`))},
		Attachments: []prop.Attachment{doc, pic}}
	raw := written(t, m)
	readable(t, raw)
	b := rfc822.Body(raw, rfc822.Options{})
	if !strings.Contains(b.HTML, `<p>The <img src="cid:placed-1"> boat and <i>[plan.doc]</i> plan</p>`) || strings.TrimSpace(b.Text) != "The [boat.png] boat and [plan.doc] plan" {
		t.Errorf("HTML %q, text %q", b.HTML, b.Text)
	}
	if len(b.Parts) != 2 || b.Parts[0].Name != "boat.png" || b.Parts[0].ContentID != "placed-1" || !b.Parts[0].Inline || b.Parts[1].Inline {
		t.Errorf("parts %+v", b.Parts)
	}
}

func TestMeetingMessage(t *testing.T) {
	cal := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:m@example.com\r\nDTSTAMP:20240101T000000Z\r\nDTSTART:20240506T100000Z\r\nDTEND:20240506T110000Z\r\n" +
		"SUMMARY:Møte\r\nORGANIZER:mailto:kari@fjordlight.example\r\nATTENDEE;RSVP=TRUE:mailto:bob@example.com\r\nX-KEPT:yes\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	raw := []byte("From: kari@fjordlight.example\r\nTo: bob@example.com\r\nSubject: Møte\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nCome\r\n" +
		"--b\r\nContent-Type: text/calendar; method=REQUEST; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + cal + "--b--\r\n")
	m := FromMIME(raw, From{})
	if KindOf(m) != Meeting || len(m.Attachments) != 0 || m.LidText(prop.PidLidLocation) != "" || m.LidBytes(prop.PidLidGlobalObjectId) == nil {
		t.Fatalf("class %q, %d attachments", prop.Text(m, prop.PidTagMessageClass), len(m.Attachments))
	}
	check := func(m *prop.Message, exact bool) {
		out := written(t, m)
		readable(t, out)
		b := rfc822.Body(out, rfc822.Options{})
		if len(b.Parts) != 1 || b.Parts[0].Method != "REQUEST" || strings.TrimSpace(b.Text) != "Come" {
			t.Fatalf("parts %+v", b.Parts)
		}
		got := string(content(t, out, b.Parts[0]))
		if exact && strings.TrimSpace(got) != strings.TrimSpace(cal) {
			t.Errorf("the calendar changed:\n%s", got)
		}
		for _, want := range []string{"METHOD:REQUEST", "UID:m@example.com", "DTSTART:20240506T100000Z", "SUMMARY:Møte", "kari@fjordlight.example", "bob@example.com"} {
			if !strings.Contains(strings.ReplaceAll(got, "\r\n ", ""), want) && !strings.Contains(got, "DTSTART;TZID=UTC:20240506T100000") {
				t.Errorf("%q is missing in\n%s", want, got)
			}
		}
	}
	check(m, true)
	// Without the calendar that came, one is made of the properties.
	id, _ := m.Lookup(prop.PidLidInboundICalStream)
	delete(m.Bag.(prop.Map), id)
	check(m, false)
}

func TestSignedIsKeptWhole(t *testing.T) {
	signed := "Content-Type: text/plain\r\n\r\nSigned  text \r\nwith every blank\r\n"
	raw := []byte("From: kari@fjordlight.example\r\nSubject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256; boundary=sig\r\n\r\n" +
		"--sig\r\n" + signed + "\r\n--sig\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n\r\nMAAB\r\n--sig--\r\n")
	m := FromMIME(raw, From{})
	if got := prop.Text(m, prop.PidTagMessageClass); got != "IPM.Note.SMIME.MultipartSigned" || len(m.Attachments) != 1 {
		t.Fatalf("%q, %d attachments", got, len(m.Attachments))
	}
	out := written(t, m)
	readable(t, out)
	if !bytes.Contains(out, []byte("--sig\r\n"+signed+"\r\n--sig\r\n")) {
		t.Errorf("what is signed changed:\n%s", out)
	}
	if b := rfc822.Body(out, rfc822.Options{}); !strings.Contains(b.Text, "with every blank") || b.Envelope.Subject != "s" {
		t.Errorf("%+v", b)
	}
	sealed := []byte("From: kari@fjordlight.example\r\nMIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\nMAABAgME\r\n")
	out = written(t, FromMIME(sealed, From{}))
	if b := rfc822.Body(out, rfc822.Options{}); len(b.Parts) != 1 || b.Parts[0].Type != "application/pkcs7-mime" || !bytes.Equal(content(t, out, b.Parts[0]), []byte{0x30, 0, 1, 2, 3, 4}) {
		t.Errorf("%s", out)
	}
}

func TestFlags(t *testing.T) {
	for _, f := range []mail.Flags{0, mail.Seen, mail.Seen | mail.Flagged, mail.Seen | mail.Answered, mail.Forwarded, mail.DraftFlag} {
		m := FromMIME([]byte("Subject: x\r\n\r\nText\r\n"), From{Flags: f, Keywords: []string{"a", "b"}})
		if got := Flags(m); got != f {
			t.Errorf("%v came back as %v", f.Names(), got.Names())
		}
		if got := Categories(m); len(got) != 2 {
			t.Errorf("categories %q", got)
		}
	}
}

// TestHostileProperties: nothing in a property ends a header field or a parameter.
func TestHostileProperties(t *testing.T) {
	evil := "x\r\nBcc: evil@example.com\r\n\r\n<script>"
	m := &prop.Message{
		Bag: prop.Map{prop.PidTagMessageClass: "IPM.Note", prop.PidTagSubject: evil, prop.PidTagSenderName: evil, prop.PidTagSenderEmailAddress: evil, prop.PidTagInternetMessageId: evil,
			prop.PidTagInReplyToId: evil, prop.PidTagListHelp: evil, prop.PidTagConversationTopic: evil},
		Recipients: []prop.Bag{prop.Map{prop.PidTagRecipientType: int32(1), prop.PidTagDisplayName: evil, prop.PidTagEmailAddress: evil, prop.PidTagAddressType: evil}},
		Attachments: []prop.Attachment{file(evil+`".exe`, evil, evil, []byte("x")), {Bag: prop.Map{prop.PidTagAttachContentLocation: evil, prop.PidTagTextAttachmentCharset: evil,
			prop.PidTagAttachLongPathname: evil}}},
	}
	raw := written(t, m)
	wellFormed(t, "hostile", raw)
	b := rfc822.Body(raw, rfc822.Options{})
	if len(b.Envelope.Bcc) != 0 || len(b.Parts) != 2 {
		t.Errorf("%+v\n%s", b, raw)
	}
	for _, h := range b.Header {
		if strings.EqualFold(h.Name, "Bcc") {
			t.Errorf("a field was smuggled in: %+v", h)
		}
	}
}

func FuzzMIME(f *testing.F) {
	f.Add([]byte("From: a@example.com\r\nTo: b@example.com\r\nSubject: =?utf-8?q?x?=\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\nx\r\n--b--\r\n"))
	f.Add([]byte("Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20240101T000000Z\r\nRRULE:FREQ=DAILY;COUNT=3\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"))
	f.Add([]byte("Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=s\r\n\r\n--s\r\n\r\nx\r\n--s--"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := FromMIME(raw, From{})
		var out bytes.Buffer
		if err := Write(&out, m, Options{}); err != nil {
			t.Fatal(err)
		}
		b := rfc822.Body(raw, rfc822.Options{})
		g := rfc822.Body(out.Bytes(), rfc822.Options{})
		if len(b.Envelope.From) > 0 && strings.ContainsFunc(b.Envelope.From[0].Display(), unicode.IsLetter) && !bytes.ContainsRune(raw, 0) && len(g.Envelope.From) == 0 {
			t.Fatalf("the sender %+v is lost:\n%s", b.Envelope.From, out.Bytes())
		}
	})
}

// FuzzProperties makes a message of bytes that are read as names, addresses, ids and bodies.
func FuzzProperties(f *testing.F) {
	f.Add("IPM.Note", "Subject: x\r\n", "a@example.com", []byte("<p>"), NewOneOff("n", "SMTP", "a@example.com"), int32(65001))
	f.Add("IPM.Contact", "", "/o=x", rtf.Store([]byte(`{\rtf1 x}`)), newFlatEntries([][]byte{NewOneOff("n", "SMTP", "a@b.example")}), int32(932))
	f.Add("IPM.DistList", "x", "y", []byte{}, []byte{0, 0, 0, 0}, int32(0))
	f.Fuzz(func(t *testing.T, class, header, addr string, body, entry []byte, cp int32) {
		names := &prop.Names{}
		bag := prop.Map{prop.PidTagMessageClass: class, prop.PidTagTransportMessageHeaders: header, prop.PidTagSenderEmailAddress: addr, prop.PidTagSenderName: addr,
			prop.PidTagHtml: body, prop.PidTagRtfCompressed: body, prop.PidTagReplyRecipientEntries: entry, prop.PidTagInternetCodepage: cp, prop.PidTagConversationIndex: entry,
			prop.PidTagSubject.As(prop.String8): body}
		setNamed(bag, names, prop.PidLidDistributionListOneOffMembers, [][]byte{entry})
		setNamed(bag, names, prop.PidLidDistributionListStream, body)
		m := &prop.Message{Bag: bag, Namer: names, Recipients: []prop.Bag{prop.Map{prop.PidTagRecipientType: cp, prop.PidTagEntryId: entry, prop.PidTagDisplayName: header}},
			Attachments: []prop.Attachment{file(addr, header, addr, body)}}
		var out bytes.Buffer
		if err := Write(&out, m, Options{}); err != nil {
			t.Fatal(err)
		}
		for _, l := range bytes.Split(out.Bytes(), []byte("\r\n")) {
			if len(l) > hardWidth {
				t.Fatalf("a line of %d bytes", len(l))
			}
		}
		if _, err := Export(m); err != nil && !errors.Is(err, ErrRecurrence) {
			t.Fatal(err)
		}
	})
}

// TestAttachmentsAreStreamed: a large attachment never lies in memory.
func TestAttachmentsAreStreamed(t *testing.T) {
	const size = 64 << 20
	big := prop.Attachment{Bag: prop.Map{prop.PidTagAttachLongFilename: "big.bin"}, Open: func() (io.ReadCloser, int64, error) {
		return io.NopCloser(io.LimitReader(zeros{}, size)), size, nil
	}}
	m := &prop.Message{Bag: note(nil), Attachments: []prop.Attachment{big}}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var n counter
	if err := Write(&n, m, Options{}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if n < size*4/3 {
		t.Errorf("%d bytes were written", n)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 4<<20 {
		t.Errorf("%d bytes of memory for %d", used, size)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type counter int64

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

// TestHostileItems: nothing in a property ends a line of a vCard or a calendar.
func TestHostileItems(t *testing.T) {
	evil := "x\r\nEND:VCARD\r\nBEGIN:VCARD\nX-EVIL:1\r\x00;:,\"\\"
	names := &prop.Names{}
	bag := prop.Map{}
	for _, tag := range []prop.Tag{prop.PidTagSubject, prop.PidTagDisplayName, prop.PidTagSurname, prop.PidTagGivenName, prop.PidTagCompanyName, prop.PidTagHomeTelephoneNumber, prop.PidTagPersonalHomePage,
		prop.PidTagSpouseName, prop.PidTagAssistant, prop.PidTagSenderName, prop.PidTagSenderEmailAddress, prop.PidTagNickname, prop.PidTagTitle, prop.PidTagHomeAddressCity} {
		bag[tag] = evil
	}
	for _, p := range []prop.Property{prop.PidLidEmail1EmailAddress, prop.PidLidLocation, prop.PidLidInstantMessagingAddress, prop.PidLidTimeZoneDescription, prop.PidLidLogType, prop.PidLidDistributionListName} {
		setNamed(bag, names, p, evil)
	}
	setNamed(bag, names, prop.PidNameKeywords, []string{evil})
	setNamed(bag, names, prop.PidLidAppointmentStartWhole, time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC))
	setNamed(bag, names, prop.PidLidTimeZoneStruct, zoneFrom(time.UTC, 2024).structure())
	setNamed(bag, names, prop.PidLidAppointmentStateFlags, int32(1))
	setNamed(bag, names, prop.PidLidDistributionListOneOffMembers, [][]byte{NewOneOff(evil, "SMTP", evil)})
	for _, class := range []string{"IPM.Contact", "IPM.DistList", "IPM.Appointment", "IPM.Task", "IPM.Activity", "IPM.Schedule.Meeting.Request"} {
		bag[prop.PidTagMessageClass] = class
		m := &prop.Message{Bag: bag, Namer: names, Recipients: []prop.Bag{prop.Map{prop.PidTagRecipientType: int32(1), prop.PidTagDisplayName: evil, prop.PidTagEmailAddress: evil, prop.PidTagAddressType: "SMTP"}}}
		for _, b := range [][]byte{VCard(m, 3), VCard(m, 4), func() []byte { b, _, _ := Calendar(m); return b }()} {
			for _, l := range strings.Split(string(b), "\r\n") {
				if strings.HasPrefix(l, "X-EVIL") || strings.ContainsAny(l, "\r\n\x00") {
					t.Fatalf("%s: a line was smuggled in:\n%s", class, b)
				}
			}
			if strings.Count(string(b), "\r\nEND:VCARD\r\n") > 1 {
				t.Fatalf("%s: ended twice:\n%s", class, b)
			}
		}
	}
}
