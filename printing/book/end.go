package book

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// WriteEnd writes how a claimed print ended. Whoever took the claim for lost meanwhile is corrected; what a
// person said of it stands, and is returned.
func WriteEnd(ctx context.Context, store Store, entry Entry, state contract.PrintState, why contract.Reason, now time.Time) (Entry, error) {
	claim := entry.Last().Claim
	for range claimTries {
		entry = entry.with(func(p *contract.Print) { p.State, p.Reason, p.ChangedAt = state, why, now.UTC() })
		written, err := entry.write(ctx, store)
		if !errors.Is(err, storage.ErrChanged) {
			return written, err
		}
		if entry, err = ReadEntry(ctx, store, entry.Merchant, contract.LabelRef{Order: entry.Order, Label: entry.Label}); err != nil {
			return entry, err
		}
		if last := entry.Last(); last.Claim != claim || last.SettledBy != "" || last.State == state {
			return entry, nil
		}
	}
	return entry, fmt.Errorf("the record of label %d of order %s changes all the time", entry.Label, entry.Order)
}

// Settle writes what a person says became of a job's label in doubt. One that is settled stays as it is.
func Settle(ctx context.Context, store Store, request contract.SettleRequest, ref contract.LabelRef, state contract.PrintState, now time.Time) (Entry, error) {
	for range claimTries {
		entry, err := ReadEntry(ctx, store, request.Merchant, ref)
		if err != nil {
			return entry, err
		}
		last := entry.Last()
		if last.Job != request.Job || last.SettledBy != "" || !last.State.MayBeOnPaper() || last.State.IsOnPaper() && state == contract.PrintConfirmed {
			return entry, nil
		}
		entry = entry.with(func(p *contract.Print) { p.State, p.SettledBy, p.ChangedAt = state, request.Person, now.UTC() })
		if entry, err = entry.write(ctx, store); !errors.Is(err, storage.ErrChanged) {
			return entry, err
		}
	}
	return Entry{}, fmt.Errorf("the record of label %d of order %s changes all the time", ref.Label, ref.Order)
}

// with returns the entry with its newest print changed.
func (e Entry) with(change func(*contract.Print)) Entry {
	e.Prints = append([]contract.Print(nil), e.Prints...)
	change(&e.Prints[len(e.Prints)-1])
	return e
}

func (e Entry) write(ctx context.Context, store Store) (Entry, error) {
	tag, err := store.PutIf(ctx, storage.PrintRecord(e.Merchant, e.Order, e.Label), e.PrintRecord, e.etag)
	if err == nil {
		e.etag = tag
	}
	return e, err
}
