package vcard

import (
	"reflect"
	"slices"
	"strings"

	"github.com/postrider/postrider/accounts/pim"
)

// Merge makes one contact of several; the first one's values win, the others' are added. What the first card does not know is kept in it; of the
// others only what the projection holds comes over.
func Merge(cs []pim.Contact) pim.Contact {
	if len(cs) == 0 {
		return pim.Contact{}
	}
	out := cs[0]
	pick := func(a *string, b string) {
		if strings.TrimSpace(*a) == "" {
			*a = b
		}
	}
	for _, c := range cs[1:] {
		if out.Name.Join() == "" {
			full := out.Name.Full
			out.Name = c.Name
			if full != "" {
				out.Name.Full = full
			}
		}
		pick(&out.Name.Full, c.Name.Full)
		pick(&out.Nick, c.Nick)
		pick(&out.Title, c.Title)
		pick(&out.Role, c.Role)
		if c.Note != "" && !strings.Contains(out.Note, c.Note) {
			out.Note = strings.TrimSpace(out.Note + "\n\n" + c.Note)
		}
		if len(out.Org) == 0 {
			out.Org = c.Org
		}
		out.Emails = mergeFields(out.Emails, c.Emails, strings.ToLower)
		out.Phones = mergeFields(out.Phones, c.Phones, Digits)
		out.URLs = mergeFields(out.URLs, c.URLs, strings.ToLower)
		out.Chats = mergeFields(out.Chats, c.Chats, strings.ToLower)
		out.Related = mergeFields(out.Related, c.Related, strings.ToLower)
		for _, p := range c.Places {
			q := p
			q.Kinds, q.Label, q.Preferred = nil, "", false
			if !slices.ContainsFunc(out.Places, func(o pim.Place) bool {
				o.Kinds, o.Label, o.Preferred = nil, "", false
				return reflect.DeepEqual(o, q)
			}) {
				out.Places = append(slices.Clip(out.Places), p)
			}
		}
		if out.Birthday.IsZero() || out.Birthday.Year == 0 && c.Birthday.Month == out.Birthday.Month && c.Birthday.Day == out.Birthday.Day {
			if !c.Birthday.IsZero() {
				out.Birthday = c.Birthday
			}
		}
		if out.Anniversary.IsZero() {
			out.Anniversary = c.Anniversary
		}
		for _, s := range c.Categories {
			if !slices.Contains(out.Categories, s) {
				out.Categories = append(slices.Clip(out.Categories), s)
			}
		}
		if len(out.Photo.Data) == 0 && out.Photo.URL == "" {
			out.Photo = c.Photo
		}
		for _, m := range c.Members {
			if !slices.Contains(out.Members, m) {
				out.Members = append(slices.Clip(out.Members), m)
			}
		}
	}
	return out
}

func mergeFields(a, b []pim.Field, key func(string) string) []pim.Field {
	a = slices.Clip(a)
	for _, f := range b {
		if !slices.ContainsFunc(a, func(x pim.Field) bool { return key(x.Value) == key(f.Value) }) {
			f.Preferred = false
			a = append(a, f)
		}
	}
	return a
}

// Digits is what of a telephone number is compared: its digits, without an international prefix's zeros.
func Digits(s string) string {
	d := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
	return strings.TrimLeft(d, "0")
}
