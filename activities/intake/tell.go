package intake

import (
	"context"
	"strconv"

	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
)

// tellChange tells those who listen what a change of a record means to them.
func (a *Intake) tellChange(merchant string) func(context.Context, contract.IntakeRecord, contract.IntakeRecord) error {
	if a.Outbox == nil {
		return nil
	}
	return func(ctx context.Context, before, after contract.IntakeRecord) error {
		for _, event := range eventsOf(before, after) {
			id := after.Order
			if event != contract.OrderReceived {
				id += "/" + strconv.FormatInt(after.UpdatedAt.UnixMilli(), 10)
			}
			err := a.Outbox.Tell(ctx, merchant, hooks.News{Event: event, ID: id, Orders: []hooks.Order{
				{ID: after.Order, Connection: after.Connection, Channel: after.Channel, Reason: after.Reason.Code},
			}})
			if err != nil {
				return err
			}
		}
		return nil
	}
}

// eventsOf are the events that a change of a record is. An order whose end was known when it was first heard of is
// none: a merchant's past is no news.
func eventsOf(before, after contract.IntakeRecord) (events []contract.WebhookEvent) {
	cancelled := func(state contract.IntakeOrderState) bool {
		return state == contract.IntakeCancelled || state == contract.IntakeTakeOut
	}
	if before.State == "" {
		if intakebook.IsOpen(after.State) {
			events = append(events, contract.OrderReceived)
		}
		return events
	}
	if cancelled(after.State) && !cancelled(before.State) {
		events = append(events, contract.OrderCancelled)
	}
	if after.State == contract.IntakeTakeOut && before.State != contract.IntakeTakeOut {
		events = append(events, contract.LabelTakeOut)
	}
	return events
}
