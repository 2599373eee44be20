package statuses

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/pace"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// AdvanceStatusesInput names a page and the round that works on it.
type AdvanceStatusesInput struct {
	StatusScope
	Page  int `json:"page"`
	Round int `json:"round"`
	// First are the ages at which a status is worth its first look, by channel; Probes are channels
	// of which nothing is known, and that this page finds out about.
	First  map[string]time.Duration `json:"first,omitempty"`
	Probes []string                 `json:"probes,omitempty"`
}

// AdvancedStatuses is a page as a round left it, in figures. Times are the hub's.
type AdvancedStatuses struct {
	Open   int                `json:"open"`
	Groups []statusbook.Group `json:"groups,omitempty"`
	// Ended counts all outcomes of the page, Figures those of this round.
	Ended   map[contract.StatusOutcome]int `json:"ended,omitempty"`
	Figures []contract.ChannelFigures      `json:"figures,omitempty"`
	// Seen is how long some statuses took.
	Seen    []pace.Seen `json:"seen,omitempty"`
	HubTime time.Time   `json:"hub_time"`
	// Announce are the orders of this round whose status others wait for, by connection.
	Announce []contract.Announcement `json:"announce,omitempty"`
	// Idle: nothing was due, and no page was left.
	Idle bool `json:"idle,omitempty"`
}

// AdvanceStatuses works on the rows of a page that are due: it reads each order and does what that
// read shows as not done. A row that was not sent is held against the rules and sent, its tracking
// first; one that was sent is done, waits on, is sent again after the window, or is given up. The
// details of its error are the orders that it has sent ([]activities.SentStatus), which no page shows.
func (a *StatusChanges) AdvanceStatuses(ctx context.Context, in AdvanceStatusesInput) (AdvancedStatuses, error) {
	advanced, err := a.advancePage(ctx, in)
	return advanced, withSent(activities.Translate(err), activities.Said(ctx).Sent)
}

// withSent is an error of ours that tells what was sent.
func withSent(err error, sent []activities.SentStatus) error {
	var known *temporal.ApplicationError
	if len(sent) == 0 || !errors.As(err, &known) {
		return err
	}
	return temporal.NewApplicationErrorWithOptions(known.Message(), known.Type(), temporal.ApplicationErrorOptions{
		NonRetryable: known.NonRetryable(), Category: known.Category(), NextRetryDelay: known.NextRetryDelay(), Details: []any{sent},
	})
}

func (a *StatusChanges) advancePage(ctx context.Context, in AdvanceStatusesInput) (AdvancedStatuses, error) {
	hub, err := a.Hubs.Hub(in.Merchant)
	if err != nil {
		return AdvancedStatuses{}, err
	}
	page, err := in.readPage(ctx, a.Store, in.Page, in.Round)
	if err == nil {
		return a.figuresOf(in, page, nil, hub.Clock().Now()), nil
	}
	if !errors.Is(err, storage.ErrNotFound) {
		return AdvancedStatuses{}, err
	}
	if page, err = in.readPage(ctx, a.Store, in.Page, in.Round-1); err != nil {
		return AdvancedStatuses{}, err
	}
	settings, err := accounts.ReadSettings(ctx, a.Store, in.Merchant)
	if err != nil {
		return AdvancedStatuses{}, err
	}
	now, err := hub.Time(ctx)
	if err != nil {
		return AdvancedStatuses{}, err
	}
	picked := page.Pick(now, in.First, in.Probes, in.window())
	if len(picked) == 0 {
		idle := a.figuresOf(in, page, nil, now)
		idle.Idle, idle.Figures, idle.Announce = true, nil, nil
		return idle, nil
	}
	w := newStatusWork(ctx, in, hub, a.Store, settings)
	if page, err = w.workOnPage(ctx, page, picked); err != nil {
		return AdvancedStatuses{}, err
	}
	return a.leaveRound(ctx, in, page, w.seen, hub.Clock().Now())
}

// leaveRound leaves a page and says in figures what it is; what an earlier try has left stands.
func (a *StatusChanges) leaveRound(ctx context.Context, in AdvanceStatusesInput, page statusbook.Page, seen []pace.Seen, now time.Time) (AdvancedStatuses, error) {
	if err := a.tellEnded(ctx, in, page.EndedIn(in.Round)); err != nil {
		return AdvancedStatuses{}, err
	}
	ours, err := in.leavePage(ctx, a.Store, in.Page, in.Round, &page)
	if err != nil {
		return AdvancedStatuses{}, err
	}
	if ours && a.Observe != nil {
		for _, row := range page.EndedIn(in.Round) {
			a.Observe(row)
		}
	}
	return a.figuresOf(in, page, seen, now), nil
}

func (a *StatusChanges) figuresOf(in AdvanceStatusesInput, page statusbook.Page, seen []pace.Seen, now time.Time) AdvancedStatuses {
	ended := page.EndedIn(in.Round)
	return AdvancedStatuses{
		Open: len(page.Open), Groups: page.Groups(in.window()), Ended: page.Counts(), Figures: statusbook.FiguresOf(ended),
		Seen: seen, HubTime: now, Announce: announcements(in, ended, now),
	}
}

// announcements are of the orders whose status others wait for: it is that which their channel wants once a
// parcel is packed, and it is there.
func announcements(in AdvanceStatusesInput, rows []statusbook.EndedRow, now time.Time) []contract.Announcement {
	waited := lo.Filter(rows, func(row statusbook.EndedRow, _ int) bool {
		return !in.PickUp && row.Outcome == contract.StatusSynced && channels.BySlug(row.Channel).StatusAfter == in.To
	})
	return lo.Map(lo.PartitionBy(waited, func(row statusbook.EndedRow) string { return row.Connection }), func(rows []statusbook.EndedRow, _ int) contract.Announcement {
		return contract.Announcement{
			ID:    fmt.Sprintf("status-%s-%d-%d-%s", in.Key, in.Page, in.Round, rows[0].Connection),
			Event: contract.VerifiedEvent(string(in.To)), Merchant: in.Merchant, Connection: rows[0].Connection, Channel: rows[0].Channel,
			Orders: lo.Map(rows, func(row statusbook.EndedRow, _ int) string { return row.Order }), At: now,
		}
	})
}

// statusWork is one round's work on a page.
type statusWork struct {
	*engine
	in       AdvanceStatusesInput
	store    *storage.Store
	settings accounts.Settings

	directory func() (directory, error)

	mu   sync.Mutex
	seen []pace.Seen
}

// seenKept bounds what a round tells of a channel's delays.
const seenKept = 3

func newStatusWork(ctx context.Context, in AdvanceStatusesInput, hub *multivende.Client, store *storage.Store, settings accounts.Settings) *statusWork {
	w := &statusWork{in: in, store: store, settings: settings}
	var kind orderKind = deliveries{hub: hub, to: in.To}
	if in.PickUp {
		kind = pickUpOrders{hub: hub, scope: in.StatusScope}
	}
	w.engine = newEngine(ctx, hub, kind, in.To, in.Settings)
	w.engine.pickUp, w.engine.patient = in.PickUp, true
	w.directory = sync.OnceValues(func() (directory, error) {
		var known directory
		err := store.Get(ctx, storage.StatusSales(in.Merchant, in.Key), &known)
		if errors.Is(err, storage.ErrNotFound) {
			return directory{}, nil
		}
		return known, err
	})
	return w
}

// result is what became of a row: still open, or ended.
type result struct {
	open  *statusbook.OpenRow
	ended *statusbook.Page
	err   error
}

// workOnPage works on the picked rows of a page.
func (w *statusWork) workOnPage(ctx context.Context, page statusbook.Page, picked []int) (statusbook.Page, error) {
	results := lo.Map(page.Open, func(row statusbook.OpenRow, _ int) result { return result{open: &row} })
	if err := w.workOnRows(ctx, results, picked); err != nil {
		return page, err
	}
	left := statusbook.Page{Ended: slices.Clone(page.Ended)}
	for _, r := range results {
		if r.ended != nil {
			left.Ended = append(left.Ended, r.ended.Ended...)
			continue
		}
		left.Open = append(left.Open, *r.open)
	}
	return left, nil
}

// workOnRows works on some rows. Those that the hub gives no answer about are left for later, unless it
// answers nothing at all.
func (w *statusWork) workOnRows(ctx context.Context, results []result, picked []int) error {
	before := lo.Map(picked, func(i int, _ int) statusbook.OpenRow { return *results[i].open })
	errs := sideBySide(len(picked), func(n int) error {
		results[picked[n]] = w.advanceRow(ctx, before[n])
		return results[picked[n]].err
	})
	for n, i := range picked {
		results[i].err = errs[n]
	}
	return w.troubles(ctx, results, picked, before)
}
