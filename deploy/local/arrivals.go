package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
)

// lookOften is how often the intake is asked how far it is.
const lookOften = 200 * time.Millisecond

// arrival is so many sales that the sandbox is to make; empty members are drawn.
type arrival struct {
	count                    int
	connection, shippingMode string
}

// trackingModes are connections of the sandbox whose channels take a tracking number from the seller,
// in modes with a label and without one.
var trackingModes = []arrival{
	{connection: "dafiti", shippingMode: "Dropshipping"},
	{connection: "mercadolibre", shippingMode: "custom"},
	{connection: "liverpool", shippingMode: "Standard"},
	{connection: "mercadolibre", shippingMode: "me1"},
	{connection: "amazon", shippingMode: "MFN"},
}

// newOrders are so many sales, enough of them of channels that take a tracking number.
func newOrders(count, tracked int) []arrival {
	tracked = min(count, tracked)
	var sales []arrival
	for i, sale := range trackingModes {
		if sale.count = (tracked + i) / len(trackingModes); sale.count > 0 {
			sales = append(sales, sale)
		}
	}
	if count > tracked {
		sales = append(sales, arrival{count: count - tracked})
	}
	return sales
}

// hearOfOrders lets the sandbox sell more, and shows that the intake hears of all of them by webhook.
func (w *workbench) hearOfOrders(ctx context.Context, sales []arrival, out io.Writer) error {
	orders := lo.SumBy(sales, func(a arrival) int { return a.count })
	bounded, cancel := context.WithTimeout(ctx, hearWithin)
	defer cancel()
	before, err := w.intake(bounded)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nThe sandbox sells %d more orders and sends a webhook for each …\n", orders)
	for _, sale := range sales {
		if err := w.tellSandbox(ctx, "sales", map[string]any{
			"count": sale.count, "spread": "1s", "clock": "ours", "life": "plain", "connection": sale.connection, "shipping_mode": sale.shippingMode,
		}); err != nil {
			return err
		}
	}
	for {
		now, err := w.intake(bounded)
		if err != nil {
			return err
		}
		if now.Notifications-before.Notifications >= orders && now.Waiting == 0 {
			fmt.Fprintf(out, "  %d notifications received, all read: starter intake\nWatch it: %s\n",
				now.Notifications-before.Notifications, runPage(w.running, contract.IntakeID(w.from.merchant)))
			return nil
		}
		select {
		case <-bounded.Done():
			return fmt.Errorf("of %d new orders, the intake received %d notifications and has %d left to read: %w", orders, now.Notifications-before.Notifications, now.Waiting, context.Cause(bounded))
		case <-time.After(lookOften):
		}
	}
}

// intake asks the intake how far it is, again where the worker is late.
func (w *workbench) intake(ctx context.Context) (progress contract.IntakeProgress, err error) {
	for {
		answer, err := w.temporal.QueryWorkflow(ctx, contract.IntakeID(w.from.merchant), "", contract.ProgressQuery)
		if err == nil {
			return progress, answer.Get(&progress)
		}
		select {
		case <-ctx.Done():
			return progress, fmt.Errorf("ask the intake: %w", err)
		case <-time.After(lookOften):
		}
	}
}
