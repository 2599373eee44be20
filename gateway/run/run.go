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
	"github.com/despacho/despacho/service/tracing"
	"github.com/despacho/despacho/service/version"
	"github.com/despacho/despacho/storage"
)

// Options are what a program with a gateway inside may hand over; with the zero value
// Run takes everything from the environment.
type Options struct {
	// Temporal is used instead of a client of the gateway's own, and stays open.
	Temporal client.Client
	// Namespace is Temporal's namespace; needed only with Temporal, default "default".
	Namespace string
	// Store is used instead of one that AWS_* and the settings' bucket lead to.
	Store *storage.Store
	// Tracing is used instead of what the OTEL_* variables ask for, and stays open.
	Tracing *tracing.Tracing
	// Sources may send notifications besides those of the settings.
	Sources []netip.Prefix
	// Log takes the gateway's lines; default standard error, as the settings say.
	Log *slog.Logger
	// Ready is called once, when the gateway begins to receive webhooks.
	Ready func(Addresses)
}

// Addresses are a gateway's addresses, host:port.
type Addresses struct {
	Webhooks string
	// Partners is where /v1 is, once there are keys.
	Partners string
	Health   string
}

// Run receives webhooks until ctx ends. Then it takes no more, answers what is under way, and
// returns nil, or what went wrong. It fails to start with wrong settings (all are named),
// without the search attributes (service.ErrSearchAttributes), or when Temporal or S3 do not
// answer within Settings.StartWait.
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
	tracing  *tracing.Tracing
}

func (p *process) run(ctx context.Context) error {
	p.warn()
	traced, end, err := tracing.Begin(ctx, p.options.Tracing, "gateway", p.log)
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
	endpoints, err := service.Listen(ctx, "DESPACHO_GATEWAY_HEALTH", p.settings.Health, p.ready, p.metrics.Registry)
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
	listener, err := p.listen(ctx)
	if err != nil {
		return err
	}
	partners, err := p.listenForPartners(ctx)
	if err != nil {
		_ = listener.Close()
		return err
	}
	return p.hear(ctx, listener, partners, func() {
		p.ready.BeginChecks(p.servers.Checks())
		addresses := Addresses{Webhooks: listener.Addr().String(), Partners: listener.Addr().String(), Health: endpoints.Address()}
		if partners != nil {
			addresses.Partners = partners.Addr().String()
		}
		p.log.Info("the gateway receives webhooks", "address", addresses.Webhooks, "partners", addresses.Partners, "https", p.settings.encrypted(),
			"namespace", p.servers.Namespace, "bucket", p.servers.Store.Bucket())
		if p.options.Ready != nil {
			p.options.Ready(addresses)
		}
	})
}

// wanted are the gateway's servers: Temporal, and the label store, where the accounts are.
func (p *process) wanted() service.ServerOptions {
	return service.ServerOptions{
		Log: p.log, Metrics: p.metrics.Metrics, Tracing: p.tracing, Patience: p.settings.StartWait,
		Temporal: p.options.Temporal, Namespace: p.options.Namespace,
		Store: p.options.Store, Bucket: p.settings.Bucket, Probe: storage.AccountsPrefix("no-such-merchant"),
	}
}

// warn logs what is likely a mistake, but no reason to refuse to start.
func (p *process) warn() {
	variableFamily.Warn(p.log)
	if sources := p.sources(); loopback(p.settings.Listen) && !slices.ContainsFunc(slices.Concat(sources.allowed, sources.proxies), ofThisMachine) {
		p.log.Warn("the gateway listens on this machine only, but nobody on this machine may send: name your proxy in DESPACHO_WEBHOOK_PROXIES")
	}
}

func (p *process) sources() sources {
	allowed, _ := parsePrefixes(p.settings.Sources)
	proxies, _ := parsePrefixes(p.settings.Proxies)
	return sources{allowed: append(allowed, p.options.Sources...), proxies: proxies}
}

func ofThisMachine(prefix netip.Prefix) bool { return prefix.Addr().IsLoopback() }
