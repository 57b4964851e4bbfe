package list

import (
	"slices"
	"sort"

	"github.com/postrider/postrider/accounts/mail"
)

// selection is a set of rows: ids in the order of the view. It shares the memory of the view's order where a run of it is selected, and is
// copied before it is changed, so that a million rows are selected at once and cost nothing.
type selection struct {
	ids    []mail.MessageID
	oldest bool // ascending
}

func (s *selection) place(id mail.MessageID) (int, bool) {
	i := sort.Search(len(s.ids), func(i int) bool {
		if s.oldest {
			return s.ids[i] >= id
		}
		return s.ids[i] <= id
	})
	return i, i < len(s.ids) && s.ids[i] == id
}

func (s *selection) len() int { return len(s.ids) }

func (s *selection) has(id mail.MessageID) bool {
	_, ok := s.place(id)
	return ok
}

func (s *selection) clear() { s.ids = nil }

// set selects a run of a view's order and nothing else. A short run is copied: it would keep an order alive that is shown no more.
func (s *selection) set(run []mail.MessageID, oldest bool) {
	if len(run) < 1<<12 {
		run = slices.Clone(run)
	}
	s.ids, s.oldest = run[:len(run):len(run)], oldest
}

func (s *selection) add(id mail.MessageID) {
	if i, ok := s.place(id); !ok {
		s.ids = slices.Concat(s.ids[:i], []mail.MessageID{id}, s.ids[i:])
	}
}

func (s *selection) drop(id mail.MessageID) {
	if i, ok := s.place(id); ok {
		s.ids = slices.Concat(s.ids[:i], s.ids[i+1:])
	}
}

// within takes out what is not in order, which is sorted in the same way.
func (s *selection) within(order []mail.MessageID) {
	if len(s.ids) == len(order) && (len(order) == 0 || &s.ids[0] == &order[0]) {
		return
	}
	var gone []int
	for i, j := 0, 0; i < len(s.ids); {
		switch {
		case j < len(order) && s.ids[i] == order[j]:
			i, j = i+1, j+1
		case j < len(order) && (order[j] < s.ids[i]) == s.oldest:
			j++
		default:
			gone = append(gone, i)
			i++
		}
	}
	if len(gone) == 0 {
		return
	}
	kept := make([]mail.MessageID, 0, len(s.ids)-len(gone))
	from := 0
	for _, i := range gone {
		kept, from = append(kept, s.ids[from:i]...), i+1
	}
	s.ids = append(kept, s.ids[from:]...)
}
