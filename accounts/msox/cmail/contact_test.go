package cmail

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/testserver/corpora"
	"github.com/postrider/postrider/accounts/vcard"
)

func card2(t testing.TB, b []byte) pim.Contact {
	t.Helper()
	k, err := vcard.Parse(b)
	if err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	c := k.Contact()
	c.Raw, c.UID = nil, ""
	return c
}

func TestContact(t *testing.T) {
	want := pim.Contact{
		Name: pim.Name{Full: "Dr Kari Anne Nordmann jr.", Prefix: "Dr", Given: "Kari", Middle: "Anne", Family: "Nordmann", Suffix: "jr.", SoundGiven: "ka", SoundFamily: "no"},
		Nick: "Kaja", Org: []string{"Fjordlight AS", "Boats; and nets"}, Title: "Captain", Role: "Sailor",
		Emails: []pim.Field{{Value: "kari@fjordlight.example", Preferred: true}, {Value: "kari@example.com"}},
		Phones: []pim.Field{{Value: "+47 11 11", Kinds: []string{"work", "voice"}}, {Value: "+47 22 22", Kinds: []string{"home", "voice"}, Preferred: true},
			{Value: "+47 33 33", Kinds: []string{"cell"}}, {Value: "+47 44 44", Kinds: []string{"work", "fax"}}},
		URLs:     []pim.Field{{Value: "https://fjordlight.example", Kinds: []string{"work"}}},
		Places:   []pim.Place{{Street: "Kaia 1\nLoft", City: "Bergen", Region: "Vestland", Code: "5003", Country: "Norge", Kinds: []string{"work"}, Preferred: true}, {Box: "12", City: "Oslo", Kinds: []string{"home"}}},
		Birthday: pim.Date{Year: 1980, Month: 2, Day: 29}, Anniversary: pim.Date{Month: 5, Day: 17},
		Related: []pim.Field{{Value: "Ola", Kinds: []string{"spouse"}}}, Note: "First line\nsecond, with comma", Categories: []string{"Crew", "Oslo"},
		Photo: pim.Photo{Type: "image/png", Data: []byte("\x89PNG\r\n\x1a\npicture")},
	}
	m := FromContact(want)
	got := card2(t, VCard(m, 4))
	for i := range got.Photo.Data {
		if got.Photo.Data[i] != want.Photo.Data[i] {
			t.Fatal("the picture changed")
		}
	}
	gv, wv := reflect.ValueOf(got), reflect.ValueOf(want)
	for i := range gv.NumField() {
		if a, b := gv.Field(i).Interface(), wv.Field(i).Interface(); !reflect.DeepEqual(a, b) && !(gv.Field(i).Kind() == reflect.Slice && gv.Field(i).Len() == 0 && wv.Field(i).Len() == 0) {
			t.Errorf("%s: got %+v, want %+v", gv.Type().Field(i).Name, a, b)
		}
	}
	old := card2(t, VCard(m, 3))
	if old.Name.Family != "Nordmann" || len(old.Emails) != 2 || old.Birthday != want.Birthday || old.Anniversary.Month != 5 || !bytes.Equal(old.Photo.Data, want.Photo.Data) {
		t.Errorf("version 3: %+v", old)
	}
	if s := m.LidText(prop.PidLidFileUnder); s != "Nordmann, Kari Anne" {
		t.Errorf("filed under %q", s)
	}
}

// TestWhatHasNoPlace: a fourth address and a third telephone at home are in the note.
func TestWhatHasNoPlace(t *testing.T) {
	c := pim.Contact{Name: pim.Name{Full: "A"}, Note: "N"}
	for _, v := range []string{"a@example.com", "b@example.com", "c@example.com", "d@example.com"} {
		c.Emails = append(c.Emails, pim.Field{Value: v})
	}
	for _, v := range []string{"1", "2", "3", "4444"} {
		c.Phones = append(c.Phones, pim.Field{Value: v, Kinds: []string{"home"}})
	}
	got := card2(t, VCard(FromContact(c), 4))
	if len(got.Emails) != 3 || !strings.HasPrefix(got.Note, "N\n") || !strings.Contains(got.Note, "d@example.com") || !strings.Contains(got.Note, "4444") {
		t.Errorf("%+v", got)
	}
}

func TestGroup(t *testing.T) {
	c := pim.Contact{Kind: "group", Name: pim.Name{Full: "Crew"}, Members: []string{"mailto:kari@fjordlight.example", "mailto:ola@example.com", "urn:uuid:03a0e51f"}}
	m := FromContact(c)
	if KindOf(m) != Group || len(Members(m)) != 2 {
		t.Fatalf("%v, members %v", KindOf(m), Members(m))
	}
	got := card2(t, VCard(m, 4))
	if got.Kind != "group" || got.Name.Full != "Crew" || !reflect.DeepEqual(got.Members, c.Members[:2]) || !strings.Contains(got.Note, "urn:uuid:03a0e51f") {
		t.Errorf("%+v", got)
	}
}

// TestLongGroup: a list too long for the lists of members has them in a stream.
func TestLongGroup(t *testing.T) {
	c := pim.Contact{Kind: "group", Name: pim.Name{Full: "All"}}
	for i := range 2000 {
		c.Members = append(c.Members, fmt.Sprintf("mailto:p%d@example.com", i))
	}
	m := FromContact(c)
	stream := m.LidBytes(prop.PidLidDistributionListStream)
	if stream == nil || lidBinaries(m, prop.PidLidDistributionListMembers) != nil {
		t.Fatal("the members are not in a stream")
	}
	if got := card2(t, VCard(m, 4)); !reflect.DeepEqual(got.Members, c.Members) {
		t.Errorf("%d members", len(got.Members))
	}
	for n := 0; n < len(stream); n += 977 {
		if ids, _ := streamMembers(stream[:n]); len(ids) > n/100 {
			t.Errorf("cut at %d: %d members", n, len(ids))
		}
	}
}

// TestVCardCorpora takes the vCards of the corpora into Outlook's form and back: names, and addresses as far as there are places.
func TestVCardCorpora(t *testing.T) {
	n := 0
	for _, set := range []string{"vcf-ezvcard", "vcf-pyvobject"} {
		err := filepath.Walk(corpora.Dir(t, set), func(f string, i os.FileInfo, err error) error {
			if err != nil || i.IsDir() || filepath.Ext(f) != ".vcf" {
				return err
			}
			b, err := os.ReadFile(f)
			if err != nil {
				return err
			}
			cards, err := vcard.Split(b)
			if err != nil {
				return nil
			}
			for _, k := range cards {
				was := k.Contact()
				m := FromContact(was)
				n++
				got := card2(t, VCard(m, 4))
				if w := strings.TrimSpace(was.Display()); oneLine(got.Name.Full) != oneLine(w) && w != "" {
					t.Errorf("%s: name %q, was %q", f, got.Name.Full, w)
				}
				for i, e := range was.Emails {
					found := strings.Contains(got.Note, e.Value)
					for _, g := range got.Emails {
						found = found || g.Value == strings.TrimSpace(e.Value)
					}
					if !found {
						t.Errorf("%s: address %d %q is lost: %+v", f, i, e.Value, got.Emails)
					}
				}
				for _, p := range was.Phones {
					found := strings.Contains(got.Note, p.Value)
					for _, g := range got.Phones {
						found = found || g.Value == strings.TrimSpace(p.Value)
					}
					if !found {
						t.Errorf("%s: number %q is lost: %+v", f, p.Value, got.Phones)
					}
				}
				if got.Birthday != was.Birthday {
					t.Errorf("%s: born %v, was %v", f, got.Birthday, was.Birthday)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 20 {
		t.Errorf("only %d cards", n)
	}
}
