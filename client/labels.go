package client

import (
	"context"
	"errors"

	"github.com/samber/lo"

	"github.com/despacho/despacho/storage"
)

// StoredLabel is the file of a label of one order.
type StoredLabel struct {
	Key    string `json:"key"`
	Format string `json:"format"`
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
	// Count is its pages (PDF) or units (ZPL).
	Count int `json:"count,omitempty"`
	// Spare: the same label in another format, or once more.
	Spare bool `json:"spare,omitempty"`
	// Pack is an object that holds it among others, From where it begins there; empty when it is under Key.
	Pack string `json:"pack,omitempty"`
	From int64  `json:"from,omitempty"`
}

// Place is where its file stands.
func (l StoredLabel) Place() storage.Place {
	if l.Pack == "" {
		return storage.Place{Key: l.Key}
	}
	return storage.Place{Key: l.Pack, From: l.From, Bytes: l.Bytes}
}

// labelRecord is what the store says of an order's labels: by themselves while they wait for a run, within the
// record of a publication afterwards.
type labelRecord struct {
	Labels []StoredLabel `json:"labels"`
}

// LabelsOfOrder reads which labels of an order are in the store: those that wait for a run, else those that the run
// published that did so last; none when there is no label.
func LabelsOfOrder(ctx context.Context, store Store, merchant, connection, order string) ([]StoredLabel, error) {
	if connection != "" {
		var waiting labelRecord
		err := store.Get(ctx, storage.WaitingLabel(merchant, connection, order), &waiting)
		if err == nil || !errors.Is(err, storage.ErrNotFound) {
			return waiting.Labels, err
		}
	}
	var first, newest struct {
		Record labelRecord `json:"record"`
	}
	err := store.Get(ctx, storage.FirstPublication(merchant, order), &first)
	if err != nil {
		return nil, lo.Ternary(errors.Is(err, storage.ErrNotFound), nil, err)
	}
	last, err := storage.Newest(ctx, store, storage.PublishedPrefix(merchant, order), "")
	if err != nil || last.Key == "" {
		return first.Record.Labels, err
	}
	err = store.Get(ctx, last.Key, &newest)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, nil
	}
	return newest.Record.Labels, err
}
