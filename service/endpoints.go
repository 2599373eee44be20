package service

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// healthTimeout bounds a request to /healthz.
const healthTimeout = 3 * time.Second

// Endpoints serve /healthz, /readyz and /metrics.
type Endpoints struct {
	server  *http.Server
	address string
}

// Listen serves the endpoints at address, which the named variable sets. To the metrics it adds
// despacho_ready, which asks for readiness at each scrape.
func Listen(ctx context.Context, variable, address string, ready *Readiness, metrics prometheus.Gatherer) (*Endpoints, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s: cannot listen on %s, set another address: %w", variable, address, err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "alive") })
	mux.Handle("GET /readyz", ready)
	mux.Handle("GET /metrics", promhttp.HandlerFor(prometheus.Gatherers{metrics, readyMetric(ready)}, promhttp.HandlerOpts{}))
	e := &Endpoints{address: listener.Addr().String(), server: &http.Server{
		Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}}
	go func() { _ = e.server.Serve(listener) }()
	return e, nil
}

func readyMetric(ready *Readiness) prometheus.Gatherer {
	registry := prometheus.NewRegistry()
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "despacho_ready", Help: "1 while the program can work, 0 while /readyz says why not.",
	}, func() float64 {
		if len(ready.Look(context.Background())) > 0 {
			return 0
		}
		return 1
	}))
	return registry
}

// Address is where the endpoints are, host:port.
func (e *Endpoints) Address() string { return e.address }

// Close stops the endpoints.
func (e *Endpoints) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if e.server.Shutdown(ctx) != nil {
		_ = e.server.Close()
	}
}

// Health asks the program whose endpoints are at address, which the named variable sets,
// whether it is alive. Containers that have no other program use it as their health check.
func Health(ctx context.Context, program, variable, address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%s: %q is not host:port: %w", variable, address, err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/healthz", nil)
	if err != nil {
		return fmt.Errorf("%s: cannot ask %q: %w", variable, address, err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("the %s does not answer: %w", program, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		words, _ := io.ReadAll(io.LimitReader(answer.Body, 1000))
		return fmt.Errorf("the %s answers %s: %s", program, answer.Status, strings.TrimSpace(string(words)))
	}
	return nil
}
