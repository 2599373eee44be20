package board

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// readLog reads the pages of the log of prints that are new, from the day of the oldest run in view.
func (b *Board) readLog(ctx context.Context) error {
	var fresh []storage.Object
	listed := map[string]bool{}
	for _, day := range b.logDays() {
		for _, merchant := range b.InView() {
			err := b.Store.List(ctx, storage.PrintsOfDayPrefix(merchant.ID, day), func(o storage.Object) error {
				listed[o.Key] = true
				if known, there := b.caches.pages[o.Key]; !there || known != o {
					fresh = append(fresh, o)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	maps.DeleteFunc(b.caches.pages, func(key string, _ storage.Object) bool { return !listed[key] })
	var mu sync.Mutex
	var pages []contract.PrintPage
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(storeParallel)
	for _, object := range fresh {
		group.Go(func() error {
			var page contract.PrintPage
			err := b.Store.Get(ctx, object.Key, &page)
			if errors.Is(err, storage.ErrNotFound) {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				pages = append(pages, page)
				b.caches.pages[object.Key] = object
			}
			return err
		})
	}
	err := group.Wait()
	b.change(func(m *model) bool {
		news := false
		for _, page := range pages {
			for _, e := range page.Labels {
				news = m.note(page.Merchant, e) || news
			}
		}
		return news
	})
	return err
}

// logDays are the days whose log may hold prints of labels in view, the oldest first.
func (b *Board) logDays() []time.Time {
	today := b.Now().UTC()
	var days []time.Time
	for n := b.Days; n >= 0; n-- {
		days = append(days, today.AddDate(0, 0, -n))
	}
	return days
}
