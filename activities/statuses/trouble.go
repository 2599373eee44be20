package statuses

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
)

const (
	// troublePause is how long a row is left alone about which the hub gave no answer, the hub's time.
	troublePause = time.Minute
	// troubleWindows is how many windows a row has in all: 30 minutes.
	troubleWindows = 3
)

// troubles settles the rows that failed. Where others worked it is the order's own trouble: it is
// tried again later, for 30 minutes in all. Where nothing worked, and the hub cannot be reached, the
// step is tried again.
func (w *statusWork) troubles(ctx context.Context, results []result, picked []int, before []statusbook.OpenRow) error {
	var first error
	worked := false
	for _, i := range picked {
		switch err := results[i].err; {
		case err == nil:
			worked = true
		case !errors.Is(err, activities.ErrNotBegun) && (first == nil || !activities.MayPass(err)):
			first = err
		}
	}
	if first == nil {
		return nil
	}
	if !activities.MayPass(first) || !worked && w.hubIsAway(ctx) {
		return first
	}
	for n, i := range picked {
		if results[i].err != nil {
			results[i] = w.postponed(before[n], results[i])
		}
	}
	return nil
}

// hubIsAway asks the hub something simple.
func (w *statusWork) hubIsAway(ctx context.Context) bool {
	_, err := w.hub.AppInfo(ctx)
	return err != nil
}

// postponed leaves a row for later, or gives it up after 30 minutes.
func (w *statusWork) postponed(before statusbook.OpenRow, failed result) result {
	now := w.now()
	row := before
	if failed.open != nil {
		// What was learnt of the order before it failed stays.
		row.Connection, row.Channel, row.Note = failed.open.Connection, failed.open.Channel, failed.open.Note
		row.AskedAt, row.FirstAskedAt = failed.open.AskedAt, failed.open.FirstAskedAt
	}
	if errors.Is(failed.err, activities.ErrNotBegun) {
		row.NotBefore = now
		return result{open: &row}
	}
	row.TroubleAt = cmp.Or(row.TroubleAt, now)
	row.Trouble = contract.Cause(wording.Reason(contract.WhyStatusUnanswered, "detail", cmp.Or(activities.HubWords(failed.err), failed.err.Error())))
	row.NotBefore = now.Add(troublePause)
	since := lo.Ternary(row.FirstSentAt.IsZero(), row.TroubleAt, row.FirstSentAt)
	if now.Sub(since) >= troubleWindows*w.window {
		return w.endRow(row, contract.StatusLate, contract.Reason(row.Trouble), 0)
	}
	return result{open: &row}
}
