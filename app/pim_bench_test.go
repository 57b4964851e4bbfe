package app

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/icalendar"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/vcard"
	"github.com/postrider/postrider/app/store"
)

// load stores many objects fast.
func load(b *testing.B, s *Shelves, n int, make func(i int) store.PIMObject) {
	b.Helper()
	ctx := context.Background()
	st, err := s.db(ctx)
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; i < n; i += 2000 {
		if err := st.Write(ctx, func(tx *store.Tx) error {
			for j := i; j < min(n, i+2000); j++ {
				o := make(j)
				if err := tx.PutPIMObject(&o); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMonthView shows a month of 20 calendars that hold 50,000 events, one in fifty of them repeating without end.
func BenchmarkMonthView(b *testing.B) {
	s, ctx := shelves(b), context.Background()
	var cals []int64
	for i := range 20 {
		id, err := s.MakeCalendar(ctx, "", fmt.Sprintf("Calendar %d", i), "#123456")
		if err != nil {
			b.Fatal(err)
		}
		cals = append(cals, int64(id))
	}
	oslo := s.now().Location()
	load(b, s, 50_000, func(i int) store.PIMObject {
		// Ten years of them.
		at := time.Date(2019, 1, 1, 8+i%9, 0, 0, 0, oslo).AddDate(0, 0, i*3650/50_000)
		e := pim.Event{UID: fmt.Sprintf("e%d", i), Summary: fmt.Sprintf("Event %d", i), Location: "Room", Start: pim.At(at), End: pim.At(at.Add(time.Hour))}
		if i%50 == 0 {
			e.Rule = &pim.Rule{Freq: "WEEKLY"}
		}
		o, err := object(remote.Calendar, cals[i%20], icalendar.New(e, at).Bytes())
		if err != nil {
			b.Fatal(err)
		}
		return o
	})
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, oslo)
	look := func(s *Shelves, from time.Time) int {
		os, err := s.Events(ctx, pim.Window{Start: from, End: from.AddDate(0, 0, 42)}, nil)
		if err != nil {
			b.Fatal(err)
		}
		return len(os)
	}
	began := time.Now()
	n := look(s, from)
	b.ReportMetric(float64(time.Since(began).Microseconds())/1000, "cold-ms")
	b.ReportMetric(float64(n), "occurrences")
	i := 0
	for b.Loop() {
		look(s, from.AddDate(0, i%12, 0))
		i++
	}
}

// BenchmarkSuggest completes a recipient in 100,000 contacts.
func BenchmarkSuggest(b *testing.B) {
	s, ctx := shelves(b), context.Background()
	books, err := s.AddressBooks(ctx)
	if err != nil {
		b.Fatal(err)
	}
	given := []string{"Anna", "Bjørn", "Carl", "Dina", "Erik", "Frida", "Geir", "Hanna", "Ivar", "Kari", "Lars", "Maja", "Nils", "Olga", "Per", "Ragnhild", "Siv", "Tor", "Unni", "Vidar"}
	family := []string{"Aas", "Berg", "Dahl", "Eide", "Foss", "Gran", "Haug", "Iversen", "Lie", "Moen", "Nordmann", "Ruud", "Solberg", "Strand", "Vik"}
	load(b, s, 100_000, func(i int) store.PIMObject {
		g, f := given[i%len(given)], family[i/len(given)%len(family)]
		c := pim.Contact{UID: fmt.Sprint(i), Name: pim.Name{Given: g, Family: f}, Emails: []pim.Field{{Value: fmt.Sprintf("%c%d.%s@example.com", g[0], i, f)}}}
		o, err := object(remote.Contacts, int64(books[0].ID), vcard.New(c).Bytes())
		if err != nil {
			b.Fatal(err)
		}
		return o
	})
	for _, p := range []string{"a", "ka", "kari", "kari nord", "solb", "x"} {
		b.Run(p, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Suggest(ctx, p, 10); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("list", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Contacts(ctx, pim.ContactQuery{}, 0, 60); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("list-ka", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Contacts(ctx, pim.ContactQuery{Text: "ka"}, 0, 60); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("letters", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Letters(ctx, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}
