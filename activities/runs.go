package activities

import (
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
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/storage"
)

// Runs are the steps about runs themselves.
type Runs struct {
	Store    *storage.Store
	Temporal client.Client
	Settings Settings
	// Accounts are nil where there are none.
	Accounts *accounts.Vault
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
	Settings Settings      `json:"settings"`
	Result   *books.Result `json:"result,omitempty"`
	// Paused is why the merchant's account cannot be used now; empty: it can.
	Paused string `json:"paused,omitempty"`
}

// OpenRun records the run's request under its key. The same request again
// gives the run that was; another one under the same key is refused.
func (a *Runs) OpenRun(ctx context.Context, in OpenRunInput) (OpenedRun, error) {
	opened, err := a.open(ctx, in)
	return opened, translate(err)
}

func (a *Runs) open(ctx context.Context, in OpenRunInput) (OpenedRun, error) {
	opened := OpenedRun{Settings: a.Settings.Over(DefaultSettings())}
	recorded := in.Request
	if _, err := a.Store.PutOnce(ctx, storage.RunRequest(in.Merchant, in.Run), &recorded); err != nil {
		return opened, err
	}
	if !sameJSON(recorded, in.Request) {
		return opened, final(ErrorRequestDiffers, fmt.Sprintf("another request was made under the key %q; give this one a key of its own", in.Run))
	}
	if _, err := readBins(ctx, a.Store, in.Merchant, in.BinsKey); err != nil {
		return opened, err
	}
	paused, err := pausedNow(ctx, a.Accounts, in.Merchant, a.Settings)
	if err != nil {
		return opened, err
	}
	opened.Paused = paused
	var result books.Result
	err = a.Store.Get(ctx, resultKey(in.Merchant, in.Run), &result)
	if err == nil {
		opened.Result = &result
	} else if !errors.Is(err, storage.ErrNotFound) {
		return opened, err
	}
	return opened, nil
}

// pausedNow says why the merchant's account cannot be used now; vault is nil where there are none.
func pausedNow(ctx context.Context, vault *accounts.Vault, merchant string, settings Settings) (string, error) {
	if vault == nil {
		return "", nil
	}
	account, err := vault.Look(ctx, merchant)
	if errors.Is(err, accounts.ErrNotConnected) {
		return "", nil
	}
	usable := account.State == accounts.Alive || account.Usable(account.HubNow(time.Now(), settings.Over(DefaultSettings()).HubSpeed))
	return lo.Ternary(usable, "", accounts.PausedReason), err
}

func sameJSON(a, b json.RawMessage) bool {
	var left, right any
	if json.Unmarshal(a, &left) != nil || json.Unmarshal(b, &right) != nil {
		return false
	}
	first, err1 := json.Marshal(left)
	second, err2 := json.Marshal(right)
	return err1 == nil && err2 == nil && string(first) == string(second)
}

func resultKey(merchant, run string) string { return storage.RunOutcome(merchant, run, "result") }

// CloseRun keeps what the run came to, once, for those who ask after Temporal has forgotten it.
func (a *Runs) CloseRun(ctx context.Context, result books.Result) error {
	_, err := a.Store.PutOnce(ctx, resultKey(result.Merchant, result.Run), &result)
	return translate(err)
}

// ConnectionHolder says which run works on a connection; empty when none does.
type ConnectionHolder struct {
	Run string `json:"run,omitempty"`
}

// AwaitConnectionInput says which connection to wait for, and until when.
type AwaitConnectionInput struct {
	Merchant   string    `json:"merchant"`
	Connection string    `json:"connection"`
	Until      time.Time `json:"until"`
	// Once: only tell who holds it.
	Once bool `json:"once,omitempty"`
}

// runAttribute is the search attribute with a workflow's run key; package workflows names it.
const runAttribute = "DespachoRun"

// AwaitConnection waits until no ConnectionRun is open for the connection;
// the holder in the answer is empty then. At the deadline it names the holder.
func (a *Runs) AwaitConnection(ctx context.Context, in AwaitConnectionInput) (ConnectionHolder, error) {
	holder, err := a.holder(ctx, ConnectionWorkflowID(in.Merchant, in.Connection))
	if err != nil || holder.Run == "" || in.Once || !time.Now().Before(in.Until) {
		return holder, translate(err)
	}
	pause := min(time.Duration(attempt(ctx))*time.Second, 15*time.Second, time.Until(in.Until)+time.Second)
	return ConnectionHolder{}, waiting("the connection is busy with run "+holder.Run, pause)
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
	if payload := info.GetSearchAttributes().GetIndexedFields()[runAttribute]; payload != nil {
		if err := converter.GetDefaultDataConverter().FromPayload(payload, &run); err != nil {
			run = ""
		}
	}
	return ConnectionHolder{Run: lo.CoalesceOrEmpty(run, "(unknown)")}, nil
}

// RunIsOpenInput names a run's workflow.
type RunIsOpenInput struct {
	WorkflowID string `json:"workflow_id"`
	RunID      string `json:"run_id"`
}

// RunIsOpen says whether the run's workflow is still open.
func (a *Runs) RunIsOpen(ctx context.Context, in RunIsOpenInput) (bool, error) {
	description, err := a.Temporal.DescribeWorkflowExecution(ctx, in.WorkflowID, in.RunID)
	var gone *serviceerror.NotFound
	if errors.As(err, &gone) {
		return false, nil
	}
	if err != nil {
		return false, translate(err)
	}
	return description.GetWorkflowExecutionInfo().GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING, nil
}

// RetryOrdersInput asks for the failed orders of a connection's turns so far.
type RetryOrdersInput struct {
	Scope
}

// RetryOrders leaves, as the page "found" of the scope's generation, the
// orders that ended in the turns before it without a label and may still get one.
func (a *Runs) RetryOrders(ctx context.Context, in RetryOrdersInput) (Step, error) {
	step, err := a.retry(ctx, in)
	return step, translate(err)
}

func (a *Runs) retry(ctx context.Context, in RetryOrdersInput) (Step, error) {
	pages, err := connectionPages(ctx, a.Store, in.Merchant, in.Run, in.Connection.ID)
	if err != nil {
		return Step{}, err
	}
	before := lo.Filter(pages, func(p books.NamedPage, _ int) bool { return p.Generation < in.Generation })
	var page books.Page
	for _, e := range books.Settle(before, books.Rest{Outcome: books.NotReady}).Entries {
		if !Retryable(e.Outcome) {
			continue
		}
		order := e.Order
		order.Asks, order.Sends, order.Trouble, order.Status = 0, 0, "", ""
		page.Pending = append(page.Pending, order)
	}
	return in.leave(ctx, a.Store, books.FoundPage, page)
}

// Retryable says whether an order that ended so may get its label when it is tried again.
func Retryable(outcome books.Outcome) bool {
	switch outcome {
	case books.Labelled, books.AlreadyPrinted, books.Cancelled, books.Unsupported:
		return false
	}
	return true
}
