package activities

import (
	"context"
	"errors"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// windowPiece is how much of the hub's time is walked at once: short lists shift less.
const windowPiece = 24 * time.Hour

// windowWalk is how far a window was walked; a later try of the step goes on from there, since
// calls beside a run are few and a try may end before a week is through.
type windowWalk struct {
	Polled Polled                              `json:"polled"`
	At     time.Time                           `json:"at"`
	Sales  map[string]multivende.CheckoutLight `json:"sales"`
}

// window lists what changed in the window, piece by piece, and returns the
// notices of the sales that are not as they were.
func (t *taking) window(ctx context.Context, in PollSalesInput) (Polled, []string, error) {
	key := storage.IntakeList(in.Merchant, in.List+"-walk")
	walk := t.wholeWindow(in)
	err := t.store.Get(ctx, key, &walk)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return walk.Polled, nil, err
	}
	for to := walk.Polled.To; walk.At.Before(to); {
		end := lo.Earliest(walk.At.Add(windowPiece), to)
		whole, err := t.piece(ctx, walk.At, end, walk.Sales)
		if err != nil {
			return walk.Polled, nil, err
		}
		if !whole && walk.Polled.Complete.Equal(to) {
			walk.Polled.Complete = walk.At
			walk.Polled.Note = "the hub's list of sales shifted at every walk; the window is walked again"
		}
		walk.At = end
		if !end.Before(to) {
			break
		}
		if err := t.store.Put(ctx, key, walk); err != nil {
			return walk.Polled, nil, err
		}
	}
	polled := walk.Polled
	polled.Listed = len(walk.Sales)
	ids, left, err := t.changed(ctx, walk.Sales)
	polled.Count, polled.Left = len(ids), left
	return polled, ids, err
}

// wholeWindow is the window of a poll, of which nothing was walked yet.
func (t *taking) wholeWindow(in PollSalesInput) windowWalk {
	// The connections were read before, so the hub's clock is known.
	to := t.hub.Clock().Now().Truncate(time.Second)
	from := in.Complete.Add(-time.Duration(in.Settings.PollOverlap))
	if in.Complete.IsZero() {
		from = to.Add(-time.Duration(in.Settings.Since))
	}
	from = from.UTC().Truncate(time.Second)
	polled := Polled{From: from, To: to, Complete: to, List: in.List}
	return windowWalk{Polled: polled, At: from, Sales: map[string]multivende.CheckoutLight{}}
}
