package store

import (
	"context"
	"slices"
	"strings"
)

// PIMContactQuery chooses contacts for the list.
type PIMContactQuery struct {
	Words      []string // folded beginnings, all must be there
	Books      []int64  // the ones to look in
	Category   string
	GroupsOnly bool
	Letter     string // begin at this letter
	After      int64  // id of the last row of the page before
	Limit      int    // rows at most
}

// rareWords is how many contacts a beginning may have to be looked up by word; more common ones are filtered in the order of the list.
const rareWords = 1500

func inClause(col string, ids []int64, args *[]any) string {
	for _, id := range ids {
		*args = append(*args, id)
	}
	return col + " IN (" + marks(len(ids)) + ")"
}

// PIMContacts returns rows in the order of the list (without bytes); more: there are further ones.
func (s *Store) PIMContacts(ctx context.Context, q PIMContactQuery) (rows []PIMObject, more bool, err error) {
	if len(q.Books) == 0 || q.Limit <= 0 {
		return nil, false, nil
	}
	var args []any
	where := "o.kind='contact' AND o.hide=0 AND " + inClause("o.col", q.Books, &args)
	using := "@pimobjs_sort "
	if len(q.Books) == 1 {
		using = "@pimobjs_book "
	}
	if q.After != 0 {
		var sort string
		if ok, err := s.reads.row(ctx, "SELECT sort FROM pimobjs WHERE id=?", []any{q.After}, &sort); err != nil {
			return nil, false, local("contacts", err)
		} else if ok {
			where += " AND (o.sort,o.id)>(?,?)"
			args = append(args, sort, q.After)
		}
	} else if q.Letter != "" && q.Letter != "#" {
		where += " AND o.sort>=?"
		args = append(args, fold(q.Letter))
	} else if q.Letter == "#" {
		where += " AND o.letter='#'"
	}
	if q.GroupsOnly {
		where += " AND o.flags&?<>0"
		args = append(args, int64(PIMGroup))
	}
	if q.Category != "" {
		where += " AND instr(o.data, ?)>0"
		args = append(args, "\u2063"+q.Category+"\u2063")
	}
	longest := ""
	for _, w := range q.Words {
		if len(w) > len(longest) {
			longest = w
		}
	}
	if longest != "" {
		n := 0
		if _, err := s.reads.row(ctx, "SELECT count(*) FROM (SELECT 1 FROM pimwords WHERE word>=? AND word<? LIMIT ?)", []any{longest, longest + "\U0010FFFF", rareWords}, &n); err != nil {
			return nil, false, local("contacts", err)
		}
		if n < rareWords {
			using = ""
			where += " AND o.id IN (SELECT obj FROM pimwords WHERE word>=? AND word<?)"
			args = append(args, longest, longest+"\U0010FFFF")
		}
		for _, w := range q.Words {
			where += " AND instr(' '||o.words, ?)>0"
			args = append(args, " "+w)
		}
	}
	args = append(args, q.Limit+1)
	rows, err = pimObjects(s.rowsOf(ctx), false, using+where+" ORDER BY o.sort, o.id LIMIT ?", args...)
	if err != nil {
		return nil, false, local("contacts", err)
	}
	if len(rows) > q.Limit {
		return rows[:q.Limit], true, nil
	}
	return rows, false, nil
}

// PIMLetters counts the contacts of each letter.
func (s *Store) PIMLetters(ctx context.Context, books []int64) (letters []string, counts []int, err error) {
	if len(books) == 0 {
		return nil, nil, nil
	}
	var args []any
	where := inClause("col", books, &args)
	err = s.reads.rows(ctx, "SELECT letter, count(*) FROM pimobjs WHERE kind='contact' AND hide=0 AND "+where+" GROUP BY letter ORDER BY letter", args, func(scan func(...any) error) error {
		var l string
		var n int
		err := scan(&l, &n)
		letters, counts = append(letters, l), append(counts, n)
		return err
	})
	return letters, counts, local("contacts", err)
}

// FoldWords folds what a person types into beginnings of words.
func FoldWords(s string) []string {
	ws := strings.Fields(strings.ToLower(fold(s)))
	return ws[:min(len(ws), 8)]
}

// FoldIndex folds names and addresses into the words that they are found by.
func FoldIndex(s string) string { return strings.Join(words(s), " ") }

// Fold makes text comparable: lower case, without diacritics.
func Fold(s string) string { return fold(s) }

// PIMMatch is a contact's address that completes what is typed.
type PIMMatch struct {
	Contact int64
	Name    string
	Addr    string
	Group   bool
	Written int   // messages to the address
	Last    int64 // of these, Unix seconds
}

// maxPIMMatches bounds how many contacts are looked at for one beginning.
const maxPIMMatches = 150

// maxPIMScan bounds how many are asked for further words.
const maxPIMScan = 2500

// PIMComplete returns contacts' addresses for a beginning, those written to most first. Of a beginning that many contacts have, the first by word are looked at.
func (s *Store) PIMComplete(ctx context.Context, prefix string, books []int64, limit int) ([]PIMMatch, error) {
	ws := FoldWords(prefix)
	if len(ws) == 0 || limit <= 0 || len(books) == 0 {
		return nil, nil
	}
	// The word that the fewest contacts have comes first; those that have it are asked for the others.
	first, least := 0, maxPIMScan+1
	for i, w := range ws {
		n := 0
		if len(ws) > 1 {
			if _, err := s.reads.row(ctx, "SELECT count(*) FROM (SELECT 1 FROM pimwords WHERE word>=? AND word<? LIMIT ?)", []any{w, w + "\U0010FFFF", maxPIMScan}, &n); err != nil {
				return nil, local("complete", err)
			}
		}
		if n < least {
			first, least = i, n
		}
	}
	scan := maxPIMMatches
	if len(ws) > 1 {
		scan = maxPIMScan
	}
	args := []any{ws[first], ws[first] + "\U0010FFFF", scan}
	also := ""
	for i, w := range ws {
		if i != first {
			also += " AND EXISTS(SELECT 1 FROM pimwords v WHERE v.obj=c.obj AND v.word>=? AND v.word<?)"
			args = append(args, w, w+"\U0010FFFF")
		}
	}
	args = append(args, maxPIMMatches)
	in := inClause("o.col", books, &args)
	args = append(args, maxPIMMatches)
	var out []PIMMatch
	err := s.reads.rows(ctx, `SELECT o.id, o.title, o.flags, coalesce(m.addr,''), coalesce(p.written,0), coalesce(p.last,0)
		FROM (SELECT DISTINCT c.obj FROM (SELECT obj FROM pimwords WHERE word>=? AND word<? LIMIT ?) c WHERE 1`+also+` LIMIT ?) w CROSS JOIN pimobjs o ON o.id=w.obj
		LEFT JOIN pimmails m ON m.obj=o.id LEFT JOIN people p ON p.key=m.key
		WHERE o.kind='contact' AND o.hide=0 AND `+in+" LIMIT ?", args, func(scan func(...any) error) error {
		var m PIMMatch
		var flags PIMFlags
		if err := scan(&m.Contact, &m.Name, &flags, &m.Addr, &m.Written, &m.Last); err != nil {
			return err
		}
		m.Group = flags&PIMGroup != 0
		if m.Addr != "" || m.Group {
			out = append(out, m)
		}
		return nil
	})
	if err != nil {
		return nil, local("complete", err)
	}
	slices.SortStableFunc(out, func(a, b PIMMatch) int {
		if a.Written != b.Written {
			return b.Written - a.Written
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out[:min(limit, len(out))], nil
}

// PIMByAddress returns the shown contacts that have an address, without bytes.
func (s *Store) PIMByAddress(ctx context.Context, addr string) ([]PIMObject, error) {
	os, err := pimObjects(s.rowsOf(ctx), false, "o.hide=0 AND o.id IN (SELECT obj FROM pimmails WHERE key=?) ORDER BY o.id LIMIT 20", strings.ToLower(strings.TrimSpace(addr)))
	return os, local("contacts", err)
}

// PIMEvents returns the events that last at most wideAfter and do not repeat, and may touch [from, to) (seconds), without bytes.
func (s *Store) PIMEvents(ctx context.Context, cols []int64, from, to int64) ([]PIMObject, error) {
	if len(cols) == 0 {
		return nil, nil
	}
	args := []any{from - wideAfter, to, from - 1}
	in := inClause("col", cols, &args)
	return s.pimEvents(ctx, "INDEXED BY pimobjs_narrow WHERE kind='event' AND hide=0 AND wide=0 AND first>=? AND first<? AND last>? AND "+in, args)
}

// PIMWide returns all other events, also those of another time.
func (s *Store) PIMWide(ctx context.Context, cols []int64) ([]PIMObject, error) {
	if len(cols) == 0 {
		return nil, nil
	}
	var args []any
	in := inClause("col", cols, &args)
	return s.pimEvents(ctx, "INDEXED BY pimobjs_wide WHERE kind='event' AND hide=0 AND wide=1 AND "+in, args)
}

func (s *Store) pimEvents(ctx context.Context, where string, args []any) ([]PIMObject, error) {
	var out []PIMObject
	err := s.reads.rows(ctx, "SELECT id, col, ver, uid, title, data, flags, first, last, start, stop FROM pimobjs "+where, args, func(scan func(...any) error) error {
		o := PIMObject{Kind: "event"}
		var data string
		if err := scan(&o.ID, &o.Collection, &o.Ver, &o.UID, &o.Title, &data, &o.Flags, &o.First, &o.Last, &o.Start, &o.Stop); err != nil {
			return err
		}
		o.Data = strings.Split(data, dataSep)
		out = append(out, o)
		return nil
	})
	return out, local("events", err)
}

// PIMVersion changes with every change of any object.
func (s *Store) PIMVersion(ctx context.Context) (int64, error) {
	var n int64
	_, err := s.reads.row(ctx, "SELECT value FROM counters WHERE key='pim'", nil, &n)
	return n, local("objects", err)
}

// PIMRaw returns the bytes of objects.
func (s *Store) PIMRaw(ctx context.Context, ids []int64) (map[int64][]byte, error) {
	out := make(map[int64][]byte, len(ids))
	for len(ids) > 0 {
		n := min(len(ids), 200)
		args := make([]any, n)
		for i, id := range ids[:n] {
			args[i] = id
		}
		err := s.reads.rows(ctx, "SELECT id, raw FROM pimraw WHERE id IN ("+marks(n)+")", args, func(scan func(...any) error) error {
			var id int64
			var b []byte
			err := scan(&id, &b)
			out[id] = b
			return err
		})
		if err != nil {
			return nil, local("objects", err)
		}
		ids = ids[n:]
	}
	return out, nil
}

// PIMTasks returns tasks with their bytes, by due date; those without one last.
func (s *Store) PIMTasks(ctx context.Context, cols []int64, done bool) ([]PIMObject, error) {
	if len(cols) == 0 {
		return nil, nil
	}
	var args []any
	in := inClause("o.col", cols, &args)
	if !done {
		in += " AND o.flags&?=0"
		args = append(args, int64(PIMDone))
	}
	os, err := pimObjects(s.rowsOf(ctx), true, "o.kind='task' AND o.hide=0 AND "+in+" ORDER BY o.start=0, o.start, o.id LIMIT 5000", args...)
	return os, local("tasks", err)
}

// PIMBirthdays returns the contacts with a birthday or anniversary between two days of the year (month*100+day, both inclusive; from > to goes over the new year), without bytes.
func (s *Store) PIMBirthdays(ctx context.Context, books []int64, from, to int) ([]PIMObject, error) {
	if len(books) == 0 {
		return nil, nil
	}
	var args []any
	in := inClause("o.col", books, &args)
	span := "o.bday>=? AND o.bday<=?"
	if from > to {
		span = "(o.bday>=? OR o.bday<=?)"
	}
	args = append(args, from, to)
	os, err := pimObjects(s.rowsOf(ctx), false, "o.bday<>0 AND o.hide=0 AND "+in+" AND "+span, args...)
	return os, local("birthdays", err)
}

// PIMWithAlarms returns events and tasks that have a reminder and are not over at a time (seconds), with their bytes.
func (s *Store) PIMWithAlarms(ctx context.Context, cols []int64, from, to int64) ([]PIMObject, error) {
	if len(cols) == 0 {
		return nil, nil
	}
	args := []any{from, to}
	in := inClause("o.col", cols, &args)
	os, err := pimObjects(s.rowsOf(ctx), true, "o.flags&8<>0 AND o.hide=0 AND o.last>? AND o.first<? AND "+in+" LIMIT 5000", args...)
	return os, local("reminders", err)
}

// PIMSearch finds objects by words anywhere in their text, newest first, without bytes.
func (s *Store) PIMSearch(ctx context.Context, kind, text string, cols []int64, limit int) ([]PIMObject, error) {
	ws := strings.Fields(text)
	if len(ws) == 0 || len(cols) == 0 || limit <= 0 {
		return nil, nil
	}
	for i, w := range ws[:min(8, len(ws))] {
		ws[i] = `"` + strings.ReplaceAll(w, `"`, `""`) + `"*`
	}
	args := []any{strings.Join(ws[:min(8, len(ws))], " "), kind}
	in := inClause("o.col", cols, &args)
	args = append(args, limit)
	os, err := pimObjects(s.rowsOf(ctx), false, "o.id IN (SELECT rowid FROM pimfts WHERE pimfts MATCH ?) AND o.kind=? AND o.hide=0 AND "+in+" ORDER BY o.last DESC, o.first DESC LIMIT ?", args...)
	return os, local("search", err)
}
