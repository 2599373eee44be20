package rates

import (
	"context"
	"fmt"
	"time"

	"github.com/despacho/despacho/multivende"
)

const (
	// awaitPatience is how long a call waits for a share before its step is told to come back later.
	awaitPatience = 40 * time.Second
	comeBackAfter = 15 * time.Second
)

// Lease is a worker's share of one merchant's rate.
type Lease struct {
	keeper   *Keeper
	merchant string

	// The rest is guarded by the keeper. holds is what may be used while the lease runs, at most what was
	// written last.
	holds   int
	written int
	waiting int
	// asked tells that the ledger was looked at since calls began to wait.
	asked bool
	usage usage
}

var _ multivende.RateShare = (*Lease)(nil)

// Await is [multivende.RateShare]'s: it returns the part of the rate that this worker holds, or waits
// until it holds one.
func (l *Lease) Await(ctx context.Context, demand multivende.Demand) (float64, error) {
	part, changed := l.use(demand)
	if part > 0 {
		return part, ctx.Err()
	}
	defer l.leave()
	patience := time.NewTimer(awaitPatience)
	defer patience.Stop()
	for {
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-patience.C:
			return 0, l.busy()
		case <-changed:
		}
		if part, changed = l.useShare(); part > 0 {
			return part, nil
		}
	}
}

// Holds is [multivende.RateShare]'s.
func (l *Lease) Holds() bool {
	now := l.keeper.config.now()
	l.keeper.mu.Lock()
	defer l.keeper.mu.Unlock()
	return l.usable(now) > 0
}

// usable is what may be used now. The keeper must be locked.
func (l *Lease) usable(now moment) int {
	if now.since(l.keeper.sent) >= l.keeper.term {
		return 0
	}
	return l.holds
}

// use counts a call, or its caller as waiting if there is no share.
func (l *Lease) use(demand multivende.Demand) (part float64, changed <-chan struct{}) {
	k := l.keeper
	now := k.config.now()
	k.mu.Lock()
	defer k.mu.Unlock()
	calm := l.usage.pressed == nil
	l.usage.note(now, demand.Background, demand.InLine)
	if calm && l.usage.pressed != nil {
		k.wake()
	}
	if usable := l.usable(now); usable > 0 {
		l.count(now)
		return float64(usable) / whole, k.changed
	}
	l.waiting++
	k.wake()
	return 0, k.changed
}

// useShare counts a call that has waited, if there is a share for it now.
func (l *Lease) useShare() (part float64, changed <-chan struct{}) {
	k := l.keeper
	now := k.config.now()
	k.mu.Lock()
	defer k.mu.Unlock()
	if usable := l.usable(now); usable > 0 {
		l.count(now)
		return float64(usable) / whole, k.changed
	}
	return 0, k.changed
}

// count takes down a call that is sent. The keeper must be locked.
func (l *Lease) count(now moment) {
	l.usage.count(now)
	l.keeper.lastCall = now
}

func (l *Lease) leave() {
	l.keeper.mu.Lock()
	defer l.keeper.mu.Unlock()
	l.waiting--
	l.asked = l.asked && l.waiting > 0
}

// busy is the error of a call for which there was no share for long.
func (l *Lease) busy() error {
	k := l.keeper
	k.mu.Lock()
	defer k.mu.Unlock()
	why := fmt.Sprintf("%d other workers hold all of it; one that does not use its share gives it back within minutes", len(k.seen.others(k.worker, l.merchant)))
	switch {
	case k.closing:
		why = "this worker is ending"
	case k.trouble != nil:
		why = k.trouble.Error()
	}
	return &multivende.Error{Class: multivende.Busy, RetryAfter: comeBackAfter, Excerpt: "nothing was sent, because this worker has no share of the hub's rate for the merchant: " + why}
}
