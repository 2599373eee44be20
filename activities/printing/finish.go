package printing

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/printing/book"
)

// finish waits for all writes, leaves the page and tells the runs.
func (r *round) finish() (PrintedLabels, error) {
	if err := r.ends.Wait(); err != nil {
		return PrintedLabels{}, err
	}
	page := contract.PrintPage{Job: r.job.ID, Merchant: r.in.Merchant, Page: r.in.Page}
	for _, i := range slices.Sorted(maps.Keys(r.events)) {
		page.Labels = append(page.Labels, r.events[i])
	}
	if len(page.Labels) == 0 {
		return r.resultOf(page), nil
	}
	ctx, cancel := lingering(r.life, closingTime)
	defer cancel()
	err := r.patiently(ctx, func(ctx context.Context) (err error) {
		if err := r.step.tellPrinted(ctx, page); err != nil {
			return err
		}
		page, err = book.PutPage(ctx, r.step.Store, r.job, page)
		return err
	})
	if err != nil {
		return PrintedLabels{}, fmt.Errorf("write page %d of the log of job %s: %w", r.in.Page, r.in.Job, err)
	}
	r.step.tell(ctx, page, 0)
	return r.resultOf(page), nil
}

// resultOf sums up a page of this step.
func (r *round) resultOf(page contract.PrintPage) PrintedLabels {
	result := PrintedLabels{Next: r.in.From, Paged: len(page.Labels) > 0}
	ended := map[contract.LabelRef]bool{}
	for _, event := range page.Labels {
		ref := contract.LabelRef{Order: event.Order, Label: event.Label}
		ended[ref] = true
		switch {
		case event.State.IsOnPaper():
			result.Out++
		case event.State == contract.PrintUnknown:
			result.Doubts = append(result.Doubts, ref)
		default:
			result.Held++
		}
	}
	for i, label := range r.work {
		switch {
		case ended[refOf(label)] && len(r.in.Labels) == 0:
			for ; result.Next < r.in.From+i; result.Next++ {
				result.Left = append(result.Left, refOf(r.work[result.Next-r.in.From]))
			}
			result.Next++
		case !ended[refOf(label)] && len(r.in.Labels) > 0:
			result.Left = append(result.Left, refOf(label))
		}
	}
	return result
}

// lingering is a context that ends a while after another.
func lingering(ctx context.Context, while time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(while, cancel) })
	return longer, func() { stop(); cancel() }
}
