package run

import (
	"cmp"
	"context"
	"text/tabwriter"

	"github.com/despacho/despacho/activities/intake"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/starter/terminal"
)

// pickUpReport is what is known of a merchant's pick-up orders that wait.
type pickUpReport struct {
	Merchant string                  `json:"merchant"`
	Waiting  int                     `json:"waiting"`
	PickUps  []contract.PickUpRecord `json:"pick_ups"`
}

// listPickUps lists the pick-ups of a merchant that wait, those that have waited longest first.
func (c *intakeCommand) listPickUps(ctx context.Context, d desk, merchant string) error {
	vault, err := d.vault(ctx, nil)
	if err != nil {
		return err
	}
	waiting, err := intake.ListPickUps(ctx, vault.Store, merchant)
	if err != nil {
		return err
	}
	report := pickUpReport{Merchant: merchant, Waiting: len(waiting), PickUps: waiting[:min(len(waiting), c.Limit)]}
	if c.JSON {
		return d.printJSON(report)
	}
	return d.printPickUps(report)
}

func (d desk) printPickUps(r pickUpReport) error {
	if r.Waiting == 0 {
		d.print("merchant %s has no waiting pick-ups that its intake knows of", terminal.Plain(r.Merchant))
		return nil
	}
	d.print("merchant %s: %s waiting, the oldest first. To report one: starter status set --pickup --to completed --order <pick-up>\n",
		terminal.Plain(r.Merchant), terminal.Count(r.Waiting, "pick-up"))
	out := tabwriter.NewWriter(d.Out, 0, 0, 2, ' ', 0)
	terminal.WriteCells(out, "pick-up", "code", "order", "connection", "channel", "status", "since")
	for _, p := range r.PickUps {
		terminal.WriteCells(out, terminal.Plain(p.PickUp), terminal.Plain(p.Code), terminal.Plain(p.Number), terminal.Plain(cmp.Or(p.ConnectionName, p.Connection)), terminal.Plain(terminal.ChannelName(p.Channel)),
			terminal.Plain(cmp.Or(string(p.Status), "not said")), terminal.MomentWords(p.Since))
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if left := r.Waiting - len(r.PickUps); left > 0 {
		d.print("and %d more: --limit %d", left, r.Waiting)
	}
	return nil
}
