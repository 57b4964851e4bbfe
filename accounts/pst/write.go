package pst

type writing struct{}

func (w *writing) close() error { return nil }
