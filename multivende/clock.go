package multivende

import (
	"net/http"
	"sync"
	"time"
)

// Clock is the hub's clock, learnt from the Date of its answers and running a set number of times
// as fast as ours. Token lives, windows and deadlines of the hub are compared with it.
// Safe for concurrent use.
type Clock struct {
	speed float64

	mu      sync.Mutex
	known   bool
	hubAt   time.Time
	localAt time.Time
}

func newClock(speed float64) *Clock { return &Clock{speed: speed} }

// Now is the hub's time; our own before the first answer.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at(time.Now())
}

// Known tells whether an answer has shown the hub's time yet.
func (c *Clock) Known() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.known
}

// Until is how long it takes, in our own time, until the hub's clock shows t; negative if t is past.
func (c *Clock) Until(t time.Time) time.Duration { return c.Real(t.Sub(c.Now())) }

// Real turns a duration on the hub's clock into one on ours.
func (c *Clock) Real(hub time.Duration) time.Duration {
	return time.Duration(float64(hub) / c.speed)
}

// Speed is how many times as fast as ours the hub's clock runs; 1 in production.
func (c *Clock) Speed() float64 { return c.speed }

func (c *Clock) at(local time.Time) time.Time {
	if !c.known {
		return local.UTC()
	}
	return c.hubAt.Add(time.Duration(float64(local.Sub(c.localAt)) * c.speed)).UTC()
}

// learn corrects the clock by an answer that was asked for at sent. Date shows whole seconds and
// was written between then and now, so the clock is moved only as far as that contradicts it.
func (c *Clock) learn(header http.Header, sent time.Time) {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil || header.Get("Age") != "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	local := time.Now()
	earliest := date
	latest := date.Add(time.Second + time.Duration(float64(local.Sub(sent))*c.speed))
	shown := c.at(local)
	switch {
	case !c.known, shown.Before(earliest):
		shown = earliest
	case shown.After(latest):
		shown = latest
	}
	c.known, c.hubAt, c.localAt = true, shown, local
}
