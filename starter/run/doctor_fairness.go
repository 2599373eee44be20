package run

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
)

const (
	// loudWorkflows of one merchant are there before those of the quiet ones, one each. A task queue has
	// several partitions, which keep an order of their own and are asked at random: with these numbers no chance
	// decides (in 20,000 trials on four partitions 13 to 20 of the quiet ones came early with fairness, 0 to 9 without).
	loudWorkflows  = 80
	quietMerchants = 20
	probeLife      = 5 * time.Minute
	// queuedWithin is how long a server may take to put started workflows into the task queue, which it does by itself.
	queuedWithin = 30 * time.Second
	queueLook    = 200 * time.Millisecond
)

// fairnessProbe asks a task queue of its own, which no worker serves, for its work: where
// fairness is on, most of the quiet merchants' workflows come in the first half.
type fairnessProbe struct {
	client    sdk.Client
	namespace string
}

func (p fairnessProbe) run(ctx context.Context) (fair bool, err error) {
	probe := uuid.NewString()
	name := "despacho-doctor-" + probe
	quiet := map[string]bool{}
	for i := range loudWorkflows + quietMerchants {
		id, key := fmt.Sprintf("%s/%d", name, i), "loud "+probe
		if i >= loudWorkflows {
			key = fmt.Sprintf("quiet %d %s", i-loudWorkflows, probe)
			quiet[id] = true
		}
		if _, err := p.client.ExecuteWorkflow(ctx, sdk.StartWorkflowOptions{
			ID: id, TaskQueue: name, WorkflowExecutionTimeout: probeLife, Priority: temporal.Priority{FairnessKey: key},
			StaticSummary: "starter doctor --probe-fairness",
		}, "DoctorProbe"); err != nil {
			return false, err
		}
		defer func() { _ = p.client.TerminateWorkflow(context.WithoutCancel(ctx), id, "", "the probe is over") }()
	}
	if err := p.queued(ctx, name); err != nil {
		return false, err
	}
	early := 0
	for range (loudWorkflows + quietMerchants) / 2 {
		task, err := p.client.WorkflowService().PollWorkflowTaskQueue(ctx, &workflowservice.PollWorkflowTaskQueueRequest{
			Namespace: p.namespace, Identity: name,
			TaskQueue: &taskqueue.TaskQueue{Name: name, Kind: enums.TASK_QUEUE_KIND_NORMAL},
		})
		if err != nil {
			return false, err
		}
		if quiet[task.GetWorkflowExecution().GetWorkflowId()] {
			early++
		}
	}
	return early > quietMerchants/2, nil
}

// queued waits until all workflows are in the task queue: a quiet one that comes after the first polls would look like one
// that waits.
func (p fairnessProbe) queued(ctx context.Context, queue string) error {
	ctx, cancel := context.WithTimeout(ctx, queuedWithin)
	defer cancel()
	for {
		about, err := p.client.WorkflowService().DescribeTaskQueue(ctx, &workflowservice.DescribeTaskQueueRequest{
			Namespace: p.namespace, TaskQueue: &taskqueue.TaskQueue{Name: queue}, TaskQueueType: enums.TASK_QUEUE_TYPE_WORKFLOW, ReportStats: true,
		})
		if err != nil && ctx.Err() == nil {
			return err
		}
		if about.GetStats().GetApproximateBacklogCount() >= loudWorkflows+quietMerchants {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("of %d workflows, %d were in their task queue after %s: try again when the server has less to do", loudWorkflows+quietMerchants, about.GetStats().GetApproximateBacklogCount(), queuedWithin)
		case <-time.After(queueLook):
		}
	}
}
