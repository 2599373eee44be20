package printing

import (
	"context"
	"fmt"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
)

// tellPrinted tells those who listen of the labels of a page that are on paper, before the page is put.
func (p *Printing) tellPrinted(ctx context.Context, page contract.PrintPage) error {
	news := hooks.News{Event: contract.LabelPrinted, ID: fmt.Sprintf("%s/%d", page.Job, page.Page)}
	for _, event := range page.Labels {
		if event.State.IsOnPaper() {
			order := hooks.Order{ID: event.Order}
			if event.Run != "" {
				order.Batch = hooks.BatchID(page.Merchant, event.Run)
			}
			news.Orders = append(news.Orders, order)
		}
	}
	return p.Outbox.Tell(ctx, page.Merchant, news)
}
