package pst

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/msox/prop"
)

// TestLimits writes what takes the larger structures of the format: a subnode tree of two levels (many attachments), data trees
// of two levels, tables whose rows do not fit on their heap, heaps of many blocks; and pffexport reads it. readpst does not know
// subnode trees of two levels (over 340 attachments) and property contexts of two (over 440 properties), so it is not asked.
func TestLimits(t *testing.T) {
	s, box, path := newFile(t, "Inbox", "")
	dir := filepath.Dir(path)
	g := newGenerator(12)
	g.light = true
	many := &prop.Message{Bag: prop.Map{prop.PidTagSubject: "many attachments", prop.PidTagMessageClass: "IPM.Note", prop.PidTagBody: "x"}}
	for i := range 700 {
		many.Attachments = append(many.Attachments, attach(fmt.Sprintf("file %d.bin", i), g.bytes(10+i)))
	}
	large := &prop.Message{Bag: prop.Map{prop.PidTagSubject: "large", prop.PidTagMessageClass: "IPM.Note", prop.PidTagBody: strings.Repeat("a line of text\r\n", 700000)}}
	large.Attachments = append(large.Attachments, attach("large.bin", g.bytes(20<<20)), attach("empty.bin", nil))
	people := &prop.Message{Bag: prop.Map{prop.PidTagSubject: "many people", prop.PidTagMessageClass: "IPM.Note", prop.PidTagBody: "x", prop.PidTagTransportMessageHeaders: strings.Repeat("X-Long: field\r\n", 3000)}}
	for i := range 5000 {
		people.Recipients = append(people.Recipients, prop.Map{prop.PidTagDisplayName: fmt.Sprintf("Person %d", i), prop.PidTagEmailAddress: fmt.Sprintf("p%d@example.com", i),
			prop.PidTagAddressType: "SMTP", prop.PidTagRecipientType: int32(1 + i%3)})
	}
	props := &prop.Message{Bag: prop.Map{prop.PidTagSubject: "many properties", prop.PidTagMessageClass: "IPM.Note"}}
	names := &prop.Names{}
	props.Namer = names
	for i := range 1500 {
		id, _ := names.Add(prop.Name{GUID: prop.PSPUBLICSTRINGS, Name: fmt.Sprintf("name %d", i)})
		props.Bag.(prop.Map)[prop.Of(id, prop.Unicode)] = fmt.Sprintf("value %d %s", i, strings.Repeat("v", i%60))
	}
	deep := &prop.Message{Bag: prop.Map{prop.PidTagSubject: "innermost", prop.PidTagMessageClass: "IPM.Note"}}
	for i := range 20 {
		inner := deep
		deep = &prop.Message{Bag: prop.Map{prop.PidTagSubject: fmt.Sprintf("around %d", i), prop.PidTagMessageClass: "IPM.Note"}, Attachments: []prop.Attachment{{
			Bag: prop.Map{prop.PidTagAttachMethod: int32(5)}, Embedded: func() (*prop.Message, error) { return inner, nil }}}}
	}
	all := []*prop.Message{many, large, people, props, deep}
	for _, m := range all {
		if _, err := s.Add(box, m); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range (&Folder{s: s, Ref: box}).Items() {
		m, err := s.Message(r)
		if err != nil {
			t.Fatal(err)
		}
		same(t, m, all[i])
	}
	if bad := layers(s.F); len(bad) > 0 || len(s.Losses()) > 0 {
		t.Errorf("%v %v", bad[:min(5, len(bad))], s.Losses())
	}
	s.Close()

	if _, err := exec.LookPath("pffexport"); err != nil {
		t.Skip("pffexport is not installed")
	}
	out := filepath.Join(dir, "pff")
	if text, err := exec.Command("pffexport", "-q", "-f", "all", "-t", out, path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	sums := map[[32]byte]int{}
	for _, m := range all {
		for _, a := range m.Attachments {
			if a.Open != nil {
				if b := content(t, a); len(b) > 0 { // pffexport leaves out empty ones
					sums[sha256.Sum256(b)]++
				}
			}
		}
	}
	people2 := 0
	filepath.WalkDir(out+".export", func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		if strings.HasSuffix(p, ".bin") && len(b) > 0 {
			sums[sha256.Sum256(b)]--
		}
		if d.Name() == "Recipients.txt" {
			people2 += bytes.Count(b, []byte("@example.com"))
		}
		if d.Name() == "Message.txt" && len(b) > 10<<20 && string(b) != prop.Text(large, prop.PidTagBody) {
			t.Error("the large text differs")
		}
		return err
	})
	missing, more := 0, 0
	for _, n := range sums {
		missing, more = missing+max(0, n), more+max(0, -n)
	}
	if missing > 0 || more > 0 {
		t.Errorf("pffexport misses %d attachments, and has %d others", missing, more)
	}
	if people2 < 5000 {
		t.Errorf("pffexport finds %d recipients", people2)
	}
}
