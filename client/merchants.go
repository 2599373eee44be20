package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	sdk "go.temporal.io/sdk/client"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/service"
)

// Keeping is what the command line asks of Temporal about merchants.
type Keeping interface {
	// Connected begins what works for a merchant for as long as it is connected, or tells it
	// that there is a new code.
	Connected(ctx context.Context, merchant string) error
	// Disconnected ends that, and returns once it has ended.
	Disconnected(ctx context.Context, merchant string) error
	// Cleared ends all that is open for a merchant at once, with its schedules, and says how many
	// there were.
	Cleared(ctx context.Context, merchant string) (ended int, err error)
}

// TemporalKeeping is [Keeping] on a Temporal server.
type TemporalKeeping struct {
	Client sdk.Client
	// EndWait is how long a workflow may take to end by itself; 10 s when it is not said.
	EndWait time.Duration
}

// Connected starts the merchant's Credentials and Intake, or wakes the Credentials that is there.
func (t TemporalKeeping) Connected(ctx context.Context, merchant string) error {
	_, err := t.Client.SignalWithStartWorkflow(ctx, contract.CredentialsID(merchant), contract.ConnectedSignal, nil,
		service.CredentialsOptions(merchant), contract.CredentialsType, contract.CredentialsInput{Merchant: merchant})
	if err != nil {
		return err
	}
	_, err = t.Client.ExecuteWorkflow(ctx, service.IntakeOptions(merchant), contract.IntakeType, contract.IntakeInput{Merchant: merchant})
	return err
}

// endWait is how long a workflow may take to end by itself when its merchant is disconnected.
const endWait = 10 * time.Second

// Disconnected cancels the merchant's Credentials and Intake and sees them end, so that one who
// connects it again finds none that is just ending.
func (t TemporalKeeping) Disconnected(ctx context.Context, merchant string) error {
	for _, id := range []string{contract.IntakeID(merchant), contract.CredentialsID(merchant)} {
		if err := t.end(ctx, id); unlessGone(err) != nil {
			return err
		}
	}
	return nil
}

func (t TemporalKeeping) end(ctx context.Context, id string) error {
	if err := t.Client.CancelWorkflow(ctx, id, ""); err != nil {
		return err
	}
	waiting, cancel := context.WithTimeout(ctx, cmp.Or(t.EndWait, endWait))
	defer cancel()
	_ = t.Client.GetWorkflow(waiting, id, "").Get(waiting, nil) // an error is how it ended
	if waiting.Err() == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	return t.Client.TerminateWorkflow(ctx, id, "", "the merchant was disconnected, and no worker ended this")
}

// Cleared deletes the merchant's schedules and terminates its open workflows.
func (t TemporalKeeping) Cleared(ctx context.Context, merchant string) (ended int, err error) {
	schedules := TemporalSchedules{Client: t.Client}
	lines, err := schedules.List(ctx, merchant)
	if err != nil {
		return 0, err
	}
	for _, line := range lines {
		if err := schedules.Delete(ctx, merchant, line.Name); err != nil && !errors.Is(err, ErrNoSchedule) {
			return 0, err
		}
	}
	request := &workflowservice.ListWorkflowExecutionsRequest{
		Query: fmt.Sprintf("%s = '%s' AND ExecutionStatus = 'Running'", contract.MerchantAttribute.GetName(), merchant),
	}
	for {
		page, err := t.Client.ListWorkflow(ctx, request)
		if err != nil {
			return ended, err
		}
		for _, open := range page.GetExecutions() {
			id := open.GetExecution().GetWorkflowId()
			if err := unlessGone(t.Client.TerminateWorkflow(ctx, id, "", "everything of the merchant is deleted")); err != nil {
				return ended, err
			}
			ended++
		}
		if request.NextPageToken = page.GetNextPageToken(); len(request.NextPageToken) == 0 {
			return ended, nil
		}
	}
}

// unlessGone is an error, but for that of a workflow that is not open.
func unlessGone(err error) error {
	var gone *serviceerror.NotFound
	if errors.As(err, &gone) {
		return nil
	}
	return err
}
