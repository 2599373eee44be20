package intake

import (
	"context"
	"errors"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// windowPiece is how much of the hub's time is walked at once: short lists shift less.
const windowPiece = 24 * time.Hour

// windowWalk is how far a window was walked; a later step, or try of the step, goes on from there:
// calls beside a run are few, and somebody may wait for what a notification tells meanwhile.
type windowWalk struct {
	Polled contract.Polled                     `json:"polled"`
	At     time.Time                           `json:"at"`
	Sales  map[string]multivende.CheckoutLight `json:"sales"`
}

// walkWindow walks a window piece by piece; it is not whole when the step's time was up before.
func (a *Intake) walkWindow(ctx context.Context, t *taking, in PollSalesInput) (walk windowWalk, whole bool, err error) {
	key, began := storage.IntakeList(in.Merchant, in.List+"-walk"), time.Now()
	walk = t.wholeWindow(in)
	if err := a.Store.Get(ctx, key, &walk); err != nil && !errors.Is(err, storage.ErrNotFound) {
		return walk, false, err
	}
	for to := walk.Polled.To; walk.At.Before(to); {
		end := lo.Earliest(walk.At.Add(windowPiece), to)
		still, err := t.piece(ctx, walk.At, end, walk.Sales)
		if err != nil {
			return walk, false, err
		}
		if !still && walk.Polled.Complete.Equal(to) {
			walk.Polled.Complete = walk.At
			walk.Polled.Note = "the hub's list of sales changed during every reading; it is read again"
		}
		if walk.At = end; !end.Before(to) {
			break
		}
		if err := a.Store.Put(ctx, key, walk); err != nil || a.stretched(began) {
			return walk, false, err
		}
	}
	return walk, true, nil
}

// walked returns what a walk has found, and the notifications of the sales that are not as they were.
func (t *taking) walked(ctx context.Context, walk windowWalk) (contract.Polled, []string, error) {
	polled := walk.Polled
	polled.Listed = len(walk.Sales)
	ids, left, err := t.changed(ctx, walk.Sales)
	polled.Count, polled.Left = len(ids), left
	return polled, ids, err
}

// wholeWindow is the window of a poll, of which nothing was walked yet.
func (t *taking) wholeWindow(in PollSalesInput) windowWalk {
	to := t.hub.Clock().Now().Truncate(time.Second)
	from := in.Complete.Add(-time.Duration(in.Settings.PollOverlap))
	if in.Complete.IsZero() {
		from = to.Add(-time.Duration(in.Settings.Since))
	}
	from = from.UTC().Truncate(time.Second)
	polled := contract.Polled{From: from, To: to, Complete: to, List: in.List}
	return windowWalk{Polled: polled, At: from, Sales: map[string]multivende.CheckoutLight{}}
}
