package plaintext

import (
	"regexp"
	"strings"

	"github.com/postrider/postrider/accounts/mail"
)

// wroteLine matches the line above a quotation, in the languages that programs write it in.
var wroteLine = regexp.MustCompile(`(?is)^(?:(?:on|am|le|el|il|op|den|em|dne|w dniu|no dia|pe|på|vào|в|dnia|2\d{3}[-/.年]|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}|>?\s*from:|"?[^\n]{1,80}<[^>\n]+@[^>\n]+>).{0,250}(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|skrev|escreveu|napsal|napisał|написал|пишет|kirjoitti|đã viết|writes|さんは書きました|写道|dijo|:)[^\n]{0,60}:?)\s*$`)

var originalLine = regexp.MustCompile(`(?i)^\s*(?:-+\s*(?:original message|original appointment|reply message|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht|message d'origine|mensaje original|messaggio originale|oorspronkelijk bericht|opprinnelig melding|ursprungligt meddelande|originalmeddelelse|mensagem original|oryginalna wiadomość|исходное сообщение|原始邮件|元のメッセージ)\s*-+|begin forwarded message:?|_{20,})`)

var headerLines = regexp.MustCompile(`(?im)^\W{0,3}(?:from|von|de|da|van|fra|från|od|от|发件人|差出人|sent|отправлено|wysłano|发送时间|送信日時|gesendet|envoyé|enviado|inviato|verzonden|sendt|skickat|date|datum|fecha|data)\s?\W{0,3}:\W{0,3}\s*\S`)

// History returns the index of the first block of the quoted history at the end of a message, with the line that says who
// wrote it; len(blocks) where nothing is quoted at the end, and 0 is never returned: a message that is all quotation, or
// forwarded, is shown. What stands between quotations (answers below single paragraphs) is no history.
func History(blocks []mail.Block) int {
	n := len(blocks)
	// From the end: quotation, then only signatures and rulers behind it.
	i := n
	quoted := false
	for i > 0 {
		k := blocks[i-1]
		if k.Quote > 0 {
			quoted = true
			i--
			continue
		}
		if !quoted && (k.Kind == mail.Signature || k.Kind == mail.Rule) || quoted && k.Kind == mail.Rule {
			i--
			continue
		}
		break
	}
	if quoted {
		if i > 0 && isAttribution(blocks[i-1]) {
			i--
		}
	} else {
		i = n
	}
	// Programs that do not mark what they quote.
	for j := 1; j < i; j++ {
		k := blocks[j]
		if k.Quote > 0 {
			continue
		}
		t := text(k)
		if originalLine.MatchString(t) || len(headerLines.FindAllString(t, 3)) >= 2 && strings.Count(t, "\n") >= 1 && len(t) < 1500 {
			i = j
			if i > 1 && blocks[i-1].Kind == mail.Rule {
				i--
			}
			break
		}
		if k.Kind == mail.Rule && j+1 < i && len(headerLines.FindAllString(text(blocks[j+1]), 3)) >= 2 {
			i = j
			break
		}
	}
	if i == 0 {
		return n
	}
	return i
}

func isAttribution(k mail.Block) bool { return k.Kind != mail.Picture && Attribution(text(k)) }

// HeaderBlock reports whether a text begins with the header fields that some programs put above what they quote: "From: …", "Sent: …".
func HeaderBlock(t string) bool {
	t = strings.TrimSpace(t)
	at := headerLines.FindStringIndex(t)
	return at != nil && at[0] == 0 && len(headerLines.FindAllString(t[:min(len(t), 1500)], 3)) >= 2
}

// Attribution reports whether a text says who wrote what is quoted below it: "On …, … wrote:", "Original message".
func Attribution(t string) bool {
	t = strings.TrimSpace(t)
	if len(t) > 400 {
		return false
	}
	if originalLine.MatchString(t) {
		return true
	}
	// The attribution may be the last lines of a paragraph: then the paragraph is the sender's own.
	return wroteLine.MatchString(t) && strings.Count(t, "\n") <= 2
}

func text(k mail.Block) string {
	if len(k.Spans) == 1 {
		return k.Spans[0].Text
	}
	var b strings.Builder
	for _, s := range k.Spans {
		b.WriteString(s.Text)
	}
	return b.String()
}
