package discover

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/wire"
	"github.com/postrider/postrider/assets/providers"
)

// movedRank is the rank of the MX where the table says that a provider is moving its mailboxes to another.
const movedRank = -1

// Time limits.
const (
	soft       = 2 * time.Second // after the first success
	hard       = 10 * time.Second
	tableHead  = 1500 * time.Millisecond // the table's servers may answer before anything else is asked
	httpLimit  = 5 * time.Second
	dnsLimit   = 3 * time.Second
	probeLimit = 5 * time.Second
	alsoLimit  = 8 * time.Second
	maxProbes  = 12 // connections at a time
)

// Resolver looks names up; *net.Resolver is one. Names end in a dot.
type Resolver interface {
	// The methods are those of net.Resolver: a name that does not exist is a *net.DNSError with IsNotFound.
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupSRV(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupCNAME(ctx context.Context, name string) (string, error)
	LookupHost(ctx context.Context, name string) ([]string, error)
}

// Options say how to look. The zero value asks everything but the public list, and sends no address to anybody.
type Options struct {
	Dialer *wire.Dialer // for probes, and for https where HTTP is nil
	// HTTP is used for https requests, without its cookies and its rule for redirects; nil makes one on Dialer.
	HTTP *http.Client
	// Resolver looks names up; nil is the system's.
	Resolver Resolver
	// ISPDB allows asking the public list of the Thunderbird project, with the domain only.
	ISPDB bool
	// SendAddress allows sending the whole address to the domain's own autoconfig and Autodiscover servers.
	SendAddress bool
	// Progress is told every change of a step, from one goroutine at a time. It must not block.
	Progress func(mail.Step)
	// Ports, for tests and the demo: where a well-known port really listens.
	Ports map[int]int
	// Table is the provider table; nil is the program's own.
	Table *providers.Table
}

// Find looks for the servers of an address. The error is fault.Usage for what is no address, or the context's; with the latter comes what was
// found so far. Finding nothing, or being offline, is not an error.
func Find(ctx context.Context, address string, o Options) (mail.Discovery, error) {
	a, err := Clean(address)
	if err != nil {
		return mail.Discovery{Address: address}, err
	}
	fctx, cancel := context.WithTimeout(ctx, hard)
	defer cancel()
	f := newFinder(fctx, a, o)
	f.run()
	d := f.discovery()
	cancel()
	f.wg.Wait()
	return d, ctx.Err()
}

// result is what one source found.
type result struct {
	rank     int
	source   string
	in, out  []mail.Offer
	also     []mail.Also
	hints    []mail.Hint
	provider *providers.Provider
	name     string
	oauth    string
	// proof: only offers that a probe reached count at all (guesses).
	proof bool
}

type finder struct {
	ctx   context.Context
	a     Address
	o     Options
	table *providers.Table
	res   Resolver
	dial  *wire.Dialer
	http  *http.Client
	steps *steps
	wg    sync.WaitGroup
	slots chan struct{}

	answered atomic.Bool // something on the network answered, a name server's "no" included
	positive atomic.Bool // a name was found, or a connection made
	mxDone   chan struct{}
	mx       mxInfo // valid after mxDone

	mu      sync.Mutex
	results []result
	probes  map[string]*probe
	also    []mail.Also
}

func newFinder(ctx context.Context, a Address, o Options) *finder {
	f := &finder{ctx: ctx, a: a, o: o, table: o.Table, res: o.Resolver, steps: newSteps(o.Progress),
		slots: make(chan struct{}, maxProbes), mxDone: make(chan struct{}), probes: map[string]*probe{}}
	if f.table == nil {
		f.table = providers.Load()
	}
	if f.res == nil {
		f.res = net.DefaultResolver
	}
	f.dial = f.dialer()
	f.http = f.client()
	return f
}

// source runs one source on a goroutine of its own and reports to done when its servers were tried.
func (f *finder) source(ctx context.Context, done chan<- int, rank int, limit time.Duration, find func(context.Context) []result) {
	f.wg.Go(func() {
		lctx, cancel := context.WithTimeout(ctx, limit)
		found := find(lctx)
		cancel()
		for _, r := range found {
			r.rank = cmp.Or(r.rank, rank)
			f.add(r)
		}
		for _, r := range found {
			f.probeAll(ctx, append(slices.Clone(r.in), r.out...), 0)
		}
		done <- rank
	})
}

func (f *finder) add(r result) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.results = append(f.results, r)
	f.also = append(f.also, r.also...)
}

// best returns the rank of the best result with a proven server each way.
func (f *finder) best() (rank int, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.results {
		if (!ok || r.rank < rank) && f.anyProven(r.in) && f.anyProven(r.out) {
			rank, ok = r.rank, true
		}
	}
	return rank, ok
}

func (f *finder) anyProven(os []mail.Offer) bool {
	return slices.ContainsFunc(os, func(o mail.Offer) bool { return f.proven(o) })
}

// run asks until enough is known.
func (f *finder) run() {
	ctx, cancel := context.WithCancel(f.ctx)
	defer cancel()
	done := make(chan int, 16)
	pending := map[int]int{}
	start := func(rank int, limit time.Duration, find func(context.Context) []result) {
		pending[rank]++
		f.source(ctx, done, rank, limit, find)
	}
	f.steps.set(stepProbe, mail.StepRunning, "")

	p := f.table.ByDomain(f.a.Domain)
	if p != nil {
		f.steps.set(stepList, mail.StepRunning, "")
		f.steps.set(stepList, mail.StepFound, p.Name+", known to Postrider")
		f.alsoSteps(p)
		start(1, time.Second, func(context.Context) []result { return []result{f.fromTable(p, 1)} })
		if len(p.Incoming) == 0 {
			<-done // there is nothing to connect to, and the table says why
			return
		}
		// A provider that is moving its mailboxes is not taken at the table's word: its MX is asked too.
		if p.Fallback == "" {
			head := time.NewTimer(tableHead)
			defer head.Stop()
			select {
			case <-done:
				pending[1]--
			case <-head.C:
			case <-ctx.Done():
			}
			if _, ok := f.best(); ok || ctx.Err() != nil {
				return
			}
		}
	}

	alsoDone := f.startAlso(ctx)
	f.wg.Go(func() { f.lookupMX(ctx) })
	start(3, httpLimit, f.autoconfig)
	if p == nil {
		start(4, httpLimit, f.ispdb)
	}
	if p != nil && p.Fallback != "" {
		start(movedRank, httpLimit+dnsLimit, f.byMX)
	} else {
		start(5, httpLimit+dnsLimit, f.byMX)
	}
	start(6, dnsLimit, f.srv)
	start(7, alsoLimit, f.guess)

	var late <-chan time.Time
	spent := false // late has passed
	for {
		best, ok := f.best()
		if ok {
			if late == nil {
				late = time.After(soft)
			}
			better := false // a source of the same rank still tries its other servers
			for r, n := range pending {
				better = better || n > 0 && r <= best
			}
			if !better {
				break
			}
		}
		left := 0
		for _, n := range pending {
			left += n
		}
		if left == 0 {
			break
		}
		select {
		case r := <-done:
			pending[r]--
			continue
		case <-late:
			spent = true
		case <-ctx.Done():
		}
		break
	}
	if spent {
		return
	}
	if late == nil {
		late = time.After(soft)
	}
	select { // what is beside mail gets the rest of the same time
	case <-alsoDone:
	case <-late:
	case <-ctx.Done():
	}
}

// startAlso looks for what is beside mail; the channel is closed at the end.
func (f *finder) startAlso(ctx context.Context) <-chan struct{} {
	done := make(chan struct{})
	var wg sync.WaitGroup
	for _, find := range []func(context.Context) []mail.Also{f.dav, f.autodiscover, f.activeSync} {
		wg.Add(1)
		f.wg.Go(func() {
			defer wg.Done()
			lctx, cancel := context.WithTimeout(ctx, alsoLimit)
			defer cancel()
			found := find(lctx)
			f.mu.Lock()
			defer f.mu.Unlock()
			f.also = append(f.also, found...)
		})
	}
	f.wg.Go(func() { wg.Wait(); close(done) })
	return done
}
