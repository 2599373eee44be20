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
	// several partitions, which keep an order of their own and are asked at random: few would prove nothing.
	loudWorkflows  = 40
	quietMerchants = 7
	probeLife      = time.Minute
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
