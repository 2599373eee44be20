package rates

import "time"

// moment is a reading of this machine's two clocks. The steady one stands still while a virtual machine is
// suspended; the other jumps when it is set.
type moment struct {
	steady time.Duration
	wall   time.Time
}

// machineClock reads the clocks of this machine.
func machineClock() func() moment {
	began := time.Now()
	return func() moment {
		now := time.Now()
		return moment{steady: now.Sub(began), wall: now.Round(0)}
	}
}

// since is how long ago an earlier moment was: by the clock that says more, so that a lease may end too
// early and never too late.
func (m moment) since(earlier moment) time.Duration {
	return max(m.steady-earlier.steady, m.wall.Sub(earlier.wall))
}

// watched is how long a lease of another worker has been seen unchanged, by the steady clock alone: a
// clock that is set must not take anything from a worker that lives.
func (m moment) watched(first moment) time.Duration { return m.steady - first.steady }
