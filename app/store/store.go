package store

var (
	_ api    = (*Store)(nil)
	_ writer = (*Tx)(nil)
)
