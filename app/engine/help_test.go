package engine_test

import (
	"crypto/sha256"
	"encoding/hex"
)

func digest(raw []byte) string {
	h := sha256.Sum256(raw)
	return hex.EncodeToString(h[:])
}
