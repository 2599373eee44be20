package statuses

import (
	"context"
	"fmt"

	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
)

// tellEnded tells those who listen how rows ended in a round, before its page is left. Rows whose name led to no order
// are told of by that name.
func (a *StatusChanges) tellEnded(ctx context.Context, in AdvanceStatusesInput, rows []statusbook.EndedRow) error {
	byEvent := map[contract.WebhookEvent][]hooks.Order{}
	for _, row := range rows {
		event := contract.StatusFailed
		if row.Outcome == contract.StatusSynced || row.Outcome == contract.StatusNotNeeded {
			event = contract.StatusVerified
		}
		byEvent[event] = append(byEvent[event], hooks.Order{
			ID: row.Order, Connection: row.Connection, Channel: row.Channel, Change: hooks.BatchID(in.Merchant, in.Key),
			Status: string(in.To), Outcome: string(row.Outcome), Reason: row.Code,
		})
	}
	for _, event := range []contract.WebhookEvent{contract.StatusVerified, contract.StatusFailed} {
		news := hooks.News{Event: event, ID: fmt.Sprintf("%s/%d/%d", in.Key, in.Page, in.Round), Orders: byEvent[event]}
		if err := a.Outbox.Tell(ctx, in.Merchant, news); err != nil {
			return err
		}
	}
	return nil
}
