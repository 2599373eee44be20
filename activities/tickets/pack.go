package tickets

import (
	"context"
	"fmt"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/scratch"
)

// packedLabels are where labels stand in an object that holds several, by their SHA-256.
type packedLabels map[string]packedLabel

type packedLabel struct {
	key  string
	from int64
}

// pack puts the labels of the result into one object. Copies stay in the hub's file, and a label alone gets an
// object of its own.
func (c *taskCollection) pack(ctx context.Context, orders []books.Order) error {
	file, err := scratch.Create(c.TempDir)
	if err != nil {
		return fmt.Errorf("open a file for labels: %w", err)
	}
	defer func() { _ = file.Close() }()
	places, from := map[string]int64{}, int64(0)
	for _, order := range orders {
		for _, label := range c.assigned.Labels[order.ID] {
			if _, there := places[label.SHA256]; there || label.IsCopy || len(label.Data) == 0 {
				continue
			}
			if _, err := file.Write(label.Data); err != nil {
				return fmt.Errorf("write a file for labels: %w", err)
			}
			places[label.SHA256] = from
			from += int64(len(label.Data))
		}
	}
	if len(places) < 2 {
		return nil
	}
	stored, err := c.Store.PutFile(ctx, storage.LabelPrefix(c.in.Merchant, c.in.Connection.ID), ".pack", "application/octet-stream", file)
	if err != nil {
		return err
	}
	c.packed = packedLabels{}
	for sum, at := range places {
		c.packed[sum] = packedLabel{stored.Key, at}
	}
	return nil
}

// storeLabel puts a label's file into the store, unless it is packed or a copy, and says where it is.
func (a *Documents) storeLabel(ctx context.Context, prefix string, label labels.Label, packed packedLabels) (books.Label, error) {
	stored := books.Label{
		Format: string(label.Format), SHA256: label.SHA256, Bytes: int64(len(label.Data)), Count: label.Count, Spare: label.IsCopy, Notes: notesOf(label),
	}
	if label.IsCopy {
		return stored, nil
	}
	extension := "." + string(label.Format)
	if place, there := packed[label.SHA256]; there {
		file, err := storage.FileOf(prefix, extension, label.SHA256, stored.Bytes)
		stored.Key, stored.Pack, stored.From = file.Key, place.key, place.from
		return stored, err
	}
	file, err := a.Store.PutBytes(ctx, prefix, extension, activities.ContentType(string(label.Format)), label.Data)
	stored.Key, stored.SHA256, stored.Bytes = file.Key, file.SHA256, file.Bytes
	return stored, err
}
