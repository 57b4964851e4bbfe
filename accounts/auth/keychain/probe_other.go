//go:build !(linux || freebsd || netbsd || openbsd || dragonfly)

package keychain

import (
	"context"
	"strings"
)

// probe: these systems always have a keychain, and unlock it with the person's own sign-in.
func probe(context.Context) (State, error) { return Ready, nil }

// isLocked recognises the refusal of macOS's security command (errSecInteractionNotAllowed, errSecAuthFailed).
func isLocked(err error) bool {
	s := err.Error()
	return strings.Contains(s, "exit status 36") || strings.Contains(s, "exit status 51")
}
