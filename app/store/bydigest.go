package store

import "github.com/postrider/postrider/accounts/mail"

// ByDigest returns the account's messages that have that body.
func (tx *Tx) ByDigest(a mail.AccountID, digest string) ([]Row, error) {
	ac := tx.t.byID[a]
	if ac == nil || digest == "" {
		return nil, nil
	}
	return tx.loadRows("digest=? AND account=?", packDigest(digest), ac.num)
}
