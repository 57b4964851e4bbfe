//go:build windows || darwin

package notify

// System returns nil: these systems have no such service; see [Toolkit].
func System(string, string) Desktop { return nil }
