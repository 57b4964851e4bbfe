package main

import (
	"fmt"
	"os"
	"strings"
)

// readSkips reads the skips that are allowed.
func readSkips(name string) ([]skip, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var out []skip
	n := 0
	for l := range strings.Lines(string(b)) {
		n++
		l, _, _ = strings.Cut(l, "#")
		f := strings.Fields(l)
		if len(f) == 0 {
			continue
		}
		if len(f) < 3 {
			return nil, fmt.Errorf("%s:%d: want PACKAGE TEST REASON", name, n)
		}
		out = append(out, skip{f[0], f[1], strings.Join(f[2:], " ")})
	}
	return out, nil
}

// matches tells whether an allowed skip is about this one.
func (s skip) matches(a skip) bool {
	return glob(a.pkg, s.pkg) && glob(a.test, s.test) && strings.Contains(strings.Join(strings.Fields(s.reason), " "), a.reason)
}

// glob compares s with a pattern in which * stands for anything, / too.
func glob(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == s
	}
	if !strings.HasPrefix(s, parts[0]) {
		return false
	}
	s = s[len(parts[0]):]
	last := len(parts) - 1
	for _, p := range parts[1:last] {
		i := strings.Index(s, p)
		if i < 0 {
			return false
		}
		s = s[i+len(p):]
	}
	return strings.HasSuffix(s, parts[last])
}
