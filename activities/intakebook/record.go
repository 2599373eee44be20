package intakebook

import (
	"context"
	"errors"
	"fmt"
	"reflect"
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

// ChangeRecord changes an order's record, whoever else changes it meanwhile:
// change is called again on what the other left. The mark of the order's new
// state is put before its record and that of the old one taken away behind it,
// so that no list misses it; LookOver mends what a killed worker leaves.
func ChangeRecord(ctx context.Context, store *storage.Store, merchant, order string, change func(*contract.IntakeRecord)) (contract.IntakeRecord, error) {
	key := storage.IntakeOrder(merchant, order)
	for range recordTries {
		var record contract.IntakeRecord
		etag, err := store.GetTagged(ctx, key, &record)
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
		if before.State != record.State {
			if err := store.Put(ctx, storage.IntakeInState(merchant, string(record.State), order), struct{}{}); err != nil {
				return record, err
			}
		}
		_, err = store.PutIf(ctx, key, record, etag)
		if errors.Is(err, storage.ErrChanged) {
			continue
		}
		if err != nil || before.State == "" || before.State == record.State {
			return record, err
		}
		return record, store.Delete(ctx, storage.IntakeInState(merchant, string(before.State), order))
	}
	return contract.IntakeRecord{}, fmt.Errorf("the record of order %s could not be written: others keep changing it", order)
}
