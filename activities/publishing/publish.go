package publishing

import (
	"cmp"
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/activities/publications"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels/raster"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

// Publishing holds the steps that turn a run's labels into files to print, and its pages into a
// manifest. Register it with a worker.
type Publishing struct {
	Hubs  activities.Hubs
	Store *storage.Store
	// TempDir takes a joined file while it is made; empty means the system's.
	TempDir string
	// Raster draws PDF labels for runs that print on one roll; nil in a worker that has none of them.
	Raster *raster.Engine

	// Ended, if set, is told how each order of a run that publishes ended. It hears of a run once: from the try
	// whose decision stands. What a killed worker had no time to tell stays untold.
	Ended func(channel string, outcome contract.Outcome)

	scratch func() (joinedFile, error) // opens what holds a joined file; nil for a file in TempDir
}

// RunConnection is a connection of a run as it stands when the run publishes.
type RunConnection struct {
	Connection activities.Connection `json:"connection"`
	// Rest is how its orders end that have no outcome yet.
	Rest books.RestOutcome `json:"rest"`
}

// PublishInput says what a run publishes.
type PublishInput struct {
	Merchant string `json:"merchant"`
	Run      string `json:"run"`
	// Connections are those that were worked on; those skipped have no pages.
	Connections []RunConnection `json:"connections"`
	Format      string          `json:"format"`
	contract.Printing
	Settings contract.Settings `json:"settings"`
	// Since is the hub's time when the run began.
	Since time.Time `json:"since"`
	// MakeOnly: the labels stay in the store for the next run; nothing is joined or published.
	MakeOnly bool `json:"make_only,omitempty"`
}

// LeftOutCancelled says how many labelled orders were cancelled meanwhile.
type LeftOutCancelled struct {
	Cancelled int `json:"cancelled"`
}

// LeaveOutCancelled walks the sales that changed since the run began and reads those of labelled
// orders again. Cancelled orders end on a page "cancelled" of their connection, and are not printed.
func (a *Publishing) LeaveOutCancelled(ctx context.Context, in PublishInput) (LeftOutCancelled, error) {
	n, err := a.leaveOutCancelled(ctx, in)
	return LeftOutCancelled{Cancelled: n}, err
}

func (a *Publishing) leaveOutCancelled(ctx context.Context, in PublishInput) (int, error) {
	labelled := map[string][]books.Entry{}
	for _, c := range in.Connections {
		account, err := a.account(ctx, in, c)
		if err != nil {
			return 0, err
		}
		for _, e := range account.Entries {
			if e.Outcome == contract.Labelled {
				labelled[e.Order.CheckoutID] = append(labelled[e.Order.CheckoutID], e)
			}
		}
	}
	if len(labelled) == 0 {
		return 0, nil
	}
	hub, err := a.Hubs.Hub(in.Merchant)
	if err != nil {
		return 0, err
	}
	changed, err := changedSales(ctx, hub, in.Since, labelled)
	if err != nil {
		return 0, err
	}
	words, err := channels.New(in.Settings.Channels)
	if err != nil {
		return 0, activities.FinalError(contract.ErrorRequest, err.Error())
	}
	cancelled, unread, err := readCancelled(ctx, hub, words, changed, labelled)
	if err != nil {
		return 0, err
	}
	for _, c := range in.Connections {
		entries := lo.Filter(cancelled, func(e books.Entry, _ int) bool { return e.Order.ConnectionID == c.Connection.ID })
		if len(entries) == 0 {
			continue
		}
		scope := activities.Scope{Merchant: in.Merchant, Run: in.Run, Connection: c.Connection, Generation: activities.LastGeneration}
		if _, err := scope.LeavePage(ctx, a.Store, books.CancelledPage, books.Page{Ended: entries}); err != nil {
			return 0, err
		}
	}
	return len(cancelled), unread
}

// changedSales lists the sales of labelled orders that changed after they were read.
func changedSales(ctx context.Context, hub *multivende.Client, since time.Time, labelled map[string][]books.Entry) ([]string, error) {
	var changed []string
	err := hub.CheckoutsLight(ctx, multivende.CheckoutsLightQuery{UpdatedFrom: since}, func(entries []multivende.CheckoutLight) error {
		for _, entry := range entries {
			ours := labelled[entry.ID]
			if len(ours) > 0 && !entry.UpdatedAt.Equal(ours[0].Order.CheckoutUpdated) {
				changed = append(changed, entry.ID)
			}
		}
		return nil
	})
	return changed, err
}

// readCancelled returns the labelled orders whose sales were cancelled; unread is why one of the sales
// cannot be read, which keeps no other order's label in.
func readCancelled(ctx context.Context, hub *multivende.Client, words channels.Table, changed []string, labelled map[string][]books.Entry) (cancelled []books.Entry, unread, err error) {
	found := make([][]books.Entry, len(changed))
	refused := make([]error, len(changed))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(activities.HubParallel)
	for i, id := range changed {
		group.Go(func() error {
			checkout, err := hub.Checkout(ctx, id)
			switch {
			case activities.NoSuchObject(err):
				return nil
			case activities.OfOneObject(err) || activities.IsForbidden(err):
				refused[i] = err
				return nil
			case err != nil:
				return err
			}
			found[i] = cancelledOf(checkout, words, labelled[id])
			return nil
		})
	}
	err = group.Wait()
	return lo.Flatten(found), cmp.Or(refused...), err
}

func cancelledOf(checkout multivende.Checkout, words channels.Table, entries []books.Entry) []books.Entry {
	var cancelled []books.Entry
	sold := orders.SaleOf(checkout, words)
	for _, e := range entries {
		if d, ok := lo.Find(checkout.DeliveryOrders, func(d multivende.DeliveryOrder) bool { return d.ID == e.Order.ID }); ok {
			orders.RefreshOrder(&e.Order, d)
		}
		outcome, reason := orders.OutcomeOfStatus(e.Order.HubStatus)
		// A delivery of several sales goes on when one of them is cancelled.
		saleCancelled := sold.Cancelled && len(e.Order.OtherCheckouts) == 0
		if outcome == contract.Cancelled || saleCancelled {
			if saleCancelled {
				reason = wording.Reason(contract.WhyCancelledAfterLabel)
			}
			cancelled = append(cancelled, books.Entry{Order: e.Order, Outcome: contract.Cancelled, Reason: reason, Status: e.Status, Labels: e.Labels})
		}
	}
	return cancelled
}

func (a *Publishing) account(ctx context.Context, in PublishInput, c RunConnection) (books.Account, error) {
	pages, err := activities.ConnectionPages(ctx, a.Store, in.Merchant, in.Run, c.Connection.ID)
	return books.SettlePages(pages, c.Rest), err
}

// Published is a run after publishing.
type Published struct {
	Files []contract.PrintFile `json:"files"`
	Lists []contract.ListFile  `json:"lists,omitempty"`
	// Controls are the first of the control files.
	Controls  []contract.ControlFile  `json:"controls,omitempty"`
	Accounts  map[string]books.Counts `json:"accounts"`
	Requested int                     `json:"requested"`
	// Labels are the labels in its files: an order may have several.
	Labels int `json:"labels,omitempty"`
	// Reasons say why orders have no label here, the most frequent first, at most 15.
	Reasons []contract.ReasonCount `json:"reasons,omitempty"`
	// Changes say what was changed on labels, the most frequent first, at most 15.
	Changes []contract.ChangeCount `json:"changes,omitempty"`
	// After counts, for each connection whose channel wants a status once the
	// parcel is packed, the pages "after-n" with the printed orders.
	After map[string]int `json:"after,omitempty"`
}

// How many reasons and changes people see in Temporal's UI; the manifest has them all.
const (
	reasonsShown = 15
	changesShown = 15
)

// Publish settles the run's books as they stand, sorts the pile, joins the labels into one file per
// format (and group), reads each file again and counts it, and marks the orders as published. However
// often it runs, the first decision stands.
func (a *Publishing) Publish(ctx context.Context, in PublishInput) (Published, error) {
	pile, err := a.pile(ctx, in)
	if err != nil {
		return Published{}, err
	}
	if !in.MakeOnly {
		if err := a.mark(ctx, in, pile); err != nil {
			return Published{}, err
		}
	}
	published := Published{Files: pile.Files, Lists: pile.Lists, Controls: lo.Subset(pile.Manifest.Controls, 0, controlsShown), Accounts: map[string]books.Counts{}, Requested: len(pile.Manifest.Rows), Labels: pile.Manifest.PrintCounts().Labels, Reasons: pile.Manifest.Reasons(reasonsShown), Changes: pile.Manifest.Changes(changesShown)}
	for id, rows := range lo.GroupBy(pile.Manifest.Rows, func(r contract.ManifestRow) string { return r.ConnectionID }) {
		published.Accounts[id] = books.Counts{Ended: lo.CountValuesBy(rows, func(r contract.ManifestRow) contract.Outcome { return r.Outcome })}
	}
	for id, aside := range pile.Aside {
		aside.Ended = published.Accounts[id].Ended
		published.Accounts[id] = aside
	}
	published.After, err = a.leaveAfter(ctx, in, pile)
	return published, err
}

// mark says of each printed order that this run published it. Then it takes
// out of the labels that wait those that are printed, and those that never will
// be: of cancelled orders, and such as cannot be printed.
func (a *Publishing) mark(ctx context.Context, in PublishInput, pile Pile) error {
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(activities.StoreParallel)
	for _, e := range pile.Entries {
		group.Go(func() error {
			publication := books.Publication{Run: in.Run, Record: books.LabelRecord{Order: e.Order, Run: in.Run, Labels: e.Labels}}
			return publications.Put(groupCtx, a.Store, in.Merchant, e.Order.ID, publication)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	published := lo.Map(pile.Entries, func(e books.Entry, _ int) string { return e.Order.ID })
	if err := intakebook.NotePublished(ctx, a.Store, in.Merchant, in.Run, published); err != nil {
		return err
	}
	through := lo.FilterMap(pile.Manifest.Rows, func(r contract.ManifestRow, _ int) (string, bool) {
		return storage.WaitingLabel(in.Merchant, r.ConnectionID, r.ID), r.Outcome == contract.Labelled || r.Outcome == contract.Cancelled || r.Outcome == contract.CorruptLabel
	})
	return a.Store.Delete(ctx, through...)
}

// leaveAfter leaves, for the channels that want a status once the parcel is
// packed, pages of the printed orders that do not have it.
func (a *Publishing) leaveAfter(ctx context.Context, in PublishInput, pile Pile) (map[string]int, error) {
	after := map[string]int{}
	if in.Settings.FalabellaReady != contract.ReadyAtPublish {
		return after, nil
	}
	for _, c := range in.Connections {
		if c.Connection.Row().StatusAfter == "" {
			continue
		}
		printed := lo.FilterMap(pile.Entries, func(e books.Entry, _ int) (books.Order, bool) {
			return e.Order, e.Order.ConnectionID == c.Connection.ID
		})
		scope := activities.Scope{Merchant: in.Merchant, Run: in.Run, Connection: c.Connection, Generation: activities.LastGeneration}
		for i, orders := range lo.Chunk(printed, activities.ChunkSize) {
			if _, err := scope.LeavePage(ctx, a.Store, books.PageName(books.AfterPage, 0, i+1), books.Page{Pending: orders}); err != nil {
				return nil, err
			}
			after[c.Connection.ID] = i + 1
		}
	}
	return after, nil
}
