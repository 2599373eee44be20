package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nexus-rpc/sdk-go/nexus"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/contract"
	workflows "github.com/despacho/despacho/workflows/registry"
)

const (
	// workflowSlots is how many workflow tasks run at the same time: they are short and need only the processor.
	workflowSlots = 64
	// webhookSlots is how many webhooks are called at the same time: a call is little work and may last long.
	webhookSlots = 200
	// heartbeatInterval is how often a running step's heartbeat goes to Temporal. The SDK gives Temporal as
	// long to answer, and cancels the step when no answer has come: half of the time after which the server
	// misses the step, so that neither happens while Temporal is merely slow.
	heartbeatInterval = 5 * time.Second
	// merchantsAtATime is how many merchants can have their whole share of a worker's steps at a time.
	merchantsAtATime = 4
	// stopSlack is how much longer than the drain time the worker waits for steps before it ends anyway.
	stopSlack = 5 * time.Second
)

// errBroken marks an end that the worker did not ask for.
var errBroken = errors.New("the worker broke")

// served is the part of a Temporal worker that starts and ends it.
type served interface {
	Start() error
	Stop()
}

// queues are the task queues of a worker process: calls to the hub and workflows on one, work on files, which needs
// memory, on another, calls to partners' webhooks, which may be slow, on a third.
type queues struct {
	hub, files, webhooks worker.Worker
	running              []served
}

func newQueues(temporal client.Client, settings Settings, fail context.CancelCauseFunc) *queues {
	hub, files := workerOptions(settings, fail)
	webhooks := files
	webhooks.MaxConcurrentActivityExecutionSize = webhookSlots
	webhooks.Interceptors = workflows.Interceptors()
	q := &queues{
		hub:   worker.New(temporal, contract.TaskQueue, hub),
		files: worker.New(temporal, contract.FilesTaskQueue, files),

		webhooks: worker.New(temporal, contract.WebhooksTaskQueue, webhooks),
	}
	q.running = []served{q.hub, q.files, q.webhooks}
	return q
}

func workerOptions(settings Settings, fail context.CancelCauseFunc) (hub, files worker.Options) {
	both := worker.Options{
		WorkerStopTimeout:            settings.Drain,
		MaxHeartbeatThrottleInterval: heartbeatInterval,
		Interceptors:                 workflows.Interceptors(),
		OnFatalError:                 func(err error) { fail(fmt.Errorf("%w: %w", errBroken, err)) },
	}
	if build := settings.buildID(); build != "" {
		// No default behaviour: each workflow declares its own when it is registered.
		both.DeploymentOptions = worker.DeploymentOptions{
			UseVersioning: true,
			Version:       worker.WorkerDeploymentVersion{DeploymentName: settings.DeploymentName, BuildID: build},
		}
	}
	hub, files = both, both
	hub.MaxConcurrentActivityExecutionSize = settings.HubParallel
	if settings.hasAccounts() {
		hub.MaxConcurrentActivityExecutionSize *= merchantsAtATime
		hub.Interceptors = shared(both, settings, settings.HubParallel)
		files.Interceptors = shared(both, settings, max(settings.FilesParallel-1, 1))
	}
	hub.MaxConcurrentWorkflowTaskExecutionSize = workflowSlots
	files.MaxConcurrentActivityExecutionSize = settings.FilesParallel
	files.DisableWorkflowWorker = true
	return hub, files
}

// shared are the interceptors of a queue in which one merchant may hold at most so many slots.
func shared(options worker.Options, settings Settings, most int) []interceptor.WorkerInterceptor {
	return append([]interceptor.WorkerInterceptor{&activities.Shares{Most: most, Speed: settings.HubSpeed}}, options.Interceptors...)
}

func (q *queues) register(register func(worker.WorkflowRegistry), hub, files, webhooks []any) {
	register(q.hub)
	for _, activity := range hub {
		q.hub.RegisterActivity(activity)
	}
	for _, activity := range files {
		q.files.RegisterActivity(activity)
	}
	for _, activity := range webhooks {
		q.webhooks.RegisterActivity(activity)
	}
}

// offer lets partners of other namespaces call a Nexus service on the queue of workflows.
func (q *queues) offer(service *nexus.Service) { q.hub.RegisterNexusService(service) }

// start starts all queues or none.
func (q *queues) start() error {
	for i, one := range q.running {
		if err := one.Start(); err != nil {
			for _, earlier := range q.running[:i] {
				earlier.Stop()
			}
			return fmt.Errorf("the worker cannot start: %w", err)
		}
	}
	return nil
}

// drain stops all queues at once. Temporal's workers stop taking work, wait for
// their steps and cancel those that last longer; the error says that some
// ignored even that.
func (q *queues) drain(within time.Duration) error {
	ended := make(chan struct{}, len(q.running))
	for _, one := range q.running {
		go func() {
			one.Stop()
			ended <- struct{}{}
		}()
	}
	limit := time.NewTimer(within + stopSlack)
	defer limit.Stop()
	for range q.running {
		select {
		case <-ended:
		case <-limit.C:
			return fmt.Errorf("steps are still under way after %s", within+stopSlack)
		}
	}
	return nil
}

// workerFailure returns why a worker ended by itself; nil when it was asked to.
func workerFailure(ctx context.Context) error {
	if cause := context.Cause(ctx); errors.Is(cause, errBroken) {
		return cause
	}
	return nil
}
