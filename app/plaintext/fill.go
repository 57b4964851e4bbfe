package plaintext

import (
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/rfc822/htmltext"
)

// Fill adds Blocks, Remote and Trackers to a body, and Text where there is only HTML.
func Fill(b *mail.Body) {
	if b.HTML != "" {
		r := htmltext.Convert(b.HTML)
		b.Remote, b.Trackers = r.Remote, r.Trackers
		if r.Cut {
			b.Problems = append(b.Problems, "The message is very long; only its beginning is shown.")
		}
		if b.Text == "" {
			b.Text = htmltext.Plain(r)
		}
		b.Blocks = autoLink(r.Blocks)
		// A page that shows nothing, beside a text that says something.
		if len(b.Blocks) > 0 || b.Text == "" {
			return
		}
	}
	b.Blocks = Blocks(b.Text)
}

// autoLink finds addresses in HTML text that the sender did not mark as links.
func autoLink(blocks []mail.Block) []mail.Block {
	for i := range blocks {
		k := &blocks[i]
		if k.Kind == mail.Picture {
			continue
		}
		var out []mail.Span
		for j, s := range k.Spans {
			if s.Link != "" || !maybeLink(s.Text) {
				if out != nil {
					out = append(out, s)
				}
				continue
			}
			if out == nil {
				out = append(out, k.Spans[:j]...)
			}
			out = append(out, linkSpans(s)...)
		}
		if out != nil {
			k.Spans = out
		}
	}
	return blocks
}
