package printing

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/printing/book"
	"github.com/despacho/despacho/wording"
)

// recoverClaims ends what an earlier try, or step, has claimed from work[from] on and left: nobody knows
// whether it came out.
func (r *round) recoverClaims(from int) error {
	group, ctx := errgroup.WithContext(r.life)
	group.SetLimit(activities.StoreParallel)
	for i := from; i < len(r.work); i++ {
		group.Go(func() error {
			return r.patiently(ctx, func(ctx context.Context) error { return r.recoverClaim(ctx, i) })
		})
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("read what an earlier try has claimed: %w", err)
	}
	return nil
}

func (r *round) recoverClaim(ctx context.Context, i int) error {
	entry, err := book.ReadEntry(ctx, r.step.Store, r.in.Merchant, refOf(r.work[i]))
	last := entry.Last()
	if err != nil || last.Job != r.job.ID || !last.State.MayBeOnPaper() || r.isUnderWay(last.Claim) {
		return err
	}
	if !last.State.IsOnPaper() {
		why := wording.Reason(contract.WhyPrintInterrupted, "printer", r.in.Printer)
		if entry, err = book.WriteEnd(ctx, r.step.Store, entry, contract.PrintUnknown, why, time.Now()); err != nil {
			return err
		}
	}
	r.end(i, entry.Event(r.work[i]))
	return nil
}
