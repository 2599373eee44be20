package printing

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

// cancelledAge is how long the list of cancelled orders is believed.
const cancelledAge = time.Minute

// cancelledOrders are the orders that must not be printed any more, as the intake has them.
type cancelledOrders struct {
	at   time.Time
	keys map[string]bool
}

// whyCancelled says why an order must not be printed; no reason when it may.
func (r *round) whyCancelled(order string) contract.Reason {
	switch {
	case r.cancelled.keys[storage.IntakeInState(r.in.Merchant, string(contract.IntakeTakeOut), order)]:
		return wording.Reason(contract.WhyTakeOut)
	case r.cancelled.keys[storage.IntakeInState(r.in.Merchant, string(contract.IntakeCancelled), order)]:
		return wording.Reason(contract.WhyCancelled)
	}
	return contract.Reason{}
}

// refreshCancelled lists the cancelled orders unless that was just done.
func (r *round) refreshCancelled() error {
	if time.Since(r.cancelled.at) <= cancelledAge {
		return nil
	}
	if err := r.meanwhile(r.listCancelled); err != nil {
		return fmt.Errorf("list the cancelled orders: %w", err)
	}
	return nil
}

func (r *round) listCancelled(ctx context.Context) error {
	var lists [2][]string
	group, groupCtx := errgroup.WithContext(ctx)
	for i, state := range []contract.IntakeOrderState{contract.IntakeTakeOut, contract.IntakeCancelled} {
		group.Go(func() error {
			return r.step.Store.List(groupCtx, storage.IntakeStatePrefix(r.in.Merchant, string(state)), func(o storage.Object) error {
				lists[i] = append(lists[i], o.Key)
				return nil
			})
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	keys := map[string]bool{}
	for _, list := range lists {
		for _, key := range list {
			keys[key] = true
		}
	}
	r.cancelled = cancelledOrders{at: time.Now(), keys: keys}
	return nil
}
