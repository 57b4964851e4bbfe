package htmltext

import (
	"bytes"
	"strings"

	"golang.org/x/net/html/atom"
)

func isRemote(v []byte) bool {
	v = bytes.TrimSpace(v)
	return len(v) > 6 && (strings.EqualFold(string(v[:5]), "http:") || strings.EqualFold(string(v[:6]), "https:") || v[0] == '/' && v[1] == '/')
}

// countRemote counts what a browser would fetch for this tag.
func (b *builder) countRemote(tag atom.Atom, a *attributes, s *state) {
	switch tag {
	case atom.Img, atom.Image:
		if isRemote(a.src) {
			b.res.Remote++
			if tiny(a) || s.hidden || trackerURL(a.src) {
				b.res.Trackers++
			}
		}
	case atom.Iframe, atom.Frame, atom.Video, atom.Audio, atom.Source, atom.Track, atom.Embed, atom.Script, atom.Input, atom.Bgsound:
		if isRemote(a.src) {
			b.res.Remote++
		}
	case atom.Link:
		if isRemote(a.href) {
			b.res.Remote++
		}
	}
	if isRemote(a.background) {
		b.res.Remote++
	}
	if i := indexFold(a.style, "url("); i >= 0 {
		if isRemote(bytes.TrimLeft(a.style[i+4:], `"' `)) {
			b.res.Remote++
		}
	}
}

// tiny reports whether a picture is too small to be looked at.
func tiny(a *attributes) bool {
	w, h := number(a.width), number(a.height)
	if v, ok := declaration(a.style, "width"); ok && number(v) >= 0 && !bytes.HasSuffix(v, []byte("%")) {
		w = number(v)
	}
	if v, ok := declaration(a.style, "height"); ok && number(v) >= 0 && !bytes.HasSuffix(v, []byte("%")) {
		h = number(v)
	}
	if bytes.HasSuffix(a.width, []byte("%")) {
		w = -1
	}
	return w >= 0 && w <= 1 && h <= 1 || h >= 0 && h <= 1 && w <= 1
}

// trackerURL knows the shapes of addresses that count openings.
func trackerURL(u []byte) bool {
	l := strings.ToLower(string(u[:min(len(u), 2000)]))
	for _, p := range []string{"/track/open", "/open.php", "/wf/open", "/e/o/", "/o.gif", "/open.gif", "/open.aspx", "/openpixel", "/trackopen", "/track/opens", "/tracking/open", "/email/open", "/mail/open",
		"/pixel.gif", "/pixel.png", "/pixel?", "/beacon", "/spacer.gif?", "/1x1.", "/tr/op/", "/trk/open", "/imp?", "/bh/", "readreceipt", "mailtrack", "/ss/o/", "/q/open", "/emimp/", "/collect?v=", "/impression"} {
		if strings.Contains(l, p) {
			return true
		}
	}
	return false
}
