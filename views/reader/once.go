package reader

import "github.com/postrider/postrider/accounts/mail"

// once leaves out copies of a message that lie elsewhere, in an archive for example: of each the one beside the message that is shown stays.
func once(rows []mail.Summary, shown mail.Summary) []mail.Summary {
	type key struct {
		id   string
		size int64
	}
	rank := func(m mail.Summary) int {
		switch {
		case m.ID == shown.ID:
			return 3
		case m.Mailbox == shown.Mailbox:
			return 2
		case m.Account == shown.Account:
			return 1
		}
		return 0
	}
	at := map[key]int{}
	var out []mail.Summary
	for _, m := range rows {
		k := key{m.InternetID, m.Size}
		i, ok := at[k]
		switch {
		case !ok || m.InternetID == "" || m.Account == out[i].Account:
			at[k] = len(out)
			out = append(out, m)
		case rank(m) > rank(out[i]):
			out[i] = m
		}
	}
	return out
}
