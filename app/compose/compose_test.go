package compose

import (
	"bytes"
	"io"
	"math/rand"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	gomessage "github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset"
	gomail "github.com/emersion/go-message/mail"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/rfc822"
)

var blobs = map[string]string{"pdf": "%PDF-1\x00\xff", "eml": "Subject: inner\r\nFrom: b@example.com\r\n\r\nHello\r\n", "eight": "Subject: inner\n\nGrüße\n", "long": "Subject: x\r\n\r\n" + strings.Repeat("x", 2000)}

func options() Options {
	return Options{
		Now:    func() time.Time { return time.Date(2026, 11, 24, 10, 12, 33, 0, time.FixedZone("", 3600)) },
		Random: rand.New(rand.NewSource(1)),
		Open: func(d string) (io.ReadCloser, error) {
			b, ok := blobs[d]
			if !ok {
				return nil, fault.New(fault.NotFound, "blob", "gone", "")
			}
			return io.NopCloser(strings.NewReader(b)), nil
		},
	}
}

func draft() mail.Draft {
	return mail.Draft{
		From:    mail.Identity{Name: "Ada Lövelace", Addr: "ada@example.com", ReplyTo: "desk@example.com"},
		To:      []mail.Address{{Name: `Doe, "J" \`, Addr: "jane@example.org"}, {Addr: "bob@münchen.example"}, {Name: "日本の友達の長い長い名前でございますからたたむ", Addr: "t@example.jp"}},
		Cc:      []mail.Address{{Name: "J. R. Hacker", Addr: "jr@example.org"}},
		Bcc:     []mail.Address{{Name: "Secret", Addr: "hidden@example.net"}},
		Subject: "Grüße – a long subject that has to be folded because it is longer than one line can be, 日本語 and more",
		Text:    "Hello,\n\nFrom here on a line that is much longer than seventy-two characters, so that it has to be cut softly  twice or so.\n> not quoted by me\n  indented\n\n-- \nAda",
		Quoted:  "On 24 Nov 2026 at 10:12, Bob wrote:\n> one\n>> two that is also a rather long line which goes on and on and on until it has to be cut somewhere",
		InReply: "parent@example.org", Refs: []string{"root@example.org", "parent@example.org"}, InternetID: "fixed.1@example.com", Receipt: true,
	}
}

func TestBuild(t *testing.T) {
	d := draft()
	d.Attach = []mail.Attachment{
		{Name: "Pläne für das neue Haus am See, zweite Fassung mit allen Änderungen.pdf", Type: "application/pdf", Digest: "pdf"},
		{Name: "inner.eml", Type: "message/rfc822", Digest: "eml"}, {Name: "eight.eml", Type: "message/rfc822", Digest: "eight"},
		{Name: "long.eml", Type: "message/rfc822", Digest: "long"},
	}
	raw, env, err := Build(d, options())
	if err != nil {
		t.Fatal(err)
	}
	again, _, _ := Build(d, options())
	if !bytes.Equal(raw, again) {
		t.Error("the same draft, clock and random numbers make another message")
	}
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	for _, line := range strings.Split(string(head), "\r\n") {
		if len(line) > 78 {
			t.Errorf("header line of %d: %s", len(line), line)
		}
	}
	for _, line := range bytes.Split(raw, []byte("\r\n")) {
		if len(line) > 998 || bytes.ContainsAny(line, "\r\n") {
			t.Errorf("line %.60q", line)
		}
	}
	low := strings.ToLower(string(head))
	for _, bad := range []string{"bcc", "hidden@", "localhost", "x-mailer", "received"} {
		if strings.Contains(low, bad) {
			t.Errorf("the header holds %q:\n%s", bad, head)
		}
	}
	for _, need := range []string{"Date: Tue, 24 Nov 2026 10:12:33 +0100", "Message-ID: <fixed.1@example.com>", "In-Reply-To: <parent@example.org>", "User-Agent: Postrider", "MIME-Version: 1.0", "bob@xn--mnchen-3ya.example", "Reply-To: desk@example.com"} {
		if !strings.Contains(string(head), need) {
			t.Errorf("no %q in\n%s", need, head)
		}
	}
	want := []string{"jane@example.org", "bob@xn--mnchen-3ya.example", "t@example.jp", "jr@example.org", "hidden@example.net"}
	if env.From != "ada@example.com" || !reflect.DeepEqual(env.To, want) || env.Size != int64(len(raw)) || env.UTF8 || !env.Notify {
		t.Errorf("envelope %+v", env)
	}
	// As go-message reads it.
	r, err := gomail.CreateReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if s, _ := r.Header.Subject(); s != d.Subject {
		t.Errorf("go-message: subject %q", s)
	}
	if to, err := r.Header.AddressList("To"); err != nil || len(to) != 3 || to[0].Name != d.To[0].Name || to[2].Name != d.To[2].Name {
		t.Errorf("go-message: to %v, %v", to, err)
	}
	var names []string
	for {
		p, err := r.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if h, ok := p.Header.(*gomail.AttachmentHeader); ok {
			n, _ := h.Filename()
			names = append(names, n)
			if b, _ := io.ReadAll(p.Body); n == d.Attach[0].Name && string(b) != blobs["pdf"] {
				t.Errorf("go-message: content %q", b)
			}
		}
	}
	if len(names) != 4 || names[0] != d.Attach[0].Name {
		t.Errorf("go-message: attachments %q", names)
	}
	// With Bcc, and back.
	o := options()
	o.KeepBcc = true
	filed, _, err := Build(d, o)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	back, err := FromEML(filed, func(name, typ string, r io.Reader) (mail.Attachment, error) {
		b, err := io.ReadAll(r)
		got = append(got, typ+" "+string(b))
		return mail.Attachment{Name: name, Type: typ}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back.Bcc, d.Bcc) || !reflect.DeepEqual(back.To, d.To) || !reflect.DeepEqual(back.From, d.From) || back.Subject != d.Subject || back.InternetID != d.InternetID || back.InReply != d.InReply || !reflect.DeepEqual(back.Refs, d.Refs) {
		t.Errorf("came back as %+v", back)
	}
	if back.Text != d.Text || back.Quoted != d.Quoted {
		t.Errorf("text %q\nquoted %q", back.Text, back.Quoted)
	}
	if len(got) != 4 || got[0] != "application/pdf "+blobs["pdf"] || got[1] != "message/rfc822 "+blobs["eml"] || got[2] != "message/rfc822 "+strings.ReplaceAll(blobs["eight"], "\n", "\r\n") || got[3] != "application/octet-stream "+blobs["long"] {
		t.Errorf("attachments %q", got)
	}
	d.Attach[0].Digest = "none"
	if _, _, err := Build(d, options()); fault.Of(err).Code != "attachment" {
		t.Errorf("a lost attachment: %v", err)
	}
}

func TestBuildOdd(t *testing.T) {
	raw, env, err := Build(mail.Draft{From: mail.Identity{Addr: "ada@example.com"}, Bcc: []mail.Address{{Addr: "x@example.com"}}, Subject: "a\r\nBcc: evil@example.com", InternetID: "a>\r\nX: y"}, options())
	if err != nil || !bytes.Contains(raw, []byte("To: undisclosed-recipients:;\r\n")) || len(env.To) != 1 {
		t.Errorf("%v %+v\n%s", err, env, raw)
	}
	if bytes.Contains(raw, []byte("\r\nBcc")) || bytes.Contains(raw, []byte("\r\nX: ")) {
		t.Errorf("a field was smuggled in:\n%s", raw)
	}
	_, env, _ = Build(mail.Draft{From: mail.Identity{Addr: "ada@example.com"}, To: []mail.Address{{Addr: "jürgen@example.com"}}}, options())
	if !env.UTF8 {
		t.Error("a local part beyond ASCII does not ask for SMTPUTF8")
	}
	id := NewID("Ada@München.example")
	if !strings.HasSuffix(id, "@xn--mnchen-3ya.example") || id == NewID("Ada@München.example") {
		t.Errorf("id %q", id)
	}
	var refs []string
	for i := range 500 {
		refs = append(refs, strings.Repeat("x", i%90+1)+"@example.com")
	}
	raw, _, _ = Build(mail.Draft{From: mail.Identity{Addr: "a@example.com"}, Refs: refs}, options())
	if e, _ := rfc822.ParseHeader(raw); len(e.References) != maxIDs || e.References[0] != refs[0] || e.References[maxIDs-1] != refs[499] {
		t.Errorf("%d references", len(e.References))
	}
}

var self = []mail.Identity{{Name: "Ada", Addr: "ada@example.com"}, {Name: "Ada at work", Addr: "ada@work.example"}}

func TestReply(t *testing.T) {
	src := mail.Body{Text: "Shall we?\n> old\n\n-- \nBob", Envelope: mail.Envelope{
		InternetID: "2@x", References: []string{"1@x"}, Subject: "AW: Re: Plans", Date: time.Date(2026, 11, 24, 9, 12, 0, 0, time.UTC),
		From: []mail.Address{{Name: "Bob", Addr: "bob@example.org"}}, To: []mail.Address{{Addr: "ADA+x@work.example"}, {Addr: "eve@example.net"}}, Cc: []mail.Address{{Addr: "ada@example.com"}, {Addr: "cc@example.net"}, {Addr: "Bob@example.org"}},
	}}
	q := Quoting{Zone: time.FixedZone("", 3600)}
	addrs := func(l []mail.Address) string { return rfc822.FormatAddresses(l) }
	d := Reply(src, self, true, q)
	if addrs(d.To) != "Bob <bob@example.org>, eve@example.net" || addrs(d.Cc) != "cc@example.net" || d.Subject != "Re: Plans" || d.InReply != "2@x" || strings.Join(d.Refs, " ") != "1@x 2@x" {
		t.Errorf("%+v", d)
	}
	if want := "On 24 Nov 2026 at 10:12, Bob wrote:\n> Shall we?\n>> old"; d.Quoted != want || d.Text != "" {
		t.Errorf("quoted %q, text %q", d.Quoted, d.Text)
	}
	if d.From.Addr != "ada@example.com" { // named exactly in Cc
		t.Errorf("identity %v", d.From)
	}
	src.Envelope.Cc = nil
	if d := Reply(src, self, false, q); d.From.Addr != "ada@work.example" || addrs(d.To) != "Bob <bob@example.org>" || len(d.Cc) != 0 {
		t.Errorf("%+v", d)
	}
	src.Envelope.ReplyTo = []mail.Address{{Addr: "list@example.net"}}
	if d := Reply(src, self, false, Quoting{Below: true}); addrs(d.To) != "list@example.net" || d.Quoted != "" || !strings.HasSuffix(d.Text, ">> old\n\n") {
		t.Errorf("%+v", d)
	}
	// One's own message goes to its recipients again.
	src.Envelope.ReplyTo, src.Envelope.From = nil, []mail.Address{{Addr: "ada@example.com"}}
	if d := Reply(src, self, false, q); addrs(d.To) != "eve@example.net" || d.From.Addr != "ada@example.com" {
		t.Errorf("%+v", d)
	}
	src.Header = []mail.HeaderField{{Name: "Delivered-To", Value: "ada@work.example"}}
	src.Envelope.From, src.Envelope.To = []mail.Address{{Addr: "bob@example.org"}}, []mail.Address{{Addr: "list@example.net"}}
	if d := Reply(src, self, false, q); d.From.Addr != "ada@work.example" {
		t.Errorf("identity %v", d.From)
	}
	f := Forward(src, self, false, q)
	if f.Subject != "Fwd: AW: Re: Plans" || !f.Forward || !strings.HasPrefix(f.Quoted, forwardLine+"\nFrom: bob@example.org\nDate: 24 Nov 2026 at 10:12\nSubject: AW: Re: Plans\nTo: list@example.net\n\nShall we?") || f.InReply != "" {
		t.Errorf("%+v", f)
	}
	if f := Forward(src, self, true, q); f.Quoted != "" {
		t.Errorf("%+v", f)
	}
}

func TestSubjects(t *testing.T) {
	for in, want := range map[string][2]string{
		"Plans": {"Re: Plans", "Fwd: Plans"}, "re:Plans": {"Re: Plans", "Fwd: re:Plans"}, "SV: VS: Plans": {"Re: Plans", "Fwd: SV: VS: Plans"}, "Re[2]: Plans": {"Re: Plans", "Fwd: Re[2]: Plans"},
		"WG: Plans": {"Re: WG: Plans", "Fwd: Plans"}, "Fwd: Fw: Plans": {"Re: Fwd: Fw: Plans", "Fwd: Plans"}, "回复：计划": {"Re: 计划", "Fwd: 回复：计划"}, "": {"Re:", "Fwd:"}, "Report: Plans": {"Re: Report: Plans", "Fwd: Report: Plans"},
	} {
		if r, f := ReplySubject(in), ForwardSubject(in); r != want[0] || f != want[1] {
			t.Errorf("%q: %q, %q", in, r, f)
		}
	}
}

func TestMissingAttachment(t *testing.T) {
	for text, want := range map[string]bool{
		"I attach the plan": true, "see attached.": true, "Please find enclosed": true, "new drawings": true, "Die Pläne im Anhang": true, "anbei die Rechnung": true, "ci-joint le plan": true, "添付します": true,
		"unattached": false, "hello": false, "> I attached it": false, "hi\n-- \nattached to nothing": false, "Verlangen": false, "drawingsroom": false, "kindly": false,
	} {
		if got := MissingAttachment(text, ""); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	if MissingAttachment("ok", "Re: attached plan") || !MissingAttachment("", "Plan attached") {
		t.Error("subject")
	}
}

func TestParseMailto(t *testing.T) {
	d, err := ParseMailto("MAILTO:ada@example.com,%22Doe%2C%20J%22%20%3Cj@example.com%3E?subject=Caf%C3%A9%0D%0ABcc:%20x&body=a%0D%0Ab+c&cc=c@example.com&attach=/etc/passwd&from=evil@example.com&in-reply-to=%3C1@x%3E")
	if err != nil || rfc822.FormatAddresses(d.To) != `ada@example.com, "Doe, J" <j@example.com>` || d.Subject != "Café  Bcc: x" || d.Text != "a\nb+c" || len(d.Cc) != 1 || len(d.Attach) != 0 || d.From.Addr != "" || d.InReply != "1@x" {
		t.Errorf("%+v %v", d, err)
	}
	for _, bad := range []string{"https://example.com", "mailto:not an address", ""} {
		if _, err := ParseMailto(bad); !fault.Is(err, fault.Usage) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if d, err := ParseMailto("mailto:?subject=x"); err != nil || d.Subject != "x" {
		t.Errorf("%+v %v", d, err)
	}
}

func TestPrepare(t *testing.T) {
	sent, filed, env, e, err := Prepare([]byte("From: Ada <ada@example.com>\nTo: bob@example.org\nBcc: x@example.net,\n y@example.net\nDate: nonsense\nSubject: hi\n\nBcc: not a field\n"), self[0])
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sent, []byte("x@example.net")) || bytes.Contains(sent, []byte("y@example.net")) || !bytes.Contains(filed, []byte("Bcc: x@example.net,\r\n y@example.net\r\n")) {
		t.Errorf("sent\n%s\nfiled\n%s", sent, filed)
	}
	if !bytes.HasSuffix(sent, []byte("\r\n\r\nBcc: not a field\r\n")) || bytes.Count(sent, []byte("\nDate:"))+bytes.Count(sent, []byte("Date:")) > 2 || e.InternetID == "" || e.Date.IsZero() {
		t.Errorf("sent\n%s", sent)
	}
	if got, _ := rfc822.ParseHeader(sent); got.InternetID != e.InternetID || got.Date.Unix() != e.Date.Unix() {
		t.Errorf("header %+v", got)
	}
	if bytes.Count(sent, []byte("Date:")) != 1 {
		t.Errorf("two dates:\n%s", sent)
	}
	if env.From != "ada@example.com" || len(env.To) != 3 || env.UTF8 {
		t.Errorf("envelope %+v", env)
	}
	if _, _, _, _, err := Prepare([]byte("Subject: x\n\n"), self[0]); !fault.Is(err, fault.Usage) {
		t.Errorf("no recipient: %v", err)
	}
}

func TestSignature(t *testing.T) {
	if got := WithSignature("", mail.Identity{Signature: "Ada\nLtd\n"}); got != "\n\n-- \nAda\nLtd" {
		t.Errorf("%q", got)
	}
	if got := WithSignature("text\n", mail.Identity{}); got != "text\n" {
		t.Errorf("%q", got)
	}
}

// plainLines is what a text keeps on its way: white space at the ends of lines and of the text is not part of it.
func plainLines(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "").Replace(s)
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		d, rest := marks(l)
		if d == 0 && rest == "-- " {
			continue
		}
		rest = strings.TrimRight(rest, " ")
		lines[i] = rest
		if d > 0 {
			lines[i] = strings.Repeat(">", d) + " " + rest
		}
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n ")
}

// FuzzRoundTrip: what Build writes, our reader and go-message read as the same.
func FuzzRoundTrip(f *testing.F) {
	d := draft()
	f.Add(d.Subject, d.Text+"\n\n"+d.Quoted, d.To[0].Name, "a.txt")
	f.Add("=?utf-8?q?x?=", "begin 644 x\n--=_0\n.\nFrom me\n  x \n>> y\n-- ", "a@b <c>", "../ü.pdf")
	f.Add("  two  spaces ", strings.Repeat("wort ", 300), strings.Repeat("ä", 100), strings.Repeat("名", 90)+".txt")
	f.Fuzz(func(t *testing.T, subject, text, name, file string) {
		for _, s := range []string{subject, text, name, file} {
			if !utf8.ValidString(s) || len(s) > 5000 {
				return
			}
		}
		d := mail.Draft{From: mail.Identity{Addr: "ada@example.com"}, To: []mail.Address{{Name: name, Addr: "bob@example.org"}}, Subject: subject, Text: text,
			Attach: []mail.Attachment{{Name: file, Type: "application/pdf", Digest: "pdf"}}}
		raw, _, err := Build(d, options())
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range bytes.Split(raw, []byte("\r\n")) {
			if len(line) > 998 || bytes.ContainsAny(line, "\r\n") {
				t.Errorf("line %.80q", line)
			}
		}
		b := rfc822.Body(raw, rfc822.Options{})
		if b.Envelope.Subject != oneLine(subject) {
			t.Errorf("subject %q came back as %q", subject, b.Envelope.Subject)
		}
		if len(b.Envelope.To) != 1 || b.Envelope.To[0].Addr != "bob@example.org" {
			t.Errorf("to %q came back as %q", name, b.Envelope.To)
		}
		if len(b.Parts) < 1 || b.Parts[0].Name != rfc822.SafeName(file, "file") {
			t.Errorf("file %q came back as %v", file, b.Parts)
		}
		if got, want := plainLines(b.Text), plainLines(text); got != want && !strings.Contains(text, "begin ") {
			t.Errorf("text %q came back as %q", want, got)
		}
		e, err := gomessage.Read(bytes.NewReader(raw))
		if err != nil {
			t.Fatalf("go-message: %v", err)
		}
		h := gomail.Header{Header: e.Header}
		if s, err := h.Subject(); err != nil || s != oneLine(subject) {
			t.Errorf("go-message: subject %q, %v", s, err)
		}
		parts := 0
		for r := e.MultipartReader(); r != nil; parts++ {
			p, err := r.NextPart()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("go-message: %v", err)
			}
			got, err := io.ReadAll(p.Body)
			if err != nil {
				t.Fatalf("go-message: %v", err)
			}
			if parts == 1 && string(got) != blobs["pdf"] {
				t.Errorf("go-message: attachment %q", got)
			}
		}
		if parts != 2 {
			t.Errorf("go-message: %d parts", parts)
		}
	})
}

func FuzzMailto(f *testing.F) {
	f.Add("mailto:a@example.com?subject=x&body=y%0D%0Az&cc=b@example.com")
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseMailto(s)
		if err == nil && (strings.ContainsAny(d.Subject, "\r\n") || !utf8.ValidString(d.Text)) {
			t.Errorf("%q: %+v", s, d)
		}
	})
}
