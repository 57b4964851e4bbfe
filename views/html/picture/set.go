package picture

import (
	"encoding/base64"
	"image"
	"net/url"
	"strings"
	"sync"
)

// Source gives the bytes of a picture by its address as the mail writes it (cid:, https:, …): nil when it is not there, or not allowed. It is asked
// while a mail is laid out, so it answers from memory or a local store and never waits for a network. Safe for concurrent use.
type Source interface {
	Bytes(address string) []byte
}

// Set is the pictures of one mail. It is safe for concurrent use.
type Set struct {
	src    Source
	limits Limits
	mu     sync.Mutex
	infos  map[string]known
	// missing are the addresses whose size was asked for in vain.
	missing []string
	missed  map[string]bool
}

type known struct {
	info Info
	ok   bool
}

const maxKnown = 4096

// NewSet returns the pictures that a source gives; src may be nil: then only data: addresses have pictures.
func NewSet(src Source, l Limits) *Set {
	return &Set{src: src, limits: l.filled(), infos: map[string]known{}, missed: map[string]bool{}}
}

// bytes finds the bytes of an address.
func (s *Set) bytes(address string) []byte {
	if len(address) >= 5 && strings.EqualFold(address[:5], "data:") {
		return data(address, s.limits.Bytes)
	}
	if s.src == nil || address == "" {
		return nil
	}
	return s.src.Bytes(address)
}

// data decodes a data: address (RFC 2397); nil when it is damaged or too long.
func data(address string, most int) []byte {
	head, body, ok := strings.Cut(address[5:], ",")
	if !ok || len(body) > most*4/3+1024 {
		return nil
	}
	if strings.HasSuffix(strings.ToLower(strings.TrimSpace(head)), ";base64") {
		if u, err := url.PathUnescape(body); err == nil {
			body = u
		}
		body = strings.Map(func(r rune) rune {
			switch r {
			case ' ', '\n', '\r', '\t', '=':
				return -1
			case '-':
				return '+'
			case '_':
				return '/'
			}
			return r
		}, body)
		b, err := base64.RawStdEncoding.DecodeString(body)
		if err != nil {
			return nil
		}
		return b
	}
	u, err := url.PathUnescape(body)
	if err != nil {
		return nil
	}
	return []byte(u)
}

// Info reads the header of a picture; ok is false when there is none that can be shown.
func (s *Set) Info(address string) (Info, bool) {
	s.mu.Lock()
	k, ok := s.infos[address]
	s.mu.Unlock()
	if ok {
		return k.info, k.ok
	}
	b := s.bytes(address)
	if b == nil { // may come later
		s.mu.Lock()
		if !s.missed[address] && len(s.missing) < maxKnown && address != "" {
			s.missed[address] = true
			s.missing = append(s.missing, address)
		}
		s.mu.Unlock()
		return Info{}, false
	}
	i, err := Read(b, s.limits)
	s.mu.Lock()
	if len(s.infos) >= maxKnown {
		clear(s.infos)
	}
	s.infos[address] = known{i, err == nil}
	s.mu.Unlock()
	return i, err == nil
}

// Missing are the addresses that were asked for and had no picture, in the order of the first question.
func (s *Set) Missing() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.missing...)
}

// Size is the picture's size in px; it makes a Set a sizer of layout.
func (s *Set) Size(address string) (w, h float64, ok bool) {
	i, ok := s.Info(address)
	return float64(i.Width), float64(i.Height), ok
}

const maxScaled = 64 << 20 // bytes of one scaled picture

// decoding one large picture at a time keeps the memory of it in bounds.
var decoding sync.Mutex

// Scaled returns the picture at w by h pixels, premultiplied, nil when there is none. It is shared and must not be changed.
func (s *Set) Scaled(address string, w, h int) *image.RGBA {
	if w <= 0 || h <= 0 || w > maxScaled/4/h {
		return nil
	}
	k := key{s, address, w, h}
	if m, ok := scaledCache.get(k); ok {
		return m
	}
	i, ok := s.Info(address)
	if !ok {
		return nil
	}
	decoding.Lock()
	defer decoding.Unlock()
	if m, ok := scaledCache.get(k); ok {
		return m
	}
	b := s.bytes(address)
	if b == nil {
		return nil
	}
	m, err := decode(b, i, s.limits, w, h)
	var out *image.RGBA
	if err == nil {
		out = scale(m, i.turn, w, h)
	}
	scaledCache.put(k, out) // a damaged one too: it is not decoded again for each strip
	return out
}

// animationBytes bounds the frames of one animation.
const animationBytes = 48 << 20

// Animation returns the frames of a moving picture at w by h pixels, nil when it does not move.
func (s *Set) Animation(address string, w, h int) *Animation {
	i, ok := s.Info(address)
	if !ok || i.Format != GIF {
		return nil
	}
	b := s.bytes(address)
	if b == nil {
		return nil
	}
	decoding.Lock()
	defer decoding.Unlock()
	return animate(b, i, s.limits, w, h)
}

// Close forgets the scaled pictures of the set.
func (s *Set) Close() { scaledCache.drop(s) }
