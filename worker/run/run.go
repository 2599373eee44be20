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
	steps "github.com/despacho/despacho/activities/registry"
	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/service/tracing"
	"github.com/despacho/despacho/service/version"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/scratch"
	"github.com/despacho/despacho/worker/operations"
	workflows "github.com/despacho/despacho/workflows/registry"
)

// Options are what a program with a worker inside may hand over; with the zero
// value Run takes everything from the environment.
type Options struct {
	// Temporal is used instead of a client of the worker's own, and stays open.
	Temporal client.Client
	// Namespace is Temporal's namespace; needed only with Temporal, default "default".
	Namespace string
	// Store is used instead of one that AWS_* and the settings' bucket lead to.
	Store *storage.Store
	// Tracing is used instead of what the OTEL_* variables ask for, and stays open.
	Tracing *tracing.Tracing
	// Log takes the worker's lines; default standard error, as the settings say.
	Log *slog.Logger
	// IntakesByHand keeps the worker from starting the intakes of connected merchants.
	IntakesByHand bool
	// Ready is called once, when the worker takes work, with the address (host:port)
	// of /healthz, /readyz and /metrics.
	Ready func(address string)
}

// Run works until ctx ends or the worker breaks. Then it takes no more work,
// gives steps under way Settings.Drain to end, and returns nil, or what went
// wrong. It fails to start with wrong settings (all are named), without the
// search attributes (service.ErrSearchAttributes), or when Temporal or S3 do not
// answer within Settings.StartWait.
func Run(ctx context.Context, settings Settings, options Options) error {
	if err := settings.Validate(); err != nil {
		return fmt.Errorf("the worker's settings are wrong:\n%w", err)
	}
	settings, err := settings.withSecrets()
	if err != nil {
		return fmt.Errorf("the worker's settings are wrong:\n%w", err)
	}
	w := &process{settings: settings, options: options, ready: service.NewReadiness("worker")}
	w.log = options.Log
	if w.log == nil {
		w.log = service.NewLogger(os.Stderr, settings.LogLevel, settings.LogFormat)
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
	servers  *service.Servers
	tracing  *tracing.Tracing
}

func (p *process) run(ctx context.Context) error {
	p.warn()
	traced, end, err := tracing.Begin(ctx, p.options.Tracing, "worker", p.log)
	if err != nil {
		return err
	}
	defer end()
	p.tracing = traced
	base, err := service.NewMetrics(p.log)
	if err != nil {
		return err
	}
	p.metrics = newMetrics(base, p.settings.HubSpeed)
	endpoints, err := service.Listen(ctx, "DESPACHO_LISTEN", p.settings.Listen, p.ready, p.metrics.Registry)
	if err != nil {
		return err
	}
	defer endpoints.Close()
	p.log.Info("health and metrics are served", "address", endpoints.Address(), "version", version.Read().String())

	if p.servers, err = service.Connect(ctx, p.wanted()); err != nil {
		return started(ctx, err)
	}
	defer p.servers.Close()
	return p.work(ctx, func() {
		p.ready.BeginChecks(p.servers.Checks())
		p.log.Info("the worker takes work", "namespace", p.servers.Namespace, "merchant", p.settings.Merchant,
			"hub", p.settings.Hub, "bucket", p.servers.Store.Bucket(), "deployment", p.settings.DeploymentName, "build_id", p.settings.buildID())
		if p.options.Ready != nil {
			p.options.Ready(endpoints.Address())
		}
	})
}

// started returns nil when ctx ended during the start: that is an orderly end.
func started(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// warn logs what is likely a mistake, but no reason to refuse to start.
func (p *process) warn() {
	variableFamily.Warn(p.log)
	if os.Getenv(formerWorkers) != "" {
		p.log.Warn(formerWorkers + " is no setting any more and changes nothing: workers share the hub's rate by themselves, so take it out")
	}
	if ours, theirs := p.settings.BuildID, p.settings.WorkerBuildID; ours != "" && theirs != "" && ours != theirs {
		p.log.Warn("DESPACHO_BUILD_ID and TEMPORAL_WORKER_BUILD_ID differ, and the second counts: take the first out", "ours", ours, "counts", theirs)
	}
	if p.settings.HubSpeed != 1 {
		p.log.Warn("DESPACHO_HUB_SPEED is not 1, which is right for a sandbox only: set it to 1 for a real hub", "speed", p.settings.HubSpeed)
	}
}

// wanted are the worker's servers: Temporal, and the label store, which it creates if missing.
func (p *process) wanted() service.ServerOptions {
	return service.ServerOptions{
		Log: p.log, Metrics: p.metrics.Metrics, Tracing: p.tracing, Patience: p.settings.StartWait,
		Temporal: p.options.Temporal, Namespace: p.options.Namespace,
		Store: p.options.Store, Bucket: p.settings.Bucket, Temp: p.settings.Temp, MakeBucket: true,
		Probe: storage.RunPrefix(cmp.Or(p.settings.Merchant, "no-such-merchant"), "no-such-run"),
	}
}

// serves tells whether a merchant is connected, or works with the token of the settings.
func (p *process) serves(ctx context.Context, merchant string) (bool, error) {
	if p.settings.hasToken() && merchant == p.settings.Merchant {
		return true, nil
	}
	return p.servers.Store.Exists(ctx, storage.AccountCredentials(merchant))
}

// work serves the task queues until ctx ends or a worker breaks.
func (p *process) work(ctx context.Context, begun func()) error {
	keeperOfRates := p.newRates()
	hubs := newHubs(p.settings, p.observeHub, p.metrics.hub.observeWait, keeperOfRates)
	defer hubs.close()
	keeper, err := p.newAccountKeeper(p.servers.Store, hubs)
	if err != nil {
		return err
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	dependencies := steps.Dependencies{
		Hubs: hubs, Store: p.servers.Store, Temporal: p.servers.Temporal, Settings: p.settings.activitySettings(), TempDir: p.settings.Temp, Intake: p.settings.intakeSettings(), Serves: p.serves,
		Accounts: &accounts.Vault{Store: p.servers.Store}, Webhook: p.settings.webhook(), StatusEnded: p.metrics.statuses.observe, NearDeadline: p.metrics.deadlines.observe,
		OrderEnded: p.metrics.labels.observeOrder, LabelStored: p.metrics.labels.observeLabel,
	}
	if keeper != nil {
		dependencies.Accounts, dependencies.Renewer = keeper.vault, keeper.renewer
	}
	if swept := scratch.Sweep(p.settings.Temp); swept > 0 {
		p.log.Info("temporary files of killed workers were removed", "files", swept)
	}
	defer p.keepRates(ctx, keeperOfRates)()
	if err := p.serveWebhooks(ctx, &dependencies); err != nil {
		return err
	}
	hub, files, webhooks := steps.All(dependencies)
	var taking *queues
	err = service.WhileUnreachable(ctx, p.log, p.settings.StartWait, func() error {
		taking = newQueues(p.servers.Temporal, p.settings, fail)
		taking.register(workflows.Register, hub, files, webhooks)
		taking.offer(operations.Service(p.servers.Temporal, p.servers.Store))
		return taking.start()
	})
	if err != nil {
		return started(ctx, err)
	}
	var background sync.WaitGroup
	defer background.Wait()
	background.Go(func() { p.expire(ctx) })
	background.Go(func() { p.watchIntakes(ctx, hubs) })
	if keeper != nil {
		background.Go(func() { keeper.watch(ctx) })
	}
	begun()

	<-ctx.Done()
	p.ready.BeginDraining()
	p.log.Info("the worker is ending", "reason", context.Cause(ctx), "drain", p.settings.Drain.String())
	if err := taking.drain(p.settings.Drain); err != nil {
		p.log.Warn("some steps did not end in time; Temporal gives them to another worker", "error", err)
	}
	return workerFailure(ctx)
}
