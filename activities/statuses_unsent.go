package activities

import (
	"context"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// unsendable is why an earlier step of the connection's turn found that no status can be sent.
// Statuses after the label belong to no turn: each page of theirs finds it out.
func (in SendStatusesInput) unsendable(ctx context.Context, store *storage.Store) (string, error) {
	if in.Generation == lastGeneration {
		return "", nil
	}
	return in.without(ctx, store, changeStatusRoute)
}

// withoutRoute is why no status can be sent, by the answer to one that was: the order was read
// before, so a path that is not found is another than ours, as is that of the catalogue in which
// the status's id stands.
func (s *statusSender) withoutRoute(err error) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	catalogue := hubError(err) != nil && multivende.RouteOf(err) != changeStatusRoute
	if s.missing == "" && (noSuchRoute(err) || catalogue && forGood(err) && !forbidden(hubError(err))) {
		s.missing = wrongRoute(err)
	}
	return s.missing
}

// unsent is what becomes of an order whose status cannot be sent: where the hub lists its label
// anyway, that is asked for.
func unsent(p *books.Page, order books.Order, connection Connection, reason string) {
	if order.Listed && connection.channel().StatusFirst != "" {
		order.Status, order.Trouble = books.StatusRefused, reason
		p.Ready = append(p.Ready, order)
		return
	}
	endStatus(p, order, connection, books.StatusRefused, books.StatusNotSynced, reason)
}
