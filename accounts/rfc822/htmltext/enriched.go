package htmltext

import (
	"strings"

	"github.com/postrider/postrider/accounts/mail"
)

// FromEnriched reads text/enriched (RFC 1896) as text: commands are dropped, parameters too, single line ends are spaces.
func FromEnriched(s string) Result {
	if len(s) > maxInput {
		s = s[:maxInput]
	}
	var b strings.Builder
	param := 0
	for len(s) > 0 {
		i := strings.IndexByte(s, '<')
		t := s
		if i >= 0 {
			t = s[:i]
		}
		if param == 0 {
			b.WriteString(t)
		}
		if i < 0 {
			break
		}
		s = s[i:]
		if strings.HasPrefix(s, "<<") {
			if param == 0 {
				b.WriteByte('<')
			}
			s = s[2:]
			continue
		}
		j := strings.IndexByte(s, '>')
		if j < 0 {
			break
		}
		switch strings.ToLower(s[1:j]) {
		case "param":
			param++
		case "/param":
			param = max(0, param-1)
		case "nl":
			b.WriteByte('\n')
		}
		s = s[j+1:]
	}
	var r Result
	for _, p := range strings.Split(b.String(), "\n\n") {
		p = strings.TrimSpace(strings.ReplaceAll(p, "\n", " "))
		if p == "" {
			continue
		}
		if len(r.Blocks) >= maxBlocks {
			r.Cut = true
			break
		}
		sp := []mail.Span{{Text: p}}
		r.Blocks = append(r.Blocks, mail.Block{Spans: sp, RTL: RTL(sp)})
	}
	return r
}
