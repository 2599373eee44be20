package activities

import (
	"context"

	"go.temporal.io/sdk/interceptor"
)

// Errors is the worker's interceptor that turns the error with which an activity ends into one of
// Temporal's, with a type of contract and final or not. Activities return plain Go errors.
type Errors struct {
	interceptor.WorkerInterceptorBase
}

// InterceptActivity translates the activity's error.
func (*Errors) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &translatedActivity{interceptor.ActivityInboundInterceptorBase{Next: next}}
}

type translatedActivity struct {
	interceptor.ActivityInboundInterceptorBase
}

func (t *translatedActivity) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	out, err := t.Next.ExecuteActivity(ctx, in)
	return out, Translate(err)
}
