package store

import (
	"context"
	"errors"
	"os"
	"time"
)

// Dead space in packs: frames that no row names, and those of bodies that are not used any more. A pack of which less than half is alive is moved into
// the pack that is continued, and removed.

// collectPacked forgets unused bodies older than grace, then makes room. named holds the first twelve bytes of digests of messages, in hex.
func (s *Store) collectPacked(ctx context.Context, grace time.Duration, named map[string]struct{}) error {
	for after := []byte{}; after != nil; {
		var next []byte
		err := s.Write(ctx, func(tx *Tx) error {
			var old [][]byte
			n := 0
			err := tx.w.rows("SELECT digest, at FROM packed WHERE digest>? ORDER BY digest LIMIT 2000", []any{after}, func(scan func(...any) error) error {
				var d []byte
				var at int64
				if err := scan(&d, &at); err != nil {
					return err
				}
				n++
				next = append([]byte{}, d...)
				if s.now().Sub(time.Unix(at, 0)) >= grace {
					old = append(old, next)
				}
				return nil
			})
			if err != nil {
				return err
			}
			if n < 2000 {
				next = nil
			}
			for _, d := range old {
				hex := unpackDigest(d)
				if _, ok := named[hex[:min(len(hex), 24)]]; ok {
					continue
				}
				var used bool
				if _, err := tx.w.row(usedBlob, []any{hex, hex}, &used); err != nil {
					return err
				}
				if used {
					continue
				}
				if _, err := tx.w.exec("DELETE FROM packed WHERE digest=?", d); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		after = next
	}
	return s.repack(ctx)
}

// repack moves what is alive out of packs that are mostly dead.
func (s *Store) repack(ctx context.Context) error {
	files, err := packFiles(s.packs.dir)
	if err != nil {
		return local("compact", err)
	}
	alive := map[int64]int64{}
	if err := s.reads.rows(ctx, "SELECT pack, sum(len) FROM packed GROUP BY pack", nil, func(scan func(...any) error) error {
		var n, sum int64
		err := scan(&n, &sum)
		alive[n] = sum
		return err
	}); err != nil {
		return local("compact", err)
	}
	for n, size := range files {
		// What was appended to in this run may have frames that wait for their transaction.
		if n >= s.packs.first || alive[n]*2 >= size && size > 0 {
			continue
		}
		if err := s.movePack(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

var errDamagedPack = errors.New("a pack is shorter than its rows say")

// movePack copies the living frames of a pack to the end of the one that is continued, durably, and removes it. Frames are moved as they are: a damaged one
// stays as damaged as it is.
func (s *Store) movePack(ctx context.Context, n int64) error {
	f, err := os.Open(packPath(s.packs.dir, n))
	if err != nil {
		return local("compact", err)
	}
	defer f.Close()
	for {
		var rows []stowed
		moved := 0
		err := s.Write(ctx, func(tx *Tx) error {
			rows = rows[:0]
			err := tx.w.rows("SELECT digest, off, len, size FROM packed WHERE pack=? LIMIT 200", []any{n}, func(scan func(...any) error) error {
				r := stowed{at: location{pack: n}}
				err := scan(&r.digest, &r.at.off, &r.at.len, &r.size)
				rows = append(rows, r)
				return err
			})
			if err != nil {
				return err
			}
			sum := int64(0)
			for _, r := range rows {
				if moved > 0 && sum+r.at.len > 32<<20 {
					break
				}
				b := make([]byte, r.at.len)
				if _, err := f.ReadAt(b, r.at.off); err != nil {
					return errDamagedPack
				}
				at, err := s.packs.append(b)
				if err != nil {
					return err
				}
				if _, err := tx.w.exec("UPDATE packed SET pack=?, off=? WHERE digest=?", at.pack, at.off, r.digest); err != nil {
					return err
				}
				if tx.packs == nil {
					tx.packs = map[int64]bool{}
				}
				tx.packs[at.pack] = true
				sum += r.at.len
				moved++
			}
			return nil
		})
		if errors.Is(err, errDamagedPack) {
			return nil // it stays as it is
		}
		if err != nil {
			return local("compact", err)
		}
		if moved == 0 {
			break
		}
	}
	size := int64(0)
	if i, err := f.Stat(); err == nil {
		size = i.Size()
	}
	f.Close() // some systems remove no open file
	if err := os.Remove(packPath(s.packs.dir, n)); err != nil {
		return local("compact", err)
	}
	s.packs.mu.Lock()
	s.packs.total -= size
	s.packs.mu.Unlock()
	return nil
}
