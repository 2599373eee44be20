package run

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/workflows"
)

// StatusChanges is what the command line asks of Temporal about status changes; ids are workflow ids.
type StatusChanges interface {
	// Start starts a StatusChange, or answers ErrRunExists.
	Start(ctx context.Context, id string, input workflows.StatusChangeInput) error
	// Request returns the input with which one was started, or answers ErrNoRun.
	Request(ctx context.Context, id string) (workflows.StatusChangeInput, error)
	// Open says whether one is still going on, or answers ErrNoRun.
	Open(ctx context.Context, id string) (bool, error)
	// Progress asks an open one, or answers ErrNoAnswer.
	Progress(ctx context.Context, id string) (workflows.StatusResult, error)
	// Wait waits for its end. One that was cancelled or failed is a result with that state and a reason.
	Wait(ctx context.Context, id string) (workflows.StatusResult, error)
}

// TemporalStatuses is [StatusChanges] on a Temporal server.
type TemporalStatuses struct{ Client client.Client }

var _ StatusChanges = TemporalStatuses{}

// Start starts a StatusChange under an id that no other has had.
func (t TemporalStatuses) Start(ctx context.Context, id string, input workflows.StatusChangeInput) error {
	merchant, key, err := workflows.ParseStatusChangeID(id)
	if err != nil {
		return err
	}
	summary := fmt.Sprintf("%s for orders of %s", input.To, merchant)
	return startedOnce(t.Client.ExecuteWorkflow(ctx, onceOptions(id, merchant, key, summary, string(statusbook.Running)), workflows.StatusChangeType, input))
}

// Request reads the input from the first event of the first execution.
func (t TemporalStatuses) Request(ctx context.Context, id string) (input workflows.StatusChangeInput, err error) {
	info, err := executionInfo(ctx, t.Client, id)
	if err != nil {
		return input, err
	}
	return inputOf[workflows.StatusChangeInput](ctx, t.Client, info)
}

// Open reads the execution's state.
func (t TemporalStatuses) Open(ctx context.Context, id string) (bool, error) {
	info, err := executionInfo(ctx, t.Client, id)
	return info.GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING, err
}

// Progress asks the progress query and waits 5 seconds for an answer.
func (t TemporalStatuses) Progress(ctx context.Context, id string) (workflows.StatusResult, error) {
	return progressOf[workflows.StatusResult](ctx, t.Client, id)
}

// Wait waits for the end.
func (t TemporalStatuses) Wait(ctx context.Context, id string) (workflows.StatusResult, error) {
	var result workflows.StatusResult
	err := t.Client.GetWorkflow(ctx, id, "").Get(ctx, &result)
	return statusEnded(ctx, result, err)
}

// statusEnded turns what a closed status change answered into a result, as ended does for a run.
func statusEnded(ctx context.Context, result workflows.StatusResult, err error) (workflows.StatusResult, error) {
	if err == nil {
		return result, nil
	}
	end, err := endOf(ctx, err, &result)
	switch {
	case err != nil:
		return result, err
	case end.cancelled:
		result.State = statusbook.Cancelled
	default:
		result.State, result.Reason = statusbook.Failed, end.reason
	}
	return result, nil
}

// followStatuses waits for the end and says meanwhile how far it is.
func followStatuses(ctx context.Context, changes StatusChanges, id string, every time.Duration, say func(workflows.StatusResult)) (workflows.StatusResult, error) {
	wait := func() (workflows.StatusResult, error) { return changes.Wait(ctx, id) }
	return waitAndLook(every, wait, func() {
		if result, err := changes.Progress(ctx, id); err == nil {
			say(result)
		}
	})
}
