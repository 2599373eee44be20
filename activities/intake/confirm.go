package intake

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

// ConfirmOrdersInput names the orders whose stock a partner confirms: by delivery
// order id, checkout id, or a number of the marketplace; at most ConfirmLimit.
type ConfirmOrdersInput struct {
	Merchant string   `json:"merchant"`
	Orders   []string `json:"orders"`
}

// ConfirmOrders notes that the stock of orders is confirmed and queues their
// labels. Doing it again changes nothing.
func (a *Intake) ConfirmOrders(ctx context.Context, in ConfirmOrdersInput) (contract.ConfirmedOrders, error) {
	if len(in.Orders) > contract.ConfirmLimit {
		return contract.ConfirmedOrders{}, activities.FinalError(contract.ErrorRequest, fmt.Sprintf("the confirmation names %d orders; at most %d are allowed", len(in.Orders), contract.ConfirmLimit))
	}
	t, err := a.taking(ctx, in.Merchant, contract.ByConfirmation)
	if err != nil {
		return contract.ConfirmedOrders{}, err
	}
	answers := make([][]contract.ConfirmedOrder, len(in.Orders))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(activities.HubParallel)
	for i, name := range in.Orders {
		group.Go(func() (err error) {
			answers[i], err = t.confirm(groupCtx, name)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return contract.ConfirmedOrders{}, err
	}
	if err := t.changes.Tidy(ctx); err != nil {
		return contract.ConfirmedOrders{}, err
	}
	queued, err := namesInState(ctx, a.Store, in.Merchant, contract.IntakeQueued)
	return contract.ConfirmedOrders{Orders: lo.Flatten(answers), Queued: len(queued)}, err
}

// confirm finds the delivery orders that a name means and confirms each.
func (t *taking) confirm(ctx context.Context, name string) ([]contract.ConfirmedOrder, error) {
	ids, refusal, err := t.meant(ctx, name)
	if err != nil {
		return nil, err
	}
	if refusal != nil {
		refusal.Order = name
		return []contract.ConfirmedOrder{*refusal}, nil
	}
	var answers []contract.ConfirmedOrder
	for _, id := range ids {
		answer, err := t.confirmOne(ctx, id)
		if err != nil {
			return nil, err
		}
		answer.Order, answer.DeliveryOrder = name, id
		answers = append(answers, answer)
	}
	return answers, nil
}

// meant are the delivery orders that a name means: those that the intake knows
// of, else those that the hub does.
func (t *taking) meant(ctx context.Context, name string) ([]string, *contract.ConfirmedOrder, error) {
	ids, refusal, err := t.known(ctx, name)
	if err != nil || refusal != nil || len(ids) > 0 {
		return ids, refusal, err
	}
	unknown := &contract.ConfirmedOrder{Outcome: contract.ConfirmUnknown, Reason: wording.Reason(contract.WhyIntakeUnknown)}
	if uuid.Validate(name) != nil {
		return nil, unknown, nil
	}
	order, err := t.hub.DeliveryOrder(ctx, name)
	switch {
	case err == nil:
		for _, c := range order.Checkouts {
			if err := t.sale(ctx, c.ID); err != nil {
				return nil, nil, err
			}
		}
	case !activities.NoSuchObject(err) && !activities.NoSuchRoute(err):
		return nil, nil, err
	default:
		if err := t.sale(ctx, name); err != nil {
			return nil, nil, err
		}
	}
	ids, refusal, err = t.known(ctx, name)
	if err == nil && refusal == nil && len(ids) == 0 {
		refusal = unknown
	}
	return ids, refusal, err
}

// known are the delivery orders of a name that the intake knows of.
func (t *taking) known(ctx context.Context, name string) ([]string, *contract.ConfirmedOrder, error) {
	record, err := intakebook.ReadIntakeRecord(ctx, t.store, t.merchant, name)
	switch {
	case err == nil && record.Checkout != "":
		return []string{name}, nil, nil
	case err != nil && !errors.Is(err, storage.ErrNotFound) && !errors.Is(err, storage.ErrKey):
		return nil, nil, err
	}
	sales := []intakebook.NumberedSale{{Checkout: name}}
	numbered, err := intakebook.SalesOfNumber(ctx, t.store, t.merchant, name)
	if err != nil {
		return nil, nil, err
	}
	if len(numbered) > 1 {
		reason := wording.Reason(contract.WhyNameFitsSales, "name", name, "count", strconv.Itoa(len(numbered)))
		return nil, &contract.ConfirmedOrder{Outcome: contract.ConfirmRefused, Reason: reason}, nil
	}
	var ids []string
	for _, one := range append(sales, numbered...) {
		known, err := intakebook.SaleRecord(ctx, t.store, t.merchant, one.Checkout)
		if err != nil {
			return nil, nil, err
		}
		ids = append(ids, lo.FromPtr(known).Orders...)
	}
	return lo.Uniq(ids), nil, nil
}

// confirmOne notes the confirmation in one order's record.
func (t *taking) confirmOne(ctx context.Context, id string) (contract.ConfirmedOrder, error) {
	record, err := t.changes.Record(ctx, id, func(r *contract.IntakeRecord) {
		switch r.State {
		case contract.IntakeWaiting, contract.IntakeQueued:
			r.Confirmed = true
			waitForLabel(r, t.policies)
		case contract.IntakeHeldBack:
			r.Confirmed = true
		case contract.IntakeTaken, contract.IntakeLabelled, contract.IntakeCancelled, contract.IntakeTakeOut, contract.IntakeUnsupported, contract.IntakeEnded, contract.IntakeClosed:
		}
	})
	return confirmationOf(record), err
}

func confirmationOf(r contract.IntakeRecord) contract.ConfirmedOrder {
	switch r.State {
	case contract.IntakeQueued, contract.IntakeTaken, contract.IntakeLabelled, contract.IntakeWaiting:
		return contract.ConfirmedOrder{Outcome: contract.ConfirmAccepted, Reason: r.Reason}
	case contract.IntakeHeldBack:
		return contract.ConfirmedOrder{Outcome: contract.ConfirmHeldBack, Reason: r.Reason}
	case "":
		return contract.ConfirmedOrder{Outcome: contract.ConfirmUnknown, Reason: wording.Reason(contract.WhyIntakeNotYet)}
	case contract.IntakeCancelled, contract.IntakeTakeOut, contract.IntakeUnsupported, contract.IntakeEnded, contract.IntakeClosed:
	}
	return contract.ConfirmedOrder{Outcome: contract.ConfirmRefused, Reason: r.Reason}
}
