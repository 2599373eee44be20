package activities

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.temporal.io/sdk/temporal"
	"golang.org/x/sync/errgroup"

	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities/pace"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
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
	Ended   map[statusbook.Outcome]int `json:"ended,omitempty"`
	Figures []statusbook.Figures       `json:"figures,omitempty"`
	// Seen is how long some statuses took.
	Seen    []pace.Seen `json:"seen,omitempty"`
	HubTime time.Time   `json:"hub_time"`
	// Announce are the orders of this round whose status others wait for, by connection.
	Announce []Announcement `json:"announce,omitempty"`
	// Idle: nothing was due, and no page was left.
	Idle bool `json:"idle,omitempty"`
}

// AdvanceStatuses works on the rows of a page that are due: it reads each order and does what that
// read shows as not done. A row that was not sent is held against the rules and sent, its tracking
// first; one that was sent is done, waits on, is sent again after the window, or is given up. The
// details of its error are the orders that it has sent ([]string), which no page shows.
func (a *StatusChanges) AdvanceStatuses(ctx context.Context, in AdvanceStatusesInput) (AdvancedStatuses, error) {
	w := &statusWork{in: in, store: a.Store}
	advanced, err := a.advance(ctx, in, w)
	return advanced, telling(translate(err), w.done)
}

// telling is an error of ours with details.
func telling(err error, details []string) error {
	var known *temporal.ApplicationError
	if len(details) == 0 || !errors.As(err, &known) {
		return err
	}
	return temporal.NewApplicationErrorWithOptions(known.Message(), known.Type(), temporal.ApplicationErrorOptions{
		NonRetryable: known.NonRetryable(), Category: known.Category(), NextRetryDelay: known.NextRetryDelay(), Details: []any{details},
	})
}

func (a *StatusChanges) advance(ctx context.Context, in AdvanceStatusesInput, w *statusWork) (AdvancedStatuses, error) {
	hub, err := a.Hubs.Hub(in.Merchant)
	if err != nil {
		return AdvancedStatuses{}, err
	}
	page, err := in.page(ctx, a.Store, in.Page, in.Round)
	if err == nil {
		return a.told(in, page, nil, hub.Clock().Now()), nil
	}
	if !errors.Is(err, storage.ErrNotFound) {
		return AdvancedStatuses{}, err
	}
	if page, err = in.page(ctx, a.Store, in.Page, in.Round-1); err != nil {
		return AdvancedStatuses{}, err
	}
	w.hub = hub
	if w.settings, err = accounts.ReadSettings(ctx, a.Store, in.Merchant); err != nil {
		return AdvancedStatuses{}, err
	}
	picked := page.Pick(hub.Clock().Now(), in.First, in.Probes, in.window())
	if len(picked) == 0 {
		idle := a.told(in, page, nil, hub.Clock().Now())
		idle.Idle, idle.Figures, idle.Announce = true, nil, nil
		return idle, nil
	}
	w.begin(ctx)
	if page, err = w.page(ctx, page, picked); err != nil {
		return AdvancedStatuses{}, err
	}
	return a.left(ctx, in, page, w.seen, hub.Clock().Now())
}

// left leaves a page and says in figures what it is; what an earlier try has left stands.
func (a *StatusChanges) left(ctx context.Context, in AdvanceStatusesInput, page statusbook.Page, seen []pace.Seen, now time.Time) (AdvancedStatuses, error) {
	ours, err := in.leave(ctx, a.Store, in.Page, in.Round, &page)
	if err != nil {
		return AdvancedStatuses{}, err
	}
	if ours && a.Observe != nil {
		for _, row := range page.EndedIn(in.Round) {
			a.Observe(row)
		}
	}
	return a.told(in, page, seen, now), nil
}

func (a *StatusChanges) told(in AdvanceStatusesInput, page statusbook.Page, seen []pace.Seen, now time.Time) AdvancedStatuses {
	ended := page.EndedIn(in.Round)
	return AdvancedStatuses{
		Open: len(page.Open), Groups: page.Groups(in.window()), Ended: page.Counts(), Figures: statusbook.FiguresOf(ended),
		Seen: seen, HubTime: now, Announce: announced(in, ended, now),
	}
}

// announced are the orders whose status others wait for: it is that which their channel wants once a
// parcel is packed, and it is there.
func announced(in AdvanceStatusesInput, rows []statusbook.Ended, now time.Time) []Announcement {
	waited := lo.Filter(rows, func(row statusbook.Ended, _ int) bool {
		return !in.PickUp && row.Outcome == statusbook.Synced && channels.BySlug(row.Channel).StatusAfter == in.To
	})
	return lo.Map(lo.PartitionBy(waited, func(row statusbook.Ended) string { return row.Connection }), func(rows []statusbook.Ended, _ int) Announcement {
		return Announcement{
			ID:    fmt.Sprintf("status-%s-%d-%d-%s", in.Key, in.Page, in.Round, rows[0].Connection),
			Event: VerifiedEvent(in.To), Merchant: in.Merchant, Connection: rows[0].Connection, Channel: rows[0].Channel,
			Orders: lo.Map(rows, func(row statusbook.Ended, _ int) string { return row.Order }), At: now,
		}
	})
}

// statusWork is one round's work on a page.
type statusWork struct {
	in       AdvanceStatusesInput
	hub      *multivende.Client
	store    *storage.Store
	settings accounts.Settings
	road     road

	// began is the hub's time before the first try of this round; lost: this is not that try.
	began time.Time
	lost  bool
	// sentBefore are the orders for which an earlier try says when it has sent the status.
	sentBefore map[string]time.Time

	directory func() (directory, error)

	mu   sync.Mutex
	done []string
	seen []pace.Seen
}

// seenKept bounds what a round tells of a channel's delays.
const seenKept = 3

func (w *statusWork) begin(ctx context.Context) {
	w.road = deliveries{hub: w.hub, to: w.in.To}
	if w.in.PickUp {
		w.road = pickUpRoad{hub: w.hub, scope: w.in.StatusScope}
	}
	w.lost = attempt(ctx) > 1
	w.began = scheduledAt(ctx, w.hub)
	w.done = sentBefore(ctx)
	w.sentBefore = sentMarks(w.done)
	w.directory = sync.OnceValues(func() (directory, error) {
		var known directory
		err := w.store.Get(ctx, storage.StatusSales(w.in.Merchant, w.in.Key), &known)
		if errors.Is(err, storage.ErrNotFound) {
			return directory{}, nil
		}
		return known, err
	})
}

func (w *statusWork) hubSpan(ours time.Duration) time.Duration {
	return time.Duration(float64(ours) * w.hub.Clock().Speed())
}

// result is what became of a row: still open, or ended.
type result struct {
	open  *statusbook.Open
	ended *statusbook.Page
	err   error
}

// page works on the picked rows of a page.
func (w *statusWork) page(ctx context.Context, page statusbook.Page, picked []int) (statusbook.Page, error) {
	results := lo.Map(page.Open, func(row statusbook.Open, _ int) result { return result{open: &row} })
	if err := w.work(ctx, results, picked); err != nil {
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

// work works on some rows side by side. What is under way is brought to its end: a call that is
// broken off may be carried out all the same. Rows that the hub gives no answer about are left for
// later, unless it answers nothing at all.
func (w *statusWork) work(ctx context.Context, results []result, picked []int) error {
	before := lo.Map(picked, func(i int, _ int) statusbook.Open { return *results[i].open })
	var group errgroup.Group
	group.SetLimit(hubParallel)
	var stop stopper
	for n, i := range picked {
		group.Go(func() error {
			if stop.now() {
				results[i].err = errNotBegun
				return nil
			}
			results[i] = w.one(ctx, before[n])
			stop.note(results[i].err)
			return nil
		})
	}
	_ = group.Wait()
	return w.troubles(ctx, results, picked, before)
}

// errNotBegun marks a row that was not worked on because others had failed.
var errNotBegun = errors.New("not begun")

// stopper ends a round in which the hub answers nothing any more.
type stopper struct {
	mu     sync.Mutex
	failed int
	final  bool
}

// enoughFailures in a row say that it is not the orders.
const enoughFailures = 2 * hubParallel

func (s *stopper) note(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = lo.Ternary(err == nil, 0, s.failed+1)
	s.final = s.final || err != nil && !passing(err)
}

func (s *stopper) now() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.final || s.failed >= enoughFailures
}

// passing says whether an error may be of one order, and may pass.
func passing(err error) bool {
	switch multivende.ClassOf(err) {
	case multivende.Busy, multivende.Broken, multivende.Unreachable:
		return true
	}
	return false
}
