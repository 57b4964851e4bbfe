package pst

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/testserver/corpora"
)

// unpacked is a file of the corpora.
func unpacked(t testing.TB, name string) []byte {
	return corpora.Unpack(t, filepath.Join(corpora.Dir(t, "pst"), name))
}

// oracle is what other programs found in a file.
type oracle struct {
	File, Format, Crypt string
	PFF                 struct {
		Folders []struct {
			Path  string
			Items map[string]int
			Total int
		}
		Kinds  map[string]int
		NItems int `json:"n_items"`
		Items  []oracleItem
	} `json:"pffexport"`
}

type oracleItem struct {
	Kind, Subject, Folder string
	FromName              string `json:"from_name"`
	FromAddr              string `json:"from_addr"`
	Submit, Delivery      string
	Recipients            [][]string
	Headers               bool  `json:"internet_headers"`
	HTML                  int64 `json:"bytes_html"`
	Size                  string
	Attachments           []struct {
		Name, Sha256 string
		Size         int64
		Embedded     []oracleItem
	}
}

func TestCorpora(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(corpora.Dir(t, "pst"), "*.gz"))
	if len(files) < 16 {
		t.Fatalf("%d files", len(files))
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".gz")
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join(corpora.Dir(t, "pst"), "_oracle", name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var want oracle
			if err := json.Unmarshal(raw, &want); err != nil {
				t.Fatal(err)
			}
			b := unpacked(t, name+".gz")
			s, err := OpenReader(bytes.NewReader(b), int64(len(b)), Options{})
			if err != nil {
				t.Fatal(err)
			}
			compare(t, s, want)
			if l := s.Losses(); len(l) > 0 {
				t.Errorf("losses: %+v", l)
			}
		})
	}
}

// unseen are the items that neither pffexport nor readpst export, because they know nothing of their kind: posts, and the
// free/busy data of a calendar. They are in the files, in contents tables and in the node tree.
var unseen = map[string]map[Kind]int{
	"aspose-outlook.pst.gz":      {KindSystem: 1},
	"dist-list.pst.gz":           {KindSystem: 1},
	"passworded.pst.gz":          {KindSystem: 1},
	"pstsdk-test-ansi.pst.gz":    {KindPost: 1},
	"pstsdk-test-unicode.pst.gz": {KindPost: 2},
}

func compare(t *testing.T, s *Store, want oracle) {
	more := map[Kind]int{}
	if got := s.F.Format().String(); got != want.Format {
		t.Errorf("format %s, want %s", got, want.Format)
	}
	if got := s.F.Header().Crypt.String(); got != want.Crypt {
		t.Errorf("encoding %s, want %s", got, want.Crypt)
	}
	totals := map[string]int{}
	for _, f := range want.PFF.Folders {
		totals[f.Path] = f.Total
	}
	items := map[string][]oracleItem{}
	for _, i := range want.PFF.Items {
		items[i.Folder] = append(items[i.Folder], i)
	}
	kinds := map[string]int{}
	for _, f := range s.Folders() {
		path := strings.Join(f.Path, "/")
		n, ok := totals[path]
		if !ok {
			t.Errorf("folder %q is not in the oracle", path)
		}
		delete(totals, path)
		got := f.Items()
		left := items[path]
		for _, r := range got {
			m, err := s.Message(r)
			if err != nil {
				t.Errorf("%s: item %#x: %v", path, r, err)
				continue
			}
			k := KindOf(prop.Text(m, prop.PidTagMessageClass))
			if k == KindPost || k == KindSystem {
				more[k]++
				n++
				continue
			}
			kinds[string(k)]++
			i := slices.IndexFunc(left, func(o oracleItem) bool { return describes(o, m) })
			if i < 0 {
				t.Errorf("%s: %q from %q at %s is not in the oracle", path, prop.Text(m, prop.PidTagSubject), prop.Text(m, prop.PidTagSenderName), when(m, prop.PidTagClientSubmitTime))
				continue
			}
			compareItem(t, m, left[i])
			left = slices.Delete(left, i, i+1)
		}
		if len(got) != n {
			t.Errorf("%s: %d items, want %d", path, len(got), n)
		}
		for _, i := range left {
			t.Errorf("%s: missing %+v", path, i)
		}
	}
	for path := range totals {
		t.Errorf("folder %q is missing", path)
	}
	if fmt.Sprint(more) != fmt.Sprint(unseen[want.File]) && len(more)+len(unseen[want.File]) > 0 {
		t.Errorf("of kinds the oracle does not know: %v, want %v", more, unseen[want.File])
	}
	if fmt.Sprint(kinds) != fmt.Sprint(want.PFF.Kinds) && len(kinds)+len(want.PFF.Kinds) > 0 {
		t.Errorf("kinds %v, want %v", kinds, want.PFF.Kinds)
	}
}

func when(b prop.Bag, tag prop.Tag) string {
	w := prop.When(b, tag)
	if w.IsZero() {
		return ""
	}
	return w.Format("Jan 02, 2006 15:04:05.000000000 UTC")
}

// describes reports whether an entry of the oracle is about m.
func describes(o oracleItem, m *prop.Message) bool {
	if o.Kind != string(KindOf(prop.Text(m, prop.PidTagMessageClass))) {
		return false
	}
	if strings.TrimSpace(o.Subject) != strings.TrimSpace(prop.Text(m, prop.PidTagSubject)) {
		return false
	}
	return (o.Submit == "" || o.Submit == when(m, prop.PidTagClientSubmitTime)) && (o.Delivery == "" || o.Delivery == when(m, prop.PidTagMessageDeliveryTime))
}

func compareItem(t *testing.T, m *prop.Message, want oracleItem) {
	t.Helper()
	if got := prop.Text(m, prop.PidTagSenderName); want.FromName != "Unknown" && got != want.FromName {
		t.Errorf("%q: from %q, want %q", want.Subject, got, want.FromName)
	}
	if got := prop.Text(m, prop.PidTagSenderEmailAddress); want.FromAddr != "Unknown" && got != want.FromAddr {
		t.Errorf("%q: from %q, want %q", want.Subject, got, want.FromAddr)
	}
	if got := fmt.Sprint(prop.Int(m, prop.PidTagMessageSize)); want.Size != "" && got != want.Size {
		t.Errorf("%q: size %s, want %s", want.Subject, got, want.Size)
	}
	if got := prop.Text(m, prop.PidTagTransportMessageHeaders) != ""; got != want.Headers {
		t.Errorf("%q: headers %v, want %v", want.Subject, got, want.Headers)
	}
	// pffexport prints a recipient of an Exchange server on two lines: the name with no type, the address with no name.
	n := 0
	for _, r := range want.Recipients {
		if r[0] != "" {
			if n < len(m.Recipients) {
				if got := prop.Text(m.Recipients[n], prop.PidTagEmailAddress); got != r[2] {
					t.Errorf("%q: recipient %q, want %q", want.Subject, got, r[2])
				}
			}
			n++
		}
	}
	if len(m.Recipients) != n {
		t.Errorf("%q: %d recipients, want %d", want.Subject, len(m.Recipients), n)
	}
	if len(m.Attachments) != len(want.Attachments) {
		t.Errorf("%q: %d attachments, want %d", want.Subject, len(m.Attachments), len(want.Attachments))
		return
	}
	for i, a := range m.Attachments {
		w := want.Attachments[i]
		if len(w.Embedded) > 0 {
			if a.Embedded == nil {
				t.Errorf("%q: attachment %d is no message", want.Subject, i)
				continue
			}
			e, err := a.Embedded()
			if err != nil {
				t.Error(err)
				continue
			}
			if !describes(w.Embedded[0], e) {
				t.Errorf("%q: attached is %q, want %+v", want.Subject, prop.Text(e, prop.PidTagSubject), w.Embedded[0])
			}
			compareItem(t, e, w.Embedded[0])
			continue
		}
		if a.Open == nil {
			t.Errorf("%q: attachment %d has no content", want.Subject, i)
			continue
		}
		r, size, err := a.Open()
		if err != nil {
			t.Error(err)
			continue
		}
		h := sha256.New()
		got, err := io.Copy(h, r)
		r.Close()
		if err != nil || got != size || got != w.Size || hex.EncodeToString(h.Sum(nil)) != w.Sha256 {
			t.Errorf("%q: attachment %d %q: %d bytes of %d, want %d, %v", want.Subject, i, prop.Text(a, prop.PidTagAttachLongFilename), got, size, w.Size, err)
		}
	}
}

func write(t testing.TB, path string, b []byte) {
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
