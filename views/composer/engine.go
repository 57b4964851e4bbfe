package composer

import "github.com/postrider/postrider/views/composer/rich"

// formatted tells whether the text is written with formatting.
func (c *Composer) formatted() bool { return false }

// pages is the HTML engine for the text.
func (c *Composer) pages() rich.Engine { return nil }
