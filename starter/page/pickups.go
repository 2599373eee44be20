package page

import (
	"cmp"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/starter/terminal"
	"github.com/despacho/despacho/wording"
)

// pickUpsOnPage is how many pick-ups stand on a run's page.
const pickUpsOnPage = 200

// pagePickUp is a pick-up on the page.
type pagePickUp struct{ ID, Code, Order, Connection, Channel, Status, Since string }

func newPagePickUp(r contract.PickUpRecord) pagePickUp {
	return pagePickUp{
		ID: r.PickUp, Code: r.Code, Order: cmp.Or(r.Number, r.Checkout), Connection: cmp.Or(r.ConnectionName, r.Connection),
		Channel: terminal.ChannelName(r.Channel), Status: cmp.Or(wording.Status(r.Status, wording.Spanish), "sin informar"), Since: terminal.MomentWords(r.Since),
	}
}
