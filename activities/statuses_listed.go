package activities

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende"
)

// listedPages bounds how much of the list of available labels one look at statuses walks.
const listedPages = 4

// mute says that the order has the status, and that the hub shows no link that could tell of the channel.
func (r statusReading) mute() bool { return r.sent && r.linkless && !r.settled() }

// listedAmong returns the places of the unsettled orders whose labels the hub lists. Where it shows no
// links, that tells: a channel that wants a status first has its labels listed only once it has it.
func listedAmong(ctx context.Context, hub *multivende.Client, connection Connection, readings []statusReading) ([]int, error) {
	place := map[string]int{}
	for i, r := range readings {
		if !r.settled() {
			place[r.order.ID] = i
		}
	}
	var listed []int
	pages := 0
	err := hub.AvailableLabels(ctx, multivende.AvailableLabelsQuery{ConnectionID: connection.ID}, func(entries []multivende.DeliveryOrder) error {
		for _, entry := range entries {
			if i, waits := place[entry.ID]; waits {
				listed = append(listed, i)
				delete(place, entry.ID)
			}
		}
		if pages++; pages == listedPages || len(place) == 0 {
			return errEnough
		}
		return nil
	})
	return listed, lo.Ternary(errors.Is(err, errEnough), nil, err)
}

// unproven lets an order on to its label whose status no link proves, and says so of it.
func (r statusReading) unproven(page *books.Page, to channels.Status) {
	order := r.order
	order.Status, order.Listed = books.StatusLate, order.Listed || r.listed
	remark := fmt.Sprintf("the hub lists its label, and does not show whether %s reached the channel", to)
	if !r.listed {
		remark = fmt.Sprintf("%s was sent %d times, and the hub does not show whether it reached the channel; its label was asked for all the same", to, order.Sends)
	}
	order.Remark = books.Reason(strings.TrimPrefix(order.Remark+"; "+remark, "; "))
	page.Ready = append(page.Ready, order)
}
