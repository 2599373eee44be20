package storage

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
)

// Request is one request to the server that has ended. Each try of the SDK is one.
type Request struct {
	Operation string // as S3 calls it, such as GetObject
	Class     RequestClass
	// Kind is the kind of object, the first segment of its key or prefix; empty for requests about the bucket.
	Kind string
	// Took is the time until the answer's head; reading an object takes longer.
	Took time.Duration
}

// RequestClass says how a request ended.
type RequestClass string

// The classes of requests.
const (
	RequestOK           RequestClass = "ok"
	RequestMissing      RequestClass = "missing"      // there is no such object
	RequestPrecondition RequestClass = "precondition" // somebody else was first: conditional writes
	RequestDenied       RequestClass = "denied"       // credentials or permissions
	RequestSlowDown     RequestClass = "slow_down"    // the server wants fewer requests
	RequestServer       RequestClass = "server"       // any other 5xx, or the store is full
	RequestNetwork      RequestClass = "network"      // no answer
	RequestOther        RequestClass = "other"        // any other 4xx, a missing bucket, or the caller gave up
)

// RequestClasses lists the classes of requests.
func RequestClasses() []RequestClass {
	return []RequestClass{RequestOK, RequestMissing, RequestPrecondition, RequestDenied, RequestSlowDown, RequestServer, RequestNetwork, RequestOther}
}

// Observed returns the same store whose requests are reported to a function, with the context of whoever made
// them. It must not block.
func (s *Store) Observed(observe func(context.Context, Request)) *Store {
	client := s3.New(s.client.Options(), func(options *s3.Options) {
		options.APIOptions = append(slices.Clone(options.APIOptions), func(stack *middleware.Stack) error {
			return addObserver(stack, observe)
		})
	})
	observed := &Store{
		client: client, transfer: newTransfer(client), links: s.links,
		bucket: s.bucket, region: s.region, host: s.host, tempDir: s.tempDir, ages: s.ages,
	}
	observed.expiryNoted.Store(s.expiryNoted.Load())
	return observed
}

// addObserver reports each try behind the SDK's retries; the kind is known before, from what the caller asks for.
func addObserver(stack *middleware.Stack, observe func(context.Context, Request)) error {
	kind := middleware.InitializeMiddlewareFunc("DespachoKind", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		return next.HandleInitialize(context.WithValue(ctx, kindKey{}, kindOf(in.Parameters)), in)
	})
	tries := middleware.FinalizeMiddlewareFunc("DespachoRequest", func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
		began := time.Now()
		out, metadata, err := next.HandleFinalize(ctx, in)
		kind, _ := ctx.Value(kindKey{}).(string)
		observe(ctx, Request{Operation: awsmiddleware.GetOperationName(ctx), Class: classOf(err), Kind: kind, Took: time.Since(began)})
		return out, metadata, err
	})
	return errors.Join(stack.Initialize.Add(kind, middleware.After), stack.Finalize.Insert(tries, "Retry", middleware.After))
}

type kindKey struct{}

// kindOf is the kind of object that a request is about.
func kindOf(parameters any) string {
	var key *string
	switch in := parameters.(type) {
	case *s3.GetObjectInput:
		key = in.Key
	case *s3.HeadObjectInput:
		key = in.Key
	case *s3.PutObjectInput:
		key = in.Key
	case *s3.ListObjectsV2Input:
		key = in.Prefix
	case *s3.DeleteObjectsInput:
		if in.Delete != nil && len(in.Delete.Objects) > 0 {
			key = in.Delete.Objects[0].Key
		}
	case *s3.CreateMultipartUploadInput:
		key = in.Key
	case *s3.UploadPartInput:
		key = in.Key
	case *s3.CompleteMultipartUploadInput:
		key = in.Key
	case *s3.AbortMultipartUploadInput:
		key = in.Key
	}
	kind, _, _ := strings.Cut(aws.ToString(key), "/")
	if !slices.Contains(kinds, kind) {
		return ""
	}
	return kind
}

func classOf(err error) RequestClass {
	status := httpStatus(err)
	switch {
	case err == nil:
		return RequestOK
	case isNotFound(err):
		return RequestMissing
	case isPreconditionFailed(err), status == http.StatusNotModified, slices.Contains(codesOfACollision, errorCode(err)):
		return RequestPrecondition
	case IsFull(err):
		return RequestServer
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return RequestDenied
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		return RequestSlowDown
	case status >= http.StatusInternalServerError:
		return RequestServer
	case status == 0 && !errors.Is(err, context.Canceled) && !isAPIError(err):
		return RequestNetwork
	}
	return RequestOther
}
