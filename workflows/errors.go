package workflows

import (
	"errors"

	"go.temporal.io/sdk/temporal"
)

// errorType is the type of the application error within err; empty when there is none.
func errorType(err error) string {
	var application *temporal.ApplicationError
	if errors.As(err, &application) {
		return application.Type()
	}
	return ""
}

// isFinal says that no further try of a step would end otherwise.
func isFinal(err error) bool {
	var application *temporal.ApplicationError
	return temporal.IsCanceledError(err) || errors.As(err, &application) && application.NonRetryable()
}

// errorWords is what an error says to people, without Temporal's wrapping.
func errorWords(err error) string {
	var application *temporal.ApplicationError
	if errors.As(err, &application) {
		return application.Message()
	}
	return err.Error()
}
