package intake

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

const (
	// makingSize is how many orders a run that only makes labels is given at most.
	makingSize = 500
	// makingPause is after what time of the hub's an order that got no label is tried again; it
	// doubles each time, makingPauses times.
	makingPause  = 15 * time.Minute
	makingPauses = 6
)

// PrepareMakingInput asks for the runs that make the labels of queued orders.
type PrepareMakingInput struct {
	Merchant string `json:"merchant"`
	// Run begins the keys of the runs: no other making has the same.
	Run string `json:"run"`
	// Open are the connections for which labels are being made: theirs wait.
	Open []string `json:"open,omitempty"`
}

// PreparedMaking are the runs to be started; Left counts the orders that wait for the next ones.
type PreparedMaking struct {
	Makings []contract.Making `json:"makings"`
	Left    int               `json:"left,omitempty"`
}

// plannedMaking is a making with its orders, as it is put once.
type plannedMaking struct {
	contract.Making
	Records []contract.IntakeRecord `json:"records"`
}

// PrepareMaking gives the queued orders to runs that make their labels, one a
// connection, and notes it in their records. A later try prepares the same runs.
func (a *Intake) PrepareMaking(ctx context.Context, in PrepareMakingInput) (PreparedMaking, error) {
	var prepared PreparedMaking
	t, err := a.taking(ctx, in.Merchant, contract.ByPoll)
	if err != nil {
		return prepared, err
	}
	key := storage.IntakeList(in.Merchant, in.Run)
	var planned []plannedMaking
	err = a.Store.Get(ctx, key, &planned)
	if errors.Is(err, storage.ErrNotFound) {
		if planned, prepared.Left, err = t.planMaking(ctx, in); err == nil {
			_, err = a.Store.PutOnce(ctx, key, &planned)
		}
	}
	if err != nil {
		return prepared, err
	}
	for _, one := range planned {
		if one.OrdersKey, err = t.hand(ctx, one); err != nil {
			return prepared, err
		}
		prepared.Makings = append(prepared.Makings, one.Making)
	}
	return prepared, t.changes.Tidy(ctx)
}

// planMaking reads the queued orders and parts them by connection. Those whose
// label is not to be made any more wait again.
func (t *taking) planMaking(ctx context.Context, in PrepareMakingInput) ([]plannedMaking, int, error) {
	names, err := namesInState(ctx, t.store, t.merchant, contract.IntakeQueued)
	if err != nil {
		return nil, 0, err
	}
	var mu sync.Mutex
	queued := map[string][]contract.IntakeRecord{}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(activities.StoreParallel)
	for _, name := range names {
		group.Go(func() error {
			record, err := t.changes.Record(groupCtx, name, func(r *contract.IntakeRecord) {
				if r.State == contract.IntakeQueued {
					waitForLabel(r, t.policies)
				}
			})
			if err != nil || record.State != contract.IntakeQueued {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			queued[record.Connection] = append(queued[record.Connection], record)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, 0, err
	}
	planned, left := []plannedMaking{}, 0
	for i, connection := range sortedKeys(queued) {
		records := queued[connection]
		slices.SortFunc(records, func(a, b contract.IntakeRecord) int {
			return cmp.Or(a.Deadline.Compare(b.Deadline), cmp.Compare(a.Order, b.Order))
		})
		if slices.Contains(in.Open, connection) {
			continue // looked at again when its run has ended
		}
		left += max(len(records)-makingSize, 0)
		records = records[:min(len(records), makingSize)]
		making := contract.Making{Run: fmt.Sprintf("%s-%d", in.Run, i+1), Connection: connection, Orders: len(records)}
		planned = append(planned, plannedMaking{Making: making, Records: records})
	}
	return planned, left, nil
}

func sortedKeys[T any](m map[string]T) []string {
	keys := lo.Keys(m)
	slices.Sort(keys)
	return keys
}

// hand gives the orders to the run: it finds them resolved, so that the hub is not asked for them again.
func (t *taking) hand(ctx context.Context, one plannedMaking) (ordersKey string, err error) {
	references := lo.Map(one.Records, func(r contract.IntakeRecord, _ int) contract.OrderReference {
		return contract.OrderReference{Order: r.Order, Connection: r.Connection}
	})
	data, err := json.Marshal(references)
	if err != nil {
		return "", err
	}
	file, err := t.store.PutBytes(ctx, storage.RunOrdersPrefix(t.merchant, one.Run), ".json", "application/json", data)
	if err != nil {
		return "", err
	}
	pages := map[string]books.Page{one.Connection: {Pending: lo.Map(one.Records, func(r contract.IntakeRecord, _ int) books.Order { return orderOfRecord(r) })}}
	if _, err := t.store.PutOnce(ctx, storage.RunOutcome(t.merchant, one.Run, "resolved"), &pages); err != nil {
		return "", err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(activities.StoreParallel)
	for _, record := range one.Records {
		group.Go(func() error {
			_, err := t.changes.Record(ctx, record.Order, func(r *contract.IntakeRecord) {
				if r.State == contract.IntakeQueued {
					r.State, r.Run, r.Reason = contract.IntakeTaken, one.Run, wording.Reason(contract.WhyLabelBeingMade, "run", one.Run)
				}
			})
			return err
		})
	}
	return file.Key, group.Wait()
}

// TakeMadeInput names a run that only made labels and has ended.
type TakeMadeInput struct {
	Merchant string `json:"merchant"`
	Run      string `json:"run"`
}

// TakenMade is what became of the orders of such a run, in figures.
type TakenMade struct {
	Labelled int `json:"labelled"`
	// Left are those that have no label and wait again.
	Left int `json:"left,omitempty"`
}

// TakeMade notes in the records what became of the orders of a run that made labels.
func (a *Intake) TakeMade(ctx context.Context, in TakeMadeInput) (TakenMade, error) {
	t, err := a.taking(ctx, in.Merchant, contract.ByPoll)
	if err != nil {
		return TakenMade{}, err
	}
	var pages map[string]books.Page
	if err := a.Store.Get(ctx, storage.RunOutcome(in.Merchant, in.Run, "resolved"), &pages); err != nil {
		return TakenMade{}, err
	}
	var manifest contract.Manifest
	if err := a.Store.Get(ctx, storage.ManifestJSON(in.Merchant, in.Run), &manifest); err != nil && !errors.Is(err, storage.ErrNotFound) {
		return TakenMade{}, err
	}
	rows := lo.KeyBy(manifest.Rows, func(r contract.ManifestRow) string { return r.ID })
	given := lo.FlatMap(lo.Values(pages), func(p books.Page, _ int) []books.Order { return p.Pending })
	stored, err := storedLabels(ctx, a.Store, in.Merchant, lo.Map(given, func(o books.Order, _ int) string { return o.ConnectionID }))
	if err != nil {
		return TakenMade{}, err
	}
	if err := t.changes.WillMove(ctx, in.Run, lo.Map(given, func(o books.Order, _ int) string { return o.ID })); err != nil {
		return TakenMade{}, err
	}
	var taken TakenMade
	var mu sync.Mutex
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(activities.StoreParallel)
	for _, order := range given {
		group.Go(func() error {
			state, err := t.made(groupCtx, in.Run, order, rows[order.ID], stored)
			mu.Lock()
			defer mu.Unlock()
			taken.Labelled += lo.Ternary(state == contract.IntakeLabelled, 1, 0)
			taken.Left += lo.Ternary(state == contract.IntakeWaiting || state == contract.IntakeQueued, 1, 0)
			return err
		})
	}
	err = group.Wait()
	return taken, cmp.Or(err, t.changes.Tidy(ctx))
}

// made moves one order's record on by how it ended in the run that was to make its label.
func (t *taking) made(ctx context.Context, run string, order books.Order, row contract.ManifestRow, there map[string]bool) (contract.IntakeOrderState, error) {
	label := labelThere{stored: there[storage.WaitingLabel(t.merchant, order.ConnectionID, order.ID)]}
	if !label.stored {
		var err error
		if label, err = labelOf(ctx, t.store, t.merchant, order.ConnectionID, order.ID); err != nil {
			return "", err
		}
	}
	record, err := t.changes.Record(ctx, order.ID, func(r *contract.IntakeRecord) {
		if r.State != contract.IntakeTaken || r.Run != run {
			return
		}
		// It is nobody's now: the gate's word counts again.
		r.State = contract.IntakeWaiting
		switch row.Outcome {
		case contract.Cancelled:
			moveOn(r, contract.IntakeCancelled, row.Reason, label, t.policies)
			return
		case contract.HeldBack:
			moveOn(r, contract.IntakeHeldBack, row.Reason, label, t.policies)
			return
		case contract.Labelled, contract.AlreadyPrinted, contract.NotReady, contract.Unsupported, contract.StatusNotSynced, contract.Rejected,
			contract.UnknownOrder, contract.CorruptLabel, contract.NotAuthorised, contract.GaveUp:
		}
		tryLater(r, row, t.policies)
		moveOn(r, contract.IntakeWaiting, contract.Reason{}, label, t.policies)
	})
	return record.State, err
}

// orderOfRecord is the record as a run takes it up; the run reads its sale itself.
func orderOfRecord(r contract.IntakeRecord) books.Order {
	return books.Order{
		ID: r.Order, Code: r.Code, CheckoutID: r.Checkout, ConnectionID: r.Connection, Channel: r.Channel, OrderNumber: r.Number,
		ShippingMode: r.ShippingMode, HandlingDeadline: r.Deadline, SoldAt: r.Sold, Named: true,
	}
}

// tryLater lets an order that got no label wait, the longer the more often it was tried.
func tryLater(r *contract.IntakeRecord, row contract.ManifestRow, p policies) {
	r.Tries++
	r.NotBefore = p.now.Add(makingPause << min(r.Tries-1, makingPauses)).UTC()
	r.Reason = wording.Reason(contract.WhyRunEndedWithout, "run", r.Run)
	if row.ID != "" {
		r.Reason = wording.Join(wording.Reason(contract.WhyRunEndedAs, "run", r.Run, "outcome", string(row.Outcome)), row.Reason)
	}
}
