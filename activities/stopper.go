package activities

import (
	"errors"
	"sync"

	"github.com/samber/lo"

	"github.com/despacho/despacho/multivende"
)

// ErrNotBegun marks a row that was not worked on because others had failed.
var ErrNotBegun = errors.New("not begun")

// Stopper ends a round when the hub fails again and again. The zero value is ready to use.
type Stopper struct {
	mu     sync.Mutex
	failed int
	final  bool
}

// enoughFailures in a row mean that the orders are not the cause.
const enoughFailures = 2 * HubParallel

// Note records how one order went; nil means well.
func (s *Stopper) Note(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = lo.Ternary(err == nil, 0, s.failed+1)
	s.final = s.final || err != nil && !MayPass(err)
}

// ShouldStop says whether no further order should be begun.
func (s *Stopper) ShouldStop() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.final || s.failed >= enoughFailures
}

// MayPass says whether an error may concern one order only, and may pass.
func MayPass(err error) bool {
	switch multivende.ClassOf(err) {
	case multivende.Busy, multivende.Broken, multivende.Unreachable:
		return true
	case multivende.NotAuthorised, multivende.NotFound, multivende.NoRoute, multivende.Refused, multivende.LinkExpired, multivende.Stalled, multivende.NeedsConsent:
	}
	return false
}
