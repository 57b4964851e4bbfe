package app

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/postrider/postrider/accounts"
	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/auth/keychain"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/wire"
	"github.com/postrider/postrider/app/backup"
	"github.com/postrider/postrider/app/bus"
	"github.com/postrider/postrider/app/engine"
	"github.com/postrider/postrider/app/ingest"
	"github.com/postrider/postrider/app/store"
)

// KeychainService is the name under which secrets are kept in the system's keychain.
const KeychainService = "org.postrider.Postrider"

// Options open a profile.
type Options struct {
	Dir      string         // the profile; "" = DefaultDir
	Roots    *x509.CertPool // nil: the system's; the demo and tests add their own
	Keychain auth.Keychain  // nil: the system's, or what the profile chose
	// Idle: do not start the engine (commands that only read).
	Idle bool
	// Discovered answers for addresses before discovery looks elsewhere; the demo uses it.
	Discovered func(address string) (mail.Discovery, bool)
	HTTP       *http.Client
	Log        *slog.Logger
	// Engine overrides the engine's timings in tests, Dialer how connections are made.
	Engine func(*engine.Options)
	Dialer func(*wire.Dialer)
	// Creds, when set, replaces the keychain for signing in (passwords given for one run).
	Creds func(a mail.Account, s mail.Server, p auth.Purpose) auth.Source
	// Crash is called at each step of archiving, by its name; tests end the program there.
	Crash func(point string)
}

// App is an open profile. It implements Client.
type App struct {
	*Shelves
	o      Options
	store  *store.Store
	bus    *bus.Bus
	engine *engine.Engine
	dialer *wire.Dialer
	log    *slog.Logger

	mu       sync.Mutex
	chain    auth.Keychain
	kind     string // of chain: "system", "file", "memory"
	settings Settings
	oauth    map[mail.AccountID]auth.Source
	bodies   *bodyCache
	trustMu  sync.Mutex
	trustIDs map[mail.AccountID]trusted
	remote   *Remote
	archives sync.Mutex // an archive is written
	services sync.Mutex // contacts or calendars of an account are turned on or off: what one changes, the next one reads
	cancel   context.CancelFunc

	done             sync.WaitGroup
	waiting, changes atomic.Int64
}

// Version is set when the program is built.
var Version = "0.1.0"

// DefaultDir is the profile's place: XDG_DATA_HOME/postrider on Linux, the usual places elsewhere.
func DefaultDir() (string, error) {
	switch runtime.GOOS {
	case "linux", "freebsd", "openbsd", "netbsd":
		if d := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(d) {
			return filepath.Join(d, "postrider"), nil
		}
		h, err := os.UserHomeDir()
		if err != nil {
			return "", fault.New(fault.Local, "no-home", "There is no home folder", "Say where the profile is with --profile.")
		}
		return filepath.Join(h, ".local", "share", "postrider"), nil
	}
	d, err := os.UserConfigDir()
	if err != nil {
		return "", fault.New(fault.Local, "no-home", "There is no home folder", "Say where the profile is with --profile.")
	}
	return filepath.Join(d, "Postrider"), nil
}

// Open opens the profile and starts the engine.
func Open(ctx context.Context, o Options) (*App, error) {
	if o.Dir == "" {
		d, err := DefaultDir()
		if err != nil {
			return nil, err
		}
		o.Dir = d
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if err := backup.Adopt(o.Dir); err != nil {
		return nil, err
	}
	b := bus.New()
	st, err := store.Open(o.Dir, store.Options{Bus: b, Extract: ingest.Text})
	if err != nil {
		return nil, err
	}
	a := &App{o: o, store: st, bus: b, log: o.Log, dialer: &wire.Dialer{Roots: o.Roots}, settings: DefaultSettings(), oauth: map[mail.AccountID]auth.Source{}, bodies: newBodyCache(8 << 20)}
	a.remote = NewRemote(filepath.Join(o.Dir, "pictures"), &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12}, nil)
	if _, err := st.Setting(ctx, "settings", &a.settings); err != nil {
		st.Close()
		return nil, err
	}
	if o.Dialer != nil {
		o.Dialer(a.dialer)
	}
	a.Shelves = NewShelves(func() (*store.Store, error) { return st, nil })
	a.Shelves.net = appNet{a}
	if err := a.moved(ctx); err != nil {
		st.Close()
		return nil, err
	}
	a.chooseChain(ctx)
	eo := engine.Options{Store: st, Bus: b, Log: o.Log, Ingest: ingest.Body, Open: a.opener}
	eo.Shelves = a.shelving()
	if o.Engine != nil {
		o.Engine(&eo)
	}
	a.engine = engine.New(eo)
	if !o.Idle {
		run, cancel := context.WithCancel(context.WithoutCancel(ctx))
		a.cancel = cancel
		if err := a.engine.Start(run); err != nil {
			cancel()
			st.Close()
			return nil, err
		}
		a.done.Go(func() { a.count(run) })
		a.done.Go(func() { a.tidy(run) })
		a.done.Go(func() { a.keepArchives(run) })
		a.done.Go(func() { a.subscriptions(run) })
	}
	return a, nil
}

// Close stops the engine and closes the profile.
func (a *App) Close() error {
	if a.cancel != nil {
		a.engine.Stop()
		a.cancel()
		a.done.Wait()
	}
	return a.store.Close()
}

// Store is for the command line's doctor and for tests.
func (a *App) Store() *store.Store { return a.store }

// Engine is for the command line and for tests.
func (a *App) Engine() *engine.Engine { return a.engine }

func (a *App) opener(acc mail.Account) remote.Opener { return accounts.Opener(acc, a.env()) }

func (a *App) env() accounts.Env {
	return accounts.Env{Dialer: a.dialer, Log: a.log, Creds: a.creds}
}

// creds says where the credential of a server comes from.
func (a *App) creds(acc mail.Account, s mail.Server, p auth.Purpose) auth.Source {
	if a.o.Creds != nil {
		return a.o.Creds(acc, s, p)
	}
	if s.Auth == mail.OAuth2 {
		return a.oauthSource(acc)
	}
	user := s.User
	if user == "" {
		user = acc.Address
	}
	return keychain.PasswordSource(a.keychain(), acc.ID, p, user)
}

func newAccountID() mail.AccountID {
	var b [8]byte
	rand.Read(b[:])
	return mail.AccountID(hex.EncodeToString(b[:]))
}

// Subscribe tells what changed.
func (a *App) Subscribe() *bus.Sub { return a.bus.Subscribe() }

// Sync asks for new mail now.
func (a *App) Sync(id mail.AccountID) { a.engine.Sync(id) }

// Usage tells the room on the server.
func (a *App) Usage(ctx context.Context, id mail.AccountID) (used, limit int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	return a.engine.Usage(ctx, id)
}

// Stats are the sizes of the profile.
func (a *App) Stats(ctx context.Context) (store.Stats, error) { return a.store.Stats(ctx) }

var _ Client = (*App)(nil)
