package intake

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// PollSalesInput says which window to look through. Times are the hub's.
type PollSalesInput struct {
	Merchant string         `json:"merchant"`
	Settings IntakeSettings `json:"settings"`
	// List is the name of the list that the poll leaves.
	List string `json:"list"`
	// Complete is up to when every changed sale has been taken up: the window begins there,
	// less the overlap. Zero: Settings.Since ago.
	Complete time.Time `json:"complete,omitzero"`
}

// PollSales lists the sales that changed since the last complete window, and stores notifications for
// those that the intake does not know in this version. It also brings the list of sales that failed to
// register up to date. A later try returns what the first found. A long window is read in several
// steps of the same list; until the last, Polled is its zero value.
func (a *Intake) PollSales(ctx context.Context, in PollSalesInput) (contract.Polled, error) {
	ctx = multivende.Background(ctx)
	outcome := windowKey(in.Merchant, in.List)
	var found contract.Polled
	err := a.Store.Get(ctx, outcome, &found)
	if err == nil || !errors.Is(err, storage.ErrNotFound) {
		return found, err
	}
	if !in.Complete.IsZero() {
		if err := a.hasCursor(ctx, in.Merchant, in.Complete); err != nil {
			return contract.Polled{}, err
		}
	}
	t, err := a.taking(ctx, in.Merchant, contract.ByPoll)
	if err != nil {
		return contract.Polled{}, err
	}
	// First, so that the hub's clock is known.
	if err := t.connections.refresh(ctx); err != nil {
		return contract.Polled{}, err
	}
	walk, whole, err := a.walkWindow(ctx, t, in)
	if err != nil || !whole {
		return contract.Polled{}, err
	}
	polled, ids, err := t.walked(ctx, walk)
	if err != nil {
		return contract.Polled{}, err
	}
	if err := cmp.Or(t.keepLeft(ctx), t.withError(ctx, &polled), t.changes.Tidy(ctx)); err != nil {
		return contract.Polled{}, err
	}
	if len(ids) == 0 {
		err = a.keepCursor(ctx, in.Merchant, polled.Complete)
	} else {
		err = a.Store.Put(ctx, storage.IntakeList(in.Merchant, in.List), ids)
	}
	if err != nil {
		return contract.Polled{}, err
	}
	return polled, a.Store.Put(ctx, outcome, polled)
}

// windowWalks is how often a piece of a window is walked while its pages shift.
const windowWalks = 6

// piece walks one piece of a window until its pages held still, or two walks in
// a row showed nothing new. It says whether they did.
func (t *taking) piece(ctx context.Context, from, to time.Time, sales map[string]multivende.CheckoutLight) (whole bool, err error) {
	for barren := 0; barren < windowWalks; barren++ {
		found, still, err := t.hub.CheckoutsChanged(ctx, from, to)
		if err != nil {
			return false, err
		}
		fresh := 0
		for _, one := range found {
			if before, known := sales[one.ID]; !known || one.UpdatedAt.After(before.UpdatedAt) {
				sales[one.ID] = one
				fresh++
			}
		}
		if still || fresh == 0 {
			return true, nil
		}
	}
	return false, nil
}

// changed are the notifications of the sales whose change is not the one that was read
// last, the newest change first: it is the likeliest to wait for its label. left
// counts those that need not be read yet.
func (t *taking) changed(ctx context.Context, sales map[string]multivende.CheckoutLight) (ids []string, left int, err error) {
	var changed []multivende.CheckoutLight
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(activities.StoreParallel)
	for id, light := range sales {
		if t.recalls && t.recalled.isRead(t.merchant+"/"+id, light.UpdatedAt) {
			continue
		}
		group.Go(func() error {
			known, err := intakebook.SaleRecord(ctx, t.store, t.merchant, id)
			if err != nil {
				return err
			}
			if known.AsItWas(light.UpdatedAt) {
				t.recalled.keepRead(t.merchant+"/"+id, light.UpdatedAt)
				return nil
			}
			leave, err := t.leaveChanged(ctx, light, known)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			if leave {
				left++
				return nil
			}
			changed = append(changed, light)
			return nil
		})
	}
	err = group.Wait()
	slices.SortFunc(changed, func(a, b multivende.CheckoutLight) int {
		return cmp.Or(b.UpdatedAt.Compare(a.UpdatedAt), cmp.Compare(a.ID, b.ID))
	})
	return lo.Map(changed, func(light multivende.CheckoutLight, _ int) string { return CheckoutNotification + "/" + light.ID }), left, err
}
