package statuses

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

const (
	// walkBack is how far back sales are walked to learn their connections.
	walkBack = 14 * 24 * time.Hour
	// walkShare: a walk may take one call for so many orders that nobody knows, which is far cheaper
	// than a sale read for each.
	walkShare = 5
	// walkLimit bounds the calls of a walk.
	walkLimit = 1000
)

// directory says of which channel a merchant's connections are, and to which of them sales belong.
type directory struct {
	// Channels is the slug of each connection.
	Channels map[string]string `json:"channels"`
	// Sales is the connection of each sale that was walked.
	Sales map[string]string `json:"sales,omitempty"`
}

// learnSales learns the connections of the orders that the store does not know, all at once: the
// connections, and, where that is cheaper than reading each order's sale, one walk of the sales of each.
func (a *StatusChanges) learnSales(ctx context.Context, in OpenStatusChangeInput, open []statusbook.OpenRow) error {
	unknown := lo.CountBy(open, func(o statusbook.OpenRow) bool { return o.Channel == "" && o.Verdict == "" })
	if unknown == 0 {
		return nil
	}
	key := storage.StatusSales(in.Merchant, in.Key)
	if there, err := a.Store.Exists(ctx, key); there || err != nil {
		return err
	}
	hub, err := a.Hubs.Hub(in.Merchant)
	if err != nil {
		return err
	}
	connections, err := hub.Connections(ctx)
	if err != nil {
		return err
	}
	known := directory{Sales: map[string]string{}}
	known.Channels = lo.SliceToMap(connections, func(c multivende.Connection) (string, string) {
		return c.ID, channels.BySlug(c.Provider).Slug
	})
	calls := min(unknown/walkShare, walkLimit)
	if len(connections) > 1 && calls > len(connections) {
		err = walkSales(ctx, hub, connections, calls, known.Sales)
	}
	if err != nil && !isSpared(err) {
		return err
	}
	_, err = a.Store.PutOnce(ctx, key, &known)
	return err
}

// isSpared says whether the walk, which only saves calls, is done without: the hub gives no such list.
func isSpared(err error) bool {
	hub := activities.HubError(err)
	return hub != nil && hub.Class != multivende.NeedsConsent && hub.Status != http.StatusUnauthorized
}

// walkSales notes the connection of each sale that changed lately, with at most so many calls. Where
// the list turns out to be that of all connections alike, or one list alone could be seen, nothing is
// noted: each order's own sale tells.
func walkSales(ctx context.Context, hub *multivende.Client, connections []multivende.Connection, calls int, sales map[string]string) error {
	since := hub.Clock().Now().Add(-walkBack)
	seen := 0 // lists that held anything
	for _, connection := range connections {
		query := multivende.CheckoutsLightQuery{ConnectionID: connection.ID, UpdatedFrom: since}
		calls-- // a list has a page even when it is empty
		begins := true
		err := hub.CheckoutsLight(ctx, query, func(page []multivende.CheckoutLight) error {
			if begins && lo.SomeBy(page, func(sale multivende.CheckoutLight) bool { return sales[sale.ID] != "" }) {
				return activities.ErrShared
			}
			seen += lo.Ternary(begins && len(page) > 0, 1, 0)
			begins = false
			for _, sale := range page {
				named := cmp.Or(sale.ConnectionID, connection.ID)
				if before, listed := sales[sale.ID]; listed && before != named {
					named = "" // the hub lists it under both: nobody can tell
				}
				sales[sale.ID] = named
			}
			if calls--; calls < 0 {
				return activities.ErrEnough
			}
			return nil
		})
		if errors.Is(err, activities.ErrEnough) || errors.Is(err, activities.ErrShared) {
			if errors.Is(err, activities.ErrShared) || seen < 2 {
				clear(sales)
			}
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ofOrder is the connection and channel of an order by what the hub says of it; empty when that is not enough.
func (d directory) ofOrder(seen reading) (connection, channel string) {
	if channel, known := d.Channels[seen.connection]; known {
		return seen.connection, channel
	}
	for _, sale := range seen.sales {
		if connection := d.Sales[sale]; connection != "" {
			return connection, d.Channels[connection]
		}
	}
	if len(d.Channels) == 1 {
		for connection, channel := range d.Channels {
			return connection, channel
		}
	}
	return "", ""
}

// ofSale is the same by the order's sale.
func (d directory) ofSale(sale multivende.Checkout) (connection, channel string) {
	if channel, known := d.Channels[sale.ConnectionID]; known {
		return sale.ConnectionID, channel
	}
	return sale.ConnectionID, channels.BySlug(sale.Origin).Slug
}
