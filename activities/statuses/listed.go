package statuses

import (
	"context"
	"errors"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/multivende"
)

// listedPages bounds how much of the list of available labels one look at statuses walks.
const listedPages = 4

// listedAmong returns the places of the unsettled orders whose labels the hub lists. Where it shows no
// links, that tells: a channel that wants a status first has its labels listed only once it has it.
func listedAmong(ctx context.Context, hub *multivende.Client, connection activities.Connection, findings []finding) ([]int, error) {
	place := map[string]int{}
	for i, f := range findings {
		if !f.settled() {
			place[f.order.ID] = i
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
			return activities.ErrEnough
		}
		return nil
	})
	return listed, lo.Ternary(errors.Is(err, activities.ErrEnough), nil, err)
}
