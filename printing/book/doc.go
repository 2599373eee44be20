// Package book keeps what became of each print: records that are claimed before a label is sent, jobs, and
// the log of a day. Begin with [Claim].
//
// It promises that of all who want to print a label one gets it, that nobody gets a label again that is or
// may be on paper unless a person asked for just that, and that what a person said about a print stands.
package book

import (
	"context"

	"github.com/despacho/despacho/storage"
)

// Reader is what reading needs of the label store.
type Reader interface {
	Get(ctx context.Context, key string, value any) error
}

// Store is what the book needs of the label store; a *storage.Store.
type Store interface {
	Get(ctx context.Context, key string, value any) error
	GetTagged(ctx context.Context, key string, value any) (etag string, err error)
	PutIf(ctx context.Context, key string, value any, etag string) (newTag string, err error)
	PutOnce(ctx context.Context, key string, value any) (existed bool, err error)
	List(ctx context.Context, prefix string, each func(storage.Object) error) error
}
