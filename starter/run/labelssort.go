package run

import (
	"bytes"
	"encoding/json"
	"math"
	"os"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/tool"
)

// keyByOrders sorts labels as a run would sort the orders of a manifest. A label
// of none of them comes last.
func (c *labelsJoinCommand) keyByOrders(order books.Sort) (func(tool.Label) tool.Key, error) {
	if order.Has(books.ByBin) {
		if c.Bins == "" {
			return nil, usageProblem(binsHint, "the key bin needs to know in which bin a SKU lies")
		}
		bins, err := ReadBinsFile(c.Bins)
		if err != nil {
			return nil, err
		}
		order.Bins = bins
	}
	manifest, err := readOrdersManifest(c.Orders)
	if err != nil {
		return nil, err
	}
	entries := lo.Map(manifest.Rows, func(r books.Row, _ int) books.Entry { return books.Entry{Order: r.Order()} })
	pile := order.Pile(entries)
	finder := labels.NewFinder(lo.Map(pile, func(e books.Entry, _ int) labels.Order {
		return labels.Order{ID: e.Order.ID, Tracking: e.Order.TrackingNumber, References: []string{e.Order.OrderNumber, e.Order.Code}}
	}))
	return func(l tool.Label) tool.Key {
		if row, found := finder.Find(l.File, l.Texts); found {
			return tool.Key{Row: row}
		}
		return tool.Key{Row: math.MaxInt, Text: lo.CoalesceOrEmpty(l.Order, l.File)}
	}, nil
}

func readOrdersManifest(path string) (books.Manifest, error) {
	const hint = "give the manifest.json of a run"
	data, err := os.ReadFile(path)
	if err != nil {
		return books.Manifest{}, usageProblem(hint, "--orders: %v", err)
	}
	var manifest books.Manifest
	if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &manifest); err != nil {
		return manifest, usageProblem(hint, "--orders %s is no manifest: %v", path, err)
	}
	if len(manifest.Rows) == 0 {
		return manifest, usageProblem(hint, "--orders %s has no rows", path)
	}
	return manifest, nil
}
