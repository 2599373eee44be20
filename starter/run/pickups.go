package run

import (
	"context"
	"text/tabwriter"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/channels"
)

// pickUpReport is what is known of a merchant's pick-up orders that wait.
type pickUpReport struct {
	Merchant string                    `json:"merchant"`
	Waiting  int                       `json:"waiting"`
	PickUps  []activities.PickUpRecord `json:"pick_ups"`
}

// listPickUps lists the pick-ups of a merchant that wait, those that have waited longest first.
func (c *intakeCommand) listPickUps(ctx context.Context, d desk, merchant string) error {
	vault, err := d.vault(ctx, nil)
	if err != nil {
		return err
	}
	waiting, err := activities.ListPickUps(ctx, vault.Store, merchant)
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
		d.print("merchant %s has no pick-ups waiting, as far as its intake has heard", plain(r.Merchant))
		return nil
	}
	d.print("merchant %s: %s waiting, the oldest first. To report one: starter status set --pickup --to completed --order <pick-up>\n",
		plain(r.Merchant), count(r.Waiting, "pick-up"))
	out := tabwriter.NewWriter(d.Out, 0, 0, 2, ' ', 0)
	writeCells(out, "pick-up", "code", "order", "connection", "channel", "status", "since")
	for _, p := range r.PickUps {
		writeCells(out, plain(p.PickUp), plain(p.Code), plain(p.Number), plain(orDefault(p.ConnectionName, p.Connection)), plain(channelName(p.Channel)),
			plain(orDefault(string(p.Status), "not said")), momentWords(p.Since))
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if left := r.Waiting - len(r.PickUps); left > 0 {
		d.print("and %d more: --limit %d", left, r.Waiting)
	}
	return nil
}

// pickUpsOnPage is how many pick-ups stand on a run's page.
const pickUpsOnPage = 200

// pagePickUp is a pick-up on the page.
type pagePickUp struct{ ID, Code, Order, Connection, Channel, Status, Since string }

// pickUpWords say in Spanish where a pick-up stands.
var pickUpWords = map[channels.Status]string{
	"":                       "sin informar",
	channels.Pending:         "pendiente de preparar",
	channels.ReceivedByStore: "en la tienda: espera a quien lo retira",
}

func newPagePickUp(r activities.PickUpRecord) pagePickUp {
	return pagePickUp{
		ID: r.PickUp, Code: r.Code, Order: orDefault(r.Number, r.Checkout), Connection: orDefault(r.ConnectionName, r.Connection),
		Channel: channelName(r.Channel), Status: orDefault(pickUpWords[r.Status], string(r.Status)), Since: momentWords(r.Since),
	}
}
