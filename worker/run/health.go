package run

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const (
	// readyAge is how long an answer of /readyz is used again.
	readyAge     = 3 * time.Second
	readyTimeout = 5 * time.Second
	// healthTimeout bounds a question to /healthz.
	healthTimeout = 3 * time.Second
)

// check is one condition of readiness.
type check struct {
	name string
	run  func(context.Context) error
}

// readiness answers whether a worker can work, and remembers its answer for a moment.
type readiness struct {
	state  sync.Mutex // guards phase and checks; never held while a check runs
	phase  string     // why there is no work now; empty while there is
	checks []check

	looking  sync.Mutex // one look at a time; guards what it found
	known    time.Time
	problems []string
}

func newReadiness() *readiness {
	return &readiness{phase: "worker: it is starting and waits for Temporal and the label store"}
}

// begin makes readiness depend on checks.
func (r *readiness) begin(checks []check) { r.enter("", checks) }

// drain makes the worker count as not ready from now on.
func (r *readiness) drain() { r.enter("worker: it is ending and takes no more work", nil) }

func (r *readiness) enter(phase string, checks []check) {
	r.state.Lock()
	defer r.state.Unlock()
	r.phase, r.checks = phase, checks
}

func (r *readiness) now() (phase string, checks []check) {
	r.state.Lock()
	defer r.state.Unlock()
	return r.phase, r.checks
}

// look returns what stands in the way of work, one sentence each; none means ready.
func (r *readiness) look(ctx context.Context) []string {
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
		if err := check.run(ctx); err != nil {
			r.problems = append(r.problems, check.name+": "+err.Error())
		}
	}
	r.known = time.Now()
	return r.problems
}

func (r *readiness) serve(w http.ResponseWriter, request *http.Request) {
	if problems := r.look(request.Context()); len(problems) > 0 {
		http.Error(w, strings.Join(problems, "\n"), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ready")
}

// endpoints serve /healthz, /readyz and /metrics.
type endpoints struct {
	server  *http.Server
	address string
}

func listen(ctx context.Context, address string, ready *readiness, registry *prometheus.Registry) (*endpoints, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("DESPACHO_LISTEN: %s cannot be listened at, write another address: %w", address, err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "alive") })
	mux.HandleFunc("GET /readyz", ready.serve)
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	e := &endpoints{address: listener.Addr().String(), server: &http.Server{
		Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}}
	go func() { _ = e.server.Serve(listener) }()
	return e, nil
}

func (e *endpoints) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if e.server.Shutdown(ctx) != nil {
		_ = e.server.Close()
	}
}

// Health asks the worker that listens at address whether it is alive, for
// containers that have no other program to ask with.
func Health(ctx context.Context, address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("DESPACHO_LISTEN: %q is not host:port: %w", address, err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/healthz", nil)
	if err != nil {
		return fmt.Errorf("DESPACHO_LISTEN: %q cannot be asked: %w", address, err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("the worker does not answer: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		words, _ := io.ReadAll(io.LimitReader(answer.Body, 1000))
		return fmt.Errorf("the worker answers %s: %s", answer.Status, strings.TrimSpace(string(words)))
	}
	return nil
}
