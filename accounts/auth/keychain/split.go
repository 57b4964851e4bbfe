package keychain

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// maxItem is the longest value put in one item, in bytes: below the limits of Windows (2560) and of macOS (some 2900 after its encoding).
const maxItem = 2000

// splitMark starts the item that names the parts of a long value: mark, id of the parts, number of parts, length, SHA-256.
const splitMark = "postrider-parts:1:"

// items is one keychain's plain way to keep short values.
type items interface {
	get(user string) (string, error) // errMissing where there is none
	set(user, value string) error
	del(user string) error // errMissing where there was none
}

var (
	errMissing = errors.New("no such item")
	errDamaged = errors.New("the parts of a stored secret do not fit together")
)

func part(user, id string, n int) string { return user + "#" + id + "." + strconv.Itoa(n) }

type parts struct {
	id     string
	n, len int
	sum    string
}

func parseParts(head string) (parts, bool) {
	rest, ok := strings.CutPrefix(head, splitMark)
	f := strings.Split(rest, ":")
	if !ok || len(f) != 4 {
		return parts{}, false
	}
	n, err1 := strconv.Atoi(f[1])
	l, err2 := strconv.Atoi(f[2])
	if err1 != nil || err2 != nil || n < 1 || l < 0 || l > maxSecret || n > maxSecret/maxItem+1 {
		return parts{}, false
	}
	return parts{f[0], n, l, f[3]}, true
}

// getLong reads a value that may be in parts.
func getLong(it items, user string) (string, error) {
	head, err := it.get(user)
	if err != nil || !strings.HasPrefix(head, splitMark) {
		return head, err
	}
	p, ok := parseParts(head)
	if !ok {
		return "", errDamaged
	}
	var b strings.Builder
	for i := range p.n {
		s, err := it.get(part(user, p.id, i))
		if errors.Is(err, errMissing) {
			return "", errDamaged
		}
		if err != nil {
			return "", err
		}
		if b.Len()+len(s) > maxSecret {
			return "", errDamaged
		}
		b.WriteString(s)
	}
	v := b.String()
	if sum := sha256.Sum256([]byte(v)); len(v) != p.len || hex.EncodeToString(sum[:]) != p.sum {
		return "", errDamaged
	}
	return v, nil
}

// setLong writes a value, in parts where it is long. The old parts go last.
func setLong(it items, user, value string) error {
	old, err := it.get(user)
	if err != nil && !errors.Is(err, errMissing) {
		return err
	}
	head := value
	if len(value) > maxItem || strings.HasPrefix(value, splitMark) {
		var r [8]byte
		rand.Read(r[:])
		sum := sha256.Sum256([]byte(value))
		p := parts{id: hex.EncodeToString(r[:]), len: len(value), sum: hex.EncodeToString(sum[:])}
		for rest := value; p.n == 0 || rest != ""; p.n++ {
			n := min(len(rest), maxItem)
			if err := it.set(part(user, p.id, p.n), rest[:n]); err != nil {
				for i := range p.n {
					it.del(part(user, p.id, i))
				}
				return err
			}
			rest = rest[n:]
		}
		head = fmt.Sprintf("%s%s:%d:%d:%s", splitMark, p.id, p.n, p.len, p.sum)
	}
	if err := it.set(user, head); err != nil {
		return err
	}
	drop(it, user, old)
	return nil
}

// delLong removes a value and its parts; a missing one is no error.
func delLong(it items, user string) error {
	old, err := it.get(user)
	if errors.Is(err, errMissing) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := it.del(user); err != nil && !errors.Is(err, errMissing) {
		return err
	}
	drop(it, user, old)
	return nil
}

// drop removes the parts that an old head names. What is left behind by a failure here is unreadable without the head's id and harmless.
func drop(it items, user, head string) {
	if p, ok := parseParts(head); ok {
		for i := range p.n {
			it.del(part(user, p.id, i))
		}
	}
}
