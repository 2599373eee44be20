package service

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	// readyAge is how long an answer of /readyz is used again.
	readyAge     = 3 * time.Second
	readyTimeout = 5 * time.Second
)

// Check is one condition of readiness.
type Check struct {
	Name string
	Run  func(context.Context) error
}

// Readiness answers whether a program can work, and remembers its answer for a moment.
type Readiness struct {
	program string

	state  sync.Mutex // guards phase and checks; never held while a check runs
	phase  string     // why there is no work now; empty while there is
	checks []Check

	looking  sync.Mutex // one look at a time; guards what it found
	known    time.Time
	problems []string
}

// NewReadiness is the readiness of a program that starts.
func NewReadiness(program string) *Readiness {
	return &Readiness{program: program, phase: program + ": it is starting and waits for Temporal and the label store"}
}

// Begin makes readiness depend on checks.
func (r *Readiness) Begin(checks []Check) { r.enter("", checks) }

// Drain makes the program count as not ready from now on.
func (r *Readiness) Drain() { r.enter(r.program+": it is ending and takes no more work", nil) }

func (r *Readiness) enter(phase string, checks []Check) {
	r.state.Lock()
	defer r.state.Unlock()
	r.phase, r.checks = phase, checks
}

func (r *Readiness) now() (phase string, checks []Check) {
	r.state.Lock()
	defer r.state.Unlock()
	return r.phase, r.checks
}

// Look returns what stands in the way of work, one sentence each; none means ready.
func (r *Readiness) Look(ctx context.Context) []string {
	phase, checks := r.now()
	if phase != "" {
		return []string{phase}
	}
	r.looking.Lock()
	defer r.looking.Unlock()
	if !r.known.IsZero() && time.Since(r.known) < readyAge {
		return r.problems
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyTimeout)
	defer cancel()
	r.problems = nil
	for _, check := range checks {
		if err := check.Run(ctx); err != nil {
			r.problems = append(r.problems, check.Name+": "+err.Error())
		}
	}
	r.known = time.Now()
	return r.problems
}

// ServeHTTP answers 200, or 503 with the sentences of Look.
func (r *Readiness) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if problems := r.Look(request.Context()); len(problems) > 0 {
		http.Error(w, strings.Join(problems, "\n"), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ready")
}
