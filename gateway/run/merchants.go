package run

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	// knownFor is how long a merchant counts as connected after the store said so.
	knownFor = time.Minute
	// unknownFor is shorter, so that a newly connected merchant is soon accepted.
	unknownFor = 5 * time.Second
	// mostMerchants bounds how many are remembered.
	mostMerchants = 10_000
	lookWithin    = time.Second
)

// merchants tells whose notifications are accepted: those of connected merchants, and of the one
// that works with a pasted token.
type merchants struct {
	always    string
	connected func(ctx context.Context, merchant string) (bool, error)

	looking singleflight.Group
	mu      sync.Mutex
	seen    map[string]verdict
}

type verdict struct {
	known bool
	at    time.Time
}

func (v verdict) fresh() bool {
	age := time.Since(v.at)
	return v.known && age < knownFor || age < unknownFor
}

func newMerchants(always string, connected func(context.Context, string) (bool, error)) *merchants {
	return &merchants{always: always, connected: connected, seen: map[string]verdict{}}
}

// knows tells whether the merchant is one of ours. While the store does not answer, its last
// answer holds; its error is returned only for merchants about whom nothing is known.
func (m *merchants) knows(ctx context.Context, merchant string) (bool, error) {
	if merchant == m.always {
		return true, nil
	}
	last, there := m.last(merchant)
	if there && last.fresh() {
		return last.known, nil
	}
	answer, err, _ := m.looking.Do(merchant, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookWithin)
		defer cancel()
		known, err := m.connected(ctx, merchant)
		if err == nil {
			m.remember(merchant, known)
		}
		return known, err
	})
	if err != nil && last.known {
		return true, nil
	}
	known, _ := answer.(bool)
	return known, err
}

func (m *merchants) last(merchant string) (verdict, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, there := m.seen[merchant]
	return v, there
}

// remember makes room, when there is none, by forgetting old answers first, then all.
func (m *merchants) remember(merchant string, known bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, there := m.seen[merchant]; !there && len(m.seen) >= mostMerchants {
		for name, v := range m.seen {
			if !v.fresh() {
				delete(m.seen, name)
			}
		}
		if len(m.seen) >= mostMerchants {
			clear(m.seen)
		}
	}
	m.seen[merchant] = verdict{known, time.Now()}
}
