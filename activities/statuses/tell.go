package statuses

import (
	"context"
	"fmt"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
)

// eventOf is what partners' webhooks are told of a status that has ended so.
func eventOf(outcome contract.StatusOutcome) contract.WebhookEvent {
	if outcome == contract.StatusSynced || outcome == contract.StatusNotNeeded {
		return contract.StatusVerified
	}
	return contract.StatusFailed
}

func tellBoth(ctx context.Context, outbox *hooks.Outbox, merchant, id string, byEvent map[contract.WebhookEvent][]hooks.Order) error {
	for _, event := range []contract.WebhookEvent{contract.StatusVerified, contract.StatusFailed} {
		if err := outbox.Tell(ctx, merchant, hooks.News{Event: event, ID: id, Orders: byEvent[event]}); err != nil {
			return err
		}
	}
	return nil
}

// tellEnded tells those who listen how rows ended in a round, before its page is left. Rows whose name led to no order
// are told of by that name.
func (a *StatusChanges) tellEnded(ctx context.Context, in AdvanceStatusesInput, rows []statusbook.EndedRow) error {
	byEvent := map[contract.WebhookEvent][]hooks.Order{}
	for _, row := range rows {
		event := eventOf(row.Outcome)
		byEvent[event] = append(byEvent[event], hooks.Order{
			ID: row.Order, Connection: row.Connection, Channel: row.Channel, Change: hooks.BatchID(in.Merchant, in.Key),
			Status: string(in.To), Outcome: string(row.Outcome), Reason: row.Code,
		})
	}
	return tellBoth(ctx, a.Outbox, in.Merchant, fmt.Sprintf("%s/%d/%d", in.Key, in.Page, in.Round), byEvent)
}

// runOrder is an order of a run whose status has ended.
func runOrder(scope activities.Scope, order string, to channels.Status, outcome contract.StatusOutcome, reason contract.ReasonCode) hooks.Order {
	return hooks.Order{
		ID: order, Connection: scope.Connection.ID, Channel: scope.Connection.Channel, Batch: hooks.BatchID(scope.Merchant, scope.Run),
		Status: string(to), Outcome: string(outcome), Reason: reason,
	}
}

func runNews(scope activities.Scope, page string) string {
	return fmt.Sprintf("run/%s/%s/%d/%s", scope.Run, scope.Connection.ID, scope.Generation, page)
}

// tellPage tells those who listen how statuses of a run ended, before the page that says so is left. An order that was
// cancelled is told of by the intake.
func (a *Statuses) tellPage(ctx context.Context, scope activities.Scope, name string, to channels.Status, page books.Page) error {
	byEvent := map[contract.WebhookEvent][]hooks.Order{}
	add := func(order books.Order, outcome contract.StatusOutcome, reason contract.ReasonCode) {
		if event := eventOf(outcome); outcome != "" {
			byEvent[event] = append(byEvent[event], runOrder(scope, order.ID, to, outcome, reason))
		}
	}
	for _, order := range page.Ready {
		var reason contract.ReasonCode
		if eventOf(order.Status) == contract.StatusFailed {
			reason = contract.FirstReason(contract.Reason(order.Trouble), contract.Reason(order.Remark)).Code
		}
		add(order, order.Status, reason)
	}
	for _, entry := range page.Ended {
		if entry.Outcome != contract.Cancelled && entry.Code != contract.WhyDeliveryCancelled {
			add(entry.Order, entry.Status, entry.Code)
		}
	}
	return tellBoth(ctx, a.Outbox, scope.Merchant, runNews(scope, name), byEvent)
}

// UnsettledInput names a page of statuses that a run has given up on as a whole, and why.
type UnsettledInput struct {
	activities.Scope
	Page   string              `json:"page"`
	Status channels.Status     `json:"status"`
	Code   contract.ReasonCode `json:"code,omitempty"`
}

// TellUnsettled tells those who listen of the pending orders of a page whose status nobody will look at any more.
func (a *Statuses) TellUnsettled(ctx context.Context, in UnsettledInput) error {
	page, err := in.ReadPage(ctx, a.Store, in.Page)
	if err != nil {
		return err
	}
	news := hooks.News{Event: contract.StatusFailed, ID: runNews(in.Scope, in.Page)}
	for _, order := range page.Pending {
		news.Orders = append(news.Orders, runOrder(in.Scope, order.ID, in.Status, contract.StatusLate, in.Code))
	}
	return a.Outbox.Tell(ctx, in.Merchant, news)
}
