package thread

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
)

func TestSubject(t *testing.T) {
	for in, want := range map[string]struct {
		base   string
		answer bool
	}{
		"Heron":                       {"heron", false},
		"Re: Heron":                   {"heron", true},
		"RE: Fwd: re[2]: Heron":       {"heron", true},
		"AW: WG:  Heron   walks":      {"heron walks", true},
		"Re:Heron":                    {"heron", true},
		"[birds] Re: Heron":           {"heron", true},
		"[birds] Heron":               {"[birds] heron", false},
		"Regarding: Heron":            {"regarding: heron", false},
		"回复：东京":                       {"东京", true},
		"Ответ: Цапля":                {"цапля", true},
		"":                            {"", false},
		"Re: ":                        {"", true},
		"Release 2: what is in it":    {"release 2: what is in it", false},
		"RE^3: Heron":                 {"heron", true},
		"Re: Re: Re: Re: Re: Re: end": {"end", true},
	} {
		base, answer := Subject(in)
		if base != want.base || answer != want.answer {
			t.Errorf("%q: %q %v, want %q %v", in, base, answer, want.base, want.answer)
		}
	}
}

func TestIDs(t *testing.T) {
	e := &mail.Envelope{InternetID: "own@x", InReplyTo: "a@x", References: []string{"r@x", "<a@x>", "own@x", "bad id", ""}}
	if got := IDs(e); !reflect.DeepEqual(got, []string{"own@x", "a@x", "r@x"}) {
		t.Errorf("ids: %v", got)
	}
	e = &mail.Envelope{InternetID: "own@x"}
	for i := range 500 {
		e.References = append(e.References, fmt.Sprintf("r%03d@x", i))
	}
	got := IDs(e)
	if len(got) > MaxRefs+2 || got[1] != "r000@x" || got[len(got)-1] != "r499@x" {
		t.Errorf("bounded ids: %d, %v", len(got), got)
	}
	if Linked(&mail.Envelope{InReplyTo: "your message of Monday"}) || !Linked(&mail.Envelope{References: []string{"r@x.y"}}) {
		t.Error("prose is no link, an id is one")
	}
}

func TestSame(t *testing.T) {
	at := time.Unix(1700000000, 0)
	ada, bob, eve := []mail.Address{{Addr: "ada@x"}}, []mail.Address{{Addr: "Bob@x"}}, []mail.Address{{Addr: "eve@x"}}
	asked := One{Date: at, From: ada, To: bob}
	for name, c := range map[string]struct {
		later One
		want  bool
	}{
		"an answer":       {One{Date: at.Add(time.Hour), Answer: true, From: []mail.Address{{Addr: "bob@x"}}, To: ada}, true},
		"no answer":       {One{Date: at.Add(time.Hour), From: bob, To: ada}, false},
		"it names others": {One{Date: at.Add(time.Hour), Answer: true, Linked: true, From: bob, To: ada}, false},
		"too late":        {One{Date: at.Add(Near + time.Hour), Answer: true, From: bob, To: ada}, false},
		"strangers":       {One{Date: at.Add(time.Hour), Answer: true, From: eve, To: eve}, false},
		"before it":       {One{Date: at.Add(-time.Hour), Answer: true, From: bob, To: ada}, false},
	} {
		if got := Same(asked, c.later); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
		if got := Same(c.later, asked); got != c.want {
			t.Errorf("%s, asked the other way: %v", name, got)
		}
	}
}

func FuzzSubject(f *testing.F) {
	for _, x := range []string{"Re: x", "[a] Re[9]: Fwd: x", "：", "Re：", "\xff: x", "[[[[:"} {
		f.Add(x)
	}
	f.Fuzz(func(t *testing.T, s string) {
		base, _ := Subject(s)
		if len(s) < 900 && len(base) > 4*len(s) {
			t.Fatalf("%q became longer: %q", s, base)
		}
	})
}
