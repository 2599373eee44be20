package client

import (
	"context"
	"encoding/json"

	"github.com/despacho/despacho/storage"
)

// PutBins puts bins into the store, among a run's objects, and returns their key
// for Printing.BinsKey; "" without any.
func PutBins(ctx context.Context, store Store, merchant, key string, bins map[string]string) (string, error) {
	if bins == nil {
		return "", nil
	}
	data, err := json.Marshal(bins)
	if err != nil {
		return "", err
	}
	file, err := store.PutBytes(ctx, storage.RunBinsPrefix(merchant, key), ".json", "application/json", data)
	return file.Key, err
}
