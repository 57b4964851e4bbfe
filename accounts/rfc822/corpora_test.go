package rfc822

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/postrider/postrider/accounts/testserver/corpora"
)

func eachFile(t testing.TB, dir string, f func(path string, b []byte)) {
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		if err == nil {
			f(p, b)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// checkMessage holds what is true of every message, however broken.
func checkMessage(t testing.TB, name string, raw []byte) {
	keep := bytes.Clone(raw)
	start := time.Now()
	b := Body(raw, Options{})
	in := Ingest(raw)
	for _, s := range []string{b.Text, b.HTML, b.Envelope.Subject, in.Text, in.Snippet, in.Names} {
		if !utf8.ValidString(s) {
			t.Errorf("%s: not UTF-8: %.60q", name, s)
		}
	}
	if utf8.RuneCountInString(in.Snippet) > 200 || strings.ContainsAny(in.Snippet, "\r\n") {
		t.Errorf("%s: snippet %q", name, in.Snippet)
	}
	if len(in.Text) > MaxIndex {
		t.Errorf("%s: index text of %d bytes", name, len(in.Text))
	}
	if strings.ContainsAny(b.Text, "\r\x00") {
		t.Errorf("%s: text with CR or NUL", name)
	}
	for i, p := range b.Parts {
		if p.Name == "" || p.Name != SafeName(p.Name, "") {
			t.Errorf("%s: part name %q", name, p.Name)
		}
		if i > 50 {
			continue
		}
		r, q, err := Part(raw, p.ID)
		if err != nil {
			t.Errorf("%s: part %d: %v", name, p.ID, err)
			continue
		}
		n, err := io.Copy(io.Discard, r)
		if err != nil || q.Name != p.Name || q.Type != p.Type {
			t.Errorf("%s: part %d is %v, then %v, %v", name, p.ID, p, q, err)
		}
		if d := n - p.Size; d < -2 || d > 2 {
			t.Errorf("%s: part %d (%s) has %d bytes, says %d", name, p.ID, p.Type, n, p.Size)
		}
	}
	m := Parse(raw, Limits{})
	for i, n := range m.Nodes {
		if n.ID != i || n.Start > n.Body || n.Body > n.End || n.End > len(raw) || n.Parent != nil && (n.Start < n.Parent.Body || n.End > n.Parent.End) {
			t.Errorf("%s: node %d at %d, %d, %d", name, i, n.Start, n.Body, n.End)
		}
	}
	if !bytes.Equal(raw, keep) {
		t.Errorf("%s: the raw message was changed", name)
	}
	if d := time.Since(start); d > 30*time.Second {
		t.Errorf("%s: took %v", name, d)
	}
}

type oracle struct {
	Subject string `json:"subject"`
	Date    string `json:"date"`
	From    any    `json:"from"`
	Parts   []struct {
		D    int    `json:"d"`
		CT   string `json:"ct"`
		FN   string `json:"fn"`
		N    int    `json:"n"`
		SHA  string `json:"sha"`
		Note string `json:"note"`
	} `json:"parts"`
}

// sender is the first address of From; where Python failed it holds an error instead of a list.
func (o oracle) sender() string {
	list, _ := o.From.([]any)
	if len(list) == 0 {
		return ""
	}
	pair, _ := list[0].([]any)
	if len(pair) < 2 {
		return ""
	}
	s, _ := pair[1].(string)
	return s
}

type tally struct{ right, all int }

func (c *tally) check(ok bool) bool {
	c.all++
	if ok {
		c.right++
	}
	return ok
}

func squash(s string) string { return strings.Join(strings.Fields(s), " ") }

// TestCorpora parses every sample message, and compares with what Python's email package makes of them: a second
// opinion. The floors are what was measured, and what was looked at: the rest are messages on which Python is wrong or of another mind.
func TestCorpora(t *testing.T) {
	root := corpora.Dir(t, "")
	var files int
	var subject, from, date, leaves tally
	for _, set := range []string{"mail-cpython", "mail-enmime", "mail-mime4j", "mail-mimekit", "mail-nodemailer", "mail-postalmime", "mail-zbateson", "reply-talon", "tnef-mimekit", "tnef-teamwork", "imap-mailkit"} {
		dir := filepath.Join(root, set)
		eachFile(t, dir, func(p string, b []byte) {
			files++
			checkMessage(t, p, b)
		})
		blob, err := os.ReadFile(filepath.Join(dir, "_oracle", "python-email-3.11.json"))
		if err != nil {
			continue
		}
		var want map[string]oracle
		if err := json.Unmarshal(blob, &want); err != nil {
			t.Fatal(err)
		}
		for name, w := range want {
			raw, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				continue
			}
			m := Parse(raw, Limits{})
			e := m.Envelope()
			if !subject.check(squash(w.Subject) == squash(e.Subject)) {
				t.Logf("%s/%s: subject %q, Python %q", set, name, e.Subject, w.Subject)
			}
			if addr := w.sender(); strings.Contains(addr, "@") {
				ok := len(e.From) > 0 && strings.EqualFold(e.From[0].Addr, addr)
				if !from.check(ok) {
					t.Logf("%s/%s: from %v, Python %v", set, name, e.From, w.From)
				}
			}
			if wt, err := time.Parse(time.RFC3339, w.Date); err == nil {
				if !date.check(wt.Equal(e.Date)) {
					t.Logf("%s/%s: date %v, Python %v", set, name, e.Date, w.Date)
				}
			}
			for _, part := range w.Parts {
				if part.SHA == "" || part.N == 0 || strings.HasPrefix(part.CT, "multipart/") || strings.HasPrefix(part.CT, "message/") {
					continue
				}
				found := false
				for _, n := range m.Nodes {
					if len(n.Children) > 0 {
						continue
					}
					sum := sha256.Sum256(m.content(n, 0))
					if strings.HasPrefix(hex.EncodeToString(sum[:]), part.SHA) {
						found = true
						break
					}
				}
				if !leaves.check(found) {
					t.Logf("%s/%s: no part %s %q of %d bytes", set, name, part.CT, part.FN, part.N)
				}
			}
		}
	}
	t.Logf("%d files; subjects %d of %d, senders %d of %d, dates %d of %d, parts byte for byte %d of %d",
		files, subject.right, subject.all, from.right, from.all, date.right, date.all, leaves.right, leaves.all)
	for name, c := range map[string]struct {
		got   tally
		floor int
	}{"subjects": {subject, floorSubjects}, "senders": {from, floorSenders}, "dates": {date, floorDates}, "parts": {leaves, floorParts}} {
		if c.got.right < c.floor {
			t.Errorf("%s: %d of %d, at least %d expected", name, c.got.right, c.got.all, c.floor)
		}
	}
}

const (
	floorSubjects = 270
	floorSenders  = 189
	floorDates    = 161
	floorParts    = 432
)

// TestAttachedFiles compares the attachments of the sets that hold the files as they must come out.
func TestAttachedFiles(t *testing.T) {
	dir := corpora.Dir(t, "mail-zbateson/emails")
	files := map[string]string{}
	eachFile(t, filepath.Join(dir, "files"), func(p string, b []byte) {
		sum := sha256.Sum256(b)
		files[hex.EncodeToString(sum[:])] = filepath.Base(p)
	})
	found := 0
	eachFile(t, dir, func(p string, raw []byte) {
		if filepath.Dir(p) != dir || filepath.Ext(p) != ".txt" {
			return
		}
		for _, part := range Body(raw, Options{}).Parts {
			r, _, err := Part(raw, part.ID)
			if err != nil {
				t.Fatal(err)
			}
			b, _ := io.ReadAll(r)
			sum := sha256.Sum256(b)
			if files[hex.EncodeToString(sum[:])] != "" {
				found++
			} else {
				t.Logf("%s: %s (%s, %d bytes) is none of the files", filepath.Base(p), part.Name, part.Type, len(b))
			}
		}
	})
	t.Logf("%d attachments came out byte for byte", found)
	if found < floorFiles {
		t.Errorf("%d attachments, at least %d expected", found, floorFiles)
	}
}

const floorFiles = 2

// TestIsEmail compares with the verdicts of the isemail set: what RFC 5321 allows is taken, what is an error is not. Addresses that
// are allowed but for comments and folding are of no use in a composer and not judged.
func TestIsEmail(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(corpora.Dir(t, "addr-isemail"), "tests.xml"))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Test []struct {
			Address  string `xml:"address"`
			Category string `xml:"category"`
			Diag     string `xml:"diagnosis"`
		} `xml:"test"`
	}
	if err := xml.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	var c tally
	for _, x := range doc.Test {
		addr := strings.Map(func(r rune) rune {
			if r >= 0x2400 && r < 0x2421 {
				return r - 0x2400
			}
			return r
		}, x.Address)
		var want bool
		switch x.Category {
		case "ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN":
			want = true
		case "ISEMAIL_ERR":
		case "ISEMAIL_RFC5321":
			if x.Diag != "ISEMAIL_RFC5321_QUOTEDSTRING" && x.Diag != "ISEMAIL_RFC5321_ADDRESSLITERAL" {
				continue
			}
			want = true
		case "ISEMAIL_RFC5322":
		default:
			continue
		}
		if got := CheckAddress(addr) == nil; !c.check(got == want) {
			t.Logf("%q (%s): %v", addr, x.Diag, got)
		}
	}
	t.Logf("%d of %d verdicts", c.right, c.all)
	if c.right < floorVerdicts {
		t.Errorf("%d verdicts of %d, at least %d expected", c.right, c.all, floorVerdicts)
	}
}

const floorVerdicts = 127
