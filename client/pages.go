package client

import (
	"context"
	"fmt"

	"go.temporal.io/api/workflowservice/v1"
	sdk "go.temporal.io/sdk/client"

	"github.com/despacho/despacho/contract"
)

// Pages lists runs page by page.
type Pages interface {
	// ListPage is a page of the runs that match a visibility query, the open ones and the newest first: at most size,
	// beginning where the page before left next; empty next begins, and ends.
	ListPage(ctx context.Context, query string, size int, next []byte) (found []Description, after []byte, err error)
}

// OnceRetry asks runs to try again, once.
type OnceRetry interface {
	// RetryOnce is [Runs.Retry]; an open run takes the same update once.
	RetryOnce(ctx context.Context, id, update string, request contract.RetryRequest) (contract.RetryAnswer, error)
}

// ListRunsPage is a page of the runs of a merchant in some states, all states without any.
func ListRunsPage(ctx context.Context, pages Pages, merchant string, states []contract.RunState, size int, next []byte) ([]Description, []byte, error) {
	query, err := listQuery(merchant, "")
	if err != nil {
		return nil, nil, err
	}
	conditions := ""
	for _, state := range states {
		if conditions != "" {
			conditions += " OR "
		}
		conditions += executionStatus[state]
	}
	if conditions != "" {
		query = fmt.Sprintf("%s AND (%s)", query, conditions)
	}
	return pages.ListPage(ctx, query, size, next)
}

// ListPage reads one page of the visibility store.
func (t TemporalRuns) ListPage(ctx context.Context, query string, size int, next []byte) ([]Description, []byte, error) {
	answer, err := t.Client.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: query, PageSize: int32(size), NextPageToken: next})
	if err != nil {
		return nil, nil, err
	}
	found := []Description{}
	for _, info := range answer.GetExecutions() {
		found = append(found, describe(info))
	}
	return found, answer.GetNextPageToken(), nil
}

// RetryOnce sends the update under an id of its own.
func (t TemporalRuns) RetryOnce(ctx context.Context, id, update string, request contract.RetryRequest) (contract.RetryAnswer, error) {
	return t.retry(ctx, id, update, request)
}

func (t TemporalRuns) retry(ctx context.Context, id, update string, request contract.RetryRequest) (answer contract.RetryAnswer, err error) {
	limited, cancel := context.WithTimeout(ctx, updateWait)
	defer cancel()
	handle, err := t.Client.UpdateWorkflow(limited, sdk.UpdateWorkflowOptions{
		UpdateID: update, WorkflowID: id, UpdateName: contract.RetryUpdate, Args: []any{request},
		WaitForStage: sdk.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = handle.Get(limited, &answer)
	}
	if err != nil {
		return answer, unanswered(ctx, err)
	}
	return answer, nil
}

var (
	_ Pages     = TemporalRuns{}
	_ OnceRetry = TemporalRuns{}
)
