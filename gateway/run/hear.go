package run

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/despacho/despacho/gateway/door"
	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/storage"
)

// server receives webhooks, and partners' requests.
type server struct {
	handler *webhooks
	door    *door.Door
	// https are the servers under way: one, or a second for partners alone.
	https []*http.Server
	serve []func() error
}

func (p *process) newServer(listener, partners net.Listener) *server {
	handler := &webhooks{
		sources: p.sources(),
		merchants: newMerchants(p.settings.Merchant, func(ctx context.Context, merchant string) (bool, error) {
			return p.servers.Store.Exists(ctx, storage.AccountCredentials(merchant))
		}),
		keeper:  newKeeper(p.servers.Store, p.log, p.metrics.rawDropped),
		metrics: p.metrics, log: p.log,
	}
	handler.gatherer = newGatherer(signalIntake(p.servers.Temporal), handler.finishBatch)
	p.metrics.watchWaiting(handler.gatherer.count)
	s := &server{handler: handler, door: p.newDoor()}
	var pair *service.Certificate
	if p.settings.encrypted() {
		pair = &service.Certificate{CertFile: p.settings.Cert, KeyFile: p.settings.Key, Log: p.log}
		p.metrics.watchCertificate(pair.Expires)
	}
	if partners == nil {
		s.add(newHTTPServer(front(s.door, handler), p.log), guardListener(listener, handler.sources), pair)
		return s
	}
	s.add(newHTTPServer(handler, p.log), guardListener(listener, handler.sources), pair)
	s.add(p.newPartnerServer(s.door), partners, pair)
	return s
}

// add adds a server on a listener, by https where there is a certificate.
func (s *server) add(server *http.Server, listener net.Listener, pair *service.Certificate) {
	s.https = append(s.https, server)
	if pair == nil {
		s.serve = append(s.serve, func() error { return server.Serve(listener) })
		return
	}
	server.TLSConfig = pair.Config()
	s.serve = append(s.serve, func() error { return server.ServeTLS(listener, "", "") })
}

// newHTTPServer bounds the time and size of headers and bodies, so that no sender can hold it up.
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
		return nil, fmt.Errorf("DESPACHO_GATEWAY_LISTEN: cannot listen on %s, set another address: %w", p.settings.Listen, err)
	}
	return listener, nil
}

// hear receives webhooks until ctx ends or the listener breaks.
func (p *process) hear(ctx context.Context, listener, partners net.Listener, begun func()) error {
	s := p.newServer(listener, partners)
	broken := make(chan error, len(s.serve))
	for _, serve := range s.serve {
		go func() { broken <- serve() }()
	}
	begun()

	var err error
	select {
	case err = <-broken:
		err = fmt.Errorf("the gateway can no longer receive webhooks: %w", err)
	case <-ctx.Done():
	}
	p.ready.BeginDraining()
	p.log.Info("the gateway is ending", "reason", context.Cause(ctx), "drain", p.settings.Drain.String())
	p.drain(s)
	return err
}

// drain answers the requests under way, then writes the raw notifications that wait.
func (p *process) drain(s *server) {
	ctx, cancel := context.WithTimeout(context.Background(), p.settings.Drain)
	defer cancel()
	s.door.EndWaits()
	for _, server := range s.https {
		if err := server.Shutdown(ctx); err != nil {
			p.log.Warn("not all requests were answered in time", "error", err)
			_ = server.Close()
		}
	}
	s.handler.gatherer.drain()
	s.handler.keeper.drain(ctx)
}
