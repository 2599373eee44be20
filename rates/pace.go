package rates

import "time"

// usualRate is the rate, in calls a second, for which times are written that [Keeper.paced] shortens: where
// the hub grants more, as many calls pass in less. shortestPaced is the shortest of them.
const (
	usualRate     = 4.0
	shortestPaced = 500 * time.Millisecond
)

const (
	// callsPerLook is how many calls of a worker pay for one look at the ledger.
	callsPerLook = 150
	// spacing lies between two looks of a worker, but for looksAtOnce for merchants that are called for the
	// first time.
	spacing     = 5 * time.Second
	looksAtOnce = 6
	// soonEnough before its time a look is due: timers and clocks are not that exact.
	soonEnough = 10 * time.Millisecond
	// busyLook is how often somebody looks who holds more of a merchant than it keeps when quiet, because
	// others may need it; several take turns.
	busyLook = 25 * time.Second
	// quietAlone and quietShared are how often a quiet worker looks, alone or beside others. Each look is
	// one write alone, and a read and a write beside others.
	quietAlone  = 200 * time.Second
	quietShared = 480 * time.Second
	// growAfter is how long calls stand in line before a worker looks early to have more; growSpacing
	// lies between the last look and such a one.
	growAfter   = 20 * time.Second
	growSpacing = time.Minute
	// idleSoon is how long a merchant is not called before almost all of its share is left to others,
	// forgetAfter until the rest is: with many workers, each is called for a merchant only now and then.
	idleSoon    = 2 * time.Minute
	forgetAfter = 20 * time.Minute
	// idleAfter is how long a worker calls for nobody before it gives everything back, and looks no more.
	idleAfter = 5 * time.Minute

	shortestTerm = 75 * time.Second
	longTerm     = 400 * time.Second
	// watchedLonger and watchedMore are added to another worker's term before its shares are taken over:
	// two machines' clocks do not run quite alike.
	watchedLonger = 10 // percent
	watchedMore   = 5 * time.Second
)

// paced is a time in which so many calls pass as in d at the usual rate.
func (k *Keeper) paced(d time.Duration) time.Duration {
	if k.config.PerSecond <= usualRate {
		return d
	}
	return max(time.Duration(float64(d)*usualRate/k.config.PerSecond), shortestPaced)
}

// lookEvery is how long a worker waits until its next look.
func (k *Keeper) lookEvery(calls int, elapsed time.Duration, alone bool) time.Duration {
	quietest := quietShared
	if alone {
		quietest = quietAlone
	}
	if calls == 0 {
		return quietest
	}
	paid := time.Duration(float64(max(elapsed, k.paced(time.Second))) / float64(calls) * callsPerLook)
	return min(max(paid, k.paced(spacing)), quietest)
}

// termOf is how long a lease runs that is looked at so often: a look may fail, and it need not be written
// at each. Who is quiet holds little, so its lease may run for longer.
func termOf(every time.Duration) time.Duration {
	return min(max(every*5/2, shortestTerm), max(every*3/2, longTerm))
}

// overAfter is how long another worker's lease must have been seen unchanged to be over.
func overAfter(term time.Duration) time.Duration {
	return term + term*watchedLonger/100 + watchedMore
}
