package list

import (
	"context"
	"slices"
	"sort"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/store"
)

// eachPatch is what looking up one changed message costs, about. Where reading the whole order costs less than the look-ups, it is read.
const eachPatch = 500 * time.Microsecond

// order is what is known of the sequence of a view.
type order struct {
	ids     []mail.MessageID // never changed in place: a refresh reads them while the list shows them
	counted int              // what Count said when ids were read
	whole   bool
	took    time.Duration // to read all of it
}

// patch brings an order up to date for the messages that changed, without reading all of it again: it asks for each of them and for the other
// members of its conversation whether it is in the view. Head are the first rows of the view now, total what Count says now. Ok is false when
// the outcome does not fit total, or cannot be known; then the order must be read.
func patch(ctx context.Context, c app.Client, v store.View, was order, head []mail.Summary, total int, changed []mail.MessageID) (ids []mail.MessageID, ok bool) {
	if !was.whole || len(was.ids) == 0 || len(head) == 0 || v.Search != "" || len(changed) == 0 || time.Duration(len(changed))*eachPatch > was.took {
		return nil, false
	}
	behind := func(a, b mail.MessageID) bool { // whether a comes after b
		if v.Oldest {
			return a > b
		}
		return a < b
	}
	place := func(ids []mail.MessageID, id mail.MessageID) (int, bool) {
		i := sort.Search(len(ids), func(i int) bool { return !behind(id, ids[i]) })
		return i, i < len(ids) && ids[i] == id
	}
	rows := make(map[mail.MessageID]*mail.Summary, len(head))
	for i := range head {
		rows[head[i].ID] = &head[i]
	}
	end := head[len(head)-1].ID
	in := func(id mail.MessageID) (bool, error) {
		if _, ok := rows[id]; ok || !behind(id, end) {
			return ok, nil
		}
		after := id + 1 // what is listed behind it begins with id when the view has it
		if v.Oldest {
			after = id - 1
		}
		s, err := c.List(ctx, v, after, 1)
		return err == nil && len(s.Rows) == 1 && s.Rows[0].ID == id, err
	}
	now := map[mail.MessageID]bool{}
	for _, id := range changed {
		if _, known := now[id]; known {
			continue
		}
		about := []mail.MessageID{id}
		if r := rows[id]; v.Threads && (r == nil || r.Count > 1 || v.Mailbox == 0) {
			ms, err := c.Thread(ctx, id)
			if err != nil && fault.Of(err).Kind != fault.NotFound {
				return nil, false
			}
			if err != nil && v.Mailbox == 0 {
				return nil, false // who takes its place is not known; in one mailbox the count tells whether somebody does
			}
			for _, m := range ms {
				about = append(about, m.ID)
			}
		}
		for _, x := range about {
			if _, known := now[x]; known {
				continue
			}
			is, err := in(x)
			if err != nil {
				return nil, false
			}
			now[x] = is
		}
	}
	var put, drop []mail.MessageID
	for id, is := range now {
		switch _, there := place(was.ids, id); {
		case is && !there:
			put = append(put, id)
		case !is && there:
			drop = append(drop, id)
		}
	}
	if len(put)-len(drop) != total-was.counted {
		return nil, false
	}
	if len(put)+len(drop) == 0 {
		return was.ids, true
	}
	cmp := func(a, b mail.MessageID) int {
		switch {
		case a == b:
			return 0
		case behind(a, b):
			return 1
		}
		return -1
	}
	steps := append(slices.Clone(put), drop...)
	slices.SortFunc(steps, cmp)
	ids = make([]mail.MessageID, 0, len(was.ids)+len(put)-len(drop))
	rest := was.ids
	for _, id := range steps {
		i, there := place(rest, id)
		ids, rest = append(ids, rest[:i]...), rest[i:]
		if there {
			rest = rest[1:]
		} else {
			ids = append(ids, id)
		}
	}
	return append(ids, rest...), true
}
