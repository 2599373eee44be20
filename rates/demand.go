package rates

import "time"

const (
	// firstShare is what a worker takes of a merchant for which nobody else calls, until it is seen how
	// much it uses: the rest is for another one's first calls.
	firstShare = whole * 7 / 8
	// quietShares are together kept by workers that use little; the rest is free for who needs it at once.
	quietShares = whole / 2
	leastShare  = whole / 40
	// pressedLong is how long calls must have stood in line to count as more than a share carries.
	pressedLong = 5 * time.Second
	// shortestUse is the least time over which use is judged.
	shortestUse = 30 * time.Second
)

// usage is what a merchant's calls did since the lease was renewed.
type usage struct {
	calls int
	began moment // when the first of them came
	// urgent tells whether a call did not let others go first.
	urgent bool
	// pressed is since when each call has found others in line.
	pressed  *moment
	lastCall *moment
}

// note takes down a call.
func (u *usage) note(now moment, background bool, inLine int) {
	u.urgent = u.urgent || !background
	switch {
	case inLine < 2:
		u.pressed = nil
	case u.pressed == nil:
		u.pressed = &now
	}
}

// pressedFor is how long calls have stood in line.
func (u usage) pressedFor(now moment) time.Duration {
	if u.pressed == nil {
		return 0
	}
	return now.since(*u.pressed)
}

// saturated tells whether calls used what the lease allows, or stand in line.
func (k *Keeper) saturated(now moment, lease *Lease, used int) bool {
	return lease.written > 0 && used*5 >= lease.written*4 || lease.usage.pressedFor(now) >= k.paced(pressedLong)
}

// wants is what the worker should have of a merchant beside others. A newcomer takes much only where
// nobody else calls, or where others only catch up.
func (k *Keeper) wants(now moment, lease *Lease, others map[string]share) int {
	u, share, used, holders := lease.usage, lease.written, k.used(now, lease.usage), len(others)+1
	switch {
	case share == 0 && (holders == 1 || u.urgent && onlyCatchUp(others)):
		return firstShare
	case share == 0:
		return quiet(holders)
	case k.saturated(now, lease, used):
		return whole
	}
	return min(max(2*used, quiet(holders)), firstShare)
}

func onlyCatchUp(shares map[string]share) bool {
	for _, s := range shares {
		if !s.Background {
			return false
		}
	}
	return true
}

// quiet is what each of so many workers keeps while it uses less.
func quiet(holders int) int { return max(quietShares/holders, leastShare) }

// count takes down that a call got its share.
func (u *usage) count(now moment) {
	if u.calls == 0 {
		u.began = now
	}
	u.calls++
	u.lastCall = &now
}

// used is how much of the rate the calls were, in parts of the whole.
func (k *Keeper) used(now moment, u usage) int {
	if u.calls == 0 {
		return 0
	}
	seconds := max(now.since(u.began), k.paced(shortestUse)).Seconds()
	return int(min(float64(u.calls)/seconds/k.config.PerSecond, 1) * whole)
}

// idleFor tells whether the merchant has not been called for so long.
func (u usage) idleFor(now moment, long time.Duration) bool {
	return u.lastCall == nil || now.since(*u.lastCall) >= long
}

// renewed begins to count anew. Who waits is still there.
func (u *usage) renewed(waiting bool) {
	u.calls, u.urgent = 0, u.urgent && waiting
}
