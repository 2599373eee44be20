package rates

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"time"

	"github.com/despacho/despacho/storage"
)

const (
	// lookTries bounds how often a look begins again because another worker wrote meanwhile.
	lookTries = 6
	// lookPause is waited for at most, times the try, before it begins again.
	lookPause = 100 * time.Millisecond
	// requestTimeout is how long the store may take for an answer.
	requestTimeout = 20 * time.Second
)

var errCrowded = errors.New("other workers wrote their shares of the hub's rate each time first")

// plan is what a look makes of the ledger.
type plan struct {
	next ledger
	own  map[string]share
	// write is false where nothing needs to be written yet.
	write       bool
	every, term time.Duration
	over        []string
}

// look reads the ledger unless nobody else writes in it, and writes what the worker should hold now.
func (k *Keeper) look(ctx context.Context) error {
	for try := range lookTries {
		read := k.mustRead()
		if read {
			if err := k.read(ctx); err != nil {
				return err
			}
		}
		next := k.plan(read)
		if !next.write {
			k.mu.Lock()
			k.every = next.every
			k.mu.Unlock()
			return nil
		}
		if err := k.write(ctx, next); !errors.Is(err, storage.ErrChanged) {
			return err
		}
		pause := time.NewTimer(time.Duration(rand.Int64N(int64(lookPause) * int64(try+1))))
		select {
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		case <-pause.C:
		}
	}
	return errCrowded
}

// mustRead tells whether others may have written since the ledger was seen. A worker alone finds out by
// its next conditional write.
func (k *Keeper) mustRead() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, own := k.seen.Workers[k.worker]
	return !k.known || len(k.seen.Workers) > 1 || len(k.seen.Workers) == 1 && !own
}

func (k *Keeper) read(ctx context.Context) error {
	within, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	var found ledger
	etag, err := k.config.Store.GetTagged(within, storage.RateShares(), &found)
	missing := errors.Is(err, storage.ErrNotFound)
	if err != nil && !missing {
		return fmt.Errorf("the shares of the hub's rate cannot be read: %w", err)
	}
	now := k.config.now()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.etag, k.known = etag, true
	if missing { // whoever deleted it took nobody's lease away
		return nil
	}
	k.seen = found
	for worker, holding := range found.Workers {
		if before, seen := k.watch[worker]; !seen || before.sequence != holding.Sequence {
			k.watch[worker] = watched{holding.Sequence, now}
		}
	}
	maps.DeleteFunc(k.watch, func(worker string, _ watched) bool { _, there := found.Workers[worker]; return !there })
	return nil
}

// plan says what should be written. A share that shrinks is not used any more from now on.
func (k *Keeper) plan(read bool) plan {
	now := k.config.now()
	k.mu.Lock()
	defer k.mu.Unlock()
	p := plan{next: k.seen.clone(), own: map[string]share{}}
	for worker, holding := range p.next.Workers {
		if worker != k.worker && (now.watched(k.watch[worker].first) >= overAfter(holding.term()) || k.config.Ended(worker)) {
			delete(p.next.Workers, worker)
			p.over = append(p.over, worker)
		}
	}
	before, there := p.next.Workers[k.worker]
	delete(p.next.Workers, k.worker)
	calls, behind, idle := 0, false, k.idle(now)
	most := quietShared
	for merchant, lease := range k.leases {
		calls += lease.usage.calls
		s, busy := k.shareOf(now, lease, p.next, idle)
		if s.Wants > 0 {
			p.own[merchant] = s
		}
		lease.holds = min(lease.holds, s.Holds)
		behind = behind || lease.holds < s.Holds
		most = min(most, busy)
	}
	p.every = min(k.lookEvery(calls, now.since(k.renewed), len(p.next.Workers) == 0), most)
	p.term = termOf(p.every)
	p.write = !read || behind || len(p.over) > 0 || !maps.Equal(before.Shares, p.own) || there && now.since(k.sent) >= k.term/2
	if len(p.own) == 0 {
		p.write = there || len(p.over) > 0
		return p
	}
	k.sequence++
	p.next.Workers[k.worker] = holding{Sequence: k.sequence, TermMS: p.term.Milliseconds(), Shares: p.own}
	return p
}

// shareOf is what the worker should hold of a merchant, beside what others hold; zero when it is not
// needed. busyFor is how long it may be kept without a look.
func (k *Keeper) shareOf(now moment, lease *Lease, beside ledger, idle bool) (s share, busyFor time.Duration) {
	needed := lease.waiting > 0 || !lease.usage.idleFor(now, forgetAfter)
	if k.closing || idle || !needed {
		return share{}, quietShared
	}
	others := beside.others(k.worker, lease.merchant)
	holders := len(others) + 1
	s = share{Wants: k.wants(now, lease, others), Background: !lease.usage.urgent}
	if len(others) > 0 && lease.waiting == 0 && lease.usage.idleFor(now, idleSoon) {
		s.Wants = leastShare
	}
	free := available(others)
	others[k.worker] = s
	s.Holds = min(divide(others)[k.worker], free)
	if s.Holds > quiet(holders) || s.Wants > s.Holds || lease.written == 0 {
		return s, k.paced(busyLook) * time.Duration(holders)
	}
	return s, quietShared
}

// write puts a plan into the store and uses it once it is there.
func (k *Keeper) write(ctx context.Context, p plan) error {
	sent := k.config.now()
	within, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	etag, err := k.config.Store.PutIf(within, storage.RateShares(), p.next, k.tag())
	k.mu.Lock()
	defer k.mu.Unlock()
	if err != nil {
		k.known = false
		// It may stand in the store all the same, and then others count by its term.
		if k.term-sent.since(k.sent) > p.term {
			k.sent, k.term = sent, p.term
		}
		if errors.Is(err, storage.ErrChanged) {
			return err
		}
		return fmt.Errorf("the shares of the hub's rate cannot be written: %w", err)
	}
	k.seen, k.etag = p.next, etag
	k.sent, k.term, k.every, k.renewed = sent, p.term, p.every, k.config.now()
	for merchant, lease := range k.leases {
		lease.holds, lease.written = p.own[merchant].Holds, p.own[merchant].Holds
		lease.usage.renewed(lease.waiting > 0)
	}
	close(k.changed)
	k.changed = make(chan struct{})
	for _, worker := range p.over {
		k.config.Log.Info("a worker has not renewed its shares of the hub's rate; others may use them now", "of", worker)
	}
	return nil
}

func (k *Keeper) tag() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.etag
}
