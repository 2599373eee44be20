package client

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/printing/book"
	"github.com/despacho/despacho/storage"
)

// foundReaders is how many objects are read at a time.
const foundReaders = 16

// ReadFound reads who has the parcels of cancelled orders in hand, by delivery order; nobody has those that
// are missing.
func ReadFound(ctx context.Context, store book.Reader, merchant string, orders []string) (map[string]contract.FoundRecord, error) {
	found := map[string]contract.FoundRecord{}
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(foundReaders)
	for _, order := range orders {
		group.Go(func() error {
			var record contract.FoundRecord
			err := store.Get(ctx, storage.TakeOutFound(merchant, order), &record)
			if errors.Is(err, storage.ErrNotFound) {
				return nil
			}
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			found[order] = record
			return nil
		})
	}
	return found, group.Wait()
}
