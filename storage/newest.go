package storage

import "context"

// Lister lists objects, as a [Store] does.
type Lister interface {
	List(ctx context.Context, prefix string, each func(Object) error) error
}

// Newest is the object under a prefix that was written last, leaving out one key; its key is empty when there is none. Of
// those that were written within the same second, the first in the order of keys counts, whoever asks.
func Newest(ctx context.Context, store Lister, prefix, except string) (newest Object, err error) {
	err = store.List(ctx, prefix, func(o Object) error {
		if o.Key != except && (newest.Key == "" || o.Modified.After(newest.Modified)) {
			newest = o
		}
		return nil
	})
	return newest, err
}
