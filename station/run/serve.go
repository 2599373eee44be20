package run

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/net/netutil"

	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/station/door"
)

// mostConnections may be open at a time; a browser holds up to six.
const mostConnections = 1000

func (p *process) listen(ctx context.Context) (net.Listener, error) {
	if p.options.Listener != nil {
		return netutil.LimitListener(p.options.Listener, mostConnections), nil
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", p.settings.Listen)
	if err != nil {
		return nil, fmt.Errorf("DESPACHO_STATION_LISTEN: cannot listen on %s, set another address: %w", p.settings.Listen, err)
	}
	return netutil.LimitListener(listener, mostConnections), nil
}

// serve answers browsers until ctx ends or the listener breaks. Then the labels under way come out and what
// browsers have asked is answered, both at the same time.
func (p *process) serve(ctx context.Context, listener net.Listener, stop func(time.Duration) error, begun func()) error {
	open, closeStreams := context.WithCancel(context.Background())
	defer closeStreams()
	server := p.newServer(open)
	broken := make(chan error, 1)
	go func() {
		if p.settings.Cert != "" {
			pair := &service.Certificate{CertFile: p.settings.Cert, KeyFile: p.settings.Key, Log: p.log}
			p.metrics.watchCertificate(pair.Expires)
			server.TLSConfig = pair.Config()
			broken <- server.ServeTLS(listener, "", "")
			return
		}
		broken <- server.Serve(listener)
	}()
	begun()

	var err error
	select {
	case err = <-broken:
		err = fmt.Errorf("the station can no longer serve its page: %w", err)
	case <-ctx.Done():
	}
	p.ready.BeginDraining()
	p.log.Info("the station is ending", "reason", context.Cause(ctx), "drain", p.settings.Drain.String())
	closeStreams()
	p.drain(server, stop)
	return err
}

func (p *process) drain(server *http.Server, stop func(time.Duration) error) {
	var both sync.WaitGroup
	both.Go(func() {
		if err := stop(p.settings.Drain); err != nil {
			p.log.Warn("not all labels came out in time; the next station looks at those", "error", err)
		}
	})
	both.Go(func() {
		ending, cancel := context.WithTimeout(context.Background(), p.settings.Drain)
		defer cancel()
		if server.Shutdown(ending) != nil {
			p.log.Warn("not all requests were answered in time")
			_ = server.Close()
		}
	})
	both.Wait()
}

// newServer bounds the time and size of what browsers send, so that none can hold it up. Event streams end
// when open does.
func (p *process) newServer(open context.Context) *http.Server {
	handler := door.New(door.Options{
		People: p.people, Cookie: p.settings.cookie(), Hosts: p.settings.hosts(), Log: p.log, Seen: p.metrics.observeRequest,
	}, p.routes())
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
		BaseContext: func(net.Listener) context.Context { return open },
		ErrorLog:    slog.NewLogLogger(p.log.Handler(), slog.LevelDebug),
	}
}
