package cmail

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/msox/prop"
)

// BenchmarkWrite writes a usual message: a kilobyte of text, ten of HTML, and a picture.
func BenchmarkWrite(b *testing.B) {
	pic := bytes.Repeat([]byte("picture "), 4000)
	m := &prop.Message{Bag: note(prop.Map{prop.PidTagBody: strings.Repeat("Some words of text.\r\n", 50), prop.PidTagHtml: []byte(strings.Repeat("<p>Some words of hypertext, and ünd.</p>\r\n", 250)),
		prop.PidTagInternetCodepage: int32(65001), prop.PidTagTransportMessageHeaders: "Received: x\r\nFrom: a@example.com\r\nSubject: s\r\nDate: Mon, 6 May 2024 07:08:09 +0000\r\n"}),
		Attachments: []prop.Attachment{file("p.png", "image/png", "", pic)}}
	var n bytes.Buffer
	if err := Write(&n, m, Options{}); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(n.Len()))
	for b.Loop() {
		Write(io.Discard, m, Options{})
	}
}

func BenchmarkFromMIME(b *testing.B) {
	var raw bytes.Buffer
	if err := Write(&raw, &prop.Message{Bag: note(nil), Attachments: []prop.Attachment{file("p.bin", "", "", bytes.Repeat([]byte{1, 2, 3}, 20000))}}, Options{}); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(raw.Len()))
	for b.Loop() {
		m := FromMIME(raw.Bytes(), From{})
		r, _, _ := m.Attachments[0].Open()
		io.Copy(io.Discard, r)
	}
}
