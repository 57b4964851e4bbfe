package pop3server

import (
	"errors"
	"slices"
	"sync"
)

// Memory is a Backend whose accounts are in memory.
type Memory struct {
	mu    sync.Mutex
	pass  map[string]string
	boxes map[string][]Message
}

// Account makes an account, or gives it another password.
func (m *Memory) Account(user, pass string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.pass == nil {
		m.pass, m.boxes = map[string]string{}, map[string][]Message{}
	}
	m.pass[user] = pass
}

// Deliver puts a message behind the others.
func (m *Memory) Deliver(user string, msg Message) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.boxes[user] = append(m.boxes[user], msg)
}

// Set replaces all messages of an account.
func (m *Memory) Set(user string, msgs []Message) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.boxes[user] = slices.Clone(msgs)
}

// Messages returns what an account holds.
func (m *Memory) Messages(user string) []Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.boxes[user])
}

// Login implements Backend.
func (m *Memory) Login(user, pass string) (Mailbox, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if want, ok := m.pass[user]; !ok || want != pass {
		return nil, errors.New("wrong user name or password")
	}
	return box{m, user}, nil
}

type box struct {
	m    *Memory
	user string
}

func (b box) Messages() []Message { return b.m.Messages(b.user) }

func (b box) Delete(uidl ...string) error {
	b.m.mu.Lock()
	defer b.m.mu.Unlock()
	b.m.boxes[b.user] = slices.DeleteFunc(b.m.boxes[b.user], func(x Message) bool { return slices.Contains(uidl, x.UIDL) })
	return nil
}
