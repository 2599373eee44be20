package printing

import (
	"sync"
	"time"

	"github.com/despacho/despacho/contract"
)

// toldFor is how long a word to the steps of this process holds; by then the printer's workflow has had it
// by update, and says it to the step itself.
const toldFor = time.Minute

// Controls brings what a person wants of a printer to the steps of the same process at once. Whoever tells
// it must send the update to the printer's workflow as well. The zero value is ready to use.
type Controls struct {
	mu      sync.Mutex
	paused  map[string]time.Time
	stopped map[string]time.Time
	changed chan struct{}
}

// Tell says what a person wants of a printer.
func (c *Controls) Tell(printer string, control contract.PrinterControl) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.paused == nil {
		c.paused, c.stopped = map[string]time.Time{}, map[string]time.Time{}
	}
	switch control.Action {
	case contract.PausePrinter:
		c.paused[printer] = time.Now()
	case contract.ContinuePrinter:
		delete(c.paused, printer)
	case contract.StopJob:
		c.stopped[control.Job] = time.Now()
	}
	for job, at := range c.stopped {
		if time.Since(at) > toldFor {
			delete(c.stopped, job)
		}
	}
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
}

// told is what was said about a printer and a job; changes closes when there is something new.
func (c *Controls) told(printer, job string) (paused, stopped bool, changes <-chan struct{}) {
	if c == nil {
		return false, false, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changed == nil {
		c.changed = make(chan struct{})
	}
	holds := func(at time.Time, told bool) bool { return told && time.Since(at) < toldFor }
	at, there := c.paused[printer]
	paused = holds(at, there)
	at, there = c.stopped[job]
	return paused, holds(at, there), c.changed
}
