package store

import (
	"context"
	"sort"
	"strings"
	"time"
	"unicode"

	"github.com/postrider/postrider/accounts/mail"
	"golang.org/x/text/unicode/norm"
)

// heard collects what a transaction learned of a correspondent.
type heard struct {
	addr, name        string
	written, received int64
	last              int64
}

func (tx *Tx) meet(a mail.Address, written, received int64, at int64) {
	addr := clean(strings.TrimSpace(a.Addr), 320)
	key := strings.ToLower(addr)
	if at := strings.LastIndexByte(key, '@'); at <= 0 || at == len(key)-1 {
		return
	}
	if tx.people == nil {
		tx.people = map[string]*heard{}
	}
	h := tx.people[key]
	if h == nil {
		h = &heard{addr: addr}
		tx.people[key] = h
	}
	h.written += written
	h.received += received
	if at >= h.last || h.name == "" {
		if n := clean(a.Name, 200); n != "" {
			h.name = n
		}
	}
	h.last = max(h.last, at)
}

// heardFrom counts the sender of a message, not in Junk, Trash, Drafts and Sent. It is done when a message is indexed for the first time, so that
// fetching does not wait for it.
func (tx *Tx) heardFrom(in mail.MailboxID, sender string, at int64) {
	b := tx.t.boxes[in]
	if b == nil {
		return
	}
	switch b.role {
	case mail.RoleJunk, mail.RoleTrash, mail.RoleDrafts, mail.RoleSent:
		return
	}
	for i, a := range unpackAddrs(sender) {
		if i == 3 {
			break
		}
		tx.meet(a, 0, 1, at)
	}
}

// Wrote counts recipients.
func (tx *Tx) Wrote(to []mail.Address, at time.Time) error {
	for _, a := range to {
		tx.meet(a, 1, 0, at.Unix())
	}
	return nil
}

func (tx *Tx) flushPeople() error {
	for key, h := range tx.people {
		var id int64
		ok, err := tx.w.row("UPDATE people SET written=written+?, received=received+?, name=CASE WHEN ?<>'' AND (?>=last OR name='') THEN ? ELSE name END, last=max(last,?) WHERE key=? RETURNING id",
			[]any{h.written, h.received, h.name, h.last, h.name, h.last, key}, &id)
		if err != nil {
			return err
		}
		text := h.name
		if !ok {
			r, err := tx.w.exec("INSERT INTO people(key,addr,name,written,received,last) VALUES(?,?,?,?,?,?)", key, h.addr, h.name, h.written, h.received, h.last)
			if err != nil {
				return err
			}
			if id, err = r.LastInsertId(); err != nil {
				return err
			}
			text += " " + key
		} else if h.name == "" || tx.s.named[key] == h.name {
			continue
		}
		if err := tx.putWords(id, text); err != nil {
			return err
		}
		// Only a hint against doing it again; after a rollback it may be wrong, so it is kept when the transaction went through.
		if tx.named == nil {
			tx.named = map[string]string{}
		}
		tx.named[key] = h.name
	}
	tx.people = nil
	return nil
}

func (tx *Tx) putWords(id int64, text string) error {
	for i, w := range words(text) {
		if i == 16 {
			break
		}
		if _, err := tx.w.exec("INSERT OR IGNORE INTO peoplewords(word,person) VALUES(?,?)", w, id); err != nil {
			return err
		}
	}
	return nil
}

// fold makes text comparable: lower case, without diacritics.
func fold(s string) string {
	ascii := true
	for i := 0; i < len(s); i++ {
		ascii = ascii && s[i] < 0x80
	}
	if ascii {
		return strings.ToLower(s)
	}
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(s))
}

// words splits a name or address into what it can be found by; an address is also found as a whole.
func words(s string) []string {
	s = fold(s)
	out := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, f := range strings.Fields(s) {
		if strings.Contains(f, "@") {
			out = append(out, strings.Trim(f, "<>,;"))
		}
	}
	return out
}

// maxMatches bounds how many correspondents are looked at for one prefix.
const maxMatches = 4000

// Complete returns known correspondents for a prefix of a name or address, best first.
func (s *Store) Complete(ctx context.Context, prefix string, limit int) ([]Correspondent, error) {
	p := strings.TrimSpace(fold(prefix))
	ws := strings.Fields(p)
	if len(ws) == 0 || limit <= 0 {
		return []Correspondent{}, nil
	}
	if len(ws) > 8 {
		ws = ws[:8]
	}
	// The longest word finds the fewest.
	first := ws[0]
	for _, w := range ws {
		if len(w) > len(first) {
			first = w
		}
	}
	all := []Correspondent{}
	err := s.reads.rows(ctx, `SELECT addr, name, written, received, last FROM people WHERE id IN (SELECT person FROM peoplewords WHERE word>=? AND word<? LIMIT ?)`,
		[]any{first, first + "\U0010FFFF", maxMatches}, func(scan func(...any) error) error {
			var c Correspondent
			var last int64
			if err := scan(&c.Addr, &c.Name, &c.Written, &c.Received, &last); err != nil {
				return err
			}
			c.Last = fromUnix(last)
			if matchesAll(words(c.Name+" "+c.Addr), ws) {
				all = append(all, c)
			}
			return nil
		})
	if err != nil {
		return nil, local("complete", err)
	}
	sort.SliceStable(all, func(i, j int) bool {
		a, b := all[i], all[j]
		switch {
		case a.Written != b.Written:
			return a.Written > b.Written
		case a.Received != b.Received:
			return a.Received > b.Received
		case !a.Last.Equal(b.Last):
			return a.Last.After(b.Last)
		}
		return a.Addr < b.Addr
	})
	return all[:min(limit, len(all))], nil
}

func matchesAll(have, want []string) bool {
	for _, w := range want {
		ok := false
		for _, h := range have {
			ok = ok || strings.HasPrefix(h, w)
		}
		if !ok {
			return false
		}
	}
	return true
}
