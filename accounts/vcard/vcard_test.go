package vcard

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/testserver/corpora"
)

// TestCorpora: every card of the sets is read, written byte for byte, and unchanged by putting back what is there.
func TestCorpora(t *testing.T) {
	for _, set := range []string{"vcf-ezvcard", "vcf-pyvobject", "ics-icaljs"} {
		t.Run(set, func(t *testing.T) {
			cards, files, named, mails := 0, 0, 0, 0
			err := filepath.WalkDir(corpora.Dir(t, set), func(p string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() || filepath.Ext(p) != ".vcf" {
					return err
				}
				b, err := os.ReadFile(p)
				if err != nil {
					return err
				}
				files++
				ks, err := Split(b)
				if err != nil {
					t.Errorf("%s: %v", p, err)
				}
				if k, err := Parse(b); err == nil && !bytes.Equal(k.Bytes(), b) {
					t.Errorf("%s: not the same bytes", p)
				}
				for _, k := range ks {
					cards++
					was := k.Bytes()
					c := k.Contact()
					if c.Display() != "" {
						named++
					}
					mails += len(c.Emails)
					c.Raw = nil
					k.Put(c)
					if k.c.Get("FN") != nil && !bytes.Equal(k.Bytes(), was) && c.Name.Full != "" {
						t.Errorf("%s: putting back what is there changed\n%s\nto\n%s", p, was, k.Bytes())
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d files, %d cards, %d with a name, %d addresses", files, cards, named, mails)
			if cards == 0 {
				t.Error("no card was read")
			}
		})
	}
}

const apple = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Nordmann;Kari;;;\r\nFN:Kari Nordmann\r\nX-ODD;X=1:keep me\r\nitem1.EMAIL;type=INTERNET;type=pref:kari@fjordlight.example\r\nitem1.X-ABLabel:Boat\r\n" +
	"EMAIL;TYPE=WORK:kari@example.com\r\nTEL;TYPE=CELL:+47 22 33 44 55\r\nBDAY;X-APPLE-OMIT-YEAR=1604:1604-05-17\r\nADR;TYPE=HOME:;;Brygga 3;Bergen;;5003;Norway\r\nEND:VCARD\r\n"

func TestEdit(t *testing.T) {
	k, err := Parse([]byte(apple))
	if err != nil {
		t.Fatal(err)
	}
	c := k.Contact()
	if c.Emails[0].Label != "Boat" || !c.Emails[0].Preferred || c.Birthday != (pim.Date{Month: 5, Day: 17}) || c.Places[0].City != "Bergen" || c.Phones[0].Kinds[0] != "cell" {
		t.Fatalf("%+v", c)
	}
	c.Name.Family = "Strand"
	c.Emails[1].Value = "kari.strand@example.com"
	c.Emails = append(c.Emails, pim.Field{Value: "k@fjordlight.example", Kinds: []string{"home"}, Label: "Cabin"})
	k.Put(c)
	out := string(k.Bytes())
	for _, want := range []string{"N:Strand;Kari;;;\r\n", "FN:Kari Strand\r\n", "X-ODD;X=1:keep me\r\n", "item1.EMAIL;type=INTERNET;type=pref:kari@fjordlight.example\r\n", "EMAIL;TYPE=WORK:kari.strand@example.com\r\n",
		"item2.EMAIL;TYPE=INTERNET,HOME:k@fjordlight.example\r\n", "item2.X-ABLABEL:Cabin\r\n", "BDAY;X-APPLE-OMIT-YEAR=1604:1604-05-17\r\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	c = k.Contact()
	c.Emails = c.Emails[1:]
	k.Put(c)
	if out := string(k.Bytes()); strings.Contains(out, "Boat") || strings.Contains(out, "kari@fjordlight") || !strings.Contains(out, "kari.strand@") {
		t.Errorf("one address was removed with its label:\n%s", out)
	}
}

func TestNewAndBack(t *testing.T) {
	c := pim.Contact{UID: "u1", Name: pim.Name{Given: "Ola", Family: "Nord; mann, jr"}, Org: []string{"Fjordlight", "Boats"}, Birthday: pim.Date{Year: 1980, Month: 2, Day: 29}, Note: "two\nlines",
		Emails: []pim.Field{{Value: "ola@fjordlight.example", Kinds: []string{"work"}, Preferred: true}}, Photo: pim.Photo{Type: "image/png", Data: []byte{1, 2, 3}}, Categories: []string{"Boat, crew", "B"}, Kind: "group", Members: []string{"urn:uuid:1"}}
	k, err := Parse(New(c).Bytes())
	if err != nil {
		t.Fatal(err)
	}
	d := k.Contact()
	if d.Name.Family != c.Name.Family || d.Name.Full != "Ola Nord; mann, jr" || d.Org[1] != "Boats" || d.Birthday != c.Birthday || d.Note != c.Note || !d.Emails[0].Preferred || !bytes.Equal(d.Photo.Data, c.Photo.Data) ||
		d.Photo.Type != "image/png" || len(d.Categories) != 2 || d.Categories[0] != "Boat, crew" || d.Kind != "group" || d.Members[0] != "urn:uuid:1" {
		t.Errorf("%+v\n%s", d, k.Bytes())
	}
}

func TestMergeLosesNothing(t *testing.T) {
	m := Merge([]pim.Contact{{Name: pim.Name{Given: "Kari"}, Emails: []pim.Field{{Value: "a@example.com"}}, Phones: []pim.Field{{Value: "+47 22 33"}}},
		{Nick: "K", Emails: []pim.Field{{Value: "A@example.com"}, {Value: "b@example.com"}}, Phones: []pim.Field{{Value: "004722-33"}}, Note: "n"}})
	if len(m.Emails) != 2 || len(m.Phones) != 1 || m.Nick != "K" || m.Note != "n" {
		t.Errorf("%+v", m)
	}
}

func FuzzCard(f *testing.F) {
	f.Add([]byte(apple))
	f.Add([]byte("BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:B=E6;K\nPHOTO;JPEG;BASE64:\n AAAA\n\nEND:VCARD"))
	f.Add([]byte("BEGIN:VCARD\nVERSION:4.0\nFN:x\nBDAY:--0517\nMEMBER:urn:uuid:1\nX-ABRELATEDNAMES;TYPE=pref:y\nEND:VCARD"))
	f.Fuzz(func(t *testing.T, b []byte) {
		ks, err := Split(b)
		if err != nil {
			return
		}
		for i, k := range ks {
			if i == 3 {
				break
			}
			c := k.Contact()
			c.Display()
			c.Sort()
			c.Emails = append([]pim.Field{{Value: "new@example.com", Label: "x"}}, c.Emails...)
			c.Name.Given += "x"
			c.Birthday = pim.Date{Month: 1, Day: 2}
			k.Put(c)
			d, err := Parse(k.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			if got := d.Contact(); len(got.Emails) == 0 {
				t.Fatalf("the address is not in %q", k.Bytes())
			}
		}
	})
}

func TestTables(t *testing.T) {
	outlook := "Title,First Name,Middle Name,Last Name,Company,Job Title,Business Street,Business City,Business Postal Code,Business Country/Region,Mobile Phone,Home Phone,E-mail Address,E-mail 2 Address,Birthday,Categories,Notes\r\n" +
		"\"Dr.\",Kari,,Nordmann,\"Fjordlight, AS\",Skipper,Bryggen 3,Bergen,5003,Norway,+47 400,+47 55,kari@fjordlight.example,k@example.com,5/17/1980,Rowing;Crew,\"two\nlines\"\r\n"
	cs, err := ReadCSV(strings.NewReader(outlook))
	if err != nil || len(cs) != 1 {
		t.Fatal(err, len(cs))
	}
	c := cs[0]
	if c.Name.Prefix != "Dr." || c.Org[0] != "Fjordlight, AS" || c.Places[0].Code != "5003" || len(c.Phones) != 2 || c.Phones[0].Kinds[0] != "cell" || len(c.Emails) != 2 || c.Birthday != (pim.Date{Year: 1980, Month: 5, Day: 17}) ||
		len(c.Categories) != 2 || c.Note != "two\nlines" {
		t.Errorf("%+v", c)
	}
	semi, err := ReadCSV(bytes.NewReader([]byte("First Name;Last Name;E-mail Address\nBj\xf8rn;Aas;b@example.com\n")))
	if err != nil || len(semi) != 1 || semi[0].Name.Given != "Bjørn" {
		t.Errorf("%v %+v", err, semi)
	}
	if _, err := ReadCSV(strings.NewReader("a,b\n1,2\n")); err != ErrCSV {
		t.Errorf("got %v", err)
	}
}

func FuzzTable(f *testing.F) {
	f.Add([]byte("Name,E-mail 1 - Value\nx,\"a ::: b\"\n"))
	f.Add([]byte("\xff\xfeN\x00a\x00m\x00e\x00\n\x00x\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		cs, err := ReadCSV(bytes.NewReader(b))
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := WriteCSV(&out, cs[:min(len(cs), 20)]); err != nil {
			t.Fatal(err)
		}
	})
}
