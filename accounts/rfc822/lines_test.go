package rfc822

import "testing"

func TestWireLines(t *testing.T) {
	for in, want := range map[string]string{"": "", "a": "a", "\n": "\r\n", "a\nb\r\nc\n": "a\r\nb\r\nc\r\n", "a\rb\n": "a\rb\r\n", "\r\n\n\r": "\r\n\r\n\r", "a\r\n": "a\r\n"} {
		if got := string(WireLines([]byte(in))); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}
