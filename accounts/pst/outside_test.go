package pst

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/msox/prop"
)

// seen is a message as another program exported it, by its number.
type seen struct {
	subject     string
	text, html  string
	attachments map[[32]byte]int
	embedded    int
}

// TestOutside: readpst and pffexport read what is written here: as many items of each kind, and of each message the subject,
// the bodies and every attachment.
func TestOutside(t *testing.T) {
	for _, p := range []string{"readpst", "pffexport", "pffinfo"} {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("%s is not installed (packages pst-utils, pff-tools)", p)
		}
	}
	n := 10000
	if testing.Short() {
		n = 600
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "all.pst")
	s, err := Create(path, CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	boxes := make([]Ref, 4)
	for i := range boxes {
		var parent Ref
		if i > 1 {
			parent = boxes[i-1]
		}
		if boxes[i], err = s.CreateFolder(parent, fmt.Sprintf("Box %d", i), ""); err != nil {
			t.Fatal(err)
		}
	}
	g := newGenerator(5)
	g.light = true
	want := map[int]*prop.Message{}
	kinds := map[Kind]int{}
	for i := range n {
		m := g.message()
		if _, err := s.Add(boxes[i%len(boxes)], m); err != nil {
			t.Fatal(err)
		}
		want[number(prop.Text(m, prop.PidTagSubject))] = m
		kinds[KindOf(prop.Text(m, prop.PidTagMessageClass))]++
		if i%2500 == 0 {
			if err := s.Commit(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	t.Run("pffinfo", func(t *testing.T) {
		out, err := exec.Command("pffinfo", path).CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte("64-bit")) || bytes.Contains(out, []byte("orrupt")) {
			t.Errorf("%v: %s", err, out)
		}
	})
	t.Run("readpst", func(t *testing.T) { viaReadpst(t, dir, path, want, kinds) })
	os.RemoveAll(filepath.Join(dir, "readpst"))
	t.Run("pffexport", func(t *testing.T) { viaPffexport(t, dir, path, want, kinds) })
}

// number is the number a generated message has in its subject.
func number(subject string) int {
	subject = strings.TrimPrefix(subject, "Re: ")
	n, _ := strconv.Atoi(strings.SplitN(subject, " ", 2)[0])
	return n
}

// plain is text without the differences that exporters make: line ends, and white space at the ends.
func plain(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(s, "\r", ""))
}

func digests(t *testing.T, m *prop.Message) (files map[[32]byte]int, embedded int) {
	files = map[[32]byte]int{}
	for _, a := range m.Attachments {
		if a.Embedded != nil {
			embedded++
		} else {
			files[sha256.Sum256(content(t, a))]++
		}
	}
	return files, embedded
}

func agree(t *testing.T, who string, id int, got seen, m *prop.Message) {
	t.Helper()
	if w := plain(prop.Text(m, prop.PidTagSubject)); plain(got.subject) != w {
		t.Errorf("%s: subject %q, want %q", who, got.subject, w)
	}
	if w := plain(prop.Text(m, prop.PidTagBody)); got.text != "-" && plain(got.text) != w {
		t.Errorf("%s: message %d: text %.80q, want %.80q", who, id, got.text, w)
	}
	if w := plain(string(prop.Bytes(m, prop.PidTagHtml))); got.html != "-" && plain(got.html) != w {
		t.Errorf("%s: message %d: html %.80q, want %.80q", who, id, got.html, w)
	}
	files, embedded := digests(t, m)
	if embedded != got.embedded {
		t.Errorf("%s: message %d: %d attached messages, want %d", who, id, got.embedded, embedded)
	}
	if fmt.Sprint(files) != fmt.Sprint(got.attachments) {
		t.Errorf("%s: message %d: attachments differ", who, id)
	}
}

func viaReadpst(t *testing.T, dir, path string, want map[int]*prop.Message, kinds map[Kind]int) {
	out := filepath.Join(dir, "readpst")
	os.Mkdir(out, 0o700)
	if b, err := exec.Command("readpst", "-e", "-j", "0", "-o", out, path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %.500s", err, b)
	}
	files := map[string]int{}
	found := 0
	filepath.WalkDir(out, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[filepath.Ext(p)]++
		if filepath.Ext(p) != ".eml" || t.Failed() {
			return nil
		}
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		id, got := readEml(t, b)
		m := want[id]
		if m == nil {
			t.Errorf("%s: message %d was not written", p, id)
			return nil
		}
		found++
		agree(t, "readpst", id, got, m)
		return nil
	})
	if found != kinds[KindMessage] || files[".vcf"] != kinds[KindContact] || files[".ics"] != kinds[KindAppointment]+kinds[KindJournal] {
		t.Errorf("readpst found %d messages, %v files; written %v", found, files, kinds)
	}
}

// readEml reads a message as readpst writes it.
func readEml(t *testing.T, b []byte) (id int, got seen) {
	got.attachments = map[[32]byte]int{}
	m, err := netmail.ReadMessage(bytes.NewReader(b))
	if err != nil {
		t.Errorf("%v: %.200q", err, b)
		return 0, got
	}
	var words mime.WordDecoder
	got.subject, _ = words.DecodeHeader(m.Header.Get("Subject"))
	if x := m.Header.Get("X-Number"); x != "" {
		id, _ = strconv.Atoi(x)
	} else {
		id = number(got.subject)
	}
	var part func(h func(string) string, r io.Reader, depth int)
	part = func(h func(string) string, r io.Reader, depth int) {
		typ, params, _ := mime.ParseMediaType(h("Content-Type"))
		switch strings.ToLower(h("Content-Transfer-Encoding")) {
		case "base64":
			r = base64.NewDecoder(base64.StdEncoding, r)
		case "quoted-printable":
			r = quotedprintable.NewReader(r)
		}
		if strings.HasPrefix(typ, "multipart/") {
			mr := multipart.NewReader(r, params["boundary"])
			for {
				p, err := mr.NextRawPart()
				if err != nil {
					return
				}
				part(p.Header.Get, p, depth+1)
			}
		}
		body, _ := io.ReadAll(r)
		switch disp, _, _ := mime.ParseMediaType(h("Content-Disposition")); {
		case disp == "attachment":
			got.attachments[sha256.Sum256(body)]++
		case typ == "message/rfc822":
			got.embedded++
		case typ == "text/html":
			got.html = prop.Decode(body, prop.Codepage(params["charset"]))
		case typ == "text/plain" && got.text == "":
			got.text = prop.Decode(body, prop.Codepage(params["charset"]))
		}
	}
	part(m.Header.Get, m.Body, 0)
	return id, got
}

func viaPffexport(t *testing.T, dir, path string, want map[int]*prop.Message, kinds map[Kind]int) {
	out := filepath.Join(dir, "pff")
	if b, err := exec.Command("pffexport", "-q", "-f", "all", "-t", out, path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %.500s", err, b)
	}
	count := map[string]int{}
	found := 0
	filepath.WalkDir(out+".export", func(p string, d os.DirEntry, err error) error {
		if err != nil || !d.IsDir() || strings.Contains(p, "/Attachments") {
			return err
		}
		kind := strings.TrimRight(d.Name(), "0123456789")
		if kind == d.Name() {
			return nil
		}
		count[kind]++
		if kind != "Message" || t.Failed() {
			return nil
		}
		id, got := readPff(t, p)
		m := want[id]
		if m == nil {
			t.Errorf("%s: message %d was not written", p, id)
			return nil
		}
		found++
		agree(t, "pffexport", id, got, m)
		return nil
	})
	for k, name := range map[Kind]string{KindMessage: "Message", KindContact: "Contact", KindAppointment: "Appointment", KindTask: "Task", KindNote: "Note", KindJournal: "Activity"} {
		if count[name] != kinds[k] {
			t.Errorf("pffexport found %d %s, written %d", count[name], name, kinds[k])
		}
	}
	if found != kinds[KindMessage] {
		t.Errorf("%d messages of %d", found, kinds[KindMessage])
	}
	if o, err := os.ReadDir(out + ".orphans"); err == nil && len(o) > 0 {
		t.Errorf("pffexport found %d orphans", len(o))
	}
}

// readPff reads a message as pffexport writes it.
func readPff(t *testing.T, dir string) (id int, got seen) {
	got.attachments = map[[32]byte]int{}
	head, err := os.ReadFile(filepath.Join(dir, "OutlookHeaders.txt"))
	if err != nil {
		t.Error(err)
		return 0, got
	}
	for l := range strings.SplitSeq(string(head), "\n") {
		if v, ok := strings.CutPrefix(l, "Subject:"); ok {
			got.subject = strings.TrimSpace(v)
		}
	}
	text, _ := os.ReadFile(filepath.Join(dir, "Message.txt"))
	html, _ := os.ReadFile(filepath.Join(dir, "Message.html"))
	got.text, got.html = string(text), string(html)
	atts, _ := os.ReadDir(filepath.Join(dir, "Attachments"))
	for _, a := range atts {
		if a.IsDir() {
			got.embedded++
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, "Attachments", a.Name()))
		if err != nil {
			t.Error(err)
		}
		got.attachments[sha256.Sum256(b)]++
	}
	return number(got.subject), got
}
