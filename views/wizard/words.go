package wizard

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/postrider/postrider/accounts/mail"
)

// trimAddress removes what pasting brings along: spaces and invisible characters anywhere, angle brackets, "mailto:".
func trimAddress(s string) string {
	s = strings.Map(func(r rune) rune {
		if invisible(r) || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
	s = strings.TrimPrefix(s, "mailto:")
	return strings.Trim(s, "<>,;")
}

// trimPassword removes invisible characters, and spaces at both ends; spaces inside belong to the password.
func trimPassword(s string) string {
	s = strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, s)
	return strings.TrimFunc(s, unicode.IsSpace)
}

func invisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) || unicode.IsControl(r) || r == '\u3164' || r == '\u115F' || r == '\u1160'
}

// addressProblem says why s cannot be an address, "" when it can.
func addressProblem(s string) string {
	at := strings.LastIndexByte(s, '@')
	switch {
	case s == "":
		return "Enter your address, such as name@example.com."
	case at < 0:
		return "There is no @ in this address."
	case at == 0:
		return "There is nothing before the @."
	case at == len(s)-1:
		return "There is nothing behind the @."
	case strings.HasPrefix(s[at+1:], ".") || strings.HasSuffix(s, ".") || strings.Contains(s[at+1:], ".."):
		return "The part behind the @ is not a domain."
	case !strings.Contains(s[at+1:], "."):
		return "This address has no domain ending."
	}
	return ""
}

func domainOf(address string) string {
	return strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])
}

var numbers = []string{"No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"}

func number(n int) string {
	if n < len(numbers) {
		return numbers[n]
	}
	return strconv.Itoa(n)
}

func seconds(d time.Duration) string {
	if d < 100*time.Millisecond {
		return "0.1 s"
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// protocolName is what a protocol is called in the wizard.
func protocolName(p mail.Protocol) string {
	switch p {
	case mail.IMAP:
		return "IMAP"
	case mail.POP3:
		return "POP3"
	case mail.SMTP:
		return "SMTP"
	case mail.ActiveSync:
		return "Exchange ActiveSync"
	case mail.Exchange:
		return "Exchange"
	case mail.CardDAV:
		return "CardDAV"
	case mail.CalDAV:
		return "CalDAV"
	case mail.Sieve:
		return "ManageSieve"
	case mail.JMAP:
		return "JMAP"
	}
	return string(p)
}

func lineName(p mail.Protocol) string {
	if p == mail.SMTP {
		return "Outgoing mail"
	}
	return "Incoming mail"
}

func lowerFirst(s string) string {
	r := []rune(s)
	if len(r) > 1 && unicode.IsUpper(r[0]) && !unicode.IsUpper(r[1]) {
		for _, w := range []string{"The ", "This ", "There ", "Your ", "You ", "Another ", "Port ", "No ", "Nobody ", "It ", "That ", "A ", "An ", "Something ", "Sending "} {
			if strings.HasPrefix(s, w) {
				r[0] = unicode.ToLower(r[0])
				break
			}
		}
	}
	return string(r)
}

func join(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
