package activities

import (
	"context"
	"errors"
	"net/http"
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

// ConsentPause is how often a step checks whether its merchant has given a new code; our time.
const ConsentPause = 20 * time.Second

// Translate turns an error into Temporal's, with a type of contract/errors.go, final or not. The
// interceptor [Errors] calls it; activities must not.
func Translate(err error) error {
	if err == nil {
		return nil
	}
	if application, ok := err.(*temporal.ApplicationError); ok { //nolint:errorlint // only an error that is one already
		return application
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if hub := HubError(err); hub != nil {
		return translateHub(err, hub)
	}
	if errors.Is(err, storage.ErrKey) || errors.Is(err, storage.ErrCollision) {
		return temporal.NewNonRetryableApplicationError(err.Error(), contract.ErrorStore, nil)
	}
	return temporal.NewApplicationError(err.Error(), contract.ErrorTrouble)
}

func translateHub(err error, hub *multivende.Error) error {
	switch hub.Class {
	case multivende.NotAuthorised:
		return FinalError(contract.ErrorNotAuthorised, err.Error())
	case multivende.NeedsConsent:
		return temporal.NewApplicationErrorWithOptions(err.Error(), contract.ErrorNeedsConsent, temporal.ApplicationErrorOptions{
			Category: temporal.ApplicationErrorCategoryBenign, NextRetryDelay: ConsentPause,
		})
	case multivende.NotFound:
		return FinalError(contract.ErrorNotFound, err.Error())
	case multivende.NoRoute:
		return FinalError(contract.ErrorNoRoute, err.Error())
	case multivende.Refused:
		return FinalError(contract.ErrorRefused, err.Error())
	case multivende.Busy:
		return temporal.NewApplicationErrorWithOptions(err.Error(), contract.ErrorHub, temporal.ApplicationErrorOptions{
			Category: temporal.ApplicationErrorCategoryBenign, NextRetryDelay: hub.RetryAfter,
		})
	case multivende.Broken, multivende.Unreachable, multivende.LinkExpired, multivende.Stalled:
	}
	return temporal.NewApplicationError(err.Error(), contract.ErrorHub)
}

// HubError returns the hub client's error within err; nil when there is none.
func HubError(err error) *multivende.Error {
	var hub *multivende.Error
	errors.As(err, &hub)
	return hub
}

// HubWords returns what the hub said in an error; may be empty.
func HubWords(err error) string {
	if hub := HubError(err); hub != nil {
		return hub.Excerpt
	}
	return ""
}

// Refusal is the reason for an order about which the hub refuses to answer.
func Refusal(err error) contract.Reason {
	if said := HubWords(err); said != "" {
		return wording.Reason(contract.WhyHubRefusesSaying, "said", said, "detail", err.Error())
	}
	return wording.Reason(contract.WhyHubRefuses, "detail", err.Error())
}

// FinalError returns an error of this type that Temporal does not try again.
func FinalError(kind, message string) error {
	return temporal.NewNonRetryableApplicationError(message, kind, nil)
}

// WaitingError returns the error of a try that found nothing yet; Temporal makes the next try after the
// pause.
func WaitingError(message string, pause time.Duration) error {
	return temporal.NewApplicationErrorWithOptions(message, contract.ErrorWaiting, temporal.ApplicationErrorOptions{
		Category: temporal.ApplicationErrorCategoryBenign, NextRetryDelay: max(pause, 10*time.Millisecond),
	})
}

// ErrEnough ends the walk through one of the hub's lists once it has shown what was wanted.
var ErrEnough = errors.New("enough")

// ErrShared ends the walk through a list that the hub shows for other connections alike.
var ErrShared = errors.New("the list is of all connections")

// IsForbiddenObject says whether the hub refuses us one object, while the token is good for others.
func IsForbiddenObject(hub *multivende.Error) bool {
	return hub.Class == multivende.NotAuthorised && hub.Status == http.StatusForbidden
}

// IsForbidden says whether the account may not read this sale or order, with any token.
func IsForbidden(err error) bool {
	hub := HubError(err)
	return hub != nil && IsForbiddenObject(hub)
}
