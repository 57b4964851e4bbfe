package thread

import (
	"strings"
	"time"
	"unicode"

	"github.com/postrider/postrider/accounts/mail"
)

// MaxRefs bounds how many ids of a References field are looked at: the first (the root) and the last ones.
const MaxRefs = 30

// Near is how far apart two messages may be that only their subject ties together.
const Near = 7 * 24 * time.Hour

// IDs returns the ids that tie a message to others: its own first, then In-Reply-To and References without doubles. It is never longer than
// MaxRefs+2.
func IDs(e *mail.Envelope) []string {
	out := make([]string, 0, 2+min(len(e.References), MaxRefs))
	add := func(id string) {
		if id == "" {
			return
		}
		for _, x := range out {
			if x == id {
				return
			}
		}
		out = append(out, id)
	}
	add(Own(e.InternetID))
	add(Clean(e.InReplyTo))
	refs := e.References
	if len(refs) > MaxRefs {
		add(Clean(refs[0]))
		refs = refs[len(refs)-MaxRefs+1:]
	}
	for _, r := range refs {
		add(Clean(r))
	}
	return out
}

// Clean returns an id in the form that is compared, "" for what cannot be a Message-ID. In-Reply-To fields of old clients hold prose.
func Clean(id string) string {
	id = strings.Trim(id, " \t\r\n<>")
	if len(id) < 3 || len(id) > 998 || strings.ContainsAny(id, " \t\r\n") {
		return ""
	}
	return id
}

// Own returns a message's own id in the form that is compared. Unlike in a list of others, blanks inside are only a client's mistake here.
func Own(id string) string { return Clean(strings.Join(strings.Fields(id), "")) }

// Linked reports whether the header names another message.
func Linked(e *mail.Envelope) bool {
	if Clean(e.InReplyTo) != "" {
		return true
	}
	for _, r := range e.References {
		if Clean(r) != "" {
			return true
		}
	}
	return false
}

// prefixes are what clients put before the subject of answers and forwarded messages, in lower case, without the colon.
var prefixes = map[string]bool{
	"re": true, "fw": true, "fwd": true, "aw": true, "wg": true, "antw": true, "antwort": true, "sv": true, "vs": true, "vl": true, "vb": true, "tr": true,
	"rv": true, "enc": true, "res": true, "rif": true, "r": true, "i": true, "odp": true, "pd": true, "ynt": true, "ilt": true, "doorst": true, "ref": true,
	"σχετ": true, "απ": true, "πρθ": true, "ответ": true, "回复": true, "答复": true, "转发": true, "回覆": true, "轉寄": true, "返信": true, "転送": true, "회신": true, "전달": true, "תגובה": true, "رد": true,
}

// Subject returns the base subject in lower case, with answer prefixes, list tags before them and doubled spaces removed, and whether there was such a prefix.
func Subject(s string) (base string, answer bool) {
	if len(s) > 1000 {
		s = strings.ToValidUTF8(s[:1000], "")
	}
	s = strings.TrimSpace(s)
	for n := 0; n < 20; n++ {
		rest := s
		// A list's tag may stand before the prefix: "[list] Re: word".
		if strings.HasPrefix(rest, "[") {
			if i := strings.IndexByte(rest, ']'); i > 0 && i < 60 {
				rest = strings.TrimSpace(rest[i+1:])
			}
		}
		cut, ok := cutPrefix(rest)
		if !ok {
			break
		}
		s, answer = cut, true
	}
	return strings.ToLower(strings.Join(strings.Fields(s), " ")), answer
}

func cutPrefix(s string) (string, bool) {
	i := strings.IndexAny(s, ":：")
	if i <= 0 || i > 40 {
		return s, false
	}
	word := strings.ToLower(s[:i])
	word = strings.TrimSpace(word)
	// "Re[2]:", "Re(3):", "Re^2:", "RE 2:"
	word = strings.TrimRightFunc(word, func(r rune) bool { return unicode.IsDigit(r) || strings.ContainsRune("[]()^ ", r) })
	if !prefixes[word] {
		return s, false
	}
	colon := ":"
	if strings.HasPrefix(s[i:], "：") {
		colon = "："
	}
	return strings.TrimSpace(s[i+len(colon):]), true
}

// One is what Same needs of a message.
type One struct {
	Date   time.Time
	Answer bool // the subject has an answer prefix
	Linked bool // the header names another message
	From   []mail.Address
	To     []mail.Address // To and Cc
}

// Same reports whether two messages with the same base subject belong together although no id ties them: the later one is an answer that names nobody,
// they are near in time, and the later one's sender had the earlier one or answers its sender.
func Same(a, b One) bool {
	if a.Date.After(b.Date) {
		a, b = b, a
	}
	if !b.Answer || b.Linked || b.Date.Sub(a.Date) > Near {
		return false
	}
	return meet(b.From, a.To) && meet(b.To, append(append([]mail.Address{}, a.From...), a.To...)) || meet(b.To, a.From) || meet(b.From, a.From) && meet(b.To, a.To)
}

func meet(a, b []mail.Address) bool {
	for i, x := range a {
		if i == 50 {
			break
		}
		for j, y := range b {
			if j == 50 {
				break
			}
			if x.Addr != "" && strings.EqualFold(x.Addr, y.Addr) {
				return true
			}
		}
	}
	return false
}
