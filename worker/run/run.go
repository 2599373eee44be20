package run

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"

	"go.temporal.io/sdk/client"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/workflows"
)

// ErrSearchAttributes is the answer when the namespace lacks what workflows
// record; `starter setup` registers it.
var ErrSearchAttributes = service.ErrSearchAttributes

// Options are what a program that has a worker inside may hand over; the zero
// value lets Run find everything by the environment.
type Options struct {
	// Temporal is used instead of a client of the worker's own, and stays open.
	Temporal client.Client
	// Namespace is the namespace of Temporal; needed only with it, default "default".
	Namespace string
	// Store is used instead of one that AWS_* and the settings' bucket lead to.
	Store *storage.Store
	// Log takes the worker's lines; default standard error, as the settings say.
	Log *slog.Logger
	// IntakesByHand leaves it to others to start the intake of each connected merchant.
	IntakesByHand bool
	// Ready is called once when work is being taken, with the address (host:port)
	// of /healthz, /readyz and /metrics.
	Ready func(address string)
}

// Run works until ctx ends or the worker breaks. Then it takes no more work,
// gives what is under way Settings.Drain to end, and returns: nil after an
// orderly end, else what went wrong. It refuses to start with wrong settings
// (all are named), without the search attributes (ErrSearchAttributes), or
// when Temporal or S3 are not to be had within Settings.StartWait.
func Run(ctx context.Context, settings Settings, options Options) error {
	if err := settings.Validate(); err != nil {
		return fmt.Errorf("the worker's settings are wrong:\n%w", err)
	}
	w := &process{settings: settings, options: options, ready: service.NewReadiness("worker")}
	w.log = options.Log
	if w.log == nil {
		w.log = NewLogger(os.Stderr, settings)
	}
	return w.run(ctx)
}

// process is one worker from its start to its end.
type process struct {
	settings Settings
	options  Options
	log      *slog.Logger
	metrics  *metrics
	ready    *service.Readiness

	temporal  client.Client
	namespace string
	store     *storage.Store
}

func (p *process) run(ctx context.Context) (err error) {
	p.warn()
	if p.metrics, err = newMetrics(p.log); err != nil {
		return err
	}
	endpoints, err := service.Listen(ctx, "DESPACHO_LISTEN", p.settings.Listen, p.ready, p.metrics.registry)
	if err != nil {
		return err
	}
	defer endpoints.Close()
	p.log.Info("health and metrics are served", "address", endpoints.Address())

	if err := p.connect(ctx); err != nil {
		return started(ctx, err)
	}
	if p.options.Temporal == nil {
		defer p.temporal.Close()
	}
	return p.work(ctx, func() {
		p.ready.Begin(p.checks())
		p.log.Info("the worker takes work", "namespace", p.namespace, "merchant", p.settings.Merchant,
			"hub", p.settings.Hub, "bucket", p.store.Bucket(), "build_id", p.settings.BuildID)
		if p.options.Ready != nil {
			p.options.Ready(endpoints.Address())
		}
	})
}

// started makes an end during the start an orderly one.
func started(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// warn tells what is likely a mistake but no reason to refuse.
func (p *process) warn() {
	for _, name := range unknownVariables(os.Environ()) {
		p.log.Warn("no setting of the worker has this name; is it misspelt?", "variable", name)
	}
	if service.UsesExampleSecret() {
		p.log.Warn("AWS_SECRET_ACCESS_KEY is the published example: anybody can read your buyers' labels. Write a secret of your own into .env")
	}
	if p.settings.HubSpeed != 1 {
		p.log.Warn("DESPACHO_HUB_SPEED is not 1: this is right for a sandbox only", "speed", p.settings.HubSpeed)
	}
}

// connect reaches Temporal and the label store.
func (p *process) connect(ctx context.Context) error {
	if err := p.openTemporal(ctx); err != nil {
		return err
	}
	if err := p.openStore(ctx); err != nil {
		if p.options.Temporal == nil {
			p.temporal.Close()
		}
		return err
	}
	return nil
}

func (p *process) openTemporal(ctx context.Context) error {
	p.temporal, p.namespace = p.options.Temporal, cmp.Or(p.options.Namespace, client.DefaultNamespace)
	if p.temporal == nil {
		options, err := service.TemporalOptions(p.log, p.metrics.temporal)
		if err != nil {
			return err
		}
		p.namespace = cmp.Or(options.Namespace, client.DefaultNamespace)
		if p.temporal, err = client.NewLazyClient(options); err != nil {
			return fmt.Errorf("TEMPORAL_*: no client for Temporal can be made: %w", err)
		}
	}
	err := service.Until(ctx, p.log, "Temporal", p.settings.StartWait, p.checkTemporal)
	if err != nil && p.options.Temporal == nil {
		p.temporal.Close()
	}
	return err
}

func (p *process) openStore(ctx context.Context) (err error) {
	if p.store = p.options.Store; p.store == nil {
		p.store, err = storage.Open(ctx, storage.Config{Bucket: p.settings.Bucket, TempDir: p.settings.Temp})
		if err != nil {
			return err
		}
	}
	return service.Until(ctx, p.log, "the label store", p.settings.StartWait, func(ctx context.Context) error {
		err := p.ensureStore(ctx)
		if err != nil && ctx.Err() == nil && !storage.IsTransient(err) {
			return service.Final{Err: err}
		}
		return err
	})
}

func (p *process) ensureStore(ctx context.Context) error {
	notes, err := p.store.EnsureBucket(ctx)
	for _, note := range notes {
		p.log.Warn(note)
	}
	if err != nil {
		return err
	}
	return p.checkStore(ctx)
}

func (p *process) checks() []service.Check {
	return []service.Check{{Name: "Temporal", Run: p.checkTemporal}, {Name: "label store", Run: p.checkStore}}
}

func (p *process) checkTemporal(ctx context.Context) error {
	return service.CheckSearchAttributes(ctx, p.temporal, p.namespace, workflows.SearchAttributes())
}

// checkStore lists under a key that no run has: cheap, and it fails when the bucket is gone.
func (p *process) checkStore(ctx context.Context) error {
	return p.store.List(ctx, storage.RunPrefix(cmp.Or(p.settings.Merchant, "no-such-merchant"), "no-such-run"), func(storage.Object) error { return nil })
}

// work serves the task queues until ctx ends or a worker breaks.
func (p *process) work(ctx context.Context, begun func()) error {
	hubs := newHubs(p.settings, p.metrics.observeHub)
	defer hubs.close()
	keeper, err := p.newAccountKeeper(p.store, hubs)
	if err != nil {
		return err
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	dependencies := activities.Dependencies{
		Hubs: hubs, Store: p.store, Temporal: p.temporal, Settings: p.settings.activitySettings(), TempDir: p.settings.Temp, Intake: p.settings.intakeSettings(),
		Accounts: &accounts.Vault{Store: p.store}, Webhook: p.settings.webhook(), StatusEnded: p.metrics.statuses.observe,
	}
	if keeper != nil {
		dependencies.Accounts, dependencies.Renewer = keeper.vault, keeper.renewer
	}
	hub, files := activities.All(dependencies)
	queues := newQueues(p.temporal, p.settings, fail)
	queues.register(workflows.Register, hub, files)
	if err := queues.start(); err != nil {
		return err
	}
	var background sync.WaitGroup
	defer background.Wait()
	background.Go(func() { p.expire(ctx) })
	if keeper != nil {
		background.Go(func() { keeper.watch(ctx) })
	}
	begun()

	<-ctx.Done()
	p.ready.Drain()
	p.log.Info("the worker is ending", "reason", context.Cause(ctx), "drain", p.settings.Drain.String())
	if err := queues.drain(p.settings.Drain); err != nil {
		p.log.Warn("not all steps have ended in time; Temporal gives them to another worker", "error", err)
	}
	return broken(ctx)
}
