package orders

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
)

// readOrder is an order with its sale as it was read.
type readOrder struct {
	order books.Order
	sale  Sale
}

// settleAll decides on the orders that were read: only then it is known what no sale of theirs says.
func (r *SaleReader) settleAll(ctx context.Context) error {
	registered := lo.FilterMap(r.read, func(one readOrder, _ int) (Sale, bool) { return one.sale, one.sale.registered })
	payment, verification := membersUnsaid(registered)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(activities.HubParallel)
	for _, one := range r.read {
		group.Go(func() error { return r.settle(ctx, one.order, one.sale.Without(payment, verification)) })
	}
	return group.Wait()
}
