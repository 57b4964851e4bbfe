package view

import (
	"sync"

	"github.com/postrider/postrider/views/html/text"
)

// Shaper is the one that all pages of the program share: fonts and shaped words are kept once.
var Shaper = sync.OnceValue(func() *text.Shaper { return text.NewShaper(text.Settings{}) })

// Warm reads the index of the system's fonts on a goroutine of its own, so that the first page need not wait for it.
func Warm() { go Shaper().Warm() }
