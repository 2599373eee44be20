package activities

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/storage"
)

const (
	// StatusRowsInInput is how many rows a status change's input may hold itself.
	StatusRowsInInput = 100
	// StatusRowsLimit is how many rows a status change takes.
	StatusRowsLimit = 50_000
)

// StatusChanges are the steps that take a partner's statuses to the channels.
type StatusChanges struct {
	Hubs     Hubs
	Store    *storage.Store
	Settings Settings
	// Accounts are those of the merchants; nil where there are none.
	Accounts *accounts.Vault
	// Observe, if set, is told how each row ended.
	Observe func(statusbook.Ended)
}

// StatusRequest is what a partner asks for: a status for some orders.
type StatusRequest struct {
	// To is the status, in one short word; see channels.Settable and channels.PickUpSettable.
	To channels.Status `json:"to"`
	// Rows are the orders, at most 100; more go into an object, RowsKey: a JSON array of the same.
	Rows    []statusbook.Row `json:"rows,omitempty"`
	RowsKey string           `json:"rows_key,omitempty"`
	// What rows without their own get.
	TrackingNumber string `json:"tracking_number,omitempty"`
	TrackingURL    string `json:"tracking_url,omitempty"`
	Courier        string `json:"courier,omitempty"`
	Comment        string `json:"comment,omitempty"`
	// PickUp: the orders are pick-ups. From and Until are when they can be fetched, Closed when they were.
	PickUp bool      `json:"pickup,omitempty"`
	From   time.Time `json:"from,omitzero"`
	Until  time.Time `json:"until,omitzero"`
	Closed time.Time `json:"closed,omitzero"`
}

// Check names all that is wrong with a request but its rows; nil when nothing is.
func (r StatusRequest) Check(merchant, key string) error {
	var wrong []error
	settable := lo.Ternary(r.PickUp, channels.PickUpSettable(), channels.Settable())
	if !slices.Contains(settable, r.To) {
		words := strings.Join(lo.Map(settable, func(s channels.Status, _ int) string { return string(s) }), ", ")
		wrong = append(wrong, fmt.Errorf("to %.40q: this status cannot be set; it can be %s", r.To, words))
	}
	if (len(r.Rows) > 0) == (r.RowsKey != "") {
		wrong = append(wrong, errors.New("either rows or rows_key must be given"))
	}
	if len(r.Rows) > StatusRowsInInput {
		wrong = append(wrong, fmt.Errorf("%d rows are given; more than %d go into an object under %s, named by rows_key", len(r.Rows), StatusRowsInInput, storage.StatusRowsPrefix(merchant, key)))
	}
	if r.RowsKey != "" && !strings.HasPrefix(r.RowsKey, storage.StatusesPrefix(merchant, key)) {
		wrong = append(wrong, fmt.Errorf("rows_key must lie under %s", storage.StatusesPrefix(merchant, key)))
	}
	if complaint := r.defaults().Check(); complaint != "" {
		wrong = append(wrong, errors.New(complaint))
	}
	if !r.PickUp && !(r.From.IsZero() && r.Until.IsZero() && r.Closed.IsZero()) {
		wrong = append(wrong, errors.New("from, until and closed are for pick-ups"))
	}
	if !r.From.IsZero() && !r.Until.IsZero() && r.Until.Before(r.From) {
		wrong = append(wrong, errors.New("until lies before from"))
	}
	return errors.Join(wrong...)
}

// defaults is what rows without their own get; its order is a stand-in.
func (r StatusRequest) defaults() statusbook.Row {
	return statusbook.Row{Order: "-", TrackingNumber: r.TrackingNumber, TrackingURL: r.TrackingURL, Courier: r.Courier, Comment: r.Comment}
}

// StatusScope says for which status change a step works.
type StatusScope struct {
	Merchant string          `json:"merchant"`
	Key      string          `json:"key"`
	To       channels.Status `json:"to"`
	PickUp   bool            `json:"pickup,omitempty"`
	From     time.Time       `json:"from,omitzero"`
	Until    time.Time       `json:"until,omitzero"`
	Closed   time.Time       `json:"closed,omitzero"`
	Settings Settings        `json:"settings"`
}

func (s StatusScope) page(ctx context.Context, store *storage.Store, page, round int) (statusbook.Page, error) {
	var read statusbook.Page
	err := store.Get(ctx, storage.StatusPage(s.Merchant, s.Key, page, round), &read)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		err = fmt.Errorf("read page %d of status change %s: %w", page, s.Key, err)
	}
	return read, err
}

// leave puts a page once; ours says whether an earlier try's page did not stand there already.
func (s StatusScope) leave(ctx context.Context, store *storage.Store, page, round int, content *statusbook.Page) (ours bool, err error) {
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
	Page   int    `json:"page"`
	Round  int    `json:"round"`
	Reason string `json:"reason"`
	// Sent are the orders whose status a step of this round has sent (AdvanceStatuses' error).
	Sent []string `json:"sent,omitempty"`
}

// GiveUpStatuses ends the open rows of a page as not_synced.
func (a *StatusChanges) GiveUpStatuses(ctx context.Context, in GiveUpStatusesInput) (AdvancedStatuses, error) {
	given, err := a.giveUp(ctx, in)
	return given, translate(err)
}

func (a *StatusChanges) giveUp(ctx context.Context, in GiveUpStatusesInput) (AdvancedStatuses, error) {
	page, err := in.page(ctx, a.Store, in.Page, in.Round-1)
	if err != nil {
		return AdvancedStatuses{}, err
	}
	for _, row := range page.Open {
		if row.Verdict != "" {
			page.End(row, in.Round, row.Verdict, "", 0)
			continue
		}
		reason := in.Reason
		at, sent := sentMarks(in.Sent)[row.Order]
		switch {
		case sent:
			row.Sent(at)
			reason += "; it was sent, and nobody has looked whether it is on the channel"
		case !row.Out():
			reason += "; it was not sent"
		}
		page.End(row, in.Round, statusbook.NotSynced, books.Reason(reason), 0)
	}
	page.Open = nil
	advance := AdvanceStatusesInput{StatusScope: in.StatusScope, Page: in.Page, Round: in.Round}
	return a.left(ctx, advance, page, nil, time.Time{})
}
