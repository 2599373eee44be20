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
	// manyWorkflows stand before the one that must not wait for them all. A task queue has several
	// partitions of which each keeps its own order, so few would prove nothing.
	manyWorkflows = 40
	probeLife     = time.Minute
)

// fairnessProbe asks a task queue of its own, which no worker serves, for its work: where
// fairness is on, the one workflow of a quiet merchant comes before most of a loud one's.
type fairnessProbe struct {
	client    sdk.Client
	namespace string
}

func (p fairnessProbe) run(ctx context.Context) (fair bool, err error) {
	name := "despacho-doctor-" + uuid.NewString()
	quiet := fmt.Sprintf("%s/%d", name, manyWorkflows)
	for i := range manyWorkflows + 1 {
		id := fmt.Sprintf("%s/%d", name, i)
		key := "loud " + name[len(name)-36:]
		if id == quiet {
			key = "quiet " + name[len(name)-36:]
		}
		if _, err := p.client.ExecuteWorkflow(ctx, sdk.StartWorkflowOptions{
			ID: id, TaskQueue: name, WorkflowExecutionTimeout: probeLife, Priority: temporal.Priority{FairnessKey: key},
			StaticSummary: "starter doctor --probe-fairness",
		}, "DoctorProbe"); err != nil {
			return false, err
		}
		defer func() { _ = p.client.TerminateWorkflow(context.WithoutCancel(ctx), id, "", "the probe is over") }()
	}
	for place := range manyWorkflows + 1 {
		task, err := p.client.WorkflowService().PollWorkflowTaskQueue(ctx, &workflowservice.PollWorkflowTaskQueueRequest{
			Namespace: p.namespace, Identity: name,
			TaskQueue: &taskqueue.TaskQueue{Name: name, Kind: enums.TASK_QUEUE_KIND_NORMAL},
		})
		if err != nil {
			return false, err
		}
		if task.GetWorkflowExecution().GetWorkflowId() == quiet {
			return place < manyWorkflows/2, nil
		}
	}
	return false, nil
}
