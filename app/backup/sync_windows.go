package backup

// syncDir does nothing: Windows keeps the names itself.
func syncDir(string) error { return nil }
