package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
)

// Setting reads a small value; false when it was never stored.
func (s *Store) Setting(ctx context.Context, key string, into any) (bool, error) {
	var v string
	ok, err := s.reads.row(ctx, "SELECT value FROM settings WHERE key=?", []any{key}, &v)
	if err != nil || !ok {
		return false, local("settings", err)
	}
	return true, local("settings", json.Unmarshal([]byte(v), into))
}

// PutSetting stores a small value; nil removes it.
func (s *Store) PutSetting(ctx context.Context, key string, v any) error {
	return s.Write(ctx, func(tx *Tx) error { return tx.PutSetting(key, v) })
}

// PutSetting stores a small value; nil removes it.
func (tx *Tx) PutSetting(key string, v any) error {
	tx.changed.Settings, tx.any = true, true
	if v == nil {
		_, err := tx.w.exec("DELETE FROM settings WHERE key=?", key)
		return err
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = tx.w.exec("INSERT INTO settings(key,value) VALUES(?,?) ON CONFLICT(key) DO UPDATE SET value=excluded.value", key, string(b))
	return err
}

// SetPOPSeen remembers when a message on a POP3 server was stored here.
func (tx *Tx) SetPOPSeen(box mail.MailboxID, ref remote.Ref, digest string, at time.Time) error {
	_, err := tx.w.exec("INSERT INTO popseen(mailbox,ref,digest,stored) VALUES(?,?,?,?) ON CONFLICT(mailbox,ref) DO UPDATE SET digest=excluded.digest, stored=excluded.stored",
		int64(box), string(ref), digest, toUnix(at))
	return err
}

// POPSeen returns what is remembered of the messages on a POP3 server.
func (tx *Tx) POPSeen(box mail.MailboxID) (map[remote.Ref]POPMark, error) {
	out := map[remote.Ref]POPMark{}
	err := tx.w.rows("SELECT ref, digest, stored, deleted FROM popseen WHERE mailbox=?", []any{int64(box)}, func(scan func(...any) error) error {
		var r remote.Ref
		var m POPMark
		var at int64
		if err := scan(&r, &m.Digest, &at, &m.Deleted); err != nil {
			return err
		}
		m.Stored = fromUnix(at)
		out[r] = m
		return nil
	})
	return out, err
}

// DropPOPSeen forgets refs that the server does not have any more.
func (tx *Tx) DropPOPSeen(box mail.MailboxID, refs []remote.Ref) error {
	for _, r := range refs {
		if _, err := tx.w.exec("DELETE FROM popseen WHERE mailbox=? AND ref=?", int64(box), string(r)); err != nil {
			return err
		}
	}
	return nil
}
