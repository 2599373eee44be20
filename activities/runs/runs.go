package runs

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/publishing"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/storage"
)

// Runs holds the steps about runs themselves. Register it with a worker.
type Runs struct {
	Store    *storage.Store
	Temporal client.Client
	Settings contract.Settings
	// Accounts are nil where there are none.
	Accounts *accounts.Vault
	// Outbox is told how runs ended; nil tells nobody.
	Outbox *hooks.Outbox
}

// OpenRunInput is a run's request, as it stands in its workflow's input.
type OpenRunInput struct {
	Merchant string          `json:"merchant"`
	Run      string          `json:"run"`
	Request  json.RawMessage `json:"request"`
	// BinsKey is the request's: read at once, so that nobody waits for a refusal.
	BinsKey string `json:"bins_key,omitempty"`
}

// OpenedRun is the worker's settings and, when a run of this key has closed
// its books before, what it came to.
type OpenedRun struct {
	Settings contract.Settings   `json:"settings"`
	Result   *contract.RunResult `json:"result,omitempty"`
	// Paused is why the merchant's account cannot be used now; empty: it can.
	Paused string `json:"paused,omitempty"`
}

// OpenRun records the run's request under its key. The same request again returns the same run; a
// different one under the key is refused.
func (a *Runs) OpenRun(ctx context.Context, in OpenRunInput) (OpenedRun, error) {
	opened := OpenedRun{Settings: a.Settings.Over(contract.DefaultSettings())}
	recorded := in.Request
	if _, err := a.Store.PutOnce(ctx, storage.RunRequest(in.Merchant, in.Run), &recorded); err != nil {
		return opened, err
	}
	if !activities.SameJSON(recorded, in.Request) {
		return opened, activities.FinalError(contract.ErrorRequestDiffers, fmt.Sprintf("the key %q belongs to another request; give this one its own key", in.Run))
	}
	if _, err := publishing.ReadBins(ctx, a.Store, in.Merchant, in.BinsKey); err != nil {
		return opened, err
	}
	paused, err := activities.PausedNow(ctx, a.Accounts, in.Merchant, a.Settings)
	if err != nil {
		return opened, err
	}
	opened.Paused = paused
	var result contract.RunResult
	err = a.Store.Get(ctx, resultKey(in.Merchant, in.Run), &result)
	if err == nil {
		opened.Result = &result
	} else if !errors.Is(err, storage.ErrNotFound) {
		return opened, err
	}
	return opened, nil
}

func resultKey(merchant, run string) string { return storage.RunOutcome(merchant, run, "result") }

// CloseRun stores the result of the run, once, for those who ask after Temporal has forgotten it.
func (a *Runs) CloseRun(ctx context.Context, result contract.RunResult) error {
	if _, err := a.Store.PutOnce(ctx, resultKey(result.Merchant, result.Run), &result); err != nil {
		return err
	}
	return a.TellRun(ctx, result)
}

// ConnectionHolder says which run works on a connection; empty when none does.
type ConnectionHolder struct {
	Run string `json:"run,omitempty"`
}

// AwaitConnectionInput says which connection to wait for, and until when.
type AwaitConnectionInput struct {
	Merchant   string    `json:"merchant"`
	Channel    string    `json:"channel"`
	Connection string    `json:"connection"`
	Until      time.Time `json:"until"`
	// Once: only tell who holds it.
	Once bool `json:"once,omitempty"`
}

// AwaitConnection waits until no ConnectionRun is open for the connection;
// the holder in the answer is empty then. At the deadline it names the holder.
func (a *Runs) AwaitConnection(ctx context.Context, in AwaitConnectionInput) (ConnectionHolder, error) {
	holder, err := a.holder(ctx, contract.ConnectionID(in.Merchant, in.Channel, in.Connection))
	if err != nil || holder.Run == "" || in.Once || !time.Now().Before(in.Until) {
		return holder, err
	}
	pause := min(time.Duration(activities.Attempt(ctx))*time.Second, 15*time.Second, time.Until(in.Until)+time.Second)
	return ConnectionHolder{}, activities.WaitingError("the connection is held by run "+holder.Run, pause)
}

func (a *Runs) holder(ctx context.Context, id string) (ConnectionHolder, error) {
	description, err := a.Temporal.DescribeWorkflowExecution(ctx, id, "")
	var gone *serviceerror.NotFound
	if errors.As(err, &gone) {
		return ConnectionHolder{}, nil
	}
	if err != nil {
		return ConnectionHolder{}, err
	}
	info := description.GetWorkflowExecutionInfo()
	if info.GetStatus() != enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
		return ConnectionHolder{}, nil
	}
	var run string
	if payload := info.GetSearchAttributes().GetIndexedFields()[contract.RunAttribute.GetName()]; payload != nil {
		if err := converter.GetDefaultDataConverter().FromPayload(payload, &run); err != nil {
			run = ""
		}
	}
	return ConnectionHolder{Run: cmp.Or(run, "(unknown)")}, nil
}

// RunIsOpenInput names a run's workflow: by its id, which no other run ever has, and by the execution that asks.
type RunIsOpenInput struct {
	WorkflowID string `json:"workflow_id"`
	RunID      string `json:"run_id"`
}

// RunIsOpen says whether the run's workflow is still open. One that was reset goes on under another execution.
func (a *Runs) RunIsOpen(ctx context.Context, in RunIsOpenInput) (bool, error) {
	description, err := a.Temporal.DescribeWorkflowExecution(ctx, in.WorkflowID, "")
	var gone *serviceerror.NotFound
	if errors.As(err, &gone) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return description.GetWorkflowExecutionInfo().GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING, nil
}

// RetryOrdersInput asks for the failed orders of a connection's turns so far.
type RetryOrdersInput struct {
	activities.Scope
}

// RetryOrders leaves, as the page "found" of the scope's generation, the
// orders that ended in the turns before it without a label and may still get one.
func (a *Runs) RetryOrders(ctx context.Context, in RetryOrdersInput) (activities.Step, error) {
	pages, err := activities.ConnectionPages(ctx, a.Store, in.Merchant, in.Run, in.Connection.ID)
	if err != nil {
		return activities.Step{}, err
	}
	before := lo.Filter(pages, func(p books.NamedPage, _ int) bool { return p.Generation < in.Generation })
	var page books.Page
	for _, e := range books.SettlePages(before, books.RestOutcome{Outcome: contract.NotReady}).Entries {
		if !Retryable(e.Outcome) {
			continue
		}
		order := e.Order
		order.Asks, order.Sends, order.Trouble, order.Status = 0, 0, contract.Cause{}, ""
		page.Pending = append(page.Pending, order)
	}
	return in.LeavePage(ctx, a.Store, books.FoundPage, page)
}

// Retryable says whether an order that ended so may get its label when it is tried again.
func Retryable(outcome contract.Outcome) bool {
	switch outcome {
	case contract.Labelled, contract.AlreadyPrinted, contract.Cancelled, contract.Unsupported:
		return false
	case contract.HeldBack, contract.NotReady, contract.StatusNotSynced, contract.Rejected, contract.UnknownOrder, contract.CorruptLabel, contract.NotAuthorised, contract.GaveUp:
	}
	return true
}
