package intake

import (
	"context"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/wording"
)

// sale reads a sale, once in a step, and settles each of its delivery orders.
func (t *taking) sale(ctx context.Context, id string) error {
	t.mu.Lock()
	seen := t.seen[id]
	t.seen[id] = true
	known, judged := t.sales[id]
	t.mu.Unlock()
	if seen {
		return nil
	}
	free, waited, err := t.recalled.hold(ctx, t.merchant+"/"+id)
	if err != nil {
		return err
	}
	defer free()
	if !judged || waited {
		if known.sale, known.etag, err = intakebook.TaggedSale(ctx, t.store, t.merchant, id); err != nil {
			return err
		}
	}
	checkout, err := t.hub.Checkout(ctx, id)
	if err != nil {
		if err := t.unread(ctx, CheckoutNotification+"/"+id, lo.FromPtr(known.sale).Orders, err); err != nil || known.sale == nil {
			return err
		}
		known.sale.ReadAt = t.now.UTC()
		return intakebook.KeepSale(ctx, t.store, t.merchant, id, *known.sale, known.etag)
	}
	connection, err := t.connections.of(ctx, checkout.ConnectionID)
	if err != nil {
		return err
	}
	for _, delivery := range checkout.DeliveryOrders {
		if err := t.settle(ctx, checkout, delivery, connection); err != nil {
			return err
		}
	}
	if err := t.keepPickUps(ctx, checkout, connection); err != nil {
		return err
	}
	return t.note(ctx, known.sale, known.etag, checkout, connection)
}

// note remembers the sale as it was read, last: a sale whose step was killed is read again.
func (t *taking) note(ctx context.Context, known *intakebook.IntakeSale, etag string, c multivende.Checkout, connection activities.Connection) error {
	if known == nil || known.Connection != c.ConnectionID {
		if err := t.repaired(ctx, c); err != nil {
			return err
		}
		if err := intakebook.NoteNumbers(ctx, t.store, t.merchant, c); err != nil {
			return err
		}
	}
	early := connection.ID == ""
	if early && t.now.Sub(c.SoldAt) < earlyFor {
		if err := t.readLater(ctx, c.ID); err != nil {
			return err
		}
	}
	if t.isJustRead(known, c) {
		return nil
	}
	orders := lo.Map(c.DeliveryOrders, func(d multivende.DeliveryOrder, _ int) string { return d.ID })
	read := intakebook.IntakeSale{UpdatedAt: c.UpdatedAt, Connection: c.ConnectionID, Early: early, Orders: orders, ReadAt: t.now.UTC()}
	read.NamesIn(c, known)
	wanted, err := t.wantsNames(ctx)
	if err != nil {
		return err
	}
	if wanted {
		if err := intakebook.NoteNames(ctx, t.store, t.merchant, known, c); err != nil {
			return err
		}
		read.Named = true
	}
	if err := intakebook.KeepSale(ctx, t.store, t.merchant, c.ID, read, etag); err != nil {
		return err
	}
	if !early && !c.UpdatedAt.IsZero() {
		t.recalled.keepRead(t.merchant+"/"+c.ID, c.UpdatedAt)
	}
	return nil
}

// justRead is for how long, in the hub's time, a sale need not be noted again that is as it was.
const justRead = time.Minute

// isJustRead says that another step has noted the sale as it is, a moment ago.
func (t *taking) isJustRead(known *intakebook.IntakeSale, c multivende.Checkout) bool {
	return known.AsItWas(c.UpdatedAt) && known.Connection == c.ConnectionID && t.now.Sub(known.ReadAt) < justRead
}

// repaired closes what stood in the sale's place while it could not be registered or read.
func (t *taking) repaired(ctx context.Context, c multivende.Checkout) error {
	for _, name := range []string{intakebook.UnregisteredOrder(c.ConnectionID, c.ExternalID), c.ID} {
		_, err := t.changes.Record(ctx, name, func(r *contract.IntakeRecord) {
			if r.State == contract.IntakeHeldBack || r.State == contract.IntakeClosed {
				r.State, r.Reason, r.Checkout, r.Unread = contract.IntakeClosed, wording.Reason(contract.WhyRegisteredNow), c.ID, ""
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}
