package run

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"slices"

	"go.temporal.io/sdk/client"

	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/storage"
)

// Options are what a program that has a gateway inside may hand over; the zero
// value lets Run find everything by the environment.
type Options struct {
	// Temporal is used instead of a client of the gateway's own, and stays open.
	Temporal client.Client
	// Namespace is the namespace of Temporal; needed only with it, default "default".
	Namespace string
	// Store is used instead of one that AWS_* and the settings' bucket lead to.
	Store *storage.Store
	// Sources may send notices besides those of the settings.
	Sources []netip.Prefix
	// Log takes the gateway's lines; default standard error, as the settings say.
	Log *slog.Logger
	// Ready is called once when webhooks are heard.
	Ready func(Addresses)
}

// Addresses are where a gateway can be reached, host:port.
type Addresses struct {
	Webhooks string
	Health   string
}

// Run hears webhooks until ctx ends. Then it takes no more, answers what is under way, and
// returns: nil after an orderly end, else what went wrong. It refuses to start with wrong
// settings (all are named), without the search attributes (service.ErrSearchAttributes), or
// when Temporal or S3 cannot be reached within Settings.StartWait.
func Run(ctx context.Context, settings Settings, options Options) error {
	if err := settings.Validate(); err != nil {
		return fmt.Errorf("the gateway's settings are wrong:\n%w", err)
	}
	p := &process{settings: settings, options: options, ready: service.NewReadiness("gateway")}
	p.log = options.Log
	if p.log == nil {
		p.log = service.NewLogger(os.Stderr, settings.LogLevel, settings.LogFormat)
	}
	return p.run(ctx)
}

// process is one gateway from its start to its end.
type process struct {
	settings Settings
	options  Options
	log      *slog.Logger
	metrics  *metrics
	ready    *service.Readiness
	servers  *service.Servers
}

func (p *process) run(ctx context.Context) error {
	p.warn()
	base, err := service.NewMetrics(p.log)
	if err != nil {
		return err
	}
	p.metrics = newMetrics(base)
	endpoints, err := service.Listen(ctx, "DESPACHO_GATEWAY_HEALTH", p.settings.Health, p.ready, p.metrics.Registry)
	if err != nil {
		return err
	}
	defer endpoints.Close()
	p.log.Info("health and metrics are served", "address", endpoints.Address())

	if p.servers, err = service.Connect(ctx, p.wanted()); err != nil {
		if ctx.Err() != nil {
			return nil // an end during the start is an orderly one
		}
		return err
	}
	defer p.servers.Close()
	listener, err := p.listen(ctx)
	if err != nil {
		return err
	}
	return p.hear(ctx, listener, func() {
		p.ready.Begin(p.servers.Checks())
		addresses := Addresses{Webhooks: listener.Addr().String(), Health: endpoints.Address()}
		p.log.Info("webhooks are heard", "address", addresses.Webhooks, "https", p.settings.encrypted(),
			"namespace", p.servers.Namespace, "bucket", p.servers.Store.Bucket())
		if p.options.Ready != nil {
			p.options.Ready(addresses)
		}
	})
}

// wanted are the gateway's servers: Temporal, and the label store, of which it reads the accounts.
func (p *process) wanted() service.Wanted {
	return service.Wanted{
		Log: p.log, Metrics: p.metrics.Temporal, Patience: p.settings.StartWait,
		Temporal: p.options.Temporal, Namespace: p.options.Namespace,
		Store: p.options.Store, Bucket: p.settings.Bucket, Probe: storage.AccountsPrefix("no-such-merchant"),
	}
}

// warn tells what is likely a mistake but no reason to refuse.
func (p *process) warn() {
	family.Warn(p.log)
	if sources := p.sources(); loopback(p.settings.Listen) && !slices.ContainsFunc(slices.Concat(sources.allowed, sources.proxies), ofThisMachine) {
		p.log.Warn("webhooks are heard on this machine only, and nobody on it may send: name your proxy in DESPACHO_WEBHOOK_PROXIES")
	}
}

func (p *process) sources() sources {
	allowed, _ := parsePrefixes(p.settings.Sources)
	proxies, _ := parsePrefixes(p.settings.Proxies)
	return sources{allowed: append(allowed, p.options.Sources...), proxies: proxies}
}

func ofThisMachine(prefix netip.Prefix) bool { return prefix.Addr().IsLoopback() }
