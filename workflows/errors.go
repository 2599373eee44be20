package workflows

import (
	"errors"

	"go.temporal.io/sdk/temporal"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
)

// ErrorType returns the type of the application error within err, one of contract/errors.go; empty
// when there is none.
func ErrorType(err error) string {
	var application *temporal.ApplicationError
	if errors.As(err, &application) {
		return application.Type()
	}
	return ""
}

// IsFinal says whether trying again cannot help: the error is non-retryable, or a cancellation.
func IsFinal(err error) bool {
	var application *temporal.ApplicationError
	return temporal.IsCanceledError(err) || errors.As(err, &application) && application.NonRetryable()
}

// ErrorReason is the reason that an error gives.
func ErrorReason(err error) contract.Reason { return wording.OfError(ErrorType(err), ErrorWords(err)) }

// ErrorWords returns an error's message for people, without Temporal's wrapping.
func ErrorWords(err error) string {
	var application *temporal.ApplicationError
	if errors.As(err, &application) {
		return application.Message()
	}
	return err.Error()
}
