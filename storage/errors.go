package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
)

var (
	// ErrNotFound is the answer when no object stands under a key: it was never written, or has expired.
	ErrNotFound = errors.New("object not found")
	// ErrChanged is the answer of [Store.PutIf] when the object is no longer what the caller has read.
	ErrChanged = errors.New("object has been changed by another")
	// ErrTooLarge is the answer when an object is larger than the caller takes.
	ErrTooLarge = errors.New("object is too large")
	// ErrCollision is the answer when another file stands under the key that a file's SHA-256 gives.
	ErrCollision = errors.New("another file stands under the same key")
)

const (
	codeConditionalConflict = "ConditionalRequestConflict"
	codeOperationAborted    = "OperationAborted"
	codeNoSuchBucket        = "NoSuchBucket"
	maxAnswer               = 200
)

// IsTransient tells whether the same call may succeed later: the server was busy, broken or
// out of reach. A missing bucket, key or permission is not transient, nor is a cancelled context.
func IsTransient(err error) bool {
	switch {
	case err == nil, errors.Is(err, context.Canceled), status(err) == http.StatusNotImplemented:
		return false
	case status(err) == http.StatusTooManyRequests, code(err) == codeConditionalConflict, code(err) == codeOperationAborted:
		return true
	case isPreconditionFailed(err), errors.Is(err, io.ErrUnexpectedEOF):
		return true
	}
	return retry.IsErrorRetryables(retry.DefaultRetryables).IsErrorRetryable(err) == aws.TrueTernary
}

// failure is an error in plain words; the SDK's error stays reachable below it.
type failure struct {
	words string
	cause error
}

func (f *failure) Error() string { return f.words }
func (f *failure) Unwrap() error { return f.cause }

// explain says what was to be done with which object ("" for the bucket), what the server
// answered and what helps.
func (s *Store) explain(action, key string, err error) error {
	if err == nil || errors.Is(err, ErrKey) {
		return err
	}
	words := "storage: " + action
	if key != "" {
		words += " " + key
	}
	words += " (bucket " + s.bucket + " on " + s.host + "): " + answer(err)
	if advice := s.advice(err); advice != "" {
		words += ": " + advice
	}
	return &failure{words: words, cause: err}
}

func (s *Store) advice(err error) string {
	switch code(err) {
	case codeNoSuchBucket:
		return "the bucket is missing, make it with: starter setup"
	case "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken":
		return "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN"
	case "PermanentRedirect", "MovedPermanently", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException":
		return "the bucket is in another region than " + s.region + ", check AWS_REGION"
	case "RequestTimeTooSkewed":
		return "set this machine's clock"
	}
	switch {
	case status(err) == http.StatusForbidden:
		return "the AWS credentials do not permit this, give them the right to it"
	case isAPIError(err) && IsTransient(err):
		return "the server is busy or out of order, try again later"
	case isConnectionError(err):
		return "the server cannot be reached, check AWS_ENDPOINT_URL_S3 and the network"
	}
	return ""
}

// answer is the server's code and words, or the network's: short and without the SDK's chain.
func answer(err error) string {
	var unreachable *url.Error
	var api smithy.APIError
	switch {
	case errors.Is(err, ErrNotFound), errors.Is(err, ErrChanged), errors.Is(err, ErrTooLarge), errors.Is(err, ErrCollision):
		return clean(err.Error())
	case errors.As(err, &api):
		return clean(fmt.Sprintf("%s (%d) %s", api.ErrorCode(), status(err), api.ErrorMessage()))
	case errors.As(err, &unreachable):
		return clean(unreachable.Err.Error())
	}
	return clean(err.Error())
}

func clean(words string) string {
	words = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, words)
	words = strings.TrimRight(strings.TrimSpace(words), ".")
	if runes := []rune(words); len(runes) > maxAnswer {
		return string(runes[:maxAnswer]) + "…"
	}
	return words
}

func status(err error) int {
	var response *awshttp.ResponseError
	if errors.As(err, &response) {
		return response.HTTPStatusCode()
	}
	return 0
}

func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func isAPIError(err error) bool { return code(err) != "" }

func isConnectionError(err error) bool {
	var unreachable *url.Error
	return errors.As(err, &unreachable) && !errors.Is(err, context.Canceled)
}

func isNotFound(err error) bool {
	return status(err) == http.StatusNotFound && code(err) != codeNoSuchBucket
}

func isPreconditionFailed(err error) bool {
	return status(err) == http.StatusPreconditionFailed
}

// isNotOffered tells that a server has no such call, or does not permit it to us.
func isNotOffered(err error) bool {
	switch status(err) {
	case http.StatusNotImplemented, http.StatusForbidden, http.StatusMethodNotAllowed:
		return true
	}
	return code(err) == "NotImplemented"
}
