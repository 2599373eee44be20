package intakebook

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// ReadIntakeRecord reads what the intake knows of an order; storage.ErrNotFound when nothing.
func ReadIntakeRecord(ctx context.Context, store *storage.Store, merchant, order string) (contract.IntakeRecord, error) {
	var record contract.IntakeRecord
	err := store.Get(ctx, storage.IntakeOrder(merchant, order), &record)
	return record, err
}

// recordTries bounds how often a change of a record is tried that others overtake.
const recordTries = 20

// ChangeRecord changes one order's record as [Changes.Record] does, and tidies up behind it.
func ChangeRecord(ctx context.Context, store *storage.Store, merchant, order string, change func(*contract.IntakeRecord)) (contract.IntakeRecord, error) {
	changes := &Changes{Store: store, Merchant: merchant}
	record, err := changes.Record(ctx, order, change)
	if err != nil {
		return record, err
	}
	return record, changes.Tidy(ctx)
}

// Changes changes records of a merchant. Whoever is through with them calls [Changes.Tidy].
type Changes struct {
	Store    *storage.Store
	Merchant string
	// Tell, if set, hears of each change before it is written; one may be told twice, and one that others overtake is told as
	// well.
	Tell func(ctx context.Context, before, after contract.IntakeRecord) error

	mu     sync.Mutex
	noted  map[string]bool
	behind []string
}

// Record changes an order's record, whoever else changes it meanwhile: change is called again on
// what the other left. What the next look has to know is put before the record: the mark of its
// state, and a note where it moves into or out of a closed state. The mark of the old state goes
// with Tidy, so that no list misses the order; looks mend what a killed worker leaves.
func (c *Changes) Record(ctx context.Context, order string, change func(*contract.IntakeRecord)) (contract.IntakeRecord, error) {
	key := storage.IntakeOrder(c.Merchant, order)
	for range recordTries {
		var record contract.IntakeRecord
		etag, err := c.Store.GetTagged(ctx, key, &record)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return record, err
		}
		before := record
		change(&record)
		if record.State == "" || reflect.DeepEqual(before, record) {
			return record, nil
		}
		record.Order, record.ChangedAt = order, time.Now().UTC()
		if before.State == "" {
			record.FirstSeenAt = record.ChangedAt
		}
		if err := c.announce(ctx, before, record); err != nil {
			return record, err
		}
		_, err = c.Store.PutIf(ctx, key, record, etag)
		if errors.Is(err, storage.ErrChanged) {
			continue
		}
		if err == nil && before.State != "" && before.State != record.State {
			c.mu.Lock()
			c.behind = append(c.behind, storage.IntakeInState(c.Merchant, string(before.State), order))
			c.mu.Unlock()
		}
		return record, err
	}
	return contract.IntakeRecord{}, fmt.Errorf("the record of order %s could not be written: others keep changing it", order)
}

// announce puts what the next look finds a change by.
func (c *Changes) announce(ctx context.Context, before, after contract.IntakeRecord) error {
	if c.Tell != nil {
		if err := c.Tell(ctx, before, after); err != nil {
			return err
		}
	}
	if moves(before, after) && !c.isNoted(after.Order) {
		if err := noteMoved(ctx, c.Store, c.Merchant, after.Order, before.State); err != nil {
			return err
		}
	}
	if before.State == after.State && (!IsOpen(after.State) || looksAlike(before, after)) {
		return nil
	}
	return c.Store.Put(ctx, storage.IntakeInState(c.Merchant, string(after.State), after.Order), struct{}{})
}

// looksAlike says that a look which has read the one need not read the other.
func looksAlike(one, other contract.IntakeRecord) bool {
	for _, r := range []*contract.IntakeRecord{&one, &other} {
		r.UpdatedAt, r.OrderUpdatedAt, r.ChangedAt = time.Time{}, time.Time{}, time.Time{}
	}
	return reflect.DeepEqual(one, other)
}

// Tidy takes away the marks of the states in which the changed orders stood before.
func (c *Changes) Tidy(ctx context.Context) error {
	c.mu.Lock()
	behind := c.behind
	c.behind = nil
	c.mu.Unlock()
	if len(behind) == 0 {
		return nil
	}
	return c.Store.Delete(ctx, behind...)
}
