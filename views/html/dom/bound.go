package dom

import (
	"bytes"
	"context"
	"hash/maphash"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// formatting elements are opened again by the parser in every block that follows while they are not closed.
func formatting(a atom.Atom) bool {
	switch a {
	case atom.A, atom.B, atom.Big, atom.Code, atom.Em, atom.Font, atom.I, atom.Nobr, atom.S, atom.Small, atom.Strike, atom.Strong, atom.Tt, atom.U:
		return true
	}
	return false
}

func void(a atom.Atom) bool {
	switch a {
	case atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input, atom.Link, atom.Meta, atom.Param, atom.Source, atom.Track, atom.Wbr, atom.Frame, atom.Basefont, atom.Bgsound, atom.Keygen, atom.Image:
		return true
	}
	return false
}

// copies is how many elements the reopening of formatting elements may make; about the size of a very large mail.
const copies = 400000

// bound leaves out of the source what would make the parser's tree grow out of proportion. It returns src itself for all mails that people write.
// With deep set, elements nested beyond limits.Depth/2 lose their tags.
func bound(ctx context.Context, src []byte, limits Limits, deep bool) ([]byte, error) {
	z := html.NewTokenizer(bytes.NewReader(src))
	var (
		out     []byte
		changed bool
		pos     int
		active  []opened // open formatting elements, as the parser's own list has them
		marks   []int    // how long the list was when a cell began
		made    int
		tokens  int
		depth   int
		stack   []atom.Atom
		names   []bool // whether the element of the stack kept its tag
	)
	drop := func(start, end int) {
		if !changed {
			changed = true
			out = append(out, src[:start]...)
		}
	}
	most := limits.Depth / 2
	for {
		tt := z.Next()
		if tt == html.ErrorToken {
			break
		}
		raw := len(z.Raw())
		start := pos
		pos += raw
		tokens++
		if tokens&1023 == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		if tokens > 3*limits.Nodes {
			drop(start, len(src))
			break
		}
		keep := true
		switch tt {
		case html.TextToken:
			if len(active) > 8 {
				made += len(active)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			a := atom.Lookup(name)
			if len(active) > 8 {
				made += len(active)
			}
			switch {
			case formatting(a):
				if made > copies && len(active) > 2 {
					keep = false
					break
				}
				active = push(active, opened{a, maphash.Bytes(seed, src[start:pos])})
			case a == atom.Td || a == atom.Th || a == atom.Caption:
				if len(marks) < 1<<12 {
					marks = append(marks, len(active))
				}
			}
			if deep && keep && !void(a) {
				if implied(a) && len(stack) > 0 && stack[len(stack)-1] == a {
					stack, names = stack[:len(stack)-1], names[:len(names)-1]
					depth--
				}
				if depth >= most {
					keep = false
				} else {
					depth++
				}
				if len(stack) < 1<<16 {
					stack, names = append(stack, a), append(names, keep)
				}
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			a := atom.Lookup(name)
			switch {
			case formatting(a):
				low := 0
				if n := len(marks); n > 0 {
					low = marks[n-1]
				}
				for i := len(active) - 1; i >= low && i > len(active)-512; i-- {
					if active[i].tag == a {
						active = append(active[:i], active[i+1:]...)
						break
					}
				}
			case a == atom.Td || a == atom.Th || a == atom.Caption:
				if n := len(marks); n > 0 {
					active = active[:min(len(active), marks[n-1])]
					marks = marks[:n-1]
				}
			}
			if deep && !void(a) {
				for i := len(stack) - 1; i >= 0 && i > len(stack)-64; i-- {
					if stack[i] == a {
						for j := i; j < len(stack); j++ {
							if names[j] {
								depth--
							}
						}
						keep = names[i]
						stack, names = stack[:i], names[:i]
						break
					}
				}
			}
		}
		if !keep {
			drop(start, pos)
		} else if changed {
			out = append(out, src[start:pos]...)
		}
	}
	if !changed {
		return src, nil
	}
	return out, nil
}

type opened struct {
	tag atom.Atom
	raw uint64 // hash of the tag as written
}

var seed = maphash.MakeSeed()

// push adds an element; of equal ones the parser keeps three.
func push(active []opened, o opened) []opened {
	same, first := 0, 0
	for i := len(active) - 1; i >= 0 && i > len(active)-64; i-- {
		if active[i] == o {
			same++
			first = i
		}
	}
	if same >= 3 {
		active = append(active[:first], active[first+1:]...)
	}
	return append(active, o)
}

// implied elements are closed by the next of their kind.
func implied(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Li, atom.Td, atom.Th, atom.Tr, atom.Option, atom.Dt, atom.Dd:
		return true
	}
	return false
}
