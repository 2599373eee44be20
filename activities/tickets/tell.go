package tickets

import (
	"context"
	"fmt"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
)

// tellReady tells those who listen of the labels on a page, before the page is left.
func (a *Documents) tellReady(ctx context.Context, scope activities.Scope, name string, page books.Page) error {
	news := hooks.News{Event: contract.LabelReady, ID: fmt.Sprintf("%s/%s/%d/%s", scope.Run, scope.Connection.ID, scope.Generation, name)}
	for _, entry := range page.Ended {
		if entry.Outcome == contract.Labelled {
			news.Orders = append(news.Orders, hooks.Order{
				ID: entry.Order.ID, Connection: scope.Connection.ID, Channel: scope.Connection.Channel, Batch: hooks.BatchID(scope.Merchant, scope.Run),
			})
		}
	}
	return a.Outbox.Tell(ctx, scope.Merchant, news)
}
