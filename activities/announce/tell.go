package announce

import (
	"context"
	"fmt"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
)

// tellVerified tells partners' webhooks of the orders of a page whose status has reached its channel.
func (a *Announcements) tellVerified(ctx context.Context, in AnnouncedPageInput, page books.Page) error {
	news := hooks.News{
		Event: contract.StatusVerified, ID: fmt.Sprintf("run/%s/%s/%d/%s", in.Run, in.Connection.ID, in.Generation, in.Page), At: in.At,
	}
	for _, entry := range page.Ended {
		if entry.Status == contract.StatusSynced {
			news.Orders = append(news.Orders, hooks.Order{
				ID: entry.Order.ID, Connection: in.Connection.ID, Channel: in.Connection.Channel, Batch: hooks.BatchID(in.Merchant, in.Run),
				Status: string(in.Status), Outcome: string(contract.StatusSynced),
			})
		}
	}
	return a.Outbox.Tell(ctx, in.Merchant, news)
}
