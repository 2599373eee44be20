package activities

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

const (
	// leftFor is how long, in the hub's time, a change may go unread of a sale that is past the gate.
	leftFor = 6 * time.Hour
	// leftAtOnce is how many such sales are read at once.
	leftAtOnce = 500
	// leftHour is how the hour in which a change was left stands in its mark's key.
	leftHour = "20060102T15"
	// earlyFor is how long after the sale, in the hub's time, it is read every leftFor while it has no connection that the hub lists.
	earlyFor = 24 * time.Hour
)

// pastGate says that of all that can happen to the order, only a cancellation matters to the intake.
func (r IntakeRecord) pastGate() bool {
	return r.State != "" && r.State != IntakeHeldBack && r.Unread == "" && !r.early()
}

// early says that the order was read before its sale had a connection that the hub lists.
func (r IntakeRecord) early() bool { return r.State == IntakeUnsupported && r.Connection == "" }

// over says that nothing that happens to the order matters any more.
func (r IntakeRecord) over() bool {
	return slices.Contains([]IntakeState{IntakeTakeOut, IntakeEnded, IntakeClosed}, r.State)
}

// leaveNotice says whether a webhook's sale is left to the next poll, whose light
// list tells of a cancelled sale without a call for each.
func (t *taking) leaveNotice(ctx context.Context, checkout string) (bool, error) {
	if t.source != ByWebhook {
		return false, nil
	}
	t.mu.Lock()
	reading := t.seen[checkout]
	t.mu.Unlock()
	if reading {
		return true, nil // since after the notice came
	}
	known, err := saleRecord(ctx, t.store, t.merchant, checkout)
	if err != nil {
		return false, err
	}
	left, err := t.leave(ctx, checkout, known)
	if left {
		t.count(func(n *TakenNotices) { n.Left++ })
	}
	return left, err
}

// leaveChanged says whether a sale that a poll lists as changed is left: it was
// read not long ago, and its line in the list does not say that it is off.
func (t *taking) leaveChanged(ctx context.Context, light multivende.CheckoutLight, known *intakeSale) (bool, error) {
	s := saleOf(multivende.Checkout{Status: light.Status, PaymentStatus: light.PaymentStatus, VerificationStatus: light.VerificationStatus}, t.words())
	if known == nil || !s.good() || t.now.Sub(known.ReadAt) > leftFor {
		return false, nil
	}
	return t.leave(ctx, light.ID, known)
}

// leave leaves a sale unread whose every delivery order is past the gate. Where
// one may still be cancelled alone, a mark has the sale read once leftFor has passed.
func (t *taking) leave(ctx context.Context, checkout string, known *intakeSale) (bool, error) {
	if known == nil || known.ReadAt.IsZero() || len(known.Orders) == 0 {
		return false, nil
	}
	over := true
	for _, order := range known.Orders {
		record, err := ReadIntakeRecord(ctx, t.store, t.merchant, order)
		if errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrKey) {
			return false, nil
		}
		if err != nil || !record.pastGate() {
			return false, err
		}
		over = over && record.over()
	}
	if over {
		return true, nil
	}
	return true, t.readLater(ctx, checkout)
}

// readLater has a sale read once leftFor has passed, unless it was read since.
func (t *taking) readLater(ctx context.Context, checkout string) error {
	return t.store.Put(ctx, storage.IntakeLeft(t.merchant, t.now.UTC().Format(leftHour), checkout), leftSale{checkout})
}

// leftSale is what the mark of a sale holds whose change was left.
type leftSale struct {
	Checkout string `json:"checkout"`
}

// leftSales are the sales whose change was left in an hour up to last, the oldest first.
func (t *taking) leftSales(ctx context.Context, last string) ([]leftMark, error) {
	prefix := storage.IntakeLeftPrefix(t.merchant)
	var marks []leftMark
	err := t.store.List(ctx, prefix, func(o storage.Object) error {
		hour, _, _ := strings.Cut(strings.TrimPrefix(o.Key, prefix), "/")
		if hour > last || len(marks) == leftAtOnce {
			return errEnough
		}
		checkout, whole := storage.ID(o.Key, prefix+hour+"/", ".json")
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
	if errors.Is(err, errEnough) {
		err = nil
	}
	return marks, err
}

type leftMark struct{ key, hour, checkout string }

// leftLongEnough are the notices of the sales whose change was left leftFor ago
// and that were not read since; the marks of the others are taken away.
func (t *taking) leftLongEnough(ctx context.Context) ([]string, error) {
	marks, err := t.leftSales(ctx, t.now.Add(-leftFor).UTC().Format(leftHour))
	if err != nil {
		return nil, err
	}
	var notices, done []string
	for _, mark := range marks {
		known, err := saleRecord(ctx, t.store, t.merchant, mark.checkout)
		if err != nil {
			return nil, err
		}
		left, err := time.Parse(leftHour, mark.hour)
		if err != nil || known == nil || !known.ReadAt.Before(left.Add(time.Hour)) {
			done = append(done, mark.key)
			continue
		}
		notices = append(notices, CheckoutNotice+"/"+mark.checkout)
	}
	return lo.Uniq(notices), t.store.Delete(ctx, done...)
}
