package spell

import (
	"os"
	"slices"
	"strings"
	"testing"
)

const aff = `SET UTF-8
TRY esianrtolcdugmphbyfvkwzxjq
FORBIDDENWORD X
NEEDAFFIX N
KEEPCASE K
NOSUGGEST !
COMPOUNDBEGIN b
COMPOUNDEND e
COMPOUNDMIN 3
ICONV 1
ICONV ’ '
REP 1
REP f ph
PFX U Y 1
PFX U 0 un .
SFX S Y 3
SFX S y ies [^aeiou]y
SFX S 0 s [aeiou]y
SFX S 0 s [^y]
SFX D Y 1
SFX D 0 ed/P .
SFX P Y 1
SFX P 0 ly .
SFX O N 1
SFX O 0 ness .
`

const dic = `12
harbour/S
happy/UO
lock/UDS
city/S
day/S
kmN/N
mg/K
damn/!
sail/b
boat/eS
harbor/X
photo/S
Oslo
`

func small(t testing.TB) *Dictionary {
	t.Helper()
	d, err := Read(strings.NewReader(aff), strings.NewReader(dic))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestCheck(t *testing.T) {
	d := small(t)
	for w, want := range map[string]bool{
		"harbour": true, "harbours": true, "Harbour": true, "HARBOUR": true, "hArbour": false, "harbor": false,
		"unhappy": true, "happyness": true, "unhappyness": false, "unlocked": true, "lockedly": true, "locks": true, "unlocks": true, "unsail": false,
		"cities": true, "citys": false, "days": true, "daies": false, "Oslo": true, "oslo": false, "OSLO": true,
		"sailboat": true, "sailboats": true, "boatsail": false, "boatboat": false, "mg": true, "MG": false,
		"ada@example.com": true, "B2B": true, "harbour-day": true, "harbour-xyzzy": false, "": true, "—": false,
	} {
		if got := d.Check(w); got != want {
			t.Errorf("%q: %v", w, got)
		}
	}
}

func TestSuggest(t *testing.T) {
	d := small(t)
	for w, want := range map[string]string{"harbuor": "harbour", "fotos": "photos", "Cittes": "Cities", "oslo": "Oslo", "harbourday": "harbour day", "LOCSK": "LOCKS"} {
		if got := d.Suggest(w); !slices.Contains(got, want) {
			t.Errorf("for %q it offers %q, not %q", w, got, want)
		}
	}
	if slices.Contains(d.Suggest("damm"), "damn") {
		t.Error("it offers a word that is not to be offered")
	}
}

// TestSuggestOrder: where much is one letter away, the likely mistakes come first and are not left out for others.
func TestSuggestOrder(t *testing.T) {
	d, err := Read(strings.NewReader("SET UTF-8\nTRY esianrtolcdugmphbyfvkwzxjq\n"), strings.NewReader("15\npot\ncont\nfont\nwont\nlont\nmont\ndont\npent\npint\npond\nport\npost\npong\npoint\npnot\n"))
	if err != nil {
		t.Fatal(err)
	}
	got := d.Suggest("pont")
	if i := slices.Index(got, "point"); i < 0 || i > 3 || got[0] != "pnot" || slices.Contains(got, "font") {
		t.Errorf("for pont it offers %q", got)
	}
}

// TestSystem checks against a dictionary of the system, where there is one.
func TestSystem(t *testing.T) {
	d, err := Open("en_GB")
	if err != nil {
		t.Skip("no English dictionary is installed")
	}
	for w, want := range map[string]bool{"colour": true, "unmistakable": true, "recieve": false, "receive": true, "scheduling": true, "teh": false, "don't": true, "don’t": true,
		"lighthouses": true, "attachements": false, "walked": true, "walkked": false, "Mondays": true, "happiest": true} {
		if d.Check(w) != want {
			t.Errorf("%q is not %v", w, want)
		}
	}
	if !slices.Contains(d.Suggest("recieve"), "receive") || !slices.Contains(d.Suggest("teh"), "the") {
		t.Errorf("recieve: %q, teh: %q", d.Suggest("recieve"), d.Suggest("teh"))
	}
}

func FuzzRead(f *testing.F) {
	f.Add(aff, dic, "unlocked")
	f.Add("FLAG num\nAF 2\nAF 1,2\nAF 3\nSFX 1 Y 1\nSFX 1 0 s .", "1\ncat/1", "cats")
	f.Add("SET ISO8859-1\nFLAG long\nPFX aa Y 1\nPFX aa 0 x [^a", "a/aa", "xa")
	f.Fuzz(func(t *testing.T, a, s, w string) {
		d, err := Read(strings.NewReader(a), strings.NewReader(s))
		if err != nil {
			return
		}
		d.Check(w)
		d.Suggest(w)
	})
}

func BenchmarkCheck(b *testing.B) {
	d, err := Open("en_GB")
	if err != nil {
		d = small(b)
	}
	words := strings.Fields("The lighthouse keepers were unmistakably scheduling attachements for thursday evenings with colleagues")
	b.ResetTimer()
	for i := range b.N {
		d.Check(words[i%len(words)])
	}
}

func TestMain(m *testing.M) {
	if dir := os.Getenv("POSTRIDER_DICTIONARIES"); dir != "" {
		folders = append([]string{dir}, folders...)
	}
	os.Exit(m.Run())
}
