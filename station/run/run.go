package run

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"

	"go.temporal.io/sdk/client"

	printingsteps "github.com/despacho/despacho/activities/printing"
	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/service/tracing"
	"github.com/despacho/despacho/service/version"
	"github.com/despacho/despacho/station/board"
	"github.com/despacho/despacho/station/desk"
	"github.com/despacho/despacho/station/people"
	"github.com/despacho/despacho/storage"
)

// Options are what a program with a station inside may hand over; with the zero value Run takes
// everything from the environment.
type Options struct {
	// Temporal is used instead of a client of the station's own, and stays open.
	Temporal client.Client
	// Namespace is Temporal's namespace; needed only with Temporal, default "default".
	Namespace string
	// Store is used instead of one that AWS_* and the settings' bucket lead to.
	Store *storage.Store
	// Tracing is used instead of what the OTEL_* variables ask for, and stays open.
	Tracing *tracing.Tracing
	// Listener is used for the page instead of one on the settings' address.
	Listener net.Listener
	// Log takes the station's lines; default standard error, as the settings say.
	Log *slog.Logger
	// Ready is called once, when the station serves the page and takes work.
	Ready func(Addresses)

	// withoutPrinters leaves the site's queue alone: tests have no Temporal that could give work.
	withoutPrinters bool
}

// Addresses are a station's addresses: the page's as browsers write it, and host:port of both listeners.
type Addresses struct {
	URL    string
	Page   string
	Health string
}

// Run serves the page and the printers until ctx ends. Then the labels under way come out, the rest waits
// in Temporal for the next station, and it returns nil, or what went wrong. It fails to start with wrong
// settings (all are named), without the search attributes (service.ErrSearchAttributes), or when Temporal
// or S3 do not answer within Settings.StartWait.
func Run(ctx context.Context, settings Settings, options Options) error {
	if err := settings.Validate(); err != nil {
		return fmt.Errorf("the station's settings are wrong:\n%w", err)
	}
	p := &process{settings: settings, options: options, ready: service.NewReadiness("station")}
	p.log = options.Log
	if p.log == nil {
		p.log = service.NewLogger(os.Stderr, settings.LogLevel, settings.LogFormat)
	}
	return p.run(ctx)
}

// process is one station from its start to its end.
type process struct {
	settings Settings
	options  Options
	log      *slog.Logger
	metrics  *metrics
	ready    *service.Readiness
	servers  *service.Servers
	tracing  *tracing.Tracing
	people   *people.Site
	board    *board.Board
	desk     *desk.Desk
	controls printingsteps.Controls
}

func (p *process) run(ctx context.Context) error {
	variableFamily.Warn(p.log)
	traced, end, err := tracing.Begin(ctx, p.options.Tracing, "station", p.log)
	if err != nil {
		return err
	}
	defer end()
	p.tracing = traced
	base, err := service.NewMetrics(p.log)
	if err != nil {
		return err
	}
	p.metrics = newMetrics(base)
	endpoints, err := service.Listen(ctx, "DESPACHO_STATION_HEALTH", p.settings.Health, p.ready, p.metrics.Registry)
	if err != nil {
		return err
	}
	defer endpoints.Close()
	p.log.Info("health and metrics are served", "address", endpoints.Address(), "version", version.Read().String())

	if p.servers, err = service.Connect(ctx, p.wanted()); err != nil {
		if ctx.Err() != nil {
			return nil // an end during the start is an orderly one
		}
		return err
	}
	defer p.servers.Close()
	return p.work(ctx, endpoints.Address())
}

// work opens the printers and the page, until ctx ends or one of them breaks.
func (p *process) work(ctx context.Context, health string) error {
	engine := p.newEngine()
	defer func() { _ = engine.Close() }()
	p.people = people.Open(p.servers.Store, p.settings.Site)
	p.metrics.watchPeople(p.people.Counts)
	if err := p.setTable(ctx, engine); err != nil {
		return err
	}
	listener, err := p.listen(ctx)
	if err != nil {
		return err
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	stop := func(time.Duration) error { return nil }
	if !p.options.withoutPrinters {
		if stop, err = p.startPrinters(ctx, engine, fail); err != nil {
			_ = listener.Close()
			if errors.Is(err, context.Canceled) {
				return nil // an end during the start is an orderly one
			}
			return err
		}
	}
	var background sync.WaitGroup
	defer background.Wait()
	background.Go(func() { p.board.Run(ctx) })
	background.Go(func() { p.desk.Run(ctx) })
	err = p.serve(ctx, listener, stop, func() {
		p.ready.BeginChecks(p.servers.Checks())
		at := Addresses{Page: listener.Addr().String(), Health: health}
		at.URL = address(p.settings.URL, at.Page, p.settings.Cert != "")
		p.log.Info("the station serves its page", "address", at.URL, "site", p.settings.Site,
			"namespace", p.servers.Namespace, "bucket", p.servers.Store.Bucket())
		if p.options.Ready != nil {
			p.options.Ready(at)
		}
	})
	if cause := context.Cause(ctx); err == nil && errors.Is(cause, errBroken) {
		err = cause
	}
	fail(nil)
	return err
}

// wanted are the station's servers: Temporal, and the label store.
func (p *process) wanted() service.ServerOptions {
	return service.ServerOptions{
		Log: p.log, Metrics: p.metrics.Metrics, Tracing: p.tracing, Patience: p.settings.StartWait,
		Temporal: p.options.Temporal, Namespace: p.options.Namespace,
		Store: p.options.Store, Bucket: p.settings.Bucket, Probe: storage.PrintersPrefix("no-such-site"),
	}
}
