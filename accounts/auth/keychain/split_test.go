package keychain

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// bounded is a keychain like those of Windows and macOS: no item over maxItem bytes. After fails calls it breaks, as a crash would.
type bounded struct {
	m    map[string]string
	left int
}

var errBroken = errors.New("broken")

func (b *bounded) step() error {
	if b.left == 0 {
		return errBroken
	}
	b.left--
	return nil
}

func (b *bounded) get(u string) (string, error) {
	if err := b.step(); err != nil {
		return "", err
	}
	v, ok := b.m[u]
	if !ok {
		return "", errMissing
	}
	return v, nil
}

func (b *bounded) set(u, v string) error {
	if len(v) > maxItem {
		return fmt.Errorf("%d bytes do not fit", len(v))
	}
	if err := b.step(); err != nil {
		return err
	}
	b.m[u] = v
	return nil
}

func (b *bounded) del(u string) error {
	if err := b.step(); err != nil {
		return err
	}
	if _, ok := b.m[u]; !ok {
		return errMissing
	}
	delete(b.m, u)
	return nil
}

// Whatever call is the last one before a crash, the old or the new value is read afterwards.
func TestSplitSurvivesACrashAtEveryStep(t *testing.T) {
	values := []string{"short", strings.Repeat("old", 2500), strings.Repeat("new!", 1600), splitMark, ""}
	for _, old := range values {
		for _, new := range values {
			for n := range 60 {
				b := &bounded{map[string]string{}, -1}
				if err := setLong(b, "u", old); err != nil {
					t.Fatal(err)
				}
				b.left = n
				err := setLong(b, "u", new)
				b.left = -1
				got, gerr := getLong(b, "u")
				if gerr != nil || err == nil && got != new || got != old && got != new {
					t.Fatalf("after %d calls: set %v, get %d bytes %v", n, err, len(got), gerr)
				}
				if err := setLong(b, "u", "end"); err != nil {
					t.Fatal(err)
				}
				if err := delLong(b, "u"); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func TestSplitNoticesDamage(t *testing.T) {
	b := &bounded{map[string]string{}, -1}
	if err := setLong(b, "u", strings.Repeat("v", 5000)); err != nil || len(b.m) != 4 {
		t.Fatal(err, len(b.m))
	}
	p, ok := parseParts(b.m["u"])
	if !ok {
		t.Fatal(b.m["u"])
	}
	k := part("u", p.id, 1)
	good := b.m[k]
	b.m[k] = strings.Replace(good, "v", "w", 1)
	if _, err := getLong(b, "u"); !errors.Is(err, errDamaged) {
		t.Error("a changed part was not noticed:", err)
	}
	delete(b.m, k)
	if _, err := getLong(b, "u"); !errors.Is(err, errDamaged) {
		t.Error("a missing part was not noticed:", err)
	}
	for _, head := range []string{splitMark, splitMark + "a:b:c:d", splitMark + "x:99999999:5:y", splitMark + "x:1:-5:y", splitMark + "x:0:5:y"} {
		b.m["u"] = head
		if _, err := getLong(b, "u"); !errors.Is(err, errDamaged) {
			t.Errorf("%q: %v", head, err)
		}
	}
}
