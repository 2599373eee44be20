package main

import (
	"context"
	"errors"

	"go.temporal.io/api/serviceerror"
)

// patiently asks Temporal until it answers or ctx ends: on a machine that is busy, an answer may take longer than the 10 s
// that the SDK gives each question.
func patiently[T any](ctx context.Context, ask func() (T, error)) (answer T, err error) {
	var late *serviceerror.DeadlineExceeded
	for {
		answer, err = ask()
		if ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) && !errors.As(err, &late) {
			return answer, err
		}
	}
}
