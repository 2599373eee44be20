// Package storage has what Temporal's server names of Google's storage client, so that it compiles
// without it. NewClient always fails, and nothing else is reached without a client: see
// stubs/README.md.
package storage

import (
	"context"
	"errors"

	"google.golang.org/api/option"
)

// ScopeFullControl is the scope that the server asks for.
const ScopeFullControl = "https://www.googleapis.com/auth/devstorage.full_control"

// ErrLeftOut is the answer to every call.
var ErrLeftOut = errors.New("this Temporal server is built without Google Cloud Storage; archive to a folder or to S3")

type (
	// Client is never made.
	Client struct{}
	// BucketHandle names a bucket.
	BucketHandle struct{}
	// BucketAttrs is what would be known of a bucket.
	BucketAttrs struct{}
	// ObjectHandle names an object.
	ObjectHandle struct{}
	// ObjectAttrs is what would be known of an object.
	ObjectAttrs struct{ Name string }
	// ObjectIterator lists nothing.
	ObjectIterator struct{}
	// Query chooses objects.
	Query struct{ Prefix string }
	// Reader reads nothing.
	Reader struct{}
	// Writer writes nothing.
	Writer struct{}
)

// NewClient always fails.
func NewClient(context.Context, ...option.ClientOption) (*Client, error) { return nil, ErrLeftOut }

// Bucket returns a handle that fails.
func (*Client) Bucket(string) *BucketHandle { return &BucketHandle{} }

// Object returns a handle that fails.
func (*BucketHandle) Object(string) *ObjectHandle { return &ObjectHandle{} }

// Objects returns an iterator that fails.
func (*BucketHandle) Objects(context.Context, *Query) *ObjectIterator { return &ObjectIterator{} }

// Attrs always fails.
func (*BucketHandle) Attrs(context.Context) (*BucketAttrs, error) { return nil, ErrLeftOut }

// NewWriter returns a writer that fails.
func (*ObjectHandle) NewWriter(context.Context) *Writer { return &Writer{} }

// NewReader always fails.
func (*ObjectHandle) NewReader(context.Context) (*Reader, error) { return nil, ErrLeftOut }

// Attrs always fails.
func (*ObjectHandle) Attrs(context.Context) (*ObjectAttrs, error) { return nil, ErrLeftOut }

// Next always fails.
func (*ObjectIterator) Next() (*ObjectAttrs, error) { return nil, ErrLeftOut }

// Read always fails.
func (*Reader) Read([]byte) (int, error) { return 0, ErrLeftOut }

// Close always fails.
func (*Reader) Close() error { return ErrLeftOut }

// Write always fails.
func (*Writer) Write([]byte) (int, error) { return 0, ErrLeftOut }

// Close always fails.
func (*Writer) Close() error { return ErrLeftOut }

// CloseWithError always fails.
func (*Writer) CloseWithError(error) error { return ErrLeftOut }
