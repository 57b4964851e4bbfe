package composer

import (
	"bytes"
	"image"
	_ "image/gif" // sizes of pictures
	_ "image/jpeg"
	_ "image/png"

	"github.com/postrider/postrider/views/html/edit"
)

// speller marks words; the dictionary is read when the first text is written.
type speller struct {
	check   func(word string) bool
	suggest func(word string) []string
}

type misspelling struct {
	span    edit.Selection
	suggest []string
}

// misspelled returns the word at the caret when it is spelled wrong.
func (c *Composer) misspelled() (misspelling, bool) {
	if c.speller.check == nil {
		return misspelling{}, false
	}
	span := c.rich.Doc().Word(c.rich.Selection().To)
	if span.From == span.To {
		return misspelling{}, false
	}
	word := c.rich.Doc().Text(span.From.Leaf)[span.From.Off:span.To.Off]
	if c.speller.check(word) {
		return misspelling{}, false
	}
	return misspelling{span, c.speller.suggest(word)}, true
}

func pictureSize(data []byte) (w, h int, ok bool) {
	cfg, _, err := image.DecodeConfig(bytes.NewReader(data))
	return cfg.Width, cfg.Height, err == nil
}
