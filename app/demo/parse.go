package demo

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/mail"
)

// Message is one message of the demo.
type Message struct {
	Account string // "studio" or "personal"
	Mailbox string
	Flags   mail.Flags
	Date    time.Time
	Raw     []byte // CRLF line ends
}

type source struct {
	Message
	header      map[string]string
	attach      []string
	text, html  string
	id          string
	invite      string
	unsubscribe string
}

var flagWords = map[string]mail.Flags{"seen": mail.Seen, "flagged": mail.Flagged, "answered": mail.Answered, "draft": mail.DraftFlag}

// Parse reads the demo's mail; times are relative to now. It fails on the first line that it does not understand.
func Parse(text string, now time.Time) ([]Message, error) {
	var out []Message
	for i, part := range strings.Split("\n"+text, "\n@@ ") {
		if i == 0 {
			continue
		}
		head, rest, _ := strings.Cut(part, "\n")
		s, err := parseOne(head, rest, now)
		if err != nil {
			return nil, fmt.Errorf("demo message %d (%s): %w", i, head, err)
		}
		s.Raw = build(s)
		out = append(out, s.Message)
	}
	return out, nil
}

func parseOne(head, rest string, now time.Time) (*source, error) {
	s := &source{header: map[string]string{}}
	f := strings.Fields(head)
	if len(f) < 4 {
		return nil, fmt.Errorf("want ACCOUNT MAILBOX DAY TIME [FLAGS]")
	}
	s.Account = f[0]
	f = f[1:]
	// Mailbox names have spaces: everything up to the day.
	n := 0
	for n < len(f) && !isDay(f[n]) {
		n++
	}
	if n == 0 || n+1 >= len(f) {
		return nil, fmt.Errorf("no mailbox or no time")
	}
	s.Mailbox = strings.Join(f[:n], " ")
	d, err := when(f[n], f[n+1], now)
	if err != nil {
		return nil, err
	}
	s.Date = d
	if n+2 < len(f) {
		for _, w := range strings.Split(f[n+2], ",") {
			fl, ok := flagWords[w]
			if !ok {
				return nil, fmt.Errorf("unknown flag %q", w)
			}
			s.Flags |= fl
		}
	}
	headers, body, _ := strings.Cut(rest, "\n\n")
	for _, l := range strings.Split(headers, "\n") {
		k, v, ok := strings.Cut(l, ": ")
		if !ok {
			return nil, fmt.Errorf("no header line: %q", l)
		}
		if k == "Attach" {
			s.attach = append(s.attach, v)
		} else {
			s.header[k] = v
		}
	}
	s.text, s.html, _ = strings.Cut(body, "\n--html--\n")
	s.text = strings.TrimRight(s.text, "\n") + "\n"
	s.id = s.header["Id"]
	if s.id == "" || s.header["From"] == "" {
		return nil, fmt.Errorf("Id and From are needed")
	}
	return s, nil
}

func isDay(w string) bool {
	_, err := strconv.Atoi(strings.TrimSuffix(w, "d"))
	return err == nil && strings.HasSuffix(w, "d")
}

// when turns "-1d" and "17:32" into a time. Times of today that are still to come are moved before now, and in the morning all of today's, so that they keep
// their order whatever the time is.
func when(day, clock string, now time.Time) (time.Time, error) {
	n, err := strconv.Atoi(strings.TrimSuffix(day, "d"))
	if err != nil {
		return time.Time{}, err
	}
	c, err := time.Parse("15:04", clock)
	if err != nil {
		return time.Time{}, err
	}
	y, m, d := now.AddDate(0, 0, n).Date()
	t := time.Date(y, m, d, c.Hour(), c.Minute(), 0, 0, now.Location())
	if n <= 0 && t.After(now) || n == 0 && now.Hour() < 12 {
		back := time.Duration(24*60-(c.Hour()*60+c.Minute())) * time.Minute / 24
		t = now.Add(-back).Truncate(time.Second)
	}
	return t, nil
}
