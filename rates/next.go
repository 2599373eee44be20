package rates

import "time"

// nextLook is how long until the ledger is to be looked at: now for a call without a share, early where
// calls stand in line and there is more, or where nobody was called for long, else as planned.
func (k *Keeper) nextLook() time.Duration {
	now := k.config.now()
	k.mu.Lock()
	defer k.mu.Unlock()
	wait := time.Hour
	if k.holdsAny() {
		wait = min(k.every-now.since(k.lookedAt), idleAfter-now.since(k.lastCall))
	}
	for _, lease := range k.leases {
		if lease.waiting > 0 && !lease.asked && lease.usable(now) == 0 {
			return max(k.paidUntil-now.steady, 0)
		}
		wait = min(wait, k.needs(now, lease))
	}
	return max(wait, k.paced(spacing)-(now.steady-k.lookedAt.steady), 0)
}

// payLook counts a look: in the long run there is one in spacing, but some may follow one another when
// merchants are called for the first time. The keeper must be locked.
func (k *Keeper) payLook(now moment) {
	apart := k.paced(spacing)
	k.paidUntil = max(k.paidUntil, now.steady-(looksAtOnce-1)*apart) + apart
}

// holdsAny tells whether the ledger shows something that is this worker's, or may.
func (k *Keeper) holdsAny() bool {
	_, there := k.seen.Workers[k.worker]
	return there || k.sequence > 0 && !k.known
}

// needs is how long a lease can do without a look.
func (k *Keeper) needs(now moment, lease *Lease) time.Duration {
	usable := lease.usable(now)
	switch {
	case usable == 0 && lease.waiting > 0:
		return 0
	case usable == 0:
		return time.Hour
	}
	wait := time.Hour
	others := k.seen.others(k.worker, lease.merchant)
	if lease.usage.pressed != nil && k.mayGrow(lease, others) {
		wait = max(k.paced(growAfter)-lease.usage.pressedFor(now), k.paced(growSpacing)-now.since(k.lookedAt))
	}
	return wait
}

// idle tells whether the worker has not called for anybody for long, and nobody waits.
func (k *Keeper) idle(now moment) bool {
	if now.since(k.lastCall) < idleAfter {
		return false
	}
	for _, lease := range k.leases {
		if lease.waiting > 0 {
			return false
		}
	}
	return true
}

// mayGrow tells whether a look would get more for calls that stand in line, or tell others for the first
// time that they do.
func (k *Keeper) mayGrow(lease *Lease, others map[string]share) bool {
	if k.seen.Workers[k.worker].Shares[lease.merchant].Wants < whole {
		return true
	}
	free := available(others)
	others[k.worker] = share{Wants: whole, Background: !lease.usage.urgent}
	return min(divide(others)[k.worker], free) > lease.holds
}
