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

// labelData reads a label. One that stands in a pack gets an object of its own, because it is printed: the
// manifest names its key, and stations print from there.
func (a *Publishing) labelData(ctx context.Context, label books.Label) ([]byte, error) {
	if label.Pack == "" {
		return a.Store.ReadAll(ctx, label.Key, activities.SingleLimit)
	}
	if label.Bytes > activities.SingleLimit {
		return nil, fmt.Errorf("label %s: %w", label.Key, storage.ErrTooLarge)
	}
	data, err := a.Store.ReadPart(ctx, label.Pack, label.From, label.Bytes)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != label.SHA256 {
		return nil, fmt.Errorf("label %s is not where %s should hold it: %w", label.Key, label.Pack, storage.ErrNotFound)
	}
	_, err = a.Store.PutBytesOnce(ctx, label.Key, activities.ContentType(label.Format), data)
	return data, err
}
