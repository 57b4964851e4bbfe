package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/mail"
)

// Addresses are kept as "name US addr RS name US addr": shorter and faster to read than JSON. Control characters cannot be in them.
const (
	unitSep   = "\x1f"
	recordSep = "\x1e"
	// maxAddrs bounds what is kept of a list of recipients in a row; the body has them all.
	maxAddrs = 100
)

func packAddrs(as []mail.Address) string {
	if len(as) == 0 {
		return ""
	}
	var b strings.Builder
	for i, a := range as {
		if i == maxAddrs {
			break
		}
		if i > 0 {
			b.WriteString(recordSep)
		}
		b.WriteString(clean(a.Name, 200))
		b.WriteString(unitSep)
		b.WriteString(clean(a.Addr, 320))
	}
	return b.String()
}

func unpackAddrs(s string) []mail.Address {
	if s == "" {
		return nil
	}
	out := make([]mail.Address, 0, 1+strings.Count(s, recordSep))
	for s != "" {
		var one string
		one, s, _ = strings.Cut(s, recordSep)
		name, addr, _ := strings.Cut(one, unitSep)
		out = append(out, mail.Address{Name: name, Addr: addr})
	}
	return out
}

// clean bounds a string and takes control characters and broken UTF-8 out.
func clean(s string, limit int) string {
	ok := len(s) <= limit
	for i := 0; ok && i < len(s); i++ {
		if s[i] < 0x20 || s[i] >= 0x7f {
			ok = false
		}
	}
	if ok {
		return s
	}
	s = strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return cut(s, limit)
}

// cut shortens s to at most limit bytes between two characters.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && s[limit]&0xc0 == 0x80 {
		limit--
	}
	return s[:limit]
}

func packWords(ws []string) string { return strings.Join(ws, " ") }

func unpackWords(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, " ")
}

// hash63 is a positive hash of a name, 0 for "". It is cut from SHA-256 so that nobody can make two names meet.
func hash63(s string) int64 {
	if s == "" {
		return 0
	}
	h := sha256.Sum256([]byte(s))
	n := int64(binary.BigEndian.Uint64(h[:8]) >> 1)
	if n == 0 {
		n = 1
	}
	return n
}

// Digests are kept as their 32 bytes.
func packDigest(d string) any {
	if d == "" {
		return nil
	}
	b, err := hex.DecodeString(d)
	if err != nil {
		return []byte(d)
	}
	return b
}

func unpackDigest(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	return hex.EncodeToString(b)
}

// dateOf chooses the date that a message is filed under.
func dateOf(e *mail.Envelope, received, now time.Time) time.Time {
	limit := now.Add(24 * time.Hour)
	if !received.IsZero() && received.Unix() > 0 && received.Before(limit) {
		limit = received.Add(24 * time.Hour)
	} else {
		received = time.Time{}
	}
	if e != nil && !e.Date.IsZero() && e.Date.Unix() > 0 {
		if e.Date.After(limit) {
			return limit
		}
		return e.Date
	}
	if !received.IsZero() {
		return received
	}
	return now
}

// receivedOf is when a message came to its mailbox, its date where that is not known.
func receivedOf(received, date int64) time.Time {
	if received == 0 {
		received = date
	}
	return time.Unix(received, 0)
}

func toMe(mine map[string]bool, lists ...[]mail.Address) bool {
	for _, l := range lists {
		for _, a := range l {
			if mine[strings.ToLower(a.Addr)] {
				return true
			}
		}
	}
	return false
}
