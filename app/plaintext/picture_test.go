package plaintext

import "testing"

func TestDeceptivePicture(t *testing.T) {
	for _, c := range []struct {
		alt, target string
		want        bool
	}{
		{"Log in at bank.com", "https://evil.net/x", true},
		{"www.bank.com", "https://bank.com.evil.net/", true},
		{"Visit bank.com now", "https://www.bank.com/login", false},
		{"Our new boats", "https://boats.net/", false},
		{"logo.png", "https://boats.net/", false},
		{"Version 2.0 of report.pdf", "https://boats.net/", false},
		{"", "https://boats.net/", false},
		{"support@bank.com", "https://evil.net/", true},
	} {
		if got := DeceptivePicture(c.alt, c.target); got != c.want {
			t.Errorf("%q to %s: %v", c.alt, c.target, got)
		}
	}
}
