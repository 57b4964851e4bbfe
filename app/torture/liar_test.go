package torture

func (w *wall) lie(l *link, f func([]byte) []byte) {}
