package run

import (
	"context"
	"text/tabwriter"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/workflows"
)

type confirmCommand struct {
	Order      []string `sep:"none" placeholder:"ID" help:"The stock of this order is confirmed: delivery order id, checkout id, or a number of the marketplace; can be repeated."`
	OrdersFile string   `placeholder:"FILE" help:"The orders of this file: CSV or XLSX with a header, or a JSON array; column order."`
	JSON       bool     `name:"json" help:"Print the answers as JSON on stdout."`
}

// confirmReport is the answer to a confirmation.
type confirmReport struct {
	Merchant string                            `json:"merchant"`
	Outcomes map[activities.ConfirmOutcome]int `json:"outcomes"`
	Orders   []activities.ConfirmedOrder       `json:"orders"`
}

// Run confirms the stock of orders: their labels are made at once in the background.
func (c *confirmCommand) Run(ctx context.Context, d desk) error {
	merchant, err := d.someMerchant()
	if err != nil {
		return err
	}
	orders, err := (&runCommand{Order: c.Order, OrdersFile: c.OrdersFile}).orders(d)
	if err != nil {
		return err
	}
	if len(orders) == 0 {
		return usageProblem("give --order ID or --orders-file FILE", "no order is named")
	}
	intakes, err := d.Intakes(ctx)
	if err != nil {
		return err
	}
	report := confirmReport{Merchant: merchant, Outcomes: map[activities.ConfirmOutcome]int{}, Orders: []activities.ConfirmedOrder{}}
	names := lo.Uniq(lo.Map(orders, func(o activities.OrderReference, _ int) string { return o.Order }))
	for _, some := range lo.Chunk(names, activities.ConfirmLimit) {
		confirmed, err := intakes.Confirm(ctx, merchant, workflows.ConfirmRequest{Orders: some})
		if err != nil {
			d.say("%d of %s were confirmed before this; doing it again is safe", len(report.Orders), count(len(names), "order"))
			return err
		}
		report.Orders = append(report.Orders, confirmed.Orders...)
	}
	for _, o := range report.Orders {
		report.Outcomes[o.Outcome]++
	}
	if err := c.print(d, report); err != nil {
		return err
	}
	if report.Outcomes[activities.ConfirmAccepted] < len(report.Orders) {
		return exitCode(ExitIncomplete)
	}
	return nil
}

func (c *confirmCommand) print(d desk, report confirmReport) error {
	if c.JSON {
		return d.printJSON(report)
	}
	out := tabwriter.NewWriter(d.Out, 0, 0, 2, ' ', 0)
	writeCells(out, "order", "delivery order", "outcome", "reason")
	for _, o := range report.Orders {
		writeCells(out, plain(o.Order), plain(o.DeliveryOrder), string(o.Outcome), plain(o.Reason))
	}
	return out.Flush()
}
