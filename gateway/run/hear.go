package run

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/despacho/despacho/storage"
)

// server is what webhooks are heard with.
type server struct {
	handler *webhooks
	http    *http.Server
	serve   func() error
}

func (p *process) newServer(listener net.Listener) *server {
	handler := &webhooks{
		sources: p.sources(),
		merchants: newMerchants(p.settings.Merchant, func(ctx context.Context, merchant string) (bool, error) {
			return p.servers.Store.Exists(ctx, storage.AccountCredentials(merchant))
		}),
		keeper:  newKeeper(p.servers.Store, p.log, p.metrics.rawDropped),
		metrics: p.metrics, log: p.log,
	}
	handler.gatherer = newGatherer(signalIntake(p.servers.Temporal), handler.over)
	p.metrics.watchWaiting(handler.gatherer.count)
	s := &server{handler: handler, http: newHTTPServer(handler, p.log)}
	listener = guard(listener, handler.sources)
	s.serve = func() error { return s.http.Serve(listener) }
	if p.settings.encrypted() {
		pair := &certificate{certFile: p.settings.Cert, keyFile: p.settings.Key, log: p.log}
		p.metrics.watchCertificate(pair.expires)
		s.http.TLSConfig = pair.config()
		s.serve = func() error { return s.http.ServeTLS(listener, "", "") }
	}
	return s
}

// newHTTPServer bounds what a sender can hold up: headers and body in time and size.
func newHTTPServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: 3 * time.Second, ReadTimeout: 5 * time.Second,
		WriteTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

func (p *process) listen(ctx context.Context) (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", p.settings.Listen)
	if err != nil {
		return nil, fmt.Errorf("DESPACHO_GATEWAY_LISTEN: %s cannot be listened at, write another address: %w", p.settings.Listen, err)
	}
	return listener, nil
}

// hear serves webhooks until ctx ends or the listener breaks.
func (p *process) hear(ctx context.Context, listener net.Listener, begun func()) error {
	s := p.newServer(listener)
	broken := make(chan error, 1)
	go func() { broken <- s.serve() }()
	begun()

	var err error
	select {
	case err = <-broken:
		err = fmt.Errorf("webhooks cannot be heard any more: %w", err)
	case <-ctx.Done():
	}
	p.ready.Drain()
	p.log.Info("the gateway is ending", "reason", context.Cause(ctx), "drain", p.settings.Drain.String())
	p.drain(s)
	return err
}

// drain lets what is under way be answered, then what is raw be written.
func (p *process) drain(s *server) {
	ctx, cancel := context.WithTimeout(context.Background(), p.settings.Drain)
	defer cancel()
	if err := s.http.Shutdown(ctx); err != nil {
		p.log.Warn("not all notices were answered in time", "error", err)
		_ = s.http.Close()
	}
	s.handler.gatherer.drain()
	s.handler.keeper.drain(ctx)
}
