package auth

import (
	"errors"
	"strings"
	"testing"

	"github.com/xdg-go/scram"

	"github.com/postrider/postrider/accounts/fault"
)

func TestChooseTakesTheBest(t *testing.T) {
	pw, tok := Credential{User: "ada", Password: "x"}, Credential{User: "ada", Token: "t"}
	for _, c := range []struct {
		offered string
		cred    Credential
		want    string
	}{
		{"CRAM-MD5 LOGIN PLAIN SCRAM-SHA-1 SCRAM-SHA-256 XOAUTH2", pw, ScramSHA256}, {"cram-md5 login plain scram-sha-1", pw, ScramSHA1}, {"CRAM-MD5 LOGIN PLAIN", pw, Plain},
		{"CRAM-MD5 LOGIN", pw, Login}, {"DIGEST-MD5 CRAM-MD5", pw, CramMD5}, {"PLAIN XOAUTH2 OAUTHBEARER", tok, OAuthBearer}, {"PLAIN XOAUTH2", tok, XOAuth2},
	} {
		m, err := Choose(strings.Fields(c.offered), c.cred)
		if err != nil {
			t.Fatal(err)
		}
		if name, _, err := m.Start(); name != c.want || err != nil {
			t.Errorf("%s: %s %v", c.offered, name, err)
		}
	}
	for offered, words := range map[string]string{"GSSAPI NTLM": "a Kerberos ticket (GSSAPI) and a Windows domain log-in (NTLM)", "XOAUTH2 OAUTHBEARER": "It takes no passwords", "": "none at all", "X\x1b[2J": "X2J"} {
		_, err := Choose(strings.Fields(offered), pw)
		var e *fault.Error
		if !errors.As(err, &e) || e.Kind != fault.Auth || e.Code != "no-mechanism" || !strings.Contains(e.Detail, words) {
			t.Errorf("%q: %+v", offered, e)
		}
	}
	if _, err := Choose([]string{"PLAIN"}, tok); !fault.Is(err, fault.Auth) {
		t.Error("a token went out as a password")
	}
}

func TestMechanismsOnTheWire(t *testing.T) {
	m, _ := Choose([]string{OAuthBearer}, Credential{User: "a=b,c@example.test", Token: "tok"})
	if _, ir, _ := m.Start(); string(ir) != "n,a=a=3Db=2Cc@example.test,\x01auth=Bearer tok\x01\x01" {
		t.Errorf("%q", ir)
	}
	if out, err := m.Next([]byte(`{"status":"invalid_token","scope":"mail"}`)); string(out) != "\x01" || err != nil || Reason(m) != "invalid_token mail" {
		t.Errorf("%q %v %q", out, err, Reason(m))
	}
	m, _ = Choose([]string{XOAuth2}, Credential{User: "ada", Token: "tok"})
	if _, ir, _ := m.Start(); string(ir) != "user=ada\x01auth=Bearer tok\x01\x01" {
		t.Errorf("%q", ir)
	}
	if out, err := m.Next([]byte("no json")); out == nil || len(out) != 0 || err != nil {
		t.Errorf("%q %v", out, err)
	}
	m, _ = Choose([]string{CramMD5}, Credential{User: "tim", Password: "tanstaaftanstaaf"}) // the example of RFC 2195
	if out, err := m.Next([]byte("<1896.697170952@postoffice.reston.mci.net>")); string(out) != "tim b913a602c7eda7a495b4e6e7334d3890" || err != nil {
		t.Errorf("%q %v", out, err)
	}
	m, _ = Choose([]string{Login}, Credential{User: "ada", Password: `päss "q\`})
	a, _ := m.Next([]byte("User Name\x00"))
	b, _ := m.Next([]byte("Password\x00"))
	if _, err := m.Next(nil); string(a) != "ada" || string(b) != `päss "q\` || err == nil {
		t.Errorf("%q %q %v", a, b, err)
	}
}

func TestScramProvesTheServer(t *testing.T) {
	for _, pass := range []string{"pencil", `päss wörd "q\`, "a\u00adb", "🫠 newer than SASLprep"} {
		cl, err := scram.SHA256.NewClientUnprepped("ada", strings.ReplaceAll(pass, "\u00ad", ""), "")
		if err != nil {
			t.Fatal(err)
		}
		stored := cl.GetStoredCredentials(scram.KeyFactors{Salt: "salt", Iters: 4096})
		srv, err := scram.SHA256.NewServer(func(string) (scram.StoredCredentials, error) { return stored, nil })
		if err != nil {
			t.Fatal(err)
		}
		conv := srv.NewConversation()
		m, err := Choose([]string{ScramSHA256}, Credential{User: "ada", Password: pass})
		if err != nil {
			t.Fatal(err)
		}
		_, out, _ := m.Start()
		for range 2 {
			if Proven(m) {
				t.Error("proven before the server said anything")
			}
			ch, err := conv.Step(string(out))
			if err != nil {
				t.Fatalf("%q: %v", pass, err)
			}
			if out, err = m.Next([]byte(ch)); err != nil {
				t.Fatalf("%q: %v", pass, err)
			}
		}
		if !Proven(m) || !conv.Valid() {
			t.Errorf("%q: not proven", pass)
		}
	}
	m, _ := Choose([]string{ScramSHA256}, Credential{User: "ada", Password: "x"})
	_, ir, _ := m.Start()
	nonce := string(ir)[strings.Index(string(ir), "r=")+2:]
	if _, err := m.Next([]byte("r=" + nonce + "more,s=c2FsdA==,i=2000000000")); err == nil {
		t.Error("two thousand million rounds were done")
	}
}

func FuzzMechanisms(f *testing.F) {
	f.Add("SCRAM-SHA-256", []byte("r=abc,s=c2FsdA==,i=4096"), []byte("v=xx"))
	f.Add("XOAUTH2", []byte(`{"status":"401"}`), []byte{})
	f.Fuzz(func(t *testing.T, name string, one, two []byte) {
		if strings.Contains(string(one), "i=") && len(one) > 40 {
			return // rounds cost time
		}
		for _, c := range []Credential{{User: "u", Password: "p"}, {User: "u", Token: "t"}} {
			m, err := Choose([]string{name}, c)
			if err != nil {
				continue
			}
			m.Start()
			m.Next(one)
			m.Next(two)
			Reason(m)
			if Proven(m) && strings.HasPrefix(strings.ToUpper(name), "SCRAM") {
				t.Fatal("proven by rubbish")
			}
		}
	})
}
