package orders

import (
	"cmp"
	"context"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
)

// inLists looks for the names in the lists of available labels, which also
// tell of the orders found by id whether the hub has a label for them. Where the hub shows one list
// for all connections, that is walked once, and the sale of an order says of which it is.
func (s *orderSearch) inLists(ctx context.Context) error {
	seen := map[string]bool{}
	var hits []listedHit
	for _, connection := range s.in.Connections {
		if connection.SkipReason.Words != "" || connection.NoLabels.Words != "" {
			continue
		}
		in := FindOrdersInput{Scope: activities.Scope{Merchant: s.in.Merchant, Connection: connection}, IncludePrinted: s.in.IncludePrinted}
		listing, err := walk(ctx, s.hub, in, func(first []string) (bool, error) {
			return lo.SomeBy(first, func(id string) bool { return seen[id] }), nil
		})
		if err != nil {
			return err
		}
		if len(listing.shared) > 0 {
			s.shared = listing.shared
			break
		}
		for _, order := range listing.orders {
			seen[order.ID] = true
			for _, w := range s.wanted {
				if lo.HasKey(w.found, order.ID) || w.fits(order) {
					hits = append(hits, listedHit{w, order, listing.named[order.ID]})
				}
			}
		}
	}
	return s.takeListed(ctx, hits)
}

// listedHit is a listed order that a name fits; named is the connection that the list tells of it.
type listedHit struct {
	wanted *wantedOrder
	order  books.Order
	named  string
}

// takeListed gives the names the orders that fit them. Under which connection an order is listed counts
// only where neither the list nor, for a list of all connections, its sale names another.
func (s *orderSearch) takeListed(ctx context.Context, hits []listedHit) error {
	owners := newOwners(ctx, s.hub, s.store, s.in.Merchant, s.in.Run)
	for _, hit := range hits {
		w, id := hit.wanted, cmp.Or(hit.named, hit.order.ConnectionID)
		if lo.HasKey(w.found, hit.order.ID) {
			w.take(hit.order)
			continue
		}
		if len(s.shared) > 0 && hit.named == "" {
			if err := owners.learn(ctx, []books.Order{hit.order}, nil); err != nil {
				return err
			}
			id = cmp.Or(owners.of(hit.order).connection, w.Connection)
		}
		switch connection, ok := s.connections[id]; {
		case id == "":
			w.outcome, w.reason = namelessVerdict.Outcome, namelessVerdict.Reason
		case w.Connection != "" && w.Connection != id: // another order of this number
		case !ok:
			w.outcome, w.reason = contract.Rejected, wording.Reason(contract.WhyConnectionNotCovered)
		default:
			hit.order.ConnectionID, hit.order.Channel = connection.ID, connection.Channel
			w.take(hit.order)
		}
	}
	s.forbidden = cmp.Or(s.forbidden, owners.forbidden)
	return nil
}

func (w *wantedOrder) fits(order books.Order) bool {
	if w.Order == order.ID || w.Order == order.Code || w.Order == order.CheckoutID || w.Order == order.CheckoutCode {
		return true
	}
	return lo.Contains(order.References, w.Order) || lo.Contains(order.OtherCheckouts, w.Order)
}
