package run

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/rates"
	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/starter/terminal"
)

const (
	// pollsWithin is how long ago a worker that lives has asked for work at most: a poll waits a minute.
	pollsWithin = 2 * time.Minute
	// leastRetention keeps closed runs long enough to be looked into.
	leastRetention = 24 * time.Hour
)

// examineTemporal looks at the server, the namespace, its search attributes and its workers.
func (e *examination) examineTemporal(ctx context.Context, d desk) {
	temporal, namespace, err := d.Temporal(ctx)
	if err != nil {
		e.fail("Temporal", "is it up? check TEMPORAL_ADDRESS, TEMPORAL_TLS and the network", "%v", err)
		return
	}
	e.temporal, e.namespace = temporal, namespace
	about, err := temporal.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	if err != nil {
		e.fail("Temporal", "starter setup makes the namespace; TEMPORAL_NAMESPACE names another", "namespace %s: %v", namespace, err)
		return
	}
	if kept := about.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration(); kept < leastRetention {
		e.warn("Temporal", "temporal operator namespace update --retention 720h --namespace "+namespace, "namespace %s keeps closed runs for %s only", namespace, kept)
	} else {
		e.ok("Temporal", "namespace %s keeps closed runs for %s", namespace, terminal.Count(int(kept/day), "day"))
	}
	if err := service.CheckSearchAttributes(ctx, temporal, namespace, contract.SearchAttributes()); err != nil {
		e.fail("search attributes", "starter setup", "%v", err)
	} else {
		e.ok("search attributes", "all there")
	}
	e.examineFairness(ctx)
	e.examineWorkers(ctx)
	e.examineWorkflow(ctx, contract.CredentialsID(e.merchant), "token's renewal", e.account != nil)
	e.examineWorkflow(ctx, contract.IntakeID(e.merchant), "intake", e.account != nil)
}

// queue is a task queue that a worker must serve.
type queue struct {
	name string
	kind enums.TaskQueueType
	work string
}

// queues are the task queues that are needed: that of partners' webhooks where the merchant has one that is on.
func (e *examination) queues(ctx context.Context) []queue {
	all := []queue{
		{contract.TaskQueue, enums.TASK_QUEUE_TYPE_WORKFLOW, "workflows"},
		{contract.TaskQueue, enums.TASK_QUEUE_TYPE_ACTIVITY, "steps at the hub"},
		{contract.FilesTaskQueue, enums.TASK_QUEUE_TYPE_ACTIVITY, "steps on files"},
	}
	if e.store == nil {
		return all
	}
	webhooks, err := hooks.Book{Store: e.store, Now: e.now}.List(ctx, e.merchant)
	if err != nil {
		e.warn("webhooks", "allow reading webhooks/*", "whether partners have webhooks is not known: %v", err)
		return all
	}
	on := lo.CountBy(webhooks, func(w hooks.Webhook) bool { return w.Off == nil })
	if on > 0 {
		all = append(all, queue{contract.WebhooksTaskQueue, enums.TASK_QUEUE_TYPE_ACTIVITY, "calls to partners' webhooks"})
	}
	lost := lo.CountBy(webhooks, func(w hooks.Webhook) bool {
		return w.Off != nil && (w.Off.Why == hooks.Gone || w.Off.Why == hooks.Unreachable)
	})
	switch {
	case lost > 0:
		e.warn("webhooks", "tell the partner, who turns it on again: PATCH /v1/webhooks/<id>", "partners have %s; %d others are off because they answered 410 or took nothing for 75 hours", terminal.Count(on, "webhook"), lost)
	case on > 0:
		e.ok("webhooks", "partners have %s", terminal.Count(on, "webhook"))
	}
	return all
}

// examineWorkers looks who asks for work.
func (e *examination) examineWorkers(ctx context.Context) {
	workers := map[string]bool{}
	var idle []string
	var hub []*taskqueue.PollerInfo
	for _, queue := range e.queues(ctx) {
		about, err := e.temporal.DescribeTaskQueue(ctx, queue.name, queue.kind)
		if err != nil {
			e.fail("worker", "", "task queue %s cannot be looked at: %v", queue.name, err)
			return
		}
		alive := lo.Filter(about.GetPollers(), func(p *taskqueue.PollerInfo, _ int) bool {
			return e.now().Sub(p.GetLastAccessTime().AsTime()) < pollsWithin
		})
		if len(alive) == 0 {
			idle = append(idle, fmt.Sprintf("%s (task queue %s)", queue.work, queue.name))
		}
		if queue.work == "steps at the hub" {
			hub = alive
			for _, p := range alive {
				workers[p.GetIdentity()] = true
			}
		}
	}
	if len(idle) > 0 {
		e.fail("worker", "start the worker, and look at its /readyz", "no worker takes %s", strings.Join(idle, ", "))
		return
	}
	e.ok("worker", "%s: %s", terminal.Count(len(workers), "worker"), strings.Join(slices.Sorted(maps.Keys(workers)), ", "))
	e.examineShares(ctx)
	e.examineVersions(ctx, hub)
}

// examineShares says how the workers share what the hub grants the merchant.
func (e *examination) examineShares(ctx context.Context) {
	if e.store == nil {
		return
	}
	holders, err := rates.Holders(ctx, e.store, e.merchant)
	switch {
	case err != nil:
		e.warn("rate shares", "allow reading rates/*; a worker that cannot read it either does not call the hub", "who calls the hub is not known: %v", err)
	case len(holders) == 0:
		e.ok("rate shares", "no worker calls the hub for the merchant at the moment")
	default:
		e.ok("rate shares", "of what the hub grants: %s", strings.Join(lo.Map(holders, func(h rates.Holder, _ int) string {
			return fmt.Sprintf("%.0f %% for %s", 100*h.Part, terminal.Plain(h.Worker))
		}), ", "))
	}
}

// examineWorkflow looks whether a long-lived workflow of the merchant is open; it need not be
// when the merchant is not connected.
func (e *examination) examineWorkflow(ctx context.Context, id, check string, needed bool) {
	about, err := e.temporal.DescribeWorkflowExecution(ctx, id, "")
	var missing *serviceerror.NotFound
	open := about.GetWorkflowExecutionInfo().GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING
	switch {
	case err != nil && !errors.As(err, &missing):
		e.fail(check, "", "workflow %s cannot be looked at: %v", id, err)
	case open:
		e.ok(check, "workflow %s is open", id)
	case needed:
		e.warn(check, "starter connect starts it; look in Temporal's UI why it ended", "workflow %s is not open", id)
	}
}

// examineFairness says whether one merchant's storm slows another. Temporal does not tell its
// settings, so it is tried, or told how to look.
func (e *examination) examineFairness(ctx context.Context) {
	const do = "set matching.enableFairness: true in Temporal's dynamic configuration (deploy/temporal/dynamicconfig.yaml)"
	if e.command.ProbeFairness {
		fair, err := fairnessProbe{e.temporal, e.namespace}.run(ctx)
		switch {
		case err != nil:
			e.warn("fairness", "", "could not be tested: %v", err)
		case fair:
			e.ok("fairness", "a merchant does not wait for another one's work")
		default:
			e.fail("fairness", do, "a merchant waits for another one's work")
		}
		return
	}
	switch merchants, err := e.connectedMerchants(ctx); {
	case err != nil:
		e.warn("fairness", do, "how many merchants share the task queues is not known: %v", err)
	case merchants > 1:
		e.warn("fairness", do+"; --probe-fairness tries whether it is", "%s share the task queues, and Temporal does not tell its settings", terminal.Count(merchants, "merchant"))
	default:
		e.ok("fairness", "not needed: there is one merchant")
	}
}

func (e *examination) connectedMerchants(ctx context.Context) (int, error) {
	if e.store == nil {
		return 0, errors.New("the label store is unreachable")
	}
	merchants, err := (&accounts.Vault{Store: e.store}).Merchants(ctx)
	return len(merchants), err
}
