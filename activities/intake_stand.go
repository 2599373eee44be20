package activities

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/storage"
)

// standing is what the gate of the runs says of an order, as a state of the intake.
func standing(order books.Order, s sale, connection Connection) (IntakeState, string) {
	order.Named = true
	v := decide(order, s, ReadOrdersInput{Scope: Scope{Connection: connection}})
	switch {
	case v.outcome == books.Cancelled:
		return IntakeCancelled, v.reason
	case connection.ID == "":
		return IntakeUnsupported, "the hub lists no such marketplace connection of this merchant"
	case connection.SkipReason != "":
		return IntakeUnsupported, connection.SkipReason
	}
	switch v.outcome {
	case books.Unsupported:
		return IntakeUnsupported, v.reason
	case books.HeldBack:
		return IntakeHeldBack, v.reason
	case books.Rejected:
		return IntakeEnded, v.reason
	}
	return IntakeWaiting, ""
}

// labelThere says whether an order's label is in the store, and which run has printed it.
type labelThere struct {
	stored  bool
	printed string
}

func (l labelThere) any() bool { return l.stored || l.printed != "" }

func (l labelThere) words() string {
	if l.printed != "" {
		return "printed by run " + l.printed
	}
	return "its label is in the store; the next run prints it"
}

// labelOf looks into the store for an order's label.
func labelOf(ctx context.Context, store *storage.Store, merchant, connection, order string) (labelThere, error) {
	var found labelThere
	var newest time.Time
	prefix := storage.PublishedPrefix(merchant, order)
	err := store.List(ctx, prefix, func(o storage.Object) error {
		if found.printed == "" || o.Modified.After(newest) {
			run, _ := storage.ID(o.Key, prefix, ".json")
			found.printed, newest = cmp.Or(run, "with a long name"), o.Modified
		}
		return nil
	})
	if err != nil || found.printed != "" || connection == "" {
		return found, err
	}
	found.stored, err = store.Exists(ctx, storage.Waiting(merchant, connection, order))
	return found, err
}

// policies say of an order whose label may be had whether it is made now.
type policies struct {
	accounts.Settings
	// now is the hub's time.
	now time.Time
}

// makes says whether the label of a record's order is to be made now; if not, why.
func (p policies) makes(r *IntakeRecord) (bool, string) {
	if ok, why := p.WorksOn(r.Connection); !ok {
		return false, why
	}
	policy := p.PolicyOf(r.Connection)
	switch {
	case !r.Confirmed && policy != accounts.AsOrdersCome:
		return false, waitsFor[policy]
	case !r.Confirmed && p.bindsUnasked(r):
		return false, fmt.Sprintf("waits for a run: on %s asking for a label binds the order. To have it made as orders come: "+
			"starter policy set as-orders-come --connection %s --yes", channels.BySlug(r.Channel).Name, r.Connection)
	case p.now.Before(r.NotBefore):
		return false, r.Reason
	}
	return true, ""
}

// bindsUnasked says that asking for the label now would bind the order, and that nobody has settled it
// for this connection: it may have come after the policy for all.
func (p policies) bindsUnasked(r *IntakeRecord) bool {
	early, _ := channels.BySlug(r.Channel).MakesEarly()
	return !early && !p.MayBindEarly(r.Connection)
}

var waitsFor = map[accounts.Policy]string{
	accounts.ByHand: "waits for a run", accounts.AtHours: "waits for the next run of the schedule",
	accounts.WhenStockConfirmed: "waits until its stock is confirmed",
}

// stand moves the record on to what the gate says, with the label that is there.
func (r *IntakeRecord) stand(state IntakeState, reason string, label labelThere, p policies) {
	was := r.State
	r.Unread = ""
	switch {
	case state == IntakeCancelled && (label.printed != "" || was == IntakeTakeOut):
		r.State, r.Reason = IntakeTakeOut, "it was cancelled after its label was made: take it out of the pile"
		r.Run = either(label.printed, r.Run)
	case state == IntakeCancelled:
		r.State, r.Reason = IntakeCancelled, reason
		r.HadLabel = r.HadLabel || label.stored || was == IntakeTaken || was == IntakeLabelled
	case label.any():
		r.State, r.Reason, r.Run = IntakeLabelled, label.words(), either(label.printed, r.Run)
	case was == IntakeTaken && state != IntakeEnded:
	case state == IntakeWaiting:
		r.wait(p)
	default:
		r.State, r.Reason = state, books.Reason(reason)
	}
}

// wait lets the order wait for its label, or queues it where that is made now.
func (r *IntakeRecord) wait(p policies) {
	makes, why := p.makes(r)
	if makes {
		r.State, r.Reason = IntakeQueued, ""
		return
	}
	r.State, r.Reason = IntakeWaiting, why
}
