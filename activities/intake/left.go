package intake

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

const (
	// rereadLeftAfter is how long, in the hub's time, a change may go unread of a sale that is past the gate.
	rereadLeftAfter = 6 * time.Hour
	// leftSalesAtOnce is how many such sales are read at once.
	leftSalesAtOnce = 500
	// leftHour is how the hour in which a change was left stands in its mark's key.
	leftHour = "20060102T15"
	// leftLists is where, behind its hour, marks stand that are of several sales.
	leftLists = "lists/"
	// earlyFor is how long after the sale, in the hub's time, it is read every leftFor while it has no connection that the hub lists.
	earlyFor = 24 * time.Hour
)

// leaveNotification says whether a webhook's sale is left to the next poll, whose light
// list tells of a cancelled sale without a call for each.
func (t *taking) leaveNotification(ctx context.Context, checkout string) (bool, error) {
	if t.source != contract.ByWebhook {
		return false, nil
	}
	t.mu.Lock()
	reading := t.seen[checkout]
	t.mu.Unlock()
	if reading {
		return true, nil // since after the notification came
	}
	known, etag, err := intakebook.TaggedSale(ctx, t.store, t.merchant, checkout)
	if err != nil {
		return false, err
	}
	t.mu.Lock()
	t.sales[checkout] = taggedSale{known, etag}
	t.mu.Unlock()
	left, err := t.leave(ctx, checkout, known)
	if left {
		t.count(func(n *intakebook.TakenNotifications) { n.Left++ })
	}
	return left, err
}

// leaveChanged says whether a sale that a poll lists as changed is left: it was
// read not long ago, and its line in the list does not say that it is off.
func (t *taking) leaveChanged(ctx context.Context, light multivende.CheckoutLight, known *intakebook.IntakeSale) (bool, error) {
	s := orders.SaleOf(multivende.Checkout{Status: light.Status, PaymentStatus: light.PaymentStatus, VerificationStatus: light.VerificationStatus}, t.words())
	if known == nil || !s.Good() || t.now.Sub(known.ReadAt) > rereadLeftAfter {
		return false, nil
	}
	return t.leave(ctx, light.ID, known)
}

// leave leaves a sale unread whose every delivery order is past the gate. Where
// one may still be cancelled alone, [taking.keepLeft] has the sale read once leftFor has passed.
func (t *taking) leave(ctx context.Context, checkout string, known *intakebook.IntakeSale) (bool, error) {
	if known == nil || known.ReadAt.IsZero() || len(known.Orders) == 0 {
		return false, nil
	}
	over := true
	for _, order := range known.Orders {
		record, err := intakebook.ReadIntakeRecord(ctx, t.store, t.merchant, order)
		if errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrKey) {
			return false, nil
		}
		if err != nil || !isPastGate(record) {
			return false, err
		}
		over = over && isOver(record)
	}
	if over {
		return true, nil
	}
	key, hour := t.merchant+"/"+checkout, t.now.UTC().Truncate(time.Hour)
	if t.recalled.isLeftAlready(key, hour, known.ReadAt) {
		return true, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.leaving = append(t.leaving, checkout)
	return true, nil
}

// keepLeft marks the sales that this step has left unread, or returns them, and says then that their
// notifications are taken up.
func (t *taking) keepLeft(ctx context.Context) error {
	t.mu.Lock()
	sales, notifications := lo.Uniq(t.leaving), t.left
	t.leaving, t.left = nil, nil
	if t.returnsLeft {
		t.taken.LeftSales = lo.Uniq(slices.Concat(t.taken.LeftSales, sales))
		sales = nil
	}
	t.mu.Unlock()
	if err := t.markLeft(ctx, sales); err != nil {
		return err
	}
	for _, id := range notifications {
		t.finish(ctx, id)
	}
	return nil
}

// markLeft has sales read once leftFor has passed, all of them by one object: a run's labels change hundreds of
// sales at once.
func (t *taking) markLeft(ctx context.Context, sales []string) error {
	sales = slices.Sorted(slices.Values(sales))
	for _, part := range lo.Chunk(sales, leftSalesAtOnce) {
		if err := t.readAllLater(ctx, part); err != nil {
			return err
		}
	}
	for _, sale := range sales {
		t.recalled.leave(t.merchant+"/"+sale, t.now.UTC().Truncate(time.Hour))
	}
	return nil
}

// readAllLater is readLater of several sales.
func (t *taking) readAllLater(ctx context.Context, sales []string) error {
	if len(sales) == 1 {
		return t.readLater(ctx, sales[0])
	}
	list := intakebook.Digest(strings.Join(sales, "\n"))
	return t.store.Put(ctx, storage.IntakeLeftList(t.merchant, t.now.UTC().Format(leftHour), list), leftSales{sales})
}

// readLater has a sale read once leftFor has passed, unless it was read since.
func (t *taking) readLater(ctx context.Context, checkout string) error {
	return t.store.Put(ctx, storage.IntakeLeft(t.merchant, t.now.UTC().Format(leftHour), checkout), leftSale{checkout})
}

// leftSale is what the mark of a sale holds whose change was left.
type leftSale struct {
	Checkout string `json:"checkout"`
}

// leftSales is what a mark holds that stands for several.
type leftSales struct {
	Checkouts []string `json:"checkouts"`
}

// markedAsLeft are the sales whose change was left in an hour up to last, the oldest first.
func (t *taking) markedAsLeft(ctx context.Context, last string) ([]leftMark, error) {
	prefix := storage.IntakeLeftPrefix(t.merchant)
	var marks []leftMark
	err := t.store.List(ctx, prefix, func(o storage.Object) error {
		hour, _, _ := strings.Cut(strings.TrimPrefix(o.Key, prefix), "/")
		if hour > last || len(marks) >= leftSalesAtOnce {
			return activities.ErrEnough
		}
		if strings.HasPrefix(o.Key, prefix+hour+"/"+leftLists) {
			var left leftSales
			if err := t.store.Get(ctx, o.Key, &left); err != nil {
				return lo.Ternary(errors.Is(err, storage.ErrNotFound), nil, err)
			}
			for _, checkout := range left.Checkouts {
				marks = append(marks, leftMark{o.Key, hour, checkout})
			}
			return nil
		}
		checkout, whole := storage.IDInKey(o.Key, prefix+hour+"/", ".json")
		if !whole {
			var left leftSale
			if err := t.store.Get(ctx, o.Key, &left); err != nil {
				return err
			}
			checkout = left.Checkout
		}
		marks = append(marks, leftMark{o.Key, hour, checkout})
		return nil
	})
	if errors.Is(err, activities.ErrEnough) {
		err = nil
	}
	return marks, err
}

type leftMark struct{ key, hour, checkout string }

// leftLongEnough are the notifications of the sales whose change was left leftFor ago
// and that were not read since; the marks of the others are taken away.
func (t *taking) leftLongEnough(ctx context.Context) ([]string, error) {
	marks, err := t.markedAsLeft(ctx, t.now.Add(-rereadLeftAfter).UTC().Format(leftHour))
	if err != nil {
		return nil, err
	}
	var notifications, done, kept []string
	for _, mark := range marks {
		known, err := intakebook.SaleRecord(ctx, t.store, t.merchant, mark.checkout)
		if err != nil {
			return nil, err
		}
		left, err := time.Parse(leftHour, mark.hour)
		if err != nil || known == nil || !known.ReadAt.Before(left.Add(time.Hour)) {
			done = append(done, mark.key)
			continue
		}
		notifications, kept = append(notifications, CheckoutNotification+"/"+mark.checkout), append(kept, mark.key)
	}
	return lo.Uniq(notifications), t.store.Delete(ctx, lo.Uniq(lo.Without(done, kept...))...)
}

// isPastGate says that of all that can happen to the order, only a cancellation matters to the intake.
func isPastGate(r contract.IntakeRecord) bool {
	return r.State != "" && r.State != contract.IntakeHeldBack && r.Unread == "" && !isEarly(r)
}

// isEarly says that the order was read before its sale had a connection that the hub lists.
func isEarly(r contract.IntakeRecord) bool {
	return r.State == contract.IntakeUnsupported && r.Connection == ""
}

// isOver says that nothing that happens to the order matters any more.
func isOver(r contract.IntakeRecord) bool {
	return slices.Contains([]contract.IntakeOrderState{contract.IntakeTakeOut, contract.IntakeEnded, contract.IntakeClosed}, r.State)
}
