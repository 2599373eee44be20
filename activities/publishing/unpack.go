package publishing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/storage"
)

// labelData reads a label. One that stands in a pack is checked: what stands in its place may be another's.
func (a *Publishing) labelData(ctx context.Context, label books.Label) ([]byte, error) {
	if label.Pack == "" {
		return a.Store.ReadAll(ctx, label.Key, activities.SingleLimit)
	}
	data, err := a.Store.ReadPlace(ctx, storage.Place{Key: label.Pack, From: label.From, Bytes: label.Bytes}, activities.SingleLimit)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != label.SHA256 {
		return nil, fmt.Errorf("label %s is not where %s should hold it: %w", label.Key, label.Pack, storage.ErrNotFound)
	}
	return data, nil
}
