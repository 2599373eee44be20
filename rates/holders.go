package rates

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/despacho/despacho/storage"
)

// Holder is a worker that calls the hub for a merchant.
type Holder struct {
	// Worker begins with the name of its machine.
	Worker string
	// Part of the merchant's rate that is kept for it: 0 to 1.
	Part float64
}

// Holders are the workers that hold or want a share of a merchant's rate, as the label store shows it:
// one that was killed stands there until others have taken its share over.
func Holders(ctx context.Context, store Store, merchant string) ([]Holder, error) {
	var found ledger
	if _, err := store.GetTagged(ctx, storage.RateShares(), &found); err != nil && !errors.Is(err, storage.ErrNotFound) {
		return nil, err
	}
	var holders []Holder
	for worker, s := range found.others("", merchant) {
		holders = append(holders, Holder{worker, float64(s.Holds) / whole})
	}
	slices.SortFunc(holders, func(a, b Holder) int { return cmp.Compare(a.Worker, b.Worker) })
	return holders, nil
}
