// Package publications keeps which run published the labels of an order. [Put] says it, [Newest] reads it.
//
// The first run that publishes an order has a key that is known without its name, so that asking about an
// order that nobody has published, which is what nearly all askers do, costs a read and no list. What further
// runs publish stands beside it under their names.
package publications

import (
	"context"
	"errors"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/storage"
)

// Put says that a run has published an order. It does so once, however often it is called.
func Put(ctx context.Context, store *storage.Store, merchant, order string, publication books.Publication) error {
	first, key := publication, storage.FirstPublication(merchant, order)
	existed, err := store.PutOnce(ctx, key, &first)
	if err != nil || !existed || first.Run == publication.Run {
		return err
	}
	if _, err := store.PutOnce(ctx, storage.PublishedOrder(merchant, order, publication.Run), &publication); err != nil {
		return err
	}
	// The first one must not expire before this one, which is found through it.
	return store.Put(ctx, key, first)
}

// Newest is the publication of an order that is the newest, leaving out that of one run; nil for none.
func Newest(ctx context.Context, store *storage.Store, merchant, order, except string) (*books.Publication, error) {
	var first books.Publication
	err := store.Get(ctx, storage.FirstPublication(merchant, order), &first)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var own string
	if except != "" {
		own = storage.PublishedOrder(merchant, order, except)
	}
	newest, err := storage.Newest(ctx, store, storage.PublishedPrefix(merchant, order), own)
	switch {
	case err != nil:
		return nil, err
	case newest.Key != "":
		var publication books.Publication
		err := store.Get(ctx, newest.Key, &publication)
		return &publication, err
	case first.Run == except:
		return nil, nil
	}
	return &first, nil
}
