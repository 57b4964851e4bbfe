package keychain

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"sync"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"
)

// What a file may ask for: a forged one must not take all memory or minutes.
const (
	maxFile    = 16 << 20
	maxTime    = 16
	maxMemory  = 1 << 20 // KiB
	maxThreads = 16
)

// The cost of the passphrase for new files: the second recommendation of RFC 9106 section 4 (3 passes, 64 MiB, 4 lanes).
const (
	newTime    = 3
	newMemory  = 64 << 10
	newThreads = 4
)

// sealed is the file.
type sealed struct {
	Format  string `json:"format"` // "postrider-keychain-1"
	Time    uint32 `json:"argon2id_time"`
	Memory  uint32 `json:"argon2id_memory_kib"`
	Threads uint8  `json:"argon2id_threads"`
	Salt    []byte `json:"salt"`
	Check   []byte `json:"check"` // tells a wrong passphrase from a damaged file
	Nonce   []byte `json:"nonce"`
	Data    []byte `json:"data"` // XChaCha20-Poly1305 of the JSON object of all secrets
}

const format = "postrider-keychain-1"

// FileChain is a keychain in a file that a passphrase locks. It may be used by many goroutines; a file has one FileChain at a time.
type FileChain struct {
	path string

	mu   sync.Mutex
	head sealed // without Nonce and Data
	key  []byte
	m    map[string]string
}

var _ auth.Keychain = (*FileChain)(nil)

// FileExists reports whether there is a keychain file at path, so that its passphrase has to be asked and not made.
func FileExists(path string) bool {
	s, err := os.Stat(path)
	return err == nil && s.Mode().IsRegular()
}

// File opens the keychain file at path, or makes it (mode 0600) where there is none. It takes about a tenth of a second on purpose. A wrong
// passphrase is fault.Auth with Code "bad-passphrase", a damaged file fault.Local with Code "keychain-damaged".
func File(path, passphrase string) (*FileChain, error) {
	if passphrase == "" {
		return nil, fault.New(fault.Usage, "no-passphrase", "The file needs a passphrase", "Without one, anybody who gets the file could read your passwords.")
	}
	b, err := readFile(path)
	if errors.Is(err, os.ErrNotExist) {
		c := &FileChain{path: path, m: map[string]string{}}
		c.rekey(passphrase)
		return c, c.save(c.m)
	}
	if err != nil {
		return nil, fileFault(err)
	}
	s, err := decode(b)
	if err != nil {
		return nil, damaged(err)
	}
	c := &FileChain{path: path, head: s}
	var check []byte
	c.key, check = derive(s, passphrase)
	if subtle.ConstantTimeCompare(check, s.Check) != 1 {
		return nil, fault.New(fault.Auth, "bad-passphrase", "This is not the passphrase of the keychain file", "Try again. Without the passphrase the passwords in the file are lost, but your mail is not: sign in to each account anew.")
	}
	aead, err := chacha20poly1305.NewX(c.key)
	if err != nil {
		return nil, damaged(err)
	}
	plain, err := aead.Open(nil, s.Nonce, s.Data, aad(s))
	if err != nil {
		return nil, damaged(err)
	}
	if c.m, err = open(plain); err != nil {
		return nil, damaged(err)
	}
	c.head.Nonce, c.head.Data = nil, nil
	return c, nil
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFile+1))
}

// decode reads the file's outer form and bounds what it asks for.
func decode(b []byte) (sealed, error) {
	var s sealed
	if len(b) > maxFile {
		return s, errors.New("the file is too long")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return s, errors.New("the file is not a keychain")
	}
	switch {
	case s.Format != format:
		return s, fmt.Errorf("the file's format %.40q is not known", s.Format)
	case s.Time < 1 || s.Time > maxTime, s.Memory < 8*uint32(s.Threads) || s.Memory > maxMemory, s.Threads < 1 || s.Threads > maxThreads:
		return s, errors.New("the file asks for too much work")
	case len(s.Salt) < 16 || len(s.Salt) > 64 || len(s.Check) != 16 || len(s.Nonce) != chacha20poly1305.NonceSizeX || len(s.Data) < chacha20poly1305.Overhead:
		return s, errors.New("a part of the file has the wrong length")
	}
	return s, nil
}

// derive makes the sealing key and the check value of a passphrase.
func derive(s sealed, passphrase string) (key, check []byte) {
	b := argon2.IDKey([]byte(passphrase), s.Salt, s.Time, s.Memory, s.Threads, 64)
	sum := sha256.Sum256(append([]byte("postrider keychain check\x00"), b[32:]...))
	return b[:32], sum[:16]
}

// aad binds the head to the sealed part.
func aad(s sealed) []byte {
	return fmt.Appendf(nil, "%s|%d|%d|%d|%x|%x", s.Format, s.Time, s.Memory, s.Threads, s.Salt, s.Check)
}

func (c *FileChain) rekey(passphrase string) {
	c.head = sealed{Format: format, Time: newTime, Memory: newMemory, Threads: newThreads, Salt: make([]byte, 16)}
	rand.Read(c.head.Salt)
	c.key, c.head.Check = derive(c.head, passphrase)
}

// SetPassphrase seals the file with another passphrase.
func (c *FileChain) SetPassphrase(passphrase string) error {
	if passphrase == "" {
		return fault.New(fault.Usage, "no-passphrase", "The file needs a passphrase", "Without one, anybody who gets the file could read your passwords.")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	head, key := c.head, c.key
	c.rekey(passphrase)
	if err := c.save(c.m); err != nil {
		c.head, c.key = head, key
		return err
	}
	return nil
}

// save seals m and replaces the file with it, durably.
func (c *FileChain) save(m map[string]string) error {
	raw := make(map[string][]byte, len(m)) // bytes: a secret need not be UTF-8
	for k, v := range m {
		raw[k] = []byte(v)
	}
	plain, err := json.Marshal(raw)
	if err != nil {
		return fileFault(err)
	}
	aead, err := chacha20poly1305.NewX(c.key)
	if err != nil {
		return fileFault(err)
	}
	s := c.head
	s.Nonce = make([]byte, chacha20poly1305.NonceSizeX)
	rand.Read(s.Nonce)
	s.Data = aead.Seal(nil, s.Nonce, plain, aad(s))
	b, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return fileFault(err)
	}
	if len(b) > maxFile {
		return tooLong()
	}
	if err := replace(c.path, append(b, '\n')); err != nil {
		return fileFault(err)
	}
	return nil
}

func open(plain []byte) (map[string]string, error) {
	var raw map[string][]byte
	if err := json.Unmarshal(plain, &raw); err != nil || raw == nil {
		return nil, errors.New("the sealed part is not what it should be")
	}
	m := make(map[string]string, len(raw))
	for k, v := range raw {
		m[k] = string(v)
	}
	return m, nil
}

func replace(path string, b []byte) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".keychain-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(b); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	if d, e := os.Open(dir); e == nil {
		d.Sync() // some systems cannot sync a directory; the rename has happened all the same
		d.Close()
	}
	return nil
}

func damaged(err error) error {
	return &fault.Error{Kind: fault.Local, Code: "keychain-damaged", Op: "keychain", Title: "The keychain file is damaged",
		Detail: "Put a copy of it back, or remove it and sign in to each account anew. Your mail is not affected.", Err: err}
}

func fileFault(err error) error {
	f := *fault.Of(err)
	if f.Kind != fault.Local {
		f = fault.Error{Kind: fault.Local, Code: "files", Title: "The keychain file cannot be used", Detail: "Check that the disk is there and that you may write to it.", Err: err}
	}
	f.Op = "keychain"
	return &f
}

// Get returns a secret.
func (c *FileChain) Get(ctx context.Context, account mail.AccountID, purpose auth.Purpose) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.m[key(account, purpose)]
	if !ok {
		return "", noSecret(account, purpose)
	}
	return s, nil
}

// Set stores a secret; it is on the disk when Set returns.
func (c *FileChain) Set(ctx context.Context, account mail.AccountID, purpose auth.Purpose, secret string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(secret) > maxSecret {
		return tooLong()
	}
	return c.change(func(m map[string]string) bool {
		k := key(account, purpose)
		old, ok := m[k]
		m[k] = secret
		return !ok || old != secret
	})
}

// Delete removes a secret; a missing one is no error.
func (c *FileChain) Delete(ctx context.Context, account mail.AccountID, purpose auth.Purpose) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return c.change(func(m map[string]string) bool {
		k := key(account, purpose)
		_, ok := m[k]
		delete(m, k)
		return ok
	})
}

// change keeps what is in memory and what is in the file the same: a failed write changes neither.
func (c *FileChain) change(f func(map[string]string) bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := maps.Clone(c.m)
	if !f(m) {
		return nil
	}
	if err := c.save(m); err != nil {
		return err
	}
	c.m = m
	return nil
}

// Describe says where the secrets are.
func (c *FileChain) Describe() string { return "In a file that your passphrase locks" }

// String and GoString hide what is inside.
func (c *FileChain) String() string   { return "keychain file " + c.path }
func (c *FileChain) GoString() string { return c.String() }
