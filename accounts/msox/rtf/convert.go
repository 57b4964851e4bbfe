package rtf

import "bytes"

// Kind says where RTF came from.
type Kind int

// The kinds of RTF.
const (
	Genuine  Kind = iota // written as RTF
	FromHTML             // HTML packed into RTF
	FromText             // plain text packed into RTF
)

// Body is RTF made readable, in UTF-8.
type Body struct {
	Kind     Kind
	HTML     string // FromHTML: as it was packed; Genuine: made from the RTF; FromText: ""
	Text     string // FromText and Genuine; "" of FromHTML
	Pictures []Picture
	Cut      bool // there was more than the limits allow
}

// Picture is a picture of genuine RTF; the HTML refers to it as cid:ContentID.
type Picture struct {
	ContentID string
	Type      string // image/png, image/jpeg, image/emf, image/wmf
	Data      []byte
}

// Options bound what Convert makes. Zero fields have the default in brackets.
type Options struct {
	MaxText     int    // bytes of HTML, and of text [16 MiB]
	MaxPictures int    // bytes of all pictures [32 MiB]
	IDPrefix    string // of the content ids of pictures ["rtf"]
	// Object is asked what stands where the n-th attachment has its place in the text (\\objattph), from 0; nil = nothing.
	Object func(n int) (html, text string)
}

// KindOf looks at the start of RTF for what it was made from ([MS-OXRTFEX] 2.1.3.1: within the first ten tokens).
func KindOf(b []byte) Kind {
	l := lexer{in: b[:min(len(b), 4096)]}
	for range 24 {
		t := l.next()
		if t.kind == tokEnd || t.kind == tokText {
			break
		}
		if t.kind != tokWord {
			continue
		}
		switch string(t.word) {
		case "fromhtml":
			if !t.has || t.param != 0 {
				return FromHTML
			}
		case "fromtext":
			return FromText
		case "fonttbl":
			return Genuine
		}
	}
	return Genuine
}

// Is reports whether b looks like RTF.
func Is(b []byte) bool { return bytes.HasPrefix(bytes.TrimLeft(b, " \t\r\n\x00"), []byte(`{\rt`)) }

// Convert makes RTF readable. It never fails: of broken RTF it gives what it can read.
func Convert(b []byte, o Options) Body {
	if o.MaxText <= 0 {
		o.MaxText = 16 << 20
	}
	if o.MaxPictures <= 0 {
		o.MaxPictures = 32 << 20
	}
	if o.IDPrefix == "" {
		o.IDPrefix = "rtf"
	}
	switch k := KindOf(b); k {
	case FromHTML, FromText:
		e := &extractor{html: k == FromHTML, limit: o.MaxText}
		newScanner(b, e).run()
		if k == FromHTML {
			return Body{Kind: k, HTML: e.out.String(), Cut: e.full()}
		}
		return Body{Kind: k, Text: e.out.String(), Cut: e.full()}
	}
	w := &builder{o: o}
	s := newScanner(b, w)
	w.colors = func() []uint32 { return s.colors }
	s.maxPict = o.MaxPictures
	s.run()
	return w.finish()
}
