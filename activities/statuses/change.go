package statuses

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

// StatusChanges are the steps that take a partner's statuses to the channels.
type StatusChanges struct {
	Hubs     activities.Hubs
	Store    *storage.Store
	Settings contract.Settings
	// Accounts are those of the merchants; nil where there are none.
	Accounts *accounts.Vault
	// Observe, if set, is told how each row ended.
	Observe func(statusbook.EndedRow)
	// Outbox is told how each row ended; nil tells nobody.
	Outbox *hooks.Outbox
}

// StatusScope says for which status change a step works.
type StatusScope struct {
	Merchant string            `json:"merchant"`
	Key      string            `json:"key"`
	To       channels.Status   `json:"to"`
	PickUp   bool              `json:"pickup,omitempty"`
	From     time.Time         `json:"from,omitzero"`
	Until    time.Time         `json:"until,omitzero"`
	Closed   time.Time         `json:"closed,omitzero"`
	Settings contract.Settings `json:"settings"`
}

func (s StatusScope) readPage(ctx context.Context, store *storage.Store, page, round int) (statusbook.Page, error) {
	var read statusbook.Page
	err := store.Get(ctx, storage.StatusPage(s.Merchant, s.Key, page, round), &read)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		err = fmt.Errorf("read page %d of status change %s: %w", page, s.Key, err)
	}
	return read, err
}

// leavePage puts a page once; ours says whether an earlier try's page did not stand there already.
func (s StatusScope) leavePage(ctx context.Context, store *storage.Store, page, round int, content *statusbook.Page) (ours bool, err error) {
	existed, err := store.PutOnce(ctx, storage.StatusPage(s.Merchant, s.Key, page, round), content)
	if err != nil {
		return false, fmt.Errorf("keep page %d of status change %s: %w", page, s.Key, err)
	}
	return !existed, nil
}

func (s StatusScope) window() time.Duration { return time.Duration(s.Settings.StatusWindow) }

// GiveUpStatusesInput names the page whose open rows end, the round that does it, and why.
type GiveUpStatusesInput struct {
	StatusScope
	Page  int `json:"page"`
	Round int `json:"round"`
	contract.Reason
	// Sent are the orders whose status a step of this round has sent (AdvanceStatuses' error).
	Sent []activities.SentStatus `json:"sent,omitempty"`
}

// GiveUpStatuses ends the open rows of a page as not_synced.
func (a *StatusChanges) GiveUpStatuses(ctx context.Context, in GiveUpStatusesInput) (AdvancedStatuses, error) {
	page, err := in.readPage(ctx, a.Store, in.Page, in.Round-1)
	if err != nil {
		return AdvancedStatuses{}, err
	}
	sent := lo.SliceToMap(in.Sent, func(s activities.SentStatus) (string, time.Time) { return s.Order, s.At })
	for _, row := range page.Open {
		if row.Verdict != "" {
			page.End(row, in.Round, row.Verdict, contract.Reason{}, 0)
			continue
		}
		reason := in.Reason
		at, wasSent := sent[row.Order]
		switch {
		case wasSent:
			row.Sent(at)
			reason = wording.Join(reason, wording.Reason(contract.WhyStatusSentUnseen))
		case !row.Out():
			reason = wording.Join(reason, wording.Reason(contract.WhyStatusNotSent))
		}
		page.End(row, in.Round, contract.StatusLate, reason, 0)
	}
	page.Open = nil
	advance := AdvanceStatusesInput{StatusScope: in.StatusScope, Page: in.Page, Round: in.Round}
	return a.leaveRound(ctx, advance, page, nil, time.Time{})
}
