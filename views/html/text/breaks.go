package text

import "github.com/rivo/uniseg"

// Breaks returns where lines may be broken (UAX #14; the end of the text is not among them), in order. Must is a line feed in the text and the like. Spaces
// belong to what is before the break.
func Breaks(t string) []Opportunity {
	if t == "" {
		return nil
	}
	var out []Opportunity
	at, state, rest := 0, -1, t
	for rest != "" {
		var seg string
		var must bool
		seg, rest, must, state = uniseg.FirstLineSegmentInString(rest, state)
		at += len(seg)
		if rest != "" {
			out = append(out, Opportunity{At: at, Must: must})
		}
	}
	return out
}
