package composer

import (
	"os"
	"strings"
	"sync"

	"github.com/postrider/postrider/app/spell"
	"github.com/postrider/postrider/views/html/edit"
)

// speller is the dictionary that words are looked up in.
type speller struct {
	lang string // "" = none
	mu   sync.Mutex
	dict *spell.Dictionary
	seen map[string]bool // words and whether they are right
}

// dictionaries are read once for all windows.
var dictionaries struct {
	sync.Mutex
	by map[string]*spell.Dictionary
}

// spellIn marks words that a language does not have; "" ends it. The dictionary is read on a goroutine of its own.
func (c *Composer) spellIn(lang string) {
	c.speller.lang = lang
	c.speller.mu.Lock()
	c.speller.dict, c.speller.seen = nil, map[string]bool{}
	c.speller.mu.Unlock()
	if c.rich != nil {
		c.rich.Wrong = nil
		c.rich.Recolour()
	}
	if lang == "" {
		return
	}
	go func() {
		dictionaries.Lock()
		d := dictionaries.by[lang]
		if d == nil {
			var err error
			if d, err = spell.Open(lang); err != nil {
				dictionaries.Unlock()
				return
			}
			if dictionaries.by == nil {
				dictionaries.by = map[string]*spell.Dictionary{}
			}
			dictionaries.by[lang] = d
		}
		dictionaries.Unlock()
		c.h.Do(func() {
			if c.closed || c.speller.lang != lang || c.rich == nil {
				return
			}
			c.speller.mu.Lock()
			c.speller.dict = d
			c.speller.mu.Unlock()
			c.rich.Wrong = c.wrong
			c.rich.Recolour()
		})
	}()
}

// language is that of the person's locale where there is a dictionary of it, "" = none.
func language() string {
	have := spell.Languages()
	for _, k := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		v, _, _ := strings.Cut(os.Getenv(k), ".")
		if len(v) < 2 || v == "POSIX" {
			continue
		}
		for _, h := range have {
			if strings.EqualFold(h, v) {
				return h
			}
		}
		for _, h := range have {
			if strings.HasPrefix(strings.ToLower(h), strings.ToLower(v[:2])) {
				return h
			}
		}
		return ""
	}
	if len(have) > 0 {
		for _, h := range have {
			if strings.HasPrefix(h, "en") {
				return h
			}
		}
	}
	return ""
}

// wrong reports whether a word is spelled wrong; answers are kept.
func (c *Composer) wrong(word string) bool {
	c.speller.mu.Lock()
	defer c.speller.mu.Unlock()
	if c.speller.dict == nil {
		return false
	}
	ok, seen := c.speller.seen[word]
	if !seen {
		if len(c.speller.seen) > 20000 {
			clear(c.speller.seen)
		}
		ok = c.speller.dict.Check(word)
		c.speller.seen[word] = ok
	}
	return !ok
}

type misspelling struct {
	span    edit.Selection
	suggest []string
}

// misspelled returns the word at the caret when it is spelled wrong.
func (c *Composer) misspelled() (misspelling, bool) {
	span := c.rich.Doc().Word(c.rich.Selection().To)
	if span.From == span.To {
		return misspelling{}, false
	}
	word := c.rich.Doc().Text(span.From.Leaf)[span.From.Off:span.To.Off]
	if !c.wrong(word) {
		return misspelling{}, false
	}
	return misspelling{span, c.speller.dict.Suggest(word)}, true
}
