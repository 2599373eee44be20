package intake

import (
	"cmp"
	"context"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/activities/publications"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

// standing is what the gate of the runs says of an order, as a state of the intake.
func standing(order books.Order, s orders.Sale, connection activities.Connection) (contract.IntakeOrderState, contract.Reason) {
	order.Named = true
	v := orders.DecideAtGate(order, s, orders.ReadOrdersInput{Scope: activities.Scope{Connection: connection}})
	switch {
	case v.Outcome == contract.Cancelled:
		return contract.IntakeCancelled, v.Reason
	case connection.ID == "":
		return contract.IntakeUnsupported, wording.Reason(contract.WhyIntakeNoConnection)
	case connection.SkipReason.Words != "":
		return contract.IntakeUnsupported, contract.Reason(connection.SkipReason)
	}
	switch v.Outcome {
	case contract.Unsupported:
		return contract.IntakeUnsupported, v.Reason
	case contract.HeldBack:
		return contract.IntakeHeldBack, v.Reason
	case contract.Rejected:
		return contract.IntakeEnded, v.Reason
	case contract.Labelled, contract.AlreadyPrinted, contract.NotReady, contract.Cancelled, contract.StatusNotSynced, contract.UnknownOrder,
		contract.CorruptLabel, contract.NotAuthorised, contract.GaveUp:
	}
	return contract.IntakeWaiting, contract.Reason{}
}

// labelThere says whether an order's label is in the store, and which run has printed it.
type labelThere struct {
	stored  bool
	printed string
}

func (l labelThere) any() bool { return l.stored || l.printed != "" }

func (l labelThere) reason() contract.Reason {
	if l.printed != "" {
		return wording.Reason(contract.WhyPrintedByRun, "run", l.printed)
	}
	return wording.Reason(contract.WhyLabelInStore)
}

// labelOf looks into the store for an order's label.
func labelOf(ctx context.Context, store *storage.Store, merchant, connection, order string) (labelThere, error) {
	publication, err := publications.Newest(ctx, store, merchant, order, "")
	if err != nil || publication != nil {
		return labelThere{printed: lo.FromPtr(publication).Run}, err
	}
	if connection == "" {
		return labelThere{}, nil
	}
	stored, err := store.Exists(ctx, storage.WaitingLabel(merchant, connection, order))
	return labelThere{stored: stored}, err
}

// storedLabels are the keys of the labels of some connections that wait in the store: one list of each connection.
func storedLabels(ctx context.Context, store *storage.Store, merchant string, connections []string) (map[string]bool, error) {
	stored := map[string]bool{}
	for _, connection := range lo.Uniq(lo.Compact(connections)) {
		err := store.List(ctx, storage.WaitingPrefix(merchant, connection), func(o storage.Object) error {
			stored[o.Key] = true
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return stored, nil
}

// policies say of an order whose label may be had whether it is made now.
type policies struct {
	accounts.Settings
	// now is the hub's time.
	now time.Time
}

// makes says whether the label of a record's order is to be made now; if not, why.
func (p policies) makes(r *contract.IntakeRecord) (bool, contract.Reason) {
	if ok, why := p.WorksOn(r.Connection); !ok {
		return false, why
	}
	policy := p.PolicyOf(r.Connection)
	switch {
	case !r.Confirmed && policy != accounts.AsOrdersCome:
		return false, wording.Reason(waitsFor[policy])
	case !r.Confirmed && p.bindsUnasked(r):
		return false, wording.Reason(contract.WhyWaitsAsBinding, "channel", channels.BySlug(r.Channel).Name,
			"setting", "starter policy set as-orders-come --connection "+r.Connection+" --yes")
	case p.now.Before(r.NotBefore):
		return false, r.Reason
	}
	return true, contract.Reason{}
}

// bindsUnasked says that asking for the label now would bind the order, and that nobody has settled it
// for this connection: it may have come after the policy for all.
func (p policies) bindsUnasked(r *contract.IntakeRecord) bool {
	early, _ := channels.BySlug(r.Channel).MakesEarly()
	return !early && !p.MayBindEarly(r.Connection)
}

var waitsFor = map[accounts.Policy]contract.ReasonCode{
	accounts.ByHand: contract.WhyWaitsForRun, accounts.AtHours: contract.WhyWaitsForSchedule,
	accounts.WhenStockConfirmed: contract.WhyWaitsForStock,
}

// moveOn moves the record on to what the gate says, with the label that is there.
func moveOn(r *contract.IntakeRecord, state contract.IntakeOrderState, reason contract.Reason, label labelThere, p policies) {
	was := r.State
	r.Unread = ""
	switch {
	case state == contract.IntakeCancelled && (label.printed != "" || was == contract.IntakeTakeOut):
		r.State, r.Reason = contract.IntakeTakeOut, wording.Reason(contract.WhyTakeOut)
		r.Run = cmp.Or(label.printed, r.Run)
	case state == contract.IntakeCancelled:
		r.State, r.Reason = contract.IntakeCancelled, reason
		r.HadLabel = r.HadLabel || label.stored || was == contract.IntakeTaken || was == contract.IntakeLabelled
	case label.any():
		r.State, r.Reason, r.Run = contract.IntakeLabelled, label.reason(), cmp.Or(label.printed, r.Run)
	case was == contract.IntakeTaken && state != contract.IntakeEnded:
	case state == contract.IntakeWaiting:
		waitForLabel(r, p)
	default:
		r.State, r.Reason = state, reason
	}
}

// waitForLabel lets the order wait for its label, or queues it where that is made now.
func waitForLabel(r *contract.IntakeRecord, p policies) {
	makes, why := p.makes(r)
	if makes {
		r.State, r.Reason = contract.IntakeQueued, contract.Reason{}
		return
	}
	r.State, r.Reason = contract.IntakeWaiting, why
}
