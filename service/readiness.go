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
	// readyAge is for how long an answer of /readyz is reused.
	readyAge     = 3 * time.Second
	readyTimeout = 5 * time.Second
)

// Check is one condition of readiness.
type Check struct {
	Name string
	Run  func(context.Context) error
}

// Readiness tells whether a program can work, and remembers its answer for a moment.
type Readiness struct {
	program string

	state  sync.Mutex // guards phase and checks; never held while a check runs
	phase  string     // why the program cannot work now; empty while it can
	checks []Check

	looking  sync.Mutex // one look at a time; guards known and problems
	known    time.Time
	problems []string
}

// NewReadiness returns the readiness of a program that is starting.
func NewReadiness(program string) *Readiness {
	return &Readiness{program: program, phase: program + ": it is starting, and waiting for Temporal and the label store"}
}

// BeginChecks makes readiness depend on checks.
func (r *Readiness) BeginChecks(checks []Check) { r.enterPhase("", checks) }

// BeginDraining makes the program count as not ready from now on.
func (r *Readiness) BeginDraining() {
	r.enterPhase(r.program+": it is ending and takes no more work", nil)
}

func (r *Readiness) enterPhase(phase string, checks []Check) {
	r.state.Lock()
	defer r.state.Unlock()
	r.phase, r.checks = phase, checks
}

func (r *Readiness) currentPhase() (phase string, checks []Check) {
	r.state.Lock()
	defer r.state.Unlock()
	return r.phase, r.checks
}

// Look returns what stands in the way of work, one sentence each; none means ready.
func (r *Readiness) Look(ctx context.Context) []string {
	phase, checks := r.currentPhase()
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
