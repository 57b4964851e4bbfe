package discover

import (
	"sync"
	"time"

	"github.com/postrider/postrider/accounts/mail"
)

// The steps in the order they are shown.
const (
	stepMX           = "mx"
	stepSRV          = "srv"
	stepAutoconfig   = "autoconfig"
	stepList         = "ispdb"
	stepDAV          = "dav"
	stepAutodiscover = "autodiscover"
	stepActiveSync   = "activesync"
	stepProbe        = "probe"
)

var stepTitles = []mail.Step{
	{ID: stepMX, Title: "Mail records of the domain"},
	{ID: stepSRV, Title: "Service records"},
	{ID: stepAutoconfig, Title: "Autoconfig file of the provider"},
	{ID: stepList, Title: "Public provider list"},
	{ID: stepDAV, Title: "Calendars and contacts"},
	{ID: stepAutodiscover, Title: "Exchange"},
	{ID: stepActiveSync, Title: "Exchange ActiveSync"},
	{ID: stepProbe, Title: "Connections to the servers"},
}

// steps keeps the lines of the looking-up screen and tells each change, one at a time.
type steps struct {
	mu    sync.Mutex
	tell  func(mail.Step)
	all   []mail.Step
	began map[string]time.Time
	ended bool
}

func newSteps(tell func(mail.Step)) *steps {
	return &steps{tell: tell, all: append([]mail.Step(nil), stepTitles...), began: map[string]time.Time{}}
}

// set changes a step. A step that has ended stays as it is.
func (s *steps) set(id string, state mail.StepState, detail string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return
	}
	for i := range s.all {
		p := &s.all[i]
		if p.ID != id || p.State > mail.StepRunning {
			continue
		}
		now := time.Now()
		if p.State == mail.StepWaiting {
			s.began[id] = now
		}
		p.State = state
		if detail != "" || state != mail.StepRunning {
			p.Detail = detail
		}
		p.Took = now.Sub(s.began[id])
		if s.tell != nil {
			s.tell(*p)
		}
	}
}

// end closes what is still open and returns all steps; nothing is told afterwards.
func (s *steps) end(why string) []mail.Step {
	for _, p := range stepTitles {
		s.mu.Lock()
		open := mail.StepNothing
		for _, q := range s.all {
			if q.ID == p.ID && q.State == mail.StepRunning {
				open = mail.StepFailed
			}
		}
		s.mu.Unlock()
		text := why
		if open == mail.StepFailed {
			text = "No answer in time"
		}
		s.set(p.ID, open, text)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	return append([]mail.Step(nil), s.all...)
}
