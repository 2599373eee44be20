package desk

import (
	"context"
	"time"

	"github.com/despacho/despacho/storage"
)

const (
	// scansAge is how long scans are kept: whatever a page kept back has been sent again by then.
	scansAge = 30 * 24 * time.Hour
	tidyEach = 24 * time.Hour
	// deletedAtOnce is how many scans are deleted in one call.
	deletedAtOnce = 1000
)

// Run deletes old scans, once a day, until ctx ends.
func (d *Desk) Run(ctx context.Context) {
	for ctx.Err() == nil {
		if err := d.deleteScans(ctx); err != nil && ctx.Err() == nil {
			d.Log.Warn("old scans cannot be deleted", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(tidyEach):
		}
	}
}

func (d *Desk) deleteScans(ctx context.Context) error {
	var old []string
	err := d.Store.List(ctx, storage.ScansPrefix(d.Site), func(o storage.Object) error {
		if d.Now().Sub(o.Modified) > scansAge {
			old = append(old, o.Key)
		}
		if len(old) < deletedAtOnce {
			return nil
		}
		err := d.Store.Delete(ctx, old...)
		old = old[:0]
		return err
	})
	if err != nil {
		return err
	}
	return d.Store.Delete(ctx, old...)
}
