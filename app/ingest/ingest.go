// Package ingest prepares a fetched message for the store, outside of every lock: digest and what the list and the index need.
package ingest

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/postrider/postrider/app/store"
	"github.com/postrider/postrider/app/winmail"
)

// Body takes raw apart; nothing but Raw points into it. It never fails on what the message says: what can be read is in the result.
func Body(raw []byte) (store.Body, error) {
	sum := sha256.Sum256(raw)
	in := winmail.Ingest(raw)
	return store.Body{
		Digest: hex.EncodeToString(sum[:]), Raw: raw, Size: int64(len(raw)), Envelope: in.Envelope, Snippet: in.Snippet, Text: in.Text,
		Names: in.Names, Attachments: in.Attachments, Invitation: in.Invitation,
	}, nil
}

// Text is what the index needs of a message that was indexed in another place before.
func Text(raw []byte) (text, names string) {
	in := winmail.Ingest(raw)
	return in.Text, in.Names
}
