package dom

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"github.com/postrider/postrider/views/html/css"
)

type walker struct {
	d      *Document
	ctx    context.Context
	limits Limits
	nodes  int
	sheets int
	base   *url.URL
	seen   map[refKey]bool
	linked map[string]bool
	err    error
}

type refKey struct {
	url  string
	kind Kind
}

// findBase reads the base element; its only effect is on relative addresses.
func (w *walker) findBase(head *html.Node) {
	for n := head.FirstChild; n != nil; n = n.NextSibling {
		if n.Type != html.ElementNode || n.Data != "base" || w.base != nil {
			continue
		}
		if v, ok := css.Attr(n, "href"); ok {
			if u, err := url.Parse(strings.TrimSpace(v)); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
				w.base = u
			}
		}
	}
}

func (w *walker) resolve(ref string) string {
	if w.base == nil || ref == "" || strings.HasPrefix(ref, "#") {
		return ref
	}
	u, err := url.Parse(ref)
	if err != nil || u.IsAbs() {
		return ref
	}
	return w.base.ResolveReference(u).String()
}

// walk takes out what acts or is beyond the limits, and collects sheets and references.
func (w *walker) walk(n *html.Node, depth int) {
	for c := n.FirstChild; c != nil && w.err == nil; {
		next := c.NextSibling
		w.nodes++
		if w.nodes&1023 == 0 {
			w.err = w.ctx.Err()
		}
		switch {
		case w.nodes > w.limits.Nodes:
			n.RemoveChild(c)
		case c.Type == html.CommentNode:
			n.RemoveChild(c)
		case c.Type == html.ElementNode:
			if w.element(n, c) {
				if depth >= w.limits.Depth {
					// Nothing nests this deeply to say something.
					for k := c.FirstChild; k != nil; k = c.FirstChild {
						c.RemoveChild(k)
					}
				} else {
					w.walk(c, depth+1)
				}
				if c.Namespace == "svg" && c.Data == "svg" && n.Namespace == "" && w.err == nil {
					drawing(c)
				}
			}
		}
		c = next
	}
}

// element looks at one element; false when it was removed or its content is no content.
func (w *walker) element(parent, n *html.Node) bool {
	if n.Namespace != "" {
		return w.foreign(parent, n)
	}
	remove := func() bool { parent.RemoveChild(n); return false }
	switch n.Data {
	case "script", "iframe", "frame", "embed", "applet", "base", "template", "param", "source", "track", "bgsound", "portal":
		switch n.Data {
		case "iframe", "frame", "embed":
			w.attrRef(n, "src", Frame)
		case "source", "track":
			w.attrRef(n, "src", Media)
			w.srcset(n)
		case "bgsound":
			w.attrRef(n, "src", Media)
		case "script":
			w.attrRef(n, "src", Script)
		}
		return remove()
	case "style":
		w.style(n)
		return remove()
	case "title":
		if w.d.Title == "" && n.FirstChild != nil {
			w.d.Title = strings.Join(strings.Fields(n.FirstChild.Data), " ")
		}
		return remove()
	case "link":
		if rel, _ := css.Attr(n, "rel"); rel != "" {
			kind := Other
			if strings.Contains(css.Lower(rel), "stylesheet") {
				kind = Stylesheet
			}
			w.attrRef(n, "href", kind)
		}
		return remove()
	case "meta":
		if name, _ := css.Attr(n, "name"); css.EqualFold(name, "color-scheme") || css.EqualFold(name, "supported-color-schemes") {
			if v, _ := css.Attr(n, "content"); v != "" && w.d.Schemes == "" {
				w.d.Schemes = css.Lower(v)
			}
		}
		return remove()
	}
	w.attributes(n)
	switch n.Data {
	case "img", "input":
		if n.Data == "img" {
			w.image(n)
		} else if t, _ := css.Attr(n, "type"); css.EqualFold(t, "image") {
			w.image(n)
		}
	case "video", "audio":
		w.attrRef(n, "src", Media)
		w.attrRef(n, "poster", Image)
	case "object":
		w.attrRef(n, "data", Frame)
	case "a", "area":
		if v, ok := css.Attr(n, "href"); ok && v != "" && !w.linked[v] && len(w.d.Links) < w.limits.References {
			w.linked[v] = true
			w.d.Links = append(w.d.Links, v)
		}
	}
	return true
}

// foreign content: inline pictures in SVG are kept as they are, without what acts.
func (w *walker) foreign(parent, n *html.Node) bool {
	switch css.Lower(n.Data) {
	case "script", "foreignobject", "animate", "animatetransform", "animatemotion", "set", "handler":
		parent.RemoveChild(n)
		return false
	case "style":
		if n.FirstChild != nil {
			w.cssRefs(n.FirstChild.Data, n, Background)
		}
	case "image", "use", "feimage":
		for _, a := range n.Attr {
			if a.Key == "href" {
				w.add(Reference{URL: strings.TrimSpace(a.Val), Kind: Image, Node: n})
			}
		}
	}
	w.attributes(n)
	return true
}

// attributes drops event handlers and targets that act, and resolves relative addresses.
func (w *walker) attributes(n *html.Node) {
	kept := n.Attr[:0]
	for _, a := range n.Attr {
		key := a.Key
		if strings.HasPrefix(key, "on") {
			continue
		}
		switch key {
		case "action", "formaction", "ping", "srcdoc", "autofocus", "contenteditable", "accesskey":
			continue
		case "href", "src", "background", "data", "poster", "cite", "longdesc", "lowsrc", "dynsrc":
			a.Val = strings.TrimSpace(a.Val)
			if acts(a.Val) {
				continue
			}
			if key != "cite" && key != "longdesc" && key != "lowsrc" && key != "dynsrc" {
				a.Val = w.resolve(a.Val)
			}
			if key == "background" && a.Val != "" {
				width, height := sizeOf(n)
				w.add(Reference{URL: a.Val, Kind: Background, Width: width, Height: height, Node: n})
			}
		case "style":
			w.cssRefs(a.Val, n, Background)
		}
		kept = append(kept, a)
	}
	n.Attr = kept
}

// acts tells a target that runs something from one that names something.
func acts(target string) bool {
	var b strings.Builder
	for i := 0; i < len(target) && b.Len() < 16; i++ {
		c := target[i]
		if c <= ' ' {
			continue
		}
		if c == ':' {
			switch css.Lower(b.String()) {
			case "javascript", "vbscript", "livescript", "mocha", "jar", "view-source":
				return true
			}
			return false
		}
		b.WriteByte(c)
	}
	return false
}

func (w *walker) style(n *html.Node) {
	text := ""
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.TextNode {
			text += c.Data
		}
	}
	if t, ok := css.Attr(n, "type"); ok && t != "" && !css.EqualFold(strings.TrimSpace(t), "text/css") {
		return
	}
	if len(w.d.Sheets) >= w.limits.Sheets || w.sheets+len(text) > w.limits.SheetBytes {
		w.d.Notes = append(w.d.Notes, "The message has very many style rules. Some are left out.")
		return
	}
	w.sheets += len(text)
	media, _ := css.Attr(n, "media")
	w.d.Sheets = append(w.d.Sheets, Sheet{Text: text, Media: media})
	w.cssRefs(text, n, Background)
}

// cssRefs lists what a piece of CSS would fetch.
func (w *walker) cssRefs(text string, n *html.Node, kind Kind) {
	if !mayFetch(text) {
		return
	}
	toks := css.Tokenize(text)
	at, prop := "", ""
	for i := range toks {
		t := &toks[i]
		switch t.Kind {
		case css.At:
			at = css.Lower(t.Text)
		case css.Semicolon:
			if at == "import" {
				at = ""
			}
			prop = ""
		case css.LBrace:
			prop = ""
		case css.RBrace:
			at, prop = "", ""
		case css.Ident:
			if prop == "" {
				prop = css.Lower(t.Text)
			}
		case css.URL, css.String:
			if t.Text == "" || t.Kind == css.String && at != "import" && !inFetchFunction(toks, i) {
				continue
			}
			k := kind
			switch {
			case at == "import":
				k = Stylesheet
			case at == "font-face":
				k = Font
			case prop == "cursor" || prop == "filter" || prop == "content" || strings.HasPrefix(prop, "list-style"):
				k = Image
			}
			width, height := 0.0, 0.0
			if n.Data != "style" {
				width, height = sizeOf(n)
			}
			w.add(Reference{URL: w.resolve(t.Text), Kind: k, Width: width, Height: height, Node: n})
		}
	}
}

// mayFetch is a quick look whether tokens are worth the while: CSS can name addresses only with url(, src(, image-set(, @import, or an escape in these.
func mayFetch(text string) bool {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\', '@':
			return true
		case '(':
			if i >= 3 {
				switch text[i-1] | 0x20 {
				case 'l', 'c', 't', 'e': // url, src, image-set, image
					return true
				}
			}
		}
	}
	return false
}

func inFetchFunction(toks []css.Token, i int) bool {
	depth := 0
	for j := i - 1; j >= 0 && j > i-64; j-- {
		switch toks[j].Kind {
		case css.RParen:
			depth++
		case css.LParen:
			depth--
		case css.Function:
			if depth == 0 {
				switch css.Lower(toks[j].Text) {
				case "url", "src", "image-set", "-webkit-image-set", "image", "cross-fade":
					return true
				}
				return false
			}
			depth--
		case css.LBrace, css.RBrace, css.Semicolon:
			return false
		}
	}
	return false
}

func (w *walker) attrRef(n *html.Node, name string, kind Kind) {
	if v, ok := css.Attr(n, name); ok {
		if v = strings.TrimSpace(v); v != "" && !acts(v) {
			width, height := sizeOf(n)
			w.add(Reference{URL: w.resolve(v), Kind: kind, Width: width, Height: height, Node: n})
		}
	}
}

func (w *walker) image(n *html.Node) {
	w.attrRef(n, "src", Image)
	w.srcset(n)
	w.attrRef(n, "lowsrc", Image)
	w.attrRef(n, "dynsrc", Media)
}

func (w *walker) srcset(n *html.Node) {
	v, ok := css.Attr(n, "srcset")
	if !ok {
		return
	}
	for _, part := range strings.Split(v, ", ") {
		if f := strings.Fields(part); len(f) > 0 {
			w.add(Reference{URL: w.resolve(strings.TrimRight(f[0], ",")), Kind: Image, Node: n})
		}
	}
}

// sizeOf reads the size that the attributes or the inline style give, px, 0 = not given.
func sizeOf(n *html.Node) (width, height float64) {
	read := func(s string) float64 {
		s = strings.TrimSpace(s)
		end := 0
		for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == '.') {
			end++
		}
		if v, err := strconv.ParseFloat(s[:end], 64); err == nil && !strings.HasSuffix(s, "%") {
			return max(v, 1e-3) // 0 was given: smaller than anything seen, yet not absent
		}
		return 0
	}
	for _, a := range n.Attr {
		switch a.Key {
		case "width":
			width = read(a.Val)
		case "height":
			height = read(a.Val)
		case "style":
			for _, d := range css.ParseDecls(a.Val) {
				if len(d.Value) != 1 || d.Value[0].Kind != css.Dimension && d.Value[0].Kind != css.Number || d.Value[0].Kind == css.Dimension && d.Value[0].Text != "px" {
					continue
				}
				switch d.Name {
				case "width", "max-width":
					width = max(d.Value[0].Num, 1e-3)
				case "height", "max-height":
					height = max(d.Value[0].Num, 1e-3)
				}
			}
		}
	}
	return
}
