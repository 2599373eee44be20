package activities

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// Types of the errors that activities return; workflows and partners tell them apart by these.
const (
	// ErrorNotAuthorised: the hub refuses our token or its scopes. Final.
	ErrorNotAuthorised = "NotAuthorised"
	// ErrorNeedsConsent: the account has no token until its merchant gives a new code; tried again by itself.
	ErrorNeedsConsent = "NeedsConsent"
	// ErrorRequest: the request itself is wrong. Final.
	ErrorRequest = "BadRequest"
	// ErrorRequestDiffers: another request was made under the same key. Final.
	ErrorRequestDiffers = "RequestDiffers"
	// ErrorTooMany: more orders wait than the run may take up. Final.
	ErrorTooMany = "TooManyOrders"
	// ErrorRefused: the hub refuses the call as such. Final.
	ErrorRefused = "Refused"
	// ErrorNotFound: the hub does not know what was asked for. Final.
	ErrorNotFound = "NotFound"
	// ErrorNoRoute: the hub has no such route; DESPACHO_HUB_PATHS sets another. Final.
	ErrorNoRoute = "NoSuchRoute"
	// ErrorStore: the label store cannot be used as it is set up. Final.
	ErrorStore = "LabelStore"
	// ErrorBooks: a run's books do not balance, which is an error of ours. Final.
	ErrorBooks = "BooksDoNotBalance"
	// ErrorWaiting: nothing is wrong, there is nothing yet; tried again by itself.
	ErrorWaiting = "Waiting"
	// ErrorHub: the hub is busy, broken or out of reach; tried again by itself.
	ErrorHub = "HubUnavailable"
	// ErrorTrouble: anything else that may pass; tried again by itself.
	ErrorTrouble = "Trouble"
)

// consentPause is how often a step looks whether its merchant has given a new code; our time.
const consentPause = 20 * time.Second

// translate turns an error into Temporal's, once, at the last line of an
// activity: with a stable type, and final or not.
func translate(err error) error {
	if err == nil {
		return nil
	}
	if application, ok := err.(*temporal.ApplicationError); ok { //nolint:errorlint // only an error that is one already
		return application
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if hub := hubError(err); hub != nil {
		return translateHub(err, hub)
	}
	if errors.Is(err, storage.ErrKey) || errors.Is(err, storage.ErrCollision) {
		return temporal.NewNonRetryableApplicationError(err.Error(), ErrorStore, nil)
	}
	return temporal.NewApplicationError(err.Error(), ErrorTrouble)
}

func translateHub(err error, hub *multivende.Error) error {
	switch hub.Class {
	case multivende.NotAuthorised:
		return final(ErrorNotAuthorised, err.Error())
	case multivende.NeedsConsent:
		return temporal.NewApplicationErrorWithOptions(err.Error(), ErrorNeedsConsent, temporal.ApplicationErrorOptions{
			Category: temporal.ApplicationErrorCategoryBenign, NextRetryDelay: consentPause,
		})
	case multivende.NotFound:
		return final(ErrorNotFound, err.Error())
	case multivende.NoRoute:
		return final(ErrorNoRoute, err.Error())
	case multivende.Refused:
		return final(ErrorRefused, err.Error())
	case multivende.Busy:
		return temporal.NewApplicationErrorWithOptions(err.Error(), ErrorHub, temporal.ApplicationErrorOptions{
			Category: temporal.ApplicationErrorCategoryBenign, NextRetryDelay: hub.RetryAfter,
		})
	default:
		return temporal.NewApplicationError(err.Error(), ErrorHub)
	}
}

// hubError is the client's error within err; nil when there is none.
func hubError(err error) *multivende.Error {
	var hub *multivende.Error
	errors.As(err, &hub)
	return hub
}

// hubWords are what the hub said with an error; may be empty.
func hubWords(err error) string {
	if hub := hubError(err); hub != nil {
		return hub.Excerpt
	}
	return ""
}

func final(kind, message string) error {
	return temporal.NewNonRetryableApplicationError(message, kind, nil)
}

// waiting ends an attempt that found nothing yet; Temporal makes the next one after the pause.
func waiting(message string, pause time.Duration) error {
	return temporal.NewApplicationErrorWithOptions(message, ErrorWaiting, temporal.ApplicationErrorOptions{
		Category: temporal.ApplicationErrorCategoryBenign, NextRetryDelay: max(pause, 10*time.Millisecond),
	})
}
