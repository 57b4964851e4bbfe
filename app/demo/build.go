package demo

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"mime"
	"mime/quotedprintable"
	"path"
	"strconv"
	"strings"
	"time"
)

// checked writes what the account's server found of who a message is from; "Checked: fail" or "none" in the demo's mail says otherwise than that all is well.
func checked(s *source, put func(k, v string)) {
	at := map[string]string{"studio": "fjordlight.example", "personal": "lindqvist.example"}[s.Account]
	from := s.header["From"]
	domain := strings.TrimRight(from[strings.LastIndexByte(from, '@')+1:], ">")
	if at == "" || s.Mailbox == "Sent" || s.Mailbox == "Drafts" {
		return
	}
	found := s.header["Checked"]
	if found == "" {
		found = "pass"
	}
	signer := ""
	if found == "pass" {
		signer = " header.d=" + domain
	}
	put("Authentication-Results", fmt.Sprintf("mx.%s; spf=%s smtp.mailfrom=%s; dkim=%s%s; dmarc=%s header.from=%s", at, found, domain, found, signer, found, domain))
}

// build writes the message in full.
func build(s *source) []byte {
	var b bytes.Buffer
	put := func(k, v string) {
		if v != "" {
			fmt.Fprintf(&b, "%s: %s\r\n", k, v)
		}
	}
	checked(s, put)
	put("Date", s.Date.Format(time.RFC1123Z))
	put("Message-ID", "<"+s.id+"@demo.example>")
	put("From", encodeList(s.header["From"]))
	put("To", encodeList(s.header["To"]))
	put("Cc", encodeList(s.header["Cc"]))
	put("Subject", mime.QEncoding.Encode("utf-8", s.header["Subject"]))
	if re := strings.Fields(s.header["Re"]); len(re) > 0 {
		for i := range re {
			re[i] = "<" + re[i] + "@demo.example>"
		}
		put("In-Reply-To", re[len(re)-1])
		put("References", strings.Join(re, "\r\n "))
	}
	put("List-Unsubscribe", s.header["Unsubscribe"])
	if s.header["OneClick"] != "" {
		put("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	put("List-Id", s.header["List"])
	put("MIME-Version", "1.0")

	body := func(w *bytes.Buffer) {
		if s.html == "" {
			leaf(w, "text/plain; charset=utf-8", "", []byte(s.text))
			return
		}
		fmt.Fprintf(w, "Content-Type: multipart/alternative; boundary=\"alt-%s\"\r\n\r\n--alt-%s\r\n", s.id, s.id)
		leaf(w, "text/plain; charset=utf-8", "", []byte(s.text))
		fmt.Fprintf(w, "\r\n--alt-%s\r\n", s.id)
		leaf(w, "text/html; charset=utf-8", "", []byte(s.html))
		fmt.Fprintf(w, "\r\n--alt-%s--\r\n", s.id)
	}
	invite := s.header["Invite"]
	if len(s.attach) == 0 && invite == "" {
		body(&b)
		return b.Bytes()
	}
	fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=\"mix-%s\"\r\n\r\n--mix-%s\r\n", s.id, s.id)
	body(&b)
	if invite != "" {
		fmt.Fprintf(&b, "\r\n--mix-%s\r\n", s.id)
		leaf(&b, "text/calendar; charset=utf-8; method=REQUEST; name=invite.ics", "", calendar(s, invite))
	}
	for _, a := range s.attach {
		name, size, _ := strings.Cut(a, " ")
		kb, err := strconv.Atoi(size)
		if err != nil {
			continue
		}
		typ, data := file(name, kb*1024)
		fmt.Fprintf(&b, "\r\n--mix-%s\r\nContent-Type: %s; name=\"%s\"\r\nContent-Disposition: attachment; filename=\"%s\"\r\nContent-Transfer-Encoding: base64\r\n\r\n", s.id, typ, name, name)
		wrap64(&b, data)
	}
	fmt.Fprintf(&b, "\r\n--mix-%s--\r\n", s.id)
	return b.Bytes()
}

func leaf(w *bytes.Buffer, typ, disp string, data []byte) {
	fmt.Fprintf(w, "Content-Type: %s\r\n", typ)
	if disp != "" {
		fmt.Fprintf(w, "Content-Disposition: %s\r\n", disp)
	}
	w.WriteString("Content-Transfer-Encoding: quoted-printable\r\n\r\n")
	q := quotedprintable.NewWriter(w)
	q.Write(bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n")))
	q.Close()
}

// encodeList encodes the names of an address list (no commas inside names).
func encodeList(l string) string {
	parts := strings.Split(l, ", ")
	for i, p := range parts {
		name, addr, ok := strings.Cut(p, " <")
		if ok {
			parts[i] = mime.QEncoding.Encode("utf-8", name) + " <" + addr
		}
	}
	return strings.Join(parts, ",\r\n ")
}

func wrap64(b *bytes.Buffer, data []byte) {
	enc := base64.StdEncoding.EncodeToString(data)
	for len(enc) > 76 {
		b.WriteString(enc[:76] + "\r\n")
		enc = enc[76:]
	}
	b.WriteString(enc + "\r\n")
}

func calendar(s *source, invite string) []byte {
	f := strings.SplitN(invite, " ", 4)
	start, end, place := s.Date, s.Date, ""
	if len(f) == 4 {
		n, err := strconv.Atoi(strings.TrimSuffix(f[0], "d"))
		if err != nil { // the next Thursday that is not that day: something else is then, this week
			n = (int(time.Thursday)-int(s.Date.Weekday())+6)%7 + 1
		}
		c, _ := time.Parse("15:04", f[1])
		y, m, d := s.Date.AddDate(0, 0, n).Date()
		start = time.Date(y, m, d, c.Hour(), c.Minute(), 0, 0, s.Date.Location())
		mins, _ := strconv.Atoi(f[2])
		end, place = start.Add(time.Duration(mins)*time.Minute), f[3]
	}
	const z = "20060102T150405Z"
	return fmt.Appendf(nil, "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Postrider//Demo//EN\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:%s@demo.example\nDTSTAMP:%s\nDTSTART:%s\nDTEND:%s\nSUMMARY:%s\nLOCATION:%s\nORGANIZER;CN=Élodie Marchand:mailto:elodie@musee-phare.example\nATTENDEE;CN=Priya Raman;PARTSTAT=ACCEPTED:mailto:priya@ramanworks.example\nATTENDEE;CN=Dana Okafor;PARTSTAT=TENTATIVE:mailto:dana@okaforlaw.example\nATTENDEE;RSVP=TRUE:mailto:marta@fjordlight.example\nEND:VEVENT\nEND:VCALENDAR\n",
		s.id, s.Date.UTC().Format(z), start.UTC().Format(z), end.UTC().Format(z), strings.TrimPrefix(s.header["Subject"], "Invitation: "), strings.ReplaceAll(place, ",", "\\,"))
}

// file makes a small real file of the kind that the name tells, filled up to about size bytes where the format allows.
func file(name string, size int) (typ string, data []byte) {
	switch strings.ToLower(path.Ext(name)) {
	case ".png":
		return "image/png", picture(480, 320)
	case ".xlsx":
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", sheet()
	case ".pdf":
		return "application/pdf", pdf(strings.TrimSuffix(name, path.Ext(name)), size)
	}
	return "text/plain", []byte(strings.Repeat("Invented text.\n", size/15))
}

func picture(w, h int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := 0; y < h; y++ {
		for x := 0; x < w; x++ {
			c := color.RGBA{uint8(20 + 40*y/h), uint8(52 + 120*y/h), uint8(58 + 130*y/h), 255}
			if dx, dy := x-w*2/3, y-h/3; dx*dx+dy*dy < 1600 {
				c = color.RGBA{239, 179, 74, 255}
			} else if y > h*3/5 {
				c = color.RGBA{15, uint8(60 + (x*7+y*13)%24), 70, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	png.Encode(&b, img)
	return b.Bytes()
}

func sheet() []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range [][2]string{
		{"[Content_Types].xml", `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/s.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`},
		{"_rels/.rels", `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", `<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Schedule" sheetId="1" r:id="r1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="s.xml"/></Relationships>`},
		{"xl/s.xml", `<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1"><v>14</v></c><c r="B1"><v>2200</v></c></row></sheetData></worksheet>`},
	} {
		w, err := z.Create(f[0])
		if err == nil {
			w.Write([]byte(f[1]))
		}
	}
	z.Close()
	return b.Bytes()
}

func pdf(title string, size int) []byte {
	var b bytes.Buffer
	var at []int
	obj := func(s string) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), s)
	}
	b.WriteString("%PDF-1.4\n")
	text := fmt.Sprintf("BT /F1 20 Tf 60 760 Td (%s) Tj ET", title)
	if pad := size - 900; pad > 0 {
		text += "\n" + strings.Repeat("% filling so that the file has a true size .\n", pad/46)
	}
	obj("<< /Type /Catalog /Pages 2 0 R >>")
	obj("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
	obj("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>")
	obj(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(text), text))
	obj("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
	x := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, x)
	return b.Bytes()
}
