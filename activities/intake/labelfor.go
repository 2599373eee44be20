package intake

import (
	"context"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// freshSale is how long after a sale, in the hub's time, no run before the intake can have published it unknown to
// the next look: looks keep the names of published orders for longer.
const freshSale = time.Hour

// labelFor finds out about an order's label what its record needs to know. The next look is
// told of labels that runs publish.
func (t *taking) labelFor(ctx context.Context, r *contract.IntakeRecord, state contract.IntakeOrderState, connection, order string, c multivende.Checkout) (labelThere, error) {
	came := lo.Latest(c.SoldAt, c.CreatedAt)
	switch {
	case r.State == contract.IntakeLabelled && r.Reason.Code == contract.WhyPrintedByRun:
		return labelThere{printed: r.Run}, nil // a publication stays
	case state != contract.IntakeWaiting && state != contract.IntakeHeldBack && state != contract.IntakeUnsupported:
		return labelOf(ctx, t.store, t.merchant, connection, order)
	case r.State == "" && (came.IsZero() || t.now.Sub(came) > freshSale):
		return labelOf(ctx, t.store, t.merchant, connection, order)
	case connection == "" || state != contract.IntakeWaiting && r.State != contract.IntakeLabelled:
		return labelThere{}, nil
	}
	stored, err := t.store.Exists(ctx, storage.WaitingLabel(t.merchant, connection, order))
	if err != nil || stored || r.State != contract.IntakeLabelled {
		return labelThere{stored: stored}, err
	}
	return labelOf(ctx, t.store, t.merchant, connection, order)
}
