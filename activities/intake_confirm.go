package activities

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/samber/lo"

	"github.com/despacho/despacho/storage"
)

// ConfirmLimit is how many orders one confirmation may name.
const ConfirmLimit = 100

// ConfirmOutcome says what a confirmation of an order's stock came to.
type ConfirmOutcome string

// The outcomes of a confirmation.
const (
	// ConfirmAccepted: its label is made now, or was made before.
	ConfirmAccepted ConfirmOutcome = "accepted"
	// ConfirmHeldBack: noted; its label is made as soon as the gate lets it pass.
	ConfirmHeldBack ConfirmOutcome = "held_back"
	// ConfirmUnknown: neither the intake nor the hub knows it.
	ConfirmUnknown ConfirmOutcome = "unknown_order"
	// ConfirmRefused: it can have no label any more, or the name fits several sales.
	ConfirmRefused ConfirmOutcome = "refused"
)

// ConfirmOrdersInput names the orders whose stock a partner confirms: by delivery
// order id, checkout id, or a number of the marketplace; at most ConfirmLimit.
type ConfirmOrdersInput struct {
	Merchant string   `json:"merchant"`
	Orders   []string `json:"orders"`
}

// ConfirmedOrder is the answer for one delivery order; a name that leads to none has one too.
type ConfirmedOrder struct {
	// Order is the name as it was given, DeliveryOrder what it led to.
	Order         string         `json:"order"`
	DeliveryOrder string         `json:"delivery_order_id,omitempty"`
	Outcome       ConfirmOutcome `json:"outcome"`
	Reason        string         `json:"reason,omitempty"`
}

// ConfirmedOrders are the answers, in the order of the question.
type ConfirmedOrders struct {
	Orders []ConfirmedOrder `json:"orders"`
	// Queued are those whose label is to be made now.
	Queued int `json:"queued,omitempty"`
}

// ConfirmOrders notes that the stock of orders is confirmed and queues their
// labels. Doing it again changes nothing.
func (a *Intake) ConfirmOrders(ctx context.Context, in ConfirmOrdersInput) (ConfirmedOrders, error) {
	confirmed, err := a.confirm(ctx, in)
	return confirmed, translate(err)
}

func (a *Intake) confirm(ctx context.Context, in ConfirmOrdersInput) (ConfirmedOrders, error) {
	if len(in.Orders) > ConfirmLimit {
		return ConfirmedOrders{}, final(ErrorRequest, fmt.Sprintf("%d orders are confirmed at once; at most %d", len(in.Orders), ConfirmLimit))
	}
	t, err := a.taking(ctx, in.Merchant, ByConfirmation)
	if err != nil {
		return ConfirmedOrders{}, err
	}
	answers := make([][]ConfirmedOrder, len(in.Orders))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(hubParallel)
	for i, name := range in.Orders {
		group.Go(func() (err error) {
			answers[i], err = t.confirm(groupCtx, name)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return ConfirmedOrders{}, err
	}
	queued, err := namesInState(ctx, a.Store, in.Merchant, IntakeQueued)
	return ConfirmedOrders{Orders: lo.Flatten(answers), Queued: len(queued)}, err
}

// confirm finds the delivery orders that a name means and confirms each.
func (t *taking) confirm(ctx context.Context, name string) ([]ConfirmedOrder, error) {
	ids, refusal, err := t.meant(ctx, name)
	if err != nil {
		return nil, err
	}
	if refusal != nil {
		refusal.Order = name
		return []ConfirmedOrder{*refusal}, nil
	}
	var answers []ConfirmedOrder
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
func (t *taking) meant(ctx context.Context, name string) ([]string, *ConfirmedOrder, error) {
	ids, refusal, err := t.known(ctx, name)
	if err != nil || refusal != nil || len(ids) > 0 {
		return ids, refusal, err
	}
	unknown := &ConfirmedOrder{Outcome: ConfirmUnknown, Reason: "neither the intake nor the hub knows it; name it by its delivery order id"}
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
	case !noSuchObject(err) && !noSuchRoute(err):
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
func (t *taking) known(ctx context.Context, name string) ([]string, *ConfirmedOrder, error) {
	record, err := ReadIntakeRecord(ctx, t.store, t.merchant, name)
	switch {
	case err == nil && record.Checkout != "":
		return []string{name}, nil, nil
	case err != nil && !errors.Is(err, storage.ErrNotFound) && !errors.Is(err, storage.ErrKey):
		return nil, nil, err
	}
	sales := []numberedSale{{Checkout: name}}
	numbered, err := salesOfNumber(ctx, t.store, t.merchant, name)
	if err != nil {
		return nil, nil, err
	}
	if len(numbered) > 1 {
		reason := fmt.Sprintf("%q fits %d sales; name the order by its delivery order id", name, len(numbered))
		return nil, &ConfirmedOrder{Outcome: ConfirmRefused, Reason: reason}, nil
	}
	var ids []string
	for _, one := range append(sales, numbered...) {
		known, err := saleRecord(ctx, t.store, t.merchant, one.Checkout)
		if err != nil {
			return nil, nil, err
		}
		ids = append(ids, lo.FromPtr(known).Orders...)
	}
	return lo.Uniq(ids), nil, nil
}

// confirmOne notes the confirmation in one order's record.
func (t *taking) confirmOne(ctx context.Context, id string) (ConfirmedOrder, error) {
	record, err := changeRecord(ctx, t.store, t.merchant, id, func(r *IntakeRecord) {
		switch r.State {
		case IntakeWaiting, IntakeQueued:
			r.Confirmed = true
			r.wait(t.policies)
		case IntakeHeldBack:
			r.Confirmed = true
		}
	})
	return confirmationOf(record), err
}

func confirmationOf(r IntakeRecord) ConfirmedOrder {
	switch r.State {
	case IntakeQueued, IntakeTaken, IntakeLabelled, IntakeWaiting:
		return ConfirmedOrder{Outcome: ConfirmAccepted, Reason: r.Reason}
	case IntakeHeldBack:
		return ConfirmedOrder{Outcome: ConfirmHeldBack, Reason: r.Reason}
	case "":
		return ConfirmedOrder{Outcome: ConfirmUnknown, Reason: "the intake does not know it yet; confirm it again in a minute"}
	}
	return ConfirmedOrder{Outcome: ConfirmRefused, Reason: r.Reason}
}
