package store

// Store is a profile's database.
type Store struct{}

// Tx is the write transaction.
type Tx struct{}
