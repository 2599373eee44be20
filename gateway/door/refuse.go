package door

import (
	"context"
	"errors"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/temporal"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// refuse makes a problem of an error; missing is what is said of what nobody knows.
func (d *Door) refuse(ctx context.Context, err error, missing Code) error {
	var (
		already  *Problem
		conflict *client.ConflictError
		request  *client.RequestError
		refused  *temporal.ApplicationError
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &already):
		return already
	case errors.As(err, &conflict):
		var wrong []Wrong
		for _, field := range conflict.Differences {
			wrong = append(wrong, Wrong{Location: "body", Message: "it differs in " + field})
		}
		return problem(CodeDiffers, wrong...)
	case errors.As(err, &request):
		return problem(CodeBadRequest, Wrong{Location: "body", Message: request.Problem})
	case errors.Is(err, client.ErrNoAnswer):
		return problem(CodeNoWorker).wait(awayWait)
	case errors.Is(err, client.ErrNotFound), errors.Is(err, client.ErrNoRun), errors.Is(err, storage.ErrKey):
		return problem(missing)
	case errors.Is(err, storage.ErrNotFound):
		return problem(CodeGone)
	case errors.As(err, &refused) && refused.Type() == contract.ErrorRequest:
		return problem(CodeBadRequest, Wrong{Location: "body", Message: refused.Message()})
	case isAway(err):
		d.Log.Warn("a partner's request was not done, because a server did not answer", "partner", partnerOf(ctx).ID, "error", err)
		return problem(CodeAway).wait(awayWait)
	}
	d.Log.Error("a partner's request was not done", "partner", partnerOf(ctx).ID, "error", err)
	return problem(CodeBroken)
}

// isAway says whether the same may work later: a server is busy or out of reach.
func isAway(err error) bool {
	var (
		unavailable *serviceerror.Unavailable
		deadline    *serviceerror.DeadlineExceeded
		exhausted   *serviceerror.ResourceExhausted
	)
	return storage.IsTransient(err) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) ||
		errors.As(err, &unavailable) || errors.As(err, &deadline) || errors.As(err, &exhausted)
}

func isMissing(err error) bool { return errors.Is(err, storage.ErrNotFound) }
