package pop3

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/remote"
)

// liar answers the usual commands and lets f answer first.
func liar(f func(cmd string, w io.Writer) (done, quit bool)) func(string, io.Writer) bool {
	return func(cmd string, w io.Writer) bool {
		if done, quit := f(cmd, w); done {
			return quit
		}
		verb, _, _ := strings.Cut(cmd, " ")
		switch verb {
		case "CAPA":
			io.WriteString(w, "+OK\r\nUSER\r\nTOP\r\nUIDL\r\nPIPELINING\r\n.\r\n")
		case "STAT":
			io.WriteString(w, "+OK 1 10\r\n")
		case "LIST":
			io.WriteString(w, "+OK\r\n1 10\r\n.\r\n")
		case "UIDL":
			io.WriteString(w, "+OK\r\n1 one\r\n.\r\n")
		case "TOP", "RETR":
			io.WriteString(w, "+OK\r\nSubject: x\r\n\r\nbody\r\n.\r\n")
		case "QUIT":
			io.WriteString(w, "+OK\r\n")
			return true
		default:
			io.WriteString(w, "+OK\r\n")
		}
		return false
	}
}

func on(verb, answer string) func(string, io.Writer) (bool, bool) {
	return func(cmd string, w io.Writer) (bool, bool) {
		if strings.HasPrefix(cmd, verb) {
			io.WriteString(w, answer)
			return true, false
		}
		return false, false
	}
}

func TestLyingServers(t *testing.T) {
	for _, c := range []struct {
		name, verb, answer string
		refs               int // -1: a fault
		complete           bool
	}{
		{"honest", "NOOP", "", 1, true},
		{"more in UIDL than in LIST", "UIDL", "+OK\r\n1 one\r\n2 two\r\n.\r\n", 2, true},
		{"less in UIDL than in LIST", "LIST", "+OK\r\n1 10\r\n2 20\r\n.\r\n", 1, false},
		{"rubbish in UIDL", "UIDL", "+OK\r\n1 one\r\nhello world\r\n2\r\n0 null\r\n-1 minus\r\n.\r\n", 1, false},
		{"the same number twice", "UIDL", "+OK\r\n1 one\r\n1 two\r\n.\r\n", 1, false},
		{"huge numbers", "UIDL", "+OK\r\n99999999999999999999 one\r\n.\r\n", 0, false},
		{"sizes that are none", "LIST", "+OK\r\n1 huge\r\n.\r\n", 1, false},
		{"endless line", "UIDL", "+OK\r\n1 " + strings.Repeat("x", 400<<10) + "\r\n.\r\n", -1, false},
		{"long status", "UIDL", "+OK " + strings.Repeat("x", 9<<10) + "\r\n.\r\n", -1, false},
		{"no status", "UIDL", "hello\r\n", -1, false},
		{"no end", "UIDL", "+OK\r\n1 one\r\n", -1, false},
		{"empty, in lower case", "UIDL", "+ok\r\n.\r\n", 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := script(t, "+OK\r\n", liar(on(c.verb, c.answer)))
			o.Dialer.Idle = 300 * time.Millisecond
			conn, err := Open(context.Background(), o)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			d, err := conn.Pull(context.Background(), Inbox, "")
			if c.refs < 0 {
				e := fault.Of(err)
				if err == nil || e.Kind != fault.Protocol && e.Kind != fault.Network {
					t.Fatalf("%v", err)
				}
				return
			}
			if err != nil || len(d.Changed) != c.refs || d.Complete != c.complete {
				t.Fatalf("%v: %+v", err, d)
			}
		})
	}
}

func TestOddBodies(t *testing.T) {
	giant := strings.Repeat("a line without end ", 200_000)
	for name, body := range map[string]string{
		"giant line": "Subject: x\r\n\r\n" + giant + "\r\n", "lone LF": "Subject: x\n\nbody\n.\nmore\n", "dots": ".\r\n..\r\n...\r\n.a\r\n", "empty": "", "only a line end": "\r\n", "CR": "a\rb\r\r\n", "NUL": "\x00\r\n",
	} {
		stuffed := body
		if !strings.HasSuffix(stuffed, "\r\n") && stuffed != "" {
			stuffed += "\r\n"
			body += "\r\n"
		}
		stuffed = strings.ReplaceAll("\r\n"+stuffed, "\r\n.", "\r\n..")[2:]
		o := script(t, "+OK\r\n", liar(on("RETR", "+OK\r\n"+stuffed+".\r\n")))
		c, err := Open(context.Background(), o)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := fetch(t, c, []remote.Ref{"one"})
		if got["one"] != body {
			t.Errorf("%s: %.60q (%d), want %.60q (%d)", name, got["one"], len(got["one"]), body, len(body))
		}
		c.Close()
	}
}

func TestMissingTerminatorIsATimeout(t *testing.T) {
	o := script(t, "+OK\r\n", liar(on("RETR", "+OK\r\nbody\r\n")))
	o.Dialer.Idle = 200 * time.Millisecond
	c, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _, err = fetchErr(c, []remote.Ref{"one"})
	wantFault(t, err, fault.Network, "timeout")
}

func TestAPOPWhereNothingElseIs(t *testing.T) {
	var said []string
	o := script(t, "+OK hello <1896.697170952@dbc.mtview.ca.us>\r\n", liar(func(cmd string, w io.Writer) (bool, bool) {
		said = append(said, cmd)
		switch {
		case cmd == "CAPA":
			io.WriteString(w, "+OK\r\nUIDL\r\n.\r\n")
			return true, false
		}
		return false, false
	}))
	o.Creds = auth.Static{User: "mrose", Password: "tanstaaf"} // the example of RFC 1939 section 7
	c, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if got := strings.Join(said, "\n"); !strings.Contains(got, "APOP mrose c4c9334bac560ecc979e58001b3e22fb") || strings.Contains(got, "tanstaaf") {
		t.Fatal(got)
	}
}

func TestUTF8AndLongInitialResponse(t *testing.T) {
	var said []string
	token := strings.Repeat("t", 400)
	o := script(t, "+OK\r\n", liar(func(cmd string, w io.Writer) (bool, bool) {
		said = append(said, cmd)
		switch {
		case cmd == "CAPA":
			io.WriteString(w, "+OK\r\nUIDL\r\nUTF8 USER\r\nSASL XOAUTH2\r\n.\r\n")
		case cmd == "AUTH XOAUTH2":
			io.WriteString(w, "+ \r\n")
		default:
			return false, false
		}
		return true, false
	}))
	o.Creds = auth.Static{User: "ada", Token: token}
	c, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	all := strings.Join(said, "\n")
	if !strings.Contains(all, "UTF8\nAUTH XOAUTH2\ndXNlcj1hZGEB") {
		t.Fatal(all)
	}
}

func TestOAuthRefusalAnswersTheChallenge(t *testing.T) {
	var said []string
	o := script(t, "+OK\r\n", liar(func(cmd string, w io.Writer) (bool, bool) {
		said = append(said, cmd)
		switch {
		case cmd == "CAPA":
			io.WriteString(w, "+OK\r\nSASL OAUTHBEARER\r\n.\r\n")
		case strings.HasPrefix(cmd, "AUTH OAUTHBEARER "):
			io.WriteString(w, "+ eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=\r\n")
		case cmd == "AQ==":
			io.WriteString(w, "-ERR [AUTH] Authentication failed\r\n")
		default:
			return false, false
		}
		return true, false
	}))
	o.Creds = auth.Static{User: "ada", Token: "tok"}
	_, err := Open(context.Background(), o)
	e := wantFault(t, err, fault.Auth, "oauth-refused")
	if strings.Contains(fmt.Sprintf("%+v", *e), "tok\x01") || said[len(said)-1] != "AQ==" {
		t.Fatalf("%+v\n%v", e, said)
	}
}
