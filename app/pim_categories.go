package app

import (
	"context"
	"slices"
	"strings"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/ingest"
	"github.com/postrider/postrider/app/store"
)

// The contacts that are looked at for categories, and how many at a time.
const (
	maxCategorised = 100_000
	categorisedBy  = 4000
)

// Categories counts the contacts of each category, by address book.
func (s *Shelves) Categories(ctx context.Context) ([]pim.Category, error) {
	books, _, err := s.shown(ctx, remote.Contacts, nil)
	if err != nil {
		return nil, err
	}
	st, err := s.db(ctx)
	if err != nil {
		return nil, err
	}
	type key struct {
		book int64
		name string
	}
	counts := map[key]int{}
	after := int64(0)
	for seen, more := 0, true; more && seen < maxCategorised; {
		var rows []store.PIMObject
		if rows, more, err = st.PIMContacts(ctx, store.PIMContactQuery{Books: books, After: after, Limit: categorisedBy}); err != nil {
			return nil, err
		}
		for i := range rows {
			for c := range strings.SplitSeq(data(&rows[i], ingest.ContactCategories), ingest.CategoryMark) {
				if c != "" {
					counts[key{rows[i].Collection, c}]++
				}
			}
		}
		if seen += len(rows); len(rows) > 0 {
			after = rows[len(rows)-1].ID
		}
	}
	out := make([]pim.Category, 0, len(counts))
	for k, n := range counts {
		out = append(out, pim.Category{Book: pim.CollectionID(k.book), Name: k.name, Count: n})
	}
	slices.SortFunc(out, func(a, b pim.Category) int {
		if a.Book != b.Book {
			return int(a.Book - b.Book)
		}
		if c := strings.Compare(store.Fold(a.Name), store.Fold(b.Name)); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out, nil
}
