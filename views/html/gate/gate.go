package gate

import (
	"context"
	"net/url"
	"sort"
	"strings"
	"sync"

	"github.com/postrider/postrider/views/html/dom"
)

// Loader fetches one picture; it waits for the network. Safe for concurrent use.
type Loader func(ctx context.Context, address string) ([]byte, error)

// Tracker is a reference that is never loaded.
type Tracker struct {
	Host string // who would have been told
	Why  string // for people: "Invisible picture"
}

// Gate is the pictures of one mail. It is safe for concurrent use.
type Gate struct {
	parts func(cid string) []byte
	load  Loader

	mu       sync.Mutex
	allowed  bool
	open     map[string]bool // addresses of pictures that may be loaded once allowed
	trackers []Tracker
	others   int // references of kinds that are never loaded
	got      map[string][]byte
	failed   map[string]bool
	size     int
}

const (
	maxKept    = 64 << 20 // bytes of loaded pictures of one mail
	maxLoaded  = 500      // pictures of one mail
	atOnce     = 4
	maxAddress = 8 << 10
)

// New judges the references of a mail. parts gives the bytes of a part of the message by its Content-ID without brackets, nil = there are none; load may
// be nil when nothing can be loaded.
func New(doc *dom.Document, parts func(cid string) []byte, load Loader) *Gate {
	g := &Gate{parts: parts, load: load, open: map[string]bool{}, got: map[string][]byte{}, failed: map[string]bool{}}
	refused := map[string]bool{}
	for _, r := range doc.Remote {
		if r.Kind != dom.Image && r.Kind != dom.Background {
			g.others++
			continue
		}
		a, ok := web(r.URL)
		switch {
		case !ok:
			g.others++
		case r.Tracker != "":
			refused[a] = true
			g.trackers = append(g.trackers, Tracker{host(a), r.Tracker})
		default:
			g.open[a] = true
		}
	}
	for a := range refused { // an address that is a tracker in one place is one in all
		delete(g.open, a)
	}
	return g
}

// web makes an address absolute; ok is false for what is not on the web.
func web(a string) (string, bool) {
	a = strings.TrimSpace(a)
	if strings.HasPrefix(a, "//") {
		a = "https:" + a
	}
	u, err := url.Parse(a)
	if err != nil || len(a) > maxAddress || u.Host == "" || u.User != nil {
		return "", false
	}
	if s := strings.ToLower(u.Scheme); s != "https" && s != "http" {
		return "", false
	}
	return a, true
}

func host(a string) string {
	u, err := url.Parse(a)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

// Blocked is how many pictures would be loaded if the person allowed it.
func (g *Gate) Blocked() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.allowed {
		return 0
	}
	return len(g.open)
}

// Trackers are the references that are never loaded.
func (g *Gate) Trackers() []Tracker { return g.trackers }

// Others is how many references there are of kinds that are never loaded: style sheets, fonts, frames, media.
func (g *Gate) Others() int { return g.others }

// Hosts are the servers that would be asked, sorted.
func (g *Gate) Hosts() []string {
	seen := map[string]bool{}
	var out []string
	for a := range g.open {
		if h := host(a); !seen[h] {
			seen[h] = true
			out = append(out, h)
		}
	}
	sort.Strings(out)
	return out
}

// Allow opens the gate or closes it. Closing forgets what was loaded.
func (g *Gate) Allow(on bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.allowed = on
	if !on {
		clear(g.got)
		g.size = 0
	}
}

// Allowed tells whether the gate is open.
func (g *Gate) Allowed() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.allowed
}

// Bytes is what there is of a picture now; it makes a Gate a source of package picture.
func (g *Gate) Bytes(address string) []byte {
	if len(address) >= 4 && strings.EqualFold(address[:4], "cid:") {
		if g.parts == nil {
			return nil
		}
		id := strings.Trim(address[4:], "<> ")
		if u, err := url.PathUnescape(id); err == nil {
			id = u
		}
		return g.parts(id)
	}
	a, ok := web(address)
	if !ok {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.allowed {
		return nil
	}
	return g.got[a]
}

// missing are the pictures that may be loaded and are not here, the wanted ones first.
func (g *Gate) missing(wanted []string) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.allowed || g.load == nil {
		return nil
	}
	var out []string
	seen := map[string]bool{}
	add := func(a string) {
		if g.open[a] && g.got[a] == nil && !g.failed[a] && !seen[a] && len(g.got)+len(out) < maxLoaded {
			seen[a] = true
			out = append(out, a)
		}
	}
	for _, w := range wanted {
		if a, ok := web(w); ok {
			add(a)
		}
	}
	return out
}

// Load fetches those of the addresses, as the mail writes them, that may be fetched and are not here: none while the gate is closed. each is called after
// each picture that came, from several goroutines. It returns when all are done or the context is, with how many came. A picture that failed is
// not asked for again by this gate.
func (g *Gate) Load(ctx context.Context, addresses []string, each func(address string)) int {
	list := g.missing(addresses)
	work := make(chan string)
	var wg sync.WaitGroup
	var mu sync.Mutex
	came := 0
	for range min(atOnce, len(list)) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for a := range work {
				b, err := g.load(ctx, a)
				if !g.keep(ctx, a, b, err) {
					continue
				}
				mu.Lock()
				came++
				mu.Unlock()
				if each != nil {
					each(a)
				}
			}
		}()
	}
	for _, a := range list {
		select {
		case work <- a:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(work)
	wg.Wait()
	return came
}

func (g *Gate) keep(ctx context.Context, a string, b []byte, err error) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err != nil || len(b) == 0 {
		if ctx.Err() == nil {
			g.failed[a] = true
		}
		return false
	}
	if !g.allowed || g.size+len(b) > maxKept {
		return false
	}
	g.got[a] = b
	g.size += len(b)
	return true
}
