package kit

import "testing"

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 messages", 1: "1 message", 999: "999 messages", 1000: "1,000 messages", 1234567: "1,234,567 messages", -1: "-1 messages", -123456: "-123,456 messages"} {
		if got := Plural(n, "message", "messages"); got != want {
			t.Errorf("%d is %q, not %q", n, got, want)
		}
	}
}
