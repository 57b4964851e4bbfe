package cmail

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/rfc822"
)

const (
	maxFields = 5000
	dateForm  = "Mon, 2 Jan 2006 15:04:05 -0700"
)

func itoa(n int) string { return strconv.Itoa(n) }

// header makes the header block without the fields of MIME, which follow it.
func header(m *prop.Message) string {
	var b strings.Builder
	has := transport(&b, prop.Text(m, prop.PidTagTransportMessageHeaders), Subject(m))
	add := func(name, value string) {
		if !has[strings.ToLower(name)] {
			field(&b, name, value)
		}
	}
	from, fok := Sender(m)
	sender, sok := actualSender(m)
	// Of a message that came with a header, only what it says itself is its date.
	if when := sentAt(m); !when.IsZero() && (len(has) == 0 || when.Equal(prop.When(m, prop.PidTagClientSubmitTime))) {
		add("Date", when.Format(dateForm))
	}
	if fok {
		add("From", wire([]mail.Address{from}))
	}
	if sok && sender.Addr != "" && !strings.EqualFold(sender.Addr, from.Addr) && !has["from"] {
		add("Sender", wire([]mail.Address{sender}))
	}
	add("Reply-To", wire(replyTo(m)))
	to, cc, bcc := recipients(m)
	add("To", wire(to))
	add("Cc", wire(cc))
	add("Bcc", wire(bcc))
	add("Subject", words(Subject(m)))
	add("Message-ID", id(prop.Text(m, prop.PidTagInternetMessageId)))
	add("In-Reply-To", id(prop.Text(m, prop.PidTagInReplyToId)))
	add("References", prop.Text(m, prop.PidTagInternetReferences))
	if t := prop.Text(m, prop.PidTagConversationTopic); t != "" && len(has) == 0 {
		add("Thread-Topic", words(t))
	}
	if x := prop.Bytes(m, prop.PidTagConversationIndex); len(x) >= 22 && len(x) < 4096 && len(has) == 0 {
		add("Thread-Index", base64.StdEncoding.EncodeToString(x))
	}
	switch n, ok := prop.IntOK(m, prop.PidTagImportance); {
	case ok && n == 2 && !has["x-priority"]:
		add("Importance", "high")
		add("X-Priority", "1")
	case ok && n == 0 && !has["x-priority"]:
		add("Importance", "low")
		add("X-Priority", "5")
	}
	if n := prop.Int(m, prop.PidTagSensitivity); n >= 1 && n <= 3 {
		add("Sensitivity", []string{"Personal", "Private", "Company-Confidential"}[n-1])
	}
	if prop.Bool(m, prop.PidTagReadReceiptRequested) && fok && from.Addr != "" {
		add("Disposition-Notification-To", wire([]mail.Address{from}))
	}
	if w := prop.When(m, prop.PidTagExpiryTime); realTime(w) {
		add("Expires", w.Format(dateForm))
	}
	if w := prop.When(m, prop.PidTagReplyTime); realTime(w) {
		add("Reply-By", w.Format(dateForm))
	}
	if k := Categories(m); len(k) > 0 {
		for i := range k {
			k[i] = words(strings.ReplaceAll(k[i], ",", " "))
		}
		add("Keywords", strings.Join(k, ", "))
	}
	add("List-Help", prop.Text(m, prop.PidTagListHelp))
	add("List-Subscribe", prop.Text(m, prop.PidTagListSubscribe))
	add("List-Unsubscribe", prop.Text(m, prop.PidTagListUnsubscribe))
	return b.String()
}

// id puts angle brackets round a message id that lost them.
func id(s string) string {
	s = strings.TrimSpace(oneLine(s))
	if s == "" || strings.HasPrefix(s, "<") {
		return s
	}
	return "<" + strings.ReplaceAll(s, " ", "") + ">"
}

// realTime reports whether a time means one: 4501-01-01 stands for none in Outlook.
func realTime(w time.Time) bool { return !w.IsZero() && w.Year() < 4500 && w.Year() > 1601 }

// sentAt is when a message was written.
func sentAt(m prop.Bag) time.Time {
	for _, t := range []prop.Tag{prop.PidTagClientSubmitTime, prop.PidTagMessageDeliveryTime, prop.PidTagCreationTime, prop.PidTagLastModificationTime} {
		if w := prop.When(m, t); realTime(w) {
			return w
		}
	}
	return time.Time{}
}

// Subject is the subject with its prefix; the mark that PST files put before it (\x01 and where the prefix ends) is taken off.
func Subject(m prop.Bag) string {
	s := prop.Text(m, prop.PidTagSubject)
	if r := []rune(s); len(r) >= 2 && r[0] == 1 {
		s = string(r[2:])
	}
	if s == "" {
		s = prop.Text(m, prop.PidTagNormalizedSubject)
		if s != "" {
			s = prop.Text(m, prop.PidTagSubjectPrefix) + s
		}
	}
	return oneLine(s)
}

// Categories are the names of the colour categories.
func Categories(m *prop.Message) []string {
	var out []string
	for _, k := range m.LidTexts(prop.PidNameKeywords) {
		if k = strings.TrimSpace(oneLine(k)); k != "" && len(out) < 100 {
			out = append(out, k)
		}
	}
	return out
}

// transport writes the fields of a header block that was kept, and says which there are. What belongs to the structure of the
// message is left out. subject is what the message is called now: people give messages other subjects in their mailbox, and that
// is what they look for; the one that came is then kept beside it.
func transport(w *strings.Builder, block, subject string) map[string]bool {
	has := map[string]bool{}
	b := []byte(strings.TrimLeft(block, "\r\n\x00"))
	for n := 0; n < maxFields && len(b) > 0; n++ {
		name, value, rest, ok := rfc822.NextField(b)
		if !ok {
			break
		}
		b = rest
		key := strings.ToLower(string(name))
		if structural(key) {
			continue
		}
		if key == "subject" && !has[key] && renamed(rfc822.DecodeText(value, "utf-8"), subject) {
			field(w, "Subject", words(subject))
			name = []byte("Original-Subject")
		}
		has[key] = true
		text := string(name) + ":" + refold(value) + "\r\n"
		if !plain([]byte(text), true) || !isASCII(text) {
			text = again(string(name), key, value)
		}
		w.WriteString(text)
	}
	return has
}

// renamed reports whether now is another subject than the one that came, and not the same cut short, or with question marks for
// letters that an old file had no place for.
func renamed(came, now string) bool {
	fold := func(s string) string { return strings.Join(strings.Fields(oneLine(s)), " ") }
	came, now = fold(came), fold(now)
	switch {
	case now == "" || came == now:
		return false
	case len(now) >= 200 && strings.HasPrefix(came, now):
		return false
	case !isASCII(came) && strings.ContainsAny(now, "?\uFFFD"):
		return false
	}
	return true
}

// refold keeps the lines of a value, with CRLF between them and none of them blank.
func refold(value []byte) string {
	var out []string
	for l := range strings.Lines(string(value)) {
		l = strings.Map(func(r rune) rune {
			if r < ' ' && r != '\t' || r == 0x7f {
				return -1
			}
			return r
		}, l)
		if strings.TrimSpace(l) == "" && len(out) > 0 {
			continue
		}
		if len(out) > 0 && l[0] != ' ' && l[0] != '\t' {
			l = " " + l
		}
		out = append(out, strings.TrimRight(l, " \t"))
	}
	return strings.Join(out, "\r\n")
}

// again writes a field anew that holds text that is not ASCII, or lines too long.
func again(name, key string, value []byte) string {
	var b strings.Builder
	switch key {
	case "from", "to", "cc", "bcc", "reply-to", "sender", "resent-from", "resent-to", "resent-cc", "disposition-notification-to":
		field(&b, name, wire(rfc822.DecodeAddresses(value, "utf-8")))
	default:
		v := strings.TrimSpace(oneLine(string(value)))
		if isASCII(v) && longest(v) < 900 {
			field(&b, name, v)
		} else {
			field(&b, name, words(v))
		}
	}
	return b.String()
}
