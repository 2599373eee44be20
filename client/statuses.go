package client

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	sdk "go.temporal.io/sdk/client"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// StatusKey is the key of a request that brings none: the same request has the same.
func StatusKey(merchant string, request contract.StatusRequest) string {
	content, _ := json.Marshal(struct { // texts and times can always be written
		Merchant string
		Request  contract.StatusRequest
	}{merchant, request})
	sum := sha256.Sum256(content)
	return request.To + "-" + hex.EncodeToString(sum[:10])
}

// SetStatuses starts a status change, or joins the one that has this key and the same request.
// Rows beyond 100 go into an object of the store first. Another request under the same key is a
// [ConflictError]; what is wrong with the request is a [RequestError], and nothing is sent.
func SetStatuses(ctx context.Context, changes StatusChanges, store Store, merchant, key string, request contract.StatusRequest) (Started, error) {
	started := Started{Run: key, Merchant: merchant, WorkflowID: contract.StatusChangeID(merchant, key)}
	if err := CheckNames(merchant, key); err != nil {
		return started, err
	}
	request, err := withRowsObject(ctx, store, merchant, key, request)
	if err != nil {
		return started, err
	}
	if err := request.Check(); err != nil {
		return started, &RequestError{Field: "status", Problem: err.Error()}
	}
	started.Created, err = startStatuses(ctx, changes, started.WorkflowID, contract.StatusChangeInput{Merchant: merchant, StatusRequest: request})
	return started, err
}

// withRowsObject moves rows that are too many for an input into an object.
func withRowsObject(ctx context.Context, store Store, merchant, key string, request contract.StatusRequest) (contract.StatusRequest, error) {
	if len(request.Rows) <= contract.StatusRowsInInput {
		return request, nil
	}
	data, err := json.Marshal(request.Rows)
	if err != nil {
		return request, err
	}
	file, err := store.PutBytes(ctx, storage.StatusRowsPrefix(merchant, key), ".json", "application/json", data)
	if err != nil {
		return request, err
	}
	request.Rows, request.RowsKey = nil, file.Key
	return request, nil
}

// startStatuses starts a status change, or joins the one that has this id and the same request.
func startStatuses(ctx context.Context, changes StatusChanges, id string, input contract.StatusChangeInput) (created bool, err error) {
	err = changes.Start(ctx, id, input)
	if !errors.Is(err, ErrRunExists) {
		return err == nil, err
	}
	there, err := changes.Request(ctx, id)
	if err != nil {
		return false, err
	}
	wanted, err1 := json.Marshal(input.StatusRequest)
	found, err2 := json.Marshal(there.StatusRequest)
	if err1 != nil || err2 != nil || string(wanted) != string(found) {
		return false, &ConflictError{WorkflowID: id}
	}
	return false, nil
}

// StatusChanges is what the command line asks of Temporal about status changes; ids are workflow ids.
type StatusChanges interface {
	// Start starts a StatusChange, or answers ErrRunExists.
	Start(ctx context.Context, id string, input contract.StatusChangeInput) error
	// Request returns the input with which one was started, or answers ErrNoRun.
	Request(ctx context.Context, id string) (contract.StatusChangeInput, error)
	// Open says whether one is still going on, or answers ErrNoRun.
	Open(ctx context.Context, id string) (bool, error)
	// Progress asks an open one, or answers ErrNoAnswer.
	Progress(ctx context.Context, id string) (contract.StatusResult, error)
	// Wait waits for its end. One that was cancelled or failed is a result with that state and a reason.
	Wait(ctx context.Context, id string) (contract.StatusResult, error)
}

// TemporalStatuses is [StatusChanges] on a Temporal server.
type TemporalStatuses struct{ Client sdk.Client }

// Start starts a StatusChange under an id that no other has had.
func (t TemporalStatuses) Start(ctx context.Context, id string, input contract.StatusChangeInput) error {
	options, err := StatusOptions(id, input)
	if err != nil {
		return err
	}
	return startedOnce(t.Client.ExecuteWorkflow(ctx, options, contract.StatusChangeType, input))
}

// StatusOptions start a StatusChange under an id that no other has had.
func StatusOptions(id string, input contract.StatusChangeInput) (sdk.StartWorkflowOptions, error) {
	merchant, key, err := contract.ParseStatusChangeID(id)
	return onceOptions(id, merchant, key, fmt.Sprintf("%s for orders of %s", input.To, merchant), string(contract.RunRunning)), err
}

// Request reads the input from the first event of the first execution.
func (t TemporalStatuses) Request(ctx context.Context, id string) (input contract.StatusChangeInput, err error) {
	info, err := executionInfo(ctx, t.Client, id)
	if err != nil {
		return input, err
	}
	return inputOf[contract.StatusChangeInput](ctx, t.Client, info)
}

// Open reads the execution's state.
func (t TemporalStatuses) Open(ctx context.Context, id string) (bool, error) {
	info, err := executionInfo(ctx, t.Client, id)
	return info.GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING, err
}

// Progress asks the progress query and waits 5 seconds for an answer.
func (t TemporalStatuses) Progress(ctx context.Context, id string) (contract.StatusResult, error) {
	return progressOf[contract.StatusResult](ctx, t.Client, id)
}

// Wait waits for the end.
func (t TemporalStatuses) Wait(ctx context.Context, id string) (contract.StatusResult, error) {
	var result contract.StatusResult
	err := t.Client.GetWorkflow(ctx, id, "").Get(ctx, &result)
	return statusEnded(ctx, result, err)
}

// statusEnded turns what a closed status change answered into a result, as ended does for a run.
func statusEnded(ctx context.Context, result contract.StatusResult, err error) (contract.StatusResult, error) {
	if err == nil {
		return result, nil
	}
	end, err := endOf(ctx, err, &result)
	switch {
	case err != nil:
		return result, err
	case end.cancelled:
		result.State = contract.RunCancelled
	default:
		result.State, result.Reason = contract.RunFailed, end.reason
	}
	return result, nil
}

// FollowStatuses waits for the end of a status change and says meanwhile how far it is.
func FollowStatuses(ctx context.Context, changes StatusChanges, id string, every time.Duration, say func(contract.StatusResult)) (contract.StatusResult, error) {
	wait := func() (contract.StatusResult, error) { return changes.Wait(ctx, id) }
	return waitAndLook(every, wait, func() {
		if result, err := changes.Progress(ctx, id); err == nil {
			say(result)
		}
	})
}

// StatusRows is how every row of a status change ended that is over; storage.ErrNotFound when that has expired.
func StatusRows(ctx context.Context, store Store, result contract.StatusResult) (list contract.StatusList, err error) {
	if result.Rows != "" {
		err = store.Get(ctx, result.Rows, &list)
	}
	return list, err
}

// StoredStatuses is what a status change came to that Temporal no longer keeps, and how every row
// ended; storage.ErrNotFound when nobody knows it.
func StoredStatuses(ctx context.Context, store Store, merchant, key string) (contract.StatusResult, contract.StatusList, error) {
	var kept struct {
		contract.StatusList
		Result contract.StatusResult `json:"result"`
	}
	err := store.Get(ctx, storage.StatusResult(merchant, key), &kept)
	return kept.Result, kept.StatusList, err
}
