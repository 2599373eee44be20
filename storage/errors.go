package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
)

var (
	// ErrNotFound means that there is no object under a key: it was never written, or has expired.
	ErrNotFound = errors.New("object not found")
	// ErrChanged is the error of [Store.PutIf] when the object is no longer the version that the
	// caller read.
	ErrChanged = errors.New("the object was changed by somebody else")
	// ErrTooLarge means that an object is larger than the caller accepts.
	ErrTooLarge = errors.New("the object is too large")
	// ErrCollision means that a different file is stored under the key made from a file's SHA-256.
	ErrCollision = errors.New("a different file is stored under the same key")
)

const (
	codeNoSuchBucket = "NoSuchBucket"
	maxAnswer        = 200
)

// codesOfACollision are what servers answer when two writers met, and nothing was written. S3's own are of conditional
// writes; the last is versitygw's, which removed an empty folder while another write put a file into it (no key of ours is
// another one's folder).
var codesOfACollision = []string{"ConditionalRequestConflict", "OperationAborted", "ExistingObjectIsDirectory"}

// codesOfAFullStore are what servers answer to a write for which they have no room: of a disk (versitygw, MinIO), of a quota
// of the bucket or the account.
var codesOfAFullStore = []string{"InsufficientStorage", "XMinioStorageFull", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded"}

// IsTransient reports whether the same call may succeed later: the server was busy, broken or
// unreachable. A missing bucket, key or permission is not transient, nor is a cancelled context.
func IsTransient(err error) bool {
	switch {
	case err == nil, errors.Is(err, context.Canceled), httpStatus(err) == http.StatusNotImplemented:
		return false
	case httpStatus(err) == http.StatusTooManyRequests, slices.Contains(codesOfACollision, errorCode(err)):
		return true
	case isPreconditionFailed(err), errors.Is(err, io.ErrUnexpectedEOF):
		return true
	}
	return retry.IsErrorRetryables(retry.DefaultRetryables).IsErrorRetryable(err) == aws.TrueTernary
}

// IsFull reports whether the server has no room for what was to be written.
func IsFull(err error) bool {
	return httpStatus(err) == http.StatusInsufficientStorage || slices.Contains(codesOfAFullStore, errorCode(err))
}

// plainError is an error in plain words; the SDK's error can be unwrapped from it.
type plainError struct {
	words string
	cause error
}

func (f *plainError) Error() string { return f.words }
func (f *plainError) Unwrap() error { return f.cause }

// explain describes a failed action on an object ("" for the bucket): what was tried, what the
// server answered and what to do.
func (s *Store) explain(action, key string, err error) error {
	if err == nil || errors.Is(err, ErrKey) {
		return err
	}
	words := "storage: " + action
	if key != "" {
		words += " " + key
	}
	words += " (bucket " + s.bucket + " on " + s.host + "): " + serverAnswer(err)
	if advice := s.advice(err); advice != "" {
		words += ": " + advice
	}
	return &plainError{words: words, cause: err}
}

func (s *Store) advice(err error) string {
	switch errorCode(err) {
	case codeNoSuchBucket:
		return "the bucket is missing: make it with starter setup"
	case "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken":
		return "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN"
	case "PermanentRedirect", "MovedPermanently", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException":
		return "the bucket is not in region " + s.region + ": check AWS_REGION"
	case "RequestTimeTooSkewed":
		return "set this machine's clock"
	}
	switch {
	case IsFull(err):
		return "the label store is full: make room on its disk, or raise its quota; what waits to be written is tried again"
	case httpStatus(err) == http.StatusForbidden:
		return "the AWS credentials do not permit this: grant them the permission"
	case isAPIError(err) && IsTransient(err):
		return "the server is busy or failing: try again later"
	case isConnectionError(err):
		return "the server is unreachable: check AWS_ENDPOINT_URL_S3 and the network"
	}
	return ""
}

// serverAnswer is the server's code and message, or the network's: short and without the SDK's chain of
// errors.
func serverAnswer(err error) string {
	var unreachable *url.Error
	var api smithy.APIError
	switch {
	case errors.Is(err, ErrNotFound), errors.Is(err, ErrChanged), errors.Is(err, ErrTooLarge), errors.Is(err, ErrCollision):
		return cleanWords(err.Error())
	case errors.As(err, &api):
		return cleanWords(fmt.Sprintf("%s (%d) %s", api.ErrorCode(), httpStatus(err), api.ErrorMessage()))
	case errors.As(err, &unreachable):
		return cleanWords(unreachable.Err.Error())
	}
	return cleanWords(err.Error())
}

func cleanWords(words string) string {
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

func httpStatus(err error) int {
	var response *awshttp.ResponseError
	if errors.As(err, &response) {
		return response.HTTPStatusCode()
	}
	return 0
}

func errorCode(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func isAPIError(err error) bool { return errorCode(err) != "" }

func isConnectionError(err error) bool {
	var unreachable *url.Error
	return errors.As(err, &unreachable) && !errors.Is(err, context.Canceled)
}

func isNotFound(err error) bool {
	return httpStatus(err) == http.StatusNotFound && errorCode(err) != codeNoSuchBucket
}

func isPreconditionFailed(err error) bool {
	return httpStatus(err) == http.StatusPreconditionFailed
}

// isNotOffered reports whether a server has no such call, or does not permit it to us.
func isNotOffered(err error) bool {
	switch httpStatus(err) {
	case http.StatusNotImplemented, http.StatusForbidden, http.StatusMethodNotAllowed:
		return true
	}
	return errorCode(err) == "NotImplemented"
}
