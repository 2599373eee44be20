package orders

import (
	"context"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/storage"
)

// firstSeen is how a list begins for the first connection of a run that it showed anything.
type firstSeen struct {
	Connection string   `json:"connection"`
	IDs        []string `json:"ids"`
}

// isShared says whether a list begins for this connection with entries that it has shown another of
// the run: then the hub does not heed the filter.
func (a *Orders) isShared(ctx context.Context, scope activities.Scope, list books.HubList, ids []string) (bool, error) {
	first := firstSeen{Connection: scope.Connection.ID, IDs: ids}
	key := storage.RunOutcome(scope.Merchant, scope.Run, "lists", string(list))
	if _, err := a.Store.PutOnce(ctx, key, &first); err != nil {
		return false, err
	}
	return first.Connection != scope.Connection.ID && lo.Some(first.IDs, ids), nil
}
