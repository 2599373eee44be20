package run

import (
	"context"
	"text/tabwriter"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/starter/terminal"
)

type confirmCommand struct {
	Order      []string `sep:"none" placeholder:"ID" help:"Order whose stock is confirmed: delivery order id, checkout id, or the marketplace's number; can be repeated."`
	OrdersFile string   `placeholder:"FILE" help:"The orders of this file: CSV or XLSX with a header, or a JSON array; column order."`
	JSON       bool     `name:"json" help:"Print the answers as JSON on stdout."`
}

// confirmReport is the answer to a confirmation.
type confirmReport struct {
	Merchant string                          `json:"merchant"`
	Outcomes map[contract.ConfirmOutcome]int `json:"outcomes"`
	Orders   []contract.ConfirmedOrder       `json:"orders"`
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
	report := confirmReport{Merchant: merchant, Outcomes: map[contract.ConfirmOutcome]int{}, Orders: []contract.ConfirmedOrder{}}
	names := lo.Uniq(lo.Map(orders, func(o contract.OrderReference, _ int) string { return o.Order }))
	for _, some := range lo.Chunk(names, contract.ConfirmLimit) {
		confirmed, err := intakes.Confirm(ctx, merchant, contract.ConfirmRequest{Orders: some})
		if err != nil {
			d.say("%d of %s were confirmed before this; doing it again is safe", len(report.Orders), terminal.Count(len(names), "order"))
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
	if report.Outcomes[contract.ConfirmAccepted] < len(report.Orders) {
		return exitCode(ExitIncomplete)
	}
	return nil
}

func (c *confirmCommand) print(d desk, report confirmReport) error {
	if c.JSON {
		return d.printJSON(report)
	}
	out := tabwriter.NewWriter(d.Out, 0, 0, 2, ' ', 0)
	terminal.WriteCells(out, "order", "delivery order", "outcome", "reason")
	for _, o := range report.Orders {
		terminal.WriteCells(out, terminal.Plain(o.Order), terminal.Plain(o.DeliveryOrder), string(o.Outcome), terminal.Plain(o.Reason.Words))
	}
	return out.Flush()
}
