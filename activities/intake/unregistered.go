package intake

import (
	"context"
	"net/http"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/wording"
)

// withErrorLimit bounds the sales with an error that are kept in view.
const withErrorLimit = 5000

// withError brings the sales that failed to register up to date: each is held
// back until a sale with its number is there, or the hub lists it no more. A list
// that cannot be read to its end is noted, and then none is closed: what the poll
// has found counts all the same.
func (t *taking) withError(ctx context.Context, polled *contract.Polled) error {
	var failed []multivende.CheckoutWithError
	trouble := t.hub.CheckoutsWithError(ctx, func(page []multivende.CheckoutWithError) error {
		failed = append(failed, lo.Reject(page, func(c multivende.CheckoutWithError, _ int) bool { return c.Archived || c.ExternalID == "" })...)
		return nil
	})
	if trouble != nil && !ofOneList(trouble) {
		return trouble
	}
	if len(failed) > withErrorLimit {
		polled.Note = strings.TrimSpace(polled.Note + " too many sales failed to register, so not all are shown; repair or archive them at the hub")
		failed = failed[:withErrorLimit]
	}
	listed := map[string]bool{}
	for _, one := range failed {
		listed[intakebook.UnregisteredOrder(one.ConnectionID, one.ExternalID)] = true
		held, err := t.holdUnregistered(ctx, one)
		if err != nil {
			return err
		}
		polled.WithError += lo.Ternary(held, 1, 0)
	}
	if trouble != nil {
		held, err := t.unregistered(ctx)
		polled.WithError = len(held)
		polled.Note = strings.TrimSpace(polled.Note + " the list of sales that failed to register cannot be read; orders held back stay held back: " + contract.CleanReason(trouble.Error()))
		return err
	}
	return t.forgetUnlisted(ctx, listed)
}

// ofOneList says that an error of a list is the hub's with that list alone: not of
// the account, which no other call can use either, nor of our own.
func ofOneList(err error) bool {
	hub := activities.HubError(err)
	switch {
	case hub == nil || hub.Class == multivende.NeedsConsent:
		return false
	case hub.Class == multivende.NotAuthorised:
		return hub.Status == http.StatusForbidden
	}
	return true
}

// holdUnregistered holds a sale back that failed to register, unless it was
// registered since under another id.
func (t *taking) holdUnregistered(ctx context.Context, one multivende.CheckoutWithError) (bool, error) {
	sales, err := intakebook.SalesOfNumber(ctx, t.store, t.merchant, one.ExternalID)
	if err != nil {
		return false, err
	}
	repaired, found := lo.Find(sales, func(s intakebook.NumberedSale) bool { return s.Connection == one.ConnectionID })
	connection, err := t.connections.of(ctx, one.ConnectionID)
	if err != nil {
		return false, err
	}
	record, err := t.changes.Record(ctx, intakebook.UnregisteredOrder(one.ConnectionID, one.ExternalID), func(r *contract.IntakeRecord) {
		switch {
		case found && r.State != "":
			r.State, r.Reason, r.Checkout = contract.IntakeClosed, wording.Reason(contract.WhyRegisteredNow), repaired.Checkout
		case found:
		default:
			if r.State == "" {
				r.FirstSeen = contract.ByPoll
			}
			r.State, r.Reason = contract.IntakeHeldBack, wording.Reason(contract.WhyRegisteringFailed, "said", one.Error)
			r.Number, r.Connection, r.ConnectionName = one.ExternalID, one.ConnectionID, connection.Name
			r.Channel, r.Provider, r.Country = connection.Channel, connection.Provider, connection.Country
			r.UpdatedAt = one.UpdatedAt
		}
	})
	return record.State == contract.IntakeHeldBack, err
}

// forgetUnlisted closes the sales with an error that the hub lists no more.
func (t *taking) forgetUnlisted(ctx context.Context, listed map[string]bool) error {
	held, err := t.unregistered(ctx)
	if err != nil {
		return err
	}
	for _, name := range held {
		if listed[name] {
			continue
		}
		_, err := t.changes.Record(ctx, name, func(r *contract.IntakeRecord) {
			if r.State == contract.IntakeHeldBack {
				r.State, r.Reason = contract.IntakeClosed, wording.Reason(contract.WhyRegisteringUnlisted)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// unregistered are the names of the sales with an error that are held back.
func (t *taking) unregistered(ctx context.Context) ([]string, error) {
	held, err := namesInState(ctx, t.store, t.merchant, contract.IntakeHeldBack)
	return lo.Filter(held, func(name string, _ int) bool { return strings.HasPrefix(name, intakebook.UnregisteredPrefix) }), err
}
