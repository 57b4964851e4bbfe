package compose

import (
	"strings"
	"unicode"
)

// attachWords are beginnings of words, and phrases, that promise a file. A "$" at the end asks for the whole word.
var attachWords = []string{
	// English
	"attach", "enclosed", "enclosing", "enclosure", "drawings$", "see the file$", "here is the file$", "here's the file$",
	// German
	"anhang", "anhäng", "angehängt", "anbei$", "beigefügt", "im anhang", "anlage$", "anlagen$", "beiliegend",
	// French, Spanish, Italian, Portuguese, Dutch
	"pièce jointe", "pièces jointes", "pieces jointes", "ci-joint", "en pj$", "adjunt", "allegat", "in allegato", "anexo", "anexad", "em anexo", "bijlage", "bijgevoegd", "bijgaand",
	// Danish, Norwegian, Swedish, Finnish
	"vedhæft", "vedlagt", "vedlegg", "bifogad", "bifogat", "bifogar", "bilaga", "bilagor", "liite", "liitteenä",
	// Polish, Czech, Russian, Ukrainian, Turkish, Greek, Hungarian, Romanian
	"załącz", "w załączniku", "příloh", "přílohy", "прикреп", "во вложении", "вложени", "прилага", "додатку", "вкладенн", "ekte$", "ekteki", "ekli$", "συνημμέν", "csatolva", "mellékelt", "atașat", "ataşat",
	// no spaces between words
	"添付", "附件", "附档", "附檔", "첨부", "مرفق", "מצורף", "מצורפת", "แนบ",
}

// MissingAttachment reports whether what the person wrote speaks of an attachment. Quotation and signature in text do not
// count; subject may be "".
func MissingAttachment(text, subject string) bool {
	var b strings.Builder
	for _, prefix := range []string{ReplySubject(""), ForwardSubject("")} {
		if strings.HasPrefix(subject, prefix) {
			subject = "" // of the message that is answered
		}
	}
	b.WriteString(subject)
	for line := range strings.SplitSeq(text, "\n") {
		if line == "-- " || line == forwardLine {
			break
		}
		if strings.HasPrefix(line, ">") {
			continue
		}
		b.WriteByte('\n')
		b.WriteString(line)
	}
	s := strings.ToLower(b.String())
	for _, w := range attachWords {
		if promises(s, w) {
			return true
		}
	}
	return false
}

func promises(s, w string) bool {
	whole := strings.HasSuffix(w, "$")
	w = strings.TrimSuffix(w, "$")
	for at := 0; ; {
		i := strings.Index(s[at:], w)
		if i < 0 {
			return false
		}
		i += at
		at = i + len(w)
		first := []rune(w)[0]
		if first < 0x0E00 { // scripts with words
			before := []rune(lastRunes(s[:i], 1))
			if len(before) > 0 && unicode.IsLetter(before[0]) {
				continue
			}
		}
		if whole && at < len(s) {
			if r := []rune(s[at:min(at+4, len(s))])[0]; unicode.IsLetter(r) {
				continue
			}
		}
		return true
	}
}

func lastRunes(s string, n int) string {
	r := []rune(s[max(0, len(s)-4*n):])
	return string(r[max(0, len(r)-n):])
}
