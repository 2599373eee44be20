package door

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"go.temporal.io/sdk/temporal"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/partners"
)

func (d *Door) againRoutes(api huma.API) {
	huma.Register(api, operation(http.MethodPost, "/v1/batches/{id}/retry", partners.Runs, huma.Operation{
		OperationID: "retry-batch", Summary: "Ask again for the labels that are missing", DefaultStatus: http.StatusAccepted, Errors: []int{http.StatusGone},
		Description: "Within an open batch; of one that is over as a new batch, which the answer names.",
	}), d.retryBatch)
	huma.Register(api, operation(http.MethodPost, "/v1/batches/{id}/cancel", partners.Runs, huma.Operation{
		OperationID: "cancel-batch", Summary: "End an open batch", DefaultStatus: http.StatusAccepted,
		Description: "What is labelled by then is published.",
	}), d.cancelBatch)
}

// RetryRequest says what to try again.
type RetryRequest struct {
	Connection string `json:"connection,omitempty" maxLength:"128" doc:"Only this marketplace connection."`
}

type retryInput struct {
	ID             string `path:"id" maxLength:"140" doc:"The batch's id."`
	IdempotencyKey string `header:"Idempotency-Key" doc:"Yours, 1 to 255 characters; needed."`
	Body           *RetryRequest
}

// retryPlan is what a request to try again becomes.
type retryPlan struct {
	// Key is the new batch's; empty when an open batch tries again by itself.
	Key string `json:"key,omitempty"`
}

func (d *Door) retryBatch(ctx context.Context, in *retryInput) (*batchOutput, error) {
	merchant, key, ok := parseID(ctx, in.ID)
	if !ok {
		return nil, problem(CodeNoBatch)
	}
	request := RetryRequest{}
	if in.Body != nil {
		request = *in.Body
	}
	made, err := d.once(ctx, change{
		Route: "retry-batch " + in.ID, Merchant: merchant, Key: in.IdempotencyKey, Request: request,
		Do: func(ctx context.Context, h *hold) (answer, error) {
			return d.retry(ctx, h, merchant, key, request.Connection)
		},
	})
	if err != nil {
		return nil, d.refuse(ctx, err, CodeNoBatch)
	}
	return batchAnswer(made)
}

func (d *Door) retry(ctx context.Context, h *hold, merchant, key, connection string) (answer, error) {
	current, err := client.Look(ctx, d.Runs, d.Store, contract.RunID(merchant, key))
	if err != nil {
		return answer{}, err
	}
	plan, input, err := d.planRetry(ctx, h, current, connection)
	if err != nil {
		return answer{}, err
	}
	switch {
	case plan.Key != "":
		if _, err := client.Start(ctx, d.Runs, d.Store, plan.Key, *input); err != nil {
			return answer{}, err
		}
		key = plan.Key
	case current.Open:
		if _, err := d.Runs.RetryOnce(ctx, current.WorkflowID, h.id, contract.RetryRequest{Connection: connection}); err != nil {
			return answer{}, refusedRetry(err)
		}
	}
	return d.acceptedBatch(merchant, key)
}

// refusedRetry is the problem where a batch takes no more.
func refusedRetry(err error) error {
	var refused *temporal.ApplicationError
	if errors.As(err, &refused) {
		return problem(CodeRetryRefused, Wrong{Message: refused.Message()})
	}
	return err
}

// planRetry is what was decided before, or is decided now; the input is that of a new batch.
func (d *Door) planRetry(ctx context.Context, h *hold, current client.Current, connection string) (plan retryPlan, input *contract.LabelRunInput, err error) {
	if h.decided() {
		err = h.decide(ctx, &plan)
		if err != nil || plan.Key == "" {
			return plan, nil, err
		}
	}
	if !current.Open {
		if input, err = client.RetryInput(ctx, d.Runs, d.Store, current, connection); err != nil {
			return plan, nil, err
		}
		if input == nil {
			return plan, nil, problem(CodeNothingToRetry)
		}
		if plan.Key == "" {
			if plan.Key, err = client.NextRetryKey(ctx, d.Runs, d.Store, current.Result.Merchant, current.Result.Run); err != nil {
				return plan, nil, err
			}
		}
	}
	return plan, input, h.decide(ctx, &plan)
}

type cancelInput struct {
	ID             string `path:"id" maxLength:"140" doc:"The batch's id."`
	IdempotencyKey string `header:"Idempotency-Key" doc:"Yours, 1 to 255 characters; needed."`
}

func (d *Door) cancelBatch(ctx context.Context, in *cancelInput) (*batchOutput, error) {
	merchant, key, ok := parseID(ctx, in.ID)
	if !ok {
		return nil, problem(CodeNoBatch)
	}
	made, err := d.once(ctx, change{
		Route: "cancel-batch " + in.ID, Merchant: merchant, Key: in.IdempotencyKey,
		Do: func(ctx context.Context, h *hold) (answer, error) { return d.cancel(ctx, h, merchant, key) },
	})
	if err != nil {
		return nil, d.refuse(ctx, err, CodeNoBatch)
	}
	return batchAnswer(made)
}

func (d *Door) cancel(ctx context.Context, h *hold, merchant, key string) (answer, error) {
	current, err := client.Look(ctx, d.Runs, d.Store, contract.RunID(merchant, key))
	if err != nil {
		return answer{}, err
	}
	if !current.Open && !h.decided() {
		return answer{}, problem(CodeBatchOver)
	}
	cancelled := true
	if err := h.decide(ctx, &cancelled); err != nil {
		return answer{}, err
	}
	if current.Open {
		if err := d.Runs.Cancel(ctx, current.WorkflowID); err != nil {
			return answer{}, err
		}
	}
	return d.acceptedBatch(merchant, key)
}
