package testserver

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"os"
	"strings"
	"testing"
)

// greet returns the first line of a TLS service.
func greet(t *testing.T, s *Server, port int) string {
	t.Helper()
	c, err := tls.Dial("tcp", fmt.Sprintf("localhost:%d", s.Port(port)), &tls.Config{RootCAs: s.Roots})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	l, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestServersAnswerAndRestart(t *testing.T) {
	s := Start(t, Options{})
	for port, want := range map[int]string{993: "* OK", 995: "+OK", 465: "220 "} {
		if l := greet(t, s, port); !strings.HasPrefix(l, want) {
			t.Errorf("port %d greets with %q, want %q", port, l, want)
		}
	}
	if err := s.Deliver("ada@example.test", []byte("Subject: hello\r\n\r\nhi\r\n")); err != nil {
		t.Fatal(err)
	}
	new, err := os.ReadDir(s.Maildir("ada@example.test") + "/new")
	if err != nil || len(new) != 1 {
		t.Fatalf("delivered %d messages, %v", len(new), err)
	}
	s.Kill()
	if listening(s.Port(993)) {
		t.Fatal("still listening after Kill")
	}
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	greet(t, s, 993)
}

func TestWrongNameIsNoticed(t *testing.T) {
	s := Start(t, Options{Cert: "wronghost", NoSMTP: true})
	if _, err := tls.Dial("tcp", fmt.Sprintf("localhost:%d", s.Port(993)), &tls.Config{RootCAs: s.Roots}); err == nil {
		t.Fatal("a certificate for another name was accepted")
	}
}
