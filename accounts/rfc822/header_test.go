package rfc822

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
)

const plainHeader = "Return-Path: <ada@example.com>\r\n" +
	"Received: from mx.example.com (mx.example.com [192.0.2.1])\r\n\tby mail.example.org with ESMTPS id 123\r\n\tfor <bob@example.org>; Tue, 24 Nov 2026 10:12:33 +0100 (CET)\r\n" +
	"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=x;\r\n\th=from:to:subject:date:message-id; bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=;\r\n\tb=BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB\r\n" +
	"Message-ID: <abc.123@example.com>\r\nIn-Reply-To: <root@example.com>\r\nReferences: <root@example.com>\r\n <second@example.com>\r\n" +
	"Date: Tue, 24 Nov 2026 10:12:33 +0100\r\nFrom: =?UTF-8?Q?Ada_L=C3=B6velace?= <ada@example.com>\r\n" +
	"To: Bob <bob@example.org>, \"Doe, Jane\" <jane@example.org>\r\nCc: team: eve@example.net, x@example.net;, last@example.net\r\n" +
	"Subject: =?utf-8?B?w4RudHdvcnQ=?=\r\n =?utf-8?B?IGF1Zg==?= plain\r\nList-Id: The list <list.example.com>\r\n" +
	"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"xyz\"\r\n\r\nbody\r\n"

func TestParseHeader(t *testing.T) {
	e, err := ParseHeader([]byte(plainHeader))
	if err != nil {
		t.Fatal(err)
	}
	want := mail.Envelope{
		InternetID: "abc.123@example.com", InReplyTo: "root@example.com",
		References: []string{"root@example.com", "second@example.com"},
		Date:       e.Date,
		From:       []mail.Address{{Name: "Ada Lövelace", Addr: "ada@example.com"}},
		To:         []mail.Address{{Name: "Bob", Addr: "bob@example.org"}, {Name: "Doe, Jane", Addr: "jane@example.org"}},
		Cc:         []mail.Address{{Addr: "eve@example.net"}, {Addr: "x@example.net"}, {Addr: "last@example.net"}},
		Subject:    "Äntwort auf plain", ListID: "list.example.com", Attachments: true,
	}
	if !reflect.DeepEqual(e, want) {
		t.Errorf("got  %+v\nwant %+v", e, want)
	}
	if got := e.Date.UTC().Format(time.RFC3339); got != "2026-11-24T09:12:33Z" {
		t.Errorf("date %s", got)
	}
}

func TestParseHeaderOdd(t *testing.T) {
	for name, c := range map[string]struct{ in, subject, from string }{
		"no empty line":        {"Subject: a\nFrom: a@example.com\nThis is the body\nNot: seen", "a", "a@example.com"},
		"mbox line":            {"From ada@example.com Tue Nov 24 10:12:33 2026\nSubject: a\n\n", "a", ""},
		"rubbish line between": {"Subject: a\nrubbish here\nFrom: b@example.com\n\n", "a", "b@example.com"},
		"space before colon":   {"Subject : a\nFROM:b@example.com\n\n", "a", "b@example.com"},
		"raw utf-8":            {"Subject: Grüße\nFrom: Jürgen <j@example.com>\n\n", "Grüße", "Jürgen <j@example.com>"},
		"raw latin-1":          {"Subject: Gr\xfc\xdfe\nFrom: J\xfcrgen <j@example.com>\n\n", "Grüße", "Jürgen <j@example.com>"},
		"raw koi8 by body":     {"Subject: \xf0\xd2\xc9\xd7\xc5\xd4\nContent-Type: text/plain; charset=koi8-r\n\n", "Привет", ""},
		"split character":      {"Subject: =?utf-8?B?w4Q=?= =?utf-8?Q?=C3?=\n =?utf-8?Q?=A4?=\n\n", "Ää", ""},
		"split base64":         {"Subject: =?utf-8?B?SGFsb?= =?utf-8?B?G8=?=\n\n", "Hallo", ""},
		"unknown charset":      {"Subject: =?x-nonsense?Q?caf=E9?=\n\n", "café", ""},
		"wrong charset":        {"Subject: =?us-ascii?Q?caf=C3=A9?=\n\n", "café", ""},
		"spaces in q":          {"Subject: =?utf-8?Q?two words?=\n\n", "two words", ""},
		"in quoted string":     {"From: \"=?utf-8?Q?J=C3=BCrgen?=\" <j@example.com>\n\n", "", "Jürgen <j@example.com>"},
		"comma in word":        {"From: =?utf-8?Q?Doe,_J?= <j@example.com>\n\n", "", `"Doe, J" <j@example.com>`},
		"no brackets":          {"From: John Doe john@example.com\n\n", "", "John Doe <john@example.com>"},
		"missing close":        {"From: John Doe <john@example.com\n\n", "", "John Doe <john@example.com>"},
		"comment name":         {"From: john@example.com (John \\(Doe\\))\n\n", "", `"John (Doe)" <john@example.com>`},
		"unquoted comma":       {"From: Doe, John <john@example.com>\n\n", "", `"Doe, John" <john@example.com>`},
		"obsolete spaces":      {"From: john . doe @ example . com\n\n", "", "john.doe@example.com"},
		"route":                {"From: X <@a.example,@b.example:john@example.com>\n\n", "", "X <john@example.com>"},
		"initials":             {"From: John Q. Public <john@example.com>\n\n", "", "John Q. Public <john@example.com>"},
		"initials bare":        {"From: John Q. john@example.com\n\n", "", "John Q. <john@example.com>"},
		"idn":                  {"From: j@xn--mnchen-3ya.example\n\n", "", "j@münchen.example"},
		"idn look-alike":       {"From: j@xn--80ak6aa92e.example\n\n", "", "j@xn--80ak6aa92e.example"},
		"iso-2022-jp":          {"Subject: =?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=\n\n", "日本", ""},
		"utf-7":                {"Subject: =?utf-7?Q?Hi_+AOQ-?=\n\n", "Hi ä", ""},
		"cut word":             {"Subject: =?utf-8?B?SGFsbG8\n\n", "Hallo", ""},
		"not a word":           {"Subject: what=?no\n\n", "what=?no", ""},
		"controls":             {"Subject: a\x00b\x1bc\td\n\n", "abc d", ""},
		"undisclosed":          {"Subject: a\nFrom: undisclosed-recipients:;\n\n", "a", ""},
		"bare cr folds":        {"Subject: a\r\n\r\n", "a", ""},
	} {
		e, err := ParseHeader([]byte(c.in))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if e.Subject != c.subject || FormatAddresses(e.From) != c.from {
			t.Errorf("%s: subject %q from %q", name, e.Subject, FormatAddresses(e.From))
		}
	}
	if _, err := ParseHeader([]byte("\r\nbody")); !fault.Is(err, fault.Protocol) {
		t.Errorf("no header: %v", err)
	}
}

func TestParseDate(t *testing.T) {
	for in, want := range map[string]string{
		"Tue, 24 Nov 2026 10:12:33 +0100":           "2026-11-24T10:12:33+01:00",
		"24 Nov 2026 10:12 +0100":                   "2026-11-24T10:12:00+01:00",
		"Tue, 24 Nov 26 10:12:33 EST":               "2026-11-24T10:12:33-05:00",
		"Tue, 24 Nov 99 10:12:33 GMT":               "1999-11-24T10:12:33Z",
		"Tue, 24 Nov 126 10:12:33 GMT":              "2026-11-24T10:12:33Z",
		"Tue Nov 24 10:12:33 2026":                  "2026-11-24T10:12:33Z",
		"Tue Nov 24 10:12:33 CET 2026":              "2026-11-24T10:12:33+01:00",
		"Tue, 24 Nov 2026 10:12:33 +0100 (CET)":     "2026-11-24T10:12:33+01:00",
		"Tue, 24 Nov 2026 10:12:33 GMT+0200":        "2026-11-24T10:12:33+02:00",
		"2026-11-24T10:12:33Z":                      "2026-11-24T10:12:33Z",
		"2026-11-24 10:12:33.5 +0100":               "2026-11-24T10:12:33.5+01:00",
		"24-Nov-2026 10:12:33 +01:00":               "2026-11-24T10:12:33+01:00",
		"Tuesday, November 24, 2026 10:12 PM":       "2026-11-24T22:12:00Z",
		"24.11.2026 10:12:33":                       "2026-11-24T10:12:33Z",
		"11/24/2026 10:12:33":                       "2026-11-24T10:12:33Z",
		"Tue, 24 Nov 2026 10.12.33 +0100":           "2026-11-24T10:12:33+01:00",
		"Tue,24 Nov 2026 10:12:33":                  "2026-11-24T10:12:33Z",
		"Tue, 24 Nov 2026 23:59:60 +0000":           "2026-11-25T00:00:00Z",
		"Tue, 24 Nov 2026":                          "2026-11-24T00:00:00Z",
		"Tue, 24 Nov 2026 10:12:33 A":               "2026-11-24T10:12:33Z",
		"Thu, 13 Feb 1969 23:32 -0330":              "1969-02-13T23:32:00-03:30",
		"Thu, 13\r\n Feb\r\n 1969\r\n 23:32 -0330":  "1969-02-13T23:32:00-03:30",
		"24 Nov 2026 25:99:00 +0000":                "2026-11-24T00:00:00Z",
		"Tue, 24 Nov 2026 10:12:33 -0000":           "2026-11-24T10:12:33Z",
		"Tue, 24 Nov 2026 10:12:33 \"GMT\"":         "2026-11-24T10:12:33Z",
		"Tue, 24 (comment (nested)) Nov 2026 10:12": "2026-11-24T10:12:00Z",
	} {
		got, ok := ParseDate([]byte(in))
		if !ok || got.Format(time.RFC3339Nano) != want {
			t.Errorf("%q: %v %s, want %s", in, ok, got.Format(time.RFC3339Nano), want)
		}
	}
	for _, in := range []string{"", "yesterday", "24", "99 Nov 2026", "(((((", "Tue, 24 Xyz 2026"} {
		if got, ok := ParseDate([]byte(in)); ok {
			t.Errorf("%q: %v", in, got)
		}
	}
}

func TestParseAddressList(t *testing.T) {
	got, err := ParseAddressList("ada@example.com; \"Doe, J\" <j@example.com>\nMünch <m@münchen.example>, Doe, Jane <jane@example.com>")
	want := []mail.Address{{Addr: "ada@example.com"}, {Name: "Doe, J", Addr: "j@example.com"}, {Name: "Münch", Addr: "m@münchen.example"}, {Name: "Doe, Jane", Addr: "jane@example.com"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v %v", got, err)
	}
	for _, s := range []string{"bob", "bob@", "@example.com", "a b@example.com@x", "bob@example", "bob@-x.example", "a..b@example.com", "bob@1.2.3.4"} {
		if got, err := ParseAddressList(s); !fault.Is(err, fault.Usage) {
			t.Errorf("%q: %v %v", s, got, err)
		}
	}
	for _, a := range want {
		back, err := ParseAddressList(FormatAddress(a))
		if err != nil || len(back) != 1 || back[0] != a {
			t.Errorf("%v came back as %v, %v", a, back, err)
		}
	}
}

func TestParamForms(t *testing.T) {
	for in, want := range map[string]string{
		`attachment; filename="a b.txt"`:                                          "a b.txt",
		`attachment; filename=a b.txt; size=3`:                                    "a b.txt",
		`attachment; filename*=UTF-8''na%C3%AFve%20plan.txt`:                      "naïve plan.txt",
		`attachment; filename*0="long "; filename*1="name.txt"`:                   "long name.txt",
		`attachment; filename*1*=%20b.txt; filename*0*=iso-8859-1'en'%E4`:         "ä b.txt",
		`attachment; filename="=?utf-8?B?w4QudHh0?="`:                             "Ä.txt",
		`attachment; filename="x.txt"; filename*=utf-8''y.txt`:                    "y.txt",
		"attachment; filename=\"\xfcber.txt\"":                                    "über.txt",
		`attachment; filename="say \"hi\".txt"`:                                   `say "hi".txt`,
		`attachment; filename="C:\docs\a.txt"`:                                    `C:\docs\a.txt`,
		`attachment (comment; filename=no) ; filename = "a.txt"`:                  "a.txt",
		`attachment filename=a.txt`:                                               "a.txt",
		`attachment; filename="unclosed.txt`:                                      "unclosed.txt",
		"attachment;\r\n filename=\"folded\r\n name.txt\"":                        "folded name.txt",
		`attachment; filename*0*=utf-8''%F0%9F; filename*1*=%98%80; filename*2=x`: "😀x",
	} {
		m := parseMedia([]byte(in))
		if got := m.get("filename", ""); got != want || m.Type != "attachment" {
			t.Errorf("%s: %q of %q, want %q", in, got, m.Type, want)
		}
	}
}

func BenchmarkParseHeader(b *testing.B) {
	h := []byte(plainHeader)
	b.SetBytes(int64(len(h)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseHeader(h); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzHeader(f *testing.F) {
	f.Add([]byte(plainHeader))
	f.Add([]byte("Subject: =?utf-8?Q?=C3?=\n =?utf-8?Q?=A4?= =?x?b?\nFrom: a: <b, (c) \"d\" <e@[f]>;\nDate: 1/2/3 4:5\nContent-Type: a/b; c*0*=d'e'%f; c*1=\"g\"\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := ParseHeader(b)
		if err != nil {
			return
		}
		if strings.ContainsAny(e.Subject, "\r\n\x00") || !validText(e.Subject) {
			t.Errorf("subject %q", e.Subject)
		}
		for _, l := range [][]mail.Address{e.From, e.To, e.Cc, e.ReplyTo} {
			for _, a := range l {
				if strings.ContainsAny(a.Name+a.Addr, "\r\n\x00") || !validText(a.Name) || !validText(a.Addr) {
					t.Errorf("address %q", a)
				}
			}
		}
	})
}

func FuzzAddresses(f *testing.F) {
	for _, s := range []string{"a@example.com", `"x y"@example.com, b: c@d.example;`, "Doe, J <j@example.com", "a@b@c.example (d (e) f)", "<@a:b@c>", "'x' <'y@z.example'>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		list, _ := ParseAddressList(s)
		for _, a := range list {
			back, err := ParseAddressList(FormatAddress(a))
			if err != nil || len(back) != 1 || back[0].Addr != a.Addr {
				t.Errorf("%q: %q came back as %q, %v", s, FormatAddress(a), back, err)
			}
		}
	})
}

func validText(s string) bool { return utf8.ValidString(s) }
