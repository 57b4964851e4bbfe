package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/bus"
	"github.com/postrider/postrider/app/store"
	"golang.org/x/sync/semaphore"
)

// Opener opens connections of one account.
type Opener = remote.Opener

// Options are what the engine is made of. Store and Open are needed.
type Options struct {
	Store *store.Store
	Bus   *bus.Bus
	// Open returns the account's opener; it does not connect.
	Open func(a mail.Account) remote.Opener
	// Ingest takes a message apart; it runs outside the write lock, in several goroutines. The bytes are used again when the result is stowed: nothing
	// but its Raw may point into them.
	Ingest func(raw []byte) (store.Body, error)
	Log    *slog.Logger
	Now    func() time.Time
	// Crash is called before and after each step of the journal, by its name; tests end the goroutine there.
	Crash func(point string)

	BodyBudget int64         // bytes of bodies in flight over all accounts; 0 = 16 MB
	Workers    int           // goroutines that ingest, for each account that fetches; 0 = 2
	BackoffMin time.Duration // 0 = 1 s
	BackoffMax time.Duration // 0 = 5 min
	Quiet      time.Duration // a draft unchanged for so long is copied to the server; 0 = 30 s
	Poll       time.Duration // 0 = what the account says, else 5 min
	Recheck    time.Duration // how often a full disk is looked at again; 0 = 30 s
	SendRetry  []time.Duration
	Shelves    Shelving      // address books and calendars
	GiveUp     time.Duration // a message refused for the moment is returned after so long; 0 = 2 days
}

// Engine runs the accounts.
type Engine struct {
	o      Options
	s      *store.Store
	log    *slog.Logger
	budget *semaphore.Weighted
	undo   undoLog
	status statusBoard

	mu       sync.Mutex
	ctx      context.Context // nil before Start
	cancel   context.CancelFunc
	accounts map[mail.AccountID]*account
	held     map[mail.AccountID]int // see Hold
	wg       sync.WaitGroup
	once     sync.Once
	indexC   chan struct{}
	shelves  shelfBoard
}

// New makes an engine that does nothing before Start; commands work at once.
func New(o Options) *Engine {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	def(&o.BackoffMin, time.Second)
	def(&o.BackoffMax, 5*time.Minute)
	def(&o.Quiet, 30*time.Second)
	def(&o.Recheck, 30*time.Second)
	def(&o.GiveUp, 48*time.Hour)
	if o.SendRetry == nil {
		o.SendRetry = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}
	}
	if o.BodyBudget <= 0 {
		o.BodyBudget = 16 << 20
	}
	if o.Workers <= 0 {
		o.Workers = 2
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Bus == nil {
		o.Bus = bus.New()
	}
	e := &Engine{o: o, s: o.Store, log: o.Log, budget: semaphore.NewWeighted(o.BodyBudget), accounts: map[mail.AccountID]*account{}, held: map[mail.AccountID]int{}, indexC: make(chan struct{}, 1)}
	e.status.bus = o.Bus
	e.status.m = map[mail.AccountID]*AccountStatus{}
	return e
}

func (e *Engine) crash(point string) {
	if e.o.Crash != nil {
		e.o.Crash(point)
	}
}

// write is a transaction with its two crash points.
func (e *Engine) write(ctx context.Context, step string, f func(tx *store.Tx) error) error {
	e.crash("before " + step)
	if err := e.s.Write(ctx, f); err != nil {
		return err
	}
	e.crash("after " + step)
	return nil
}

// Start recovers what the last run left in the middle and starts every account that is not paused.
func (e *Engine) Start(ctx context.Context) error {
	e.mu.Lock()
	if e.ctx != nil {
		e.mu.Unlock()
		return fault.New(fault.Usage, "started", "The engine runs already", "")
	}
	e.ctx, e.cancel = context.WithCancel(ctx)
	e.mu.Unlock()
	if err := e.recover(ctx); err != nil {
		return err
	}
	as, err := e.s.Accounts(ctx)
	if err != nil {
		return err
	}
	for _, a := range as {
		e.start(a)
	}
	e.wg.Add(1)
	go func() {
		defer e.wg.Done()
		e.indexer(e.ctx)
	}()
	e.kickIndex()
	return nil
}

// recover turns what was being sent into "unsure". Ops need no such step: their state says it.
func (e *Engine) recover(ctx context.Context) (err error) {
	e.once.Do(func() { err = e.recoverOnce(ctx) })
	return err
}

func (e *Engine) recoverOnce(ctx context.Context) error {
	out, err := e.s.Outbox(ctx)
	if err != nil {
		return err
	}
	stuck := false
	for _, o := range out {
		stuck = stuck || o.State == mail.OutSending
	}
	if !stuck {
		return nil
	}
	return e.write(ctx, "recover", func(tx *store.Tx) error {
		for _, o := range out {
			if o.State != mail.OutSending {
				continue
			}
			o.State, o.Error = mail.OutUnsure, unsureText
			if _, err := tx.PutOutbound(o); err != nil {
				return err
			}
		}
		return nil
	})
}

// Stop ends everything and waits for it, at most ten seconds.
func (e *Engine) Stop() {
	e.mu.Lock()
	if e.cancel != nil {
		e.cancel()
	}
	e.mu.Unlock()
	done := make(chan struct{})
	go func() {
		e.wg.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		e.log.Warn("the engine did not stop in time")
	}
	e.status.stop()
}

// account returns the running or resting account, reading its settings when it is new.
func (e *Engine) account(ctx context.Context, id mail.AccountID) (*account, error) {
	e.mu.Lock()
	a := e.accounts[id]
	e.mu.Unlock()
	if a != nil {
		return a, nil
	}
	as, err := e.s.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range as {
		if m.ID != id {
			continue
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		if a := e.accounts[id]; a != nil {
			return a, nil
		}
		a = newAccount(e, m)
		e.accounts[id] = a
		return a, nil
	}
	return nil, fault.New(fault.NotFound, "account", "There is no such account", "It may have been removed.")
}

func (e *Engine) start(m mail.Account) {
	e.mu.Lock()
	defer e.mu.Unlock()
	a := e.accounts[m.ID]
	if a == nil {
		a = newAccount(e, m)
		e.accounts[m.ID] = a
	}
	e.status.update(m.ID, func(s *AccountStatus) { s.Err, s.Retry = nil, time.Time{} })
	if m.Paused {
		e.status.update(m.ID, func(s *AccountStatus) { s.State = StatePaused })
		return
	}
	if e.ctx == nil || a.cancel != nil || e.held[m.ID] > 0 {
		return
	}
	ctx, cancel := context.WithCancel(e.ctx)
	a.cancel = cancel
	e.startShelves(ctx, a)
	a.running.Add(2)
	e.wg.Add(2)
	go func() {
		defer e.wg.Done()
		defer a.running.Done()
		a.supervise(ctx)
	}()
	go func() {
		defer e.wg.Done()
		defer a.running.Done()
		a.sender(ctx)
	}()
}

// Reload ends an account's work and starts it again with its present settings; one that was removed stays ended.
func (e *Engine) Reload(id mail.AccountID) {
	e.mu.Lock()
	a := e.accounts[id]
	delete(e.accounts, id)
	ctx := e.ctx
	if a != nil && a.cancel != nil {
		a.cancel()
	}
	if ctx == nil || ctx.Err() != nil {
		e.mu.Unlock()
		return
	}
	e.wg.Add(1)
	e.mu.Unlock()
	go func() {
		defer e.wg.Done()
		if a != nil {
			a.running.Wait()
		}
		as, err := e.s.Accounts(ctx)
		if err != nil {
			return
		}
		for _, m := range as {
			if m.ID == id {
				e.start(m)
				return
			}
		}
		e.status.drop(id)
	}()
}

// Hold ends an account's work, waits until it has ended, and keeps it so until the returned function is called: for who needs a data file that is open for himself.
func (e *Engine) Hold(id mail.AccountID) (release func()) {
	e.mu.Lock()
	a := e.accounts[id]
	delete(e.accounts, id)
	e.held[id]++
	if a != nil && a.cancel != nil {
		a.cancel()
	}
	e.mu.Unlock()
	if a != nil {
		a.running.Wait()
	}
	return func() {
		e.mu.Lock()
		if e.held[id]--; e.held[id] <= 0 {
			delete(e.held, id)
		}
		e.mu.Unlock()
		e.Reload(id)
	}
}

// Sync asks for everything now, also where a pause or a back-off runs; "" = all accounts.
func (e *Engine) Sync(id mail.AccountID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for k, a := range e.accounts {
		if id == "" || k == id {
			a.mu.Lock()
			a.all, a.now, a.hurry = true, true, true
			a.mu.Unlock()
			a.wake()
			a.wakeSender()
		}
	}
}

func (e *Engine) wakeAccount(id mail.AccountID) {
	e.mu.Lock()
	a := e.accounts[id]
	e.mu.Unlock()
	if a != nil {
		a.wake()
	}
}

// ingest never fails: a message that cannot be taken apart is stored as it is.
func (e *Engine) ingest(raw []byte) store.Body {
	if e.o.Ingest != nil {
		if b, err := e.takeApart(raw); err == nil && b.Digest != "" {
			return b
		} else if err != nil {
			e.log.Warn("a message could not be taken apart", "bytes", len(raw), "err", err)
		}
	}
	return store.Body{Digest: digestOf(raw), Raw: raw, Size: int64(len(raw))}
}

// takeApart turns a panic over one message into an error: the message is stored all the same.
func (e *Engine) takeApart(raw []byte) (b store.Body, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return e.o.Ingest(raw)
}

func digestOf(raw []byte) string {
	h := sha256.Sum256(raw)
	return hex.EncodeToString(h[:])
}

func (e *Engine) kickIndex() {
	select {
	case e.indexC <- struct{}{}:
	default:
	}
}

// indexSlice is how many messages are indexed at a time; the store gives the write lock up in between.
const indexSlice = 400

func (e *Engine) indexer(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.indexC:
		}
		for {
			left, err := e.s.Index(ctx, indexSlice)
			if err != nil {
				if ctx.Err() == nil {
					e.log.Warn("indexing", "err", err)
				}
				break
			}
			if left == 0 || ctx.Err() != nil {
				break
			}
		}
	}
}

// Usage asks the server how much room there is, over a connection of its own.
func (e *Engine) Usage(ctx context.Context, id mail.AccountID) (used, limit int64, err error) {
	a, err := e.account(ctx, id)
	if err != nil {
		return 0, 0, err
	}
	c, err := a.opener.Open(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer c.Close()
	if c.Meter == nil {
		return 0, 0, nil
	}
	u, err := c.Meter.Usage(ctx)
	return u.Used, u.Limit, err
}
