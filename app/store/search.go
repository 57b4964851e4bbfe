package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/search"
)

// searchSource turns what was typed into a query whose results come in the order of ids. Where there is a word to look for, the full-text index
// drives it and everything else is a condition on the rows it finds; else the messages themselves are read in order.
func (s *Store) searchSource(v View, t *tree, boxes []*box) (source, error) {
	none := func(context.Context, mail.MessageID, int) ([]entry, error) { return nil, nil }
	if len(boxes) == 0 {
		return none, nil
	}
	q := search.Parse(v.Search, s.now())
	if q.Nothing {
		return none, nil
	}
	c := &compiler{t: t, words: func(prefix string) ([]string, bool) {
		ws, ok, err := s.wordsFrom(context.Background(), prefix)
		return ws, ok && err == nil
	}}
	c.top(q.Root)
	in := map[mail.MailboxID]bool{}
	for _, b := range boxes {
		in[b.id] = true
	}
	cmp, dir := v.order()
	id, from := "m.id", "messages m"
	if c.match != "" {
		id, from = "fts.rowid", "fts CROSS JOIN messages m ON m.id=fts.rowid"
		if len(boxes) == 1 && c.within == nil {
			c.within = append(c.within, fmt.Sprint(int64(boxes[0].id)))
		}
		small, err := s.small(c.within)
		if err != nil {
			return nil, err
		}
		if small { // fewer messages are asked whether they match than matches where they are
			id, from = "m.id", "messages m CROSS JOIN fts ON fts.rowid=m.id"
		}
	}
	var args []any
	sql := "SELECT " + id + ", m.mailbox FROM " + from + " WHERE m.hide=0"
	if c.match != "" {
		sql += " AND fts MATCH ?"
		args = append(args, c.match)
	}
	for _, r := range c.ranges {
		sql += " AND " + id + r.cmp + "?"
		args = append(args, r.id)
	}
	sql += strings.ReplaceAll(v.filters(), " AND ", " AND m.")
	if len(boxes) == 1 {
		sql += " AND m.mailbox=?"
		args = append(args, int64(boxes[0].id))
	}
	for _, cond := range c.conds {
		sql += " AND " + cond
	}
	args = append(args, c.args...)
	sql += " AND " + id + cmp + "? ORDER BY " + id + " " + dir + " LIMIT ?"
	return func(ctx context.Context, after mail.MessageID, n int) ([]entry, error) {
		return s.among(ctx, in, sql, args, after, n)
	}, nil
}

// fewMessages is how many messages are rather asked one by one.
const fewMessages = 3000

// small reports whether the mailboxes hold few messages; no mailboxes is no restriction.
func (s *Store) small(ids []string) (bool, error) {
	if len(ids) == 0 {
		return false, nil
	}
	var n int
	err := s.db.QueryRow("SELECT coalesce(sum(total),0) FROM mailboxes WHERE id IN (" + strings.Join(ids, ",") + ")").Scan(&n)
	return n <= fewMessages, err
}

type bound struct {
	cmp string
	id  int64
}

// compiler makes SQL of a tree. Everything that a person typed is a parameter, and in the full-text expression it is quoted.
type compiler struct {
	t      *tree
	match  string  // full-text expression that drives the query
	ranges []bound // of ids
	conds  []string
	args   []any
	within []string // mailboxes that one of the conditions restricts to; nil = none does
	words  func(prefix string) ([]string, bool)
}

// top takes the conjuncts of the root apart.
func (c *compiler) top(root search.Node) {
	if root == nil {
		return
	}
	all, ok := root.(search.And)
	if !ok {
		all = search.And{root}
	}
	var pos, neg []string
	var rest []search.Node
	for _, n := range all {
		if d, ok := n.(search.Date); ok {
			c.ranges = append(c.ranges, dateBounds(d)...)
			continue
		}
		if in, ok := n.(search.In); ok && c.within == nil {
			c.within = c.boxes(in)
		}
		if m, ok := c.fts(n); ok {
			pos = append(pos, m)
			continue
		}
		if x, ok := n.(search.Not); ok {
			if m, ok := c.fts(x.Of); ok {
				neg = append(neg, m)
				continue
			}
		}
		rest = append(rest, n)
	}
	if len(pos) > 0 {
		c.match = strings.Join(pos, " AND ")
		if len(neg) > 0 {
			c.match = "(" + c.match + ") NOT (" + strings.Join(neg, " OR ") + ")"
		}
	} else if len(neg) > 0 {
		c.conds = append(c.conds, "m.id NOT IN (SELECT rowid FROM fts WHERE fts MATCH ?)")
		c.args = append(c.args, strings.Join(neg, " OR "))
	}
	for _, n := range rest {
		c.conds = append(c.conds, c.cond(n))
	}
}

// fts returns the full-text expression of a tree of words without negation; false for anything else.
func (c *compiler) fts(n search.Node) (string, bool) {
	var parts []string
	op := ""
	var list []search.Node
	switch n := n.(type) {
	case search.Text:
		return c.text(n), true
	case search.And:
		op, list = " AND ", n
	case search.Or:
		op, list = " OR ", n
	default:
		return "", false
	}
	for _, x := range list {
		m, ok := c.fts(x)
		if !ok {
			return "", false
		}
		parts = append(parts, m)
	}
	return "(" + strings.Join(parts, op) + ")", true
}

func (c *compiler) text(n search.Text) string {
	if (n.Column == search.From || n.Column == search.To || n.Column == search.Cc) && strings.EqualFold(n.Words, "me") {
		var mine []string
		for _, a := range c.t.byID {
			for addr := range a.mine {
				mine = append(mine, quote(n.Column, addr, false))
			}
		}
		if len(mine) > 0 {
			return "(" + strings.Join(mine, " OR ") + ")"
		}
	}
	words, gram := search.QueryGrams(n.Words)
	if p := plainPrefix(words); n.Prefix && !gram && p != "" {
		if ws, ok := c.words(p); ok && len(ws) > 0 {
			any := make([]string, len(ws))
			for i, w := range ws {
				any[i] = quote(search.Any, w, false)
			}
			m := "(" + strings.Join(any, " OR ") + ")"
			if n.Column != search.Any {
				m = string(n.Column) + " : " + m
			}
			return m
		}
	}
	return quote(n.Column, words, n.Prefix && !strings.HasSuffix(words, " ") || gram)
}

// quote makes a phrase of the full-text language; the index's own tokenizer takes the words apart.
func quote(col search.Column, words string, prefix bool) string {
	q := `"` + strings.ReplaceAll(strings.ReplaceAll(words, "\x00", " "), `"`, `""`) + `"`
	if prefix {
		q += "*"
	}
	if col != search.Any {
		q = string(col) + " : " + q
	}
	return q
}

func dateBounds(d search.Date) []bound {
	var out []bound
	if !d.From.IsZero() {
		out = append(out, bound{">=", idAt(d.From)})
	}
	if !d.To.IsZero() {
		out = append(out, bound{"<", idAt(d.To)})
	}
	return out
}

// idAt is the first id of a second.
func idAt(t time.Time) int64 { return max(0, min(t.Unix(), 1<<42)) << 20 }

func (c *compiler) cond(n search.Node) string {
	switch n := n.(type) {
	case search.And:
		return c.list(n, " AND ")
	case search.Or:
		return c.list(n, " OR ")
	case search.Not:
		return "NOT " + c.cond(n.Of)
	case search.Text:
		c.args = append(c.args, c.text(n))
		return "(m.id IN (SELECT rowid FROM fts WHERE fts MATCH ?))"
	case search.Flag:
		if n.On {
			return fmt.Sprintf("(m.flags&%d<>0)", n.Flag)
		}
		return fmt.Sprintf("(m.flags&%d=0)", n.Flag)
	case search.Attachment:
		return "(m.attach<>0)"
	case search.Size:
		c.args = append(c.args, n.Min)
		if n.Max == 0 {
			return "(m.size>=?)"
		}
		c.args = append(c.args, n.Max)
		return "(m.size>=? AND m.size<?)"
	case search.Date:
		out := "(1"
		for _, b := range dateBounds(n) {
			out += " AND m.id" + b.cmp + "?"
			c.args = append(c.args, b.id)
		}
		return out + ")"
	case search.In:
		return "(m.mailbox IN (" + strings.Join(c.boxes(n), ",") + "))"
	case search.Account:
		return "(m.account IN (" + c.accounts(n) + "))"
	}
	return "(0)"
}

func (c *compiler) list(ns []search.Node, op string) string {
	parts := make([]string, len(ns))
	for i, n := range ns {
		parts[i] = c.cond(n)
	}
	return "(" + strings.Join(parts, op) + ")"
}

func (c *compiler) boxes(n search.In) []string {
	var ids []string
	for _, b := range c.t.order {
		path := strings.ToLower(b.path)
		if n.Role != "" && b.role == n.Role || n.Role == "" && strings.Contains(path, n.Name) || path == n.Name {
			ids = append(ids, fmt.Sprint(int64(b.id)))
		}
	}
	return ids
}

func (c *compiler) accounts(n search.Account) string {
	var nums []string
	for _, a := range c.t.byID {
		hit := strings.Contains(strings.ToLower(a.name), n.Name) || strings.EqualFold(string(a.id), n.Name)
		for addr := range a.mine {
			hit = hit || strings.Contains(addr, n.Name)
		}
		if hit {
			nums = append(nums, fmt.Sprint(a.num))
		}
	}
	return strings.Join(nums, ",")
}
