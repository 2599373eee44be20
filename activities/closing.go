package activities

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/storage"
)

// CloseBooks takes what became of the statuses sent after publishing, and puts
// the run's manifest, as JSON and as CSV, once.
func (a *Publishing) CloseBooks(ctx context.Context, in PublishInput) (books.ManifestKeys, error) {
	keys, err := a.closeBooks(ctx, in)
	return keys, translate(err)
}

func (a *Publishing) closeBooks(ctx context.Context, in PublishInput) (books.ManifestKeys, error) {
	keys := books.ManifestKeys{JSON: storage.ManifestJSON(in.Merchant, in.Run), CSV: storage.ManifestCSV(in.Merchant, in.Run)}
	pile, err := a.pile(ctx, in)
	if err != nil {
		return keys, err
	}
	manifest := pile.Manifest
	if err := a.takeStatuses(ctx, in, &manifest); err != nil {
		return keys, err
	}
	data, err := json.Marshal(manifest)
	if err != nil {
		return keys, err
	}
	existed, err := a.Store.PutBytesOnce(ctx, keys.JSON, "application/json", data)
	if err != nil {
		return keys, err
	}
	if existed {
		if err := a.Store.Get(ctx, keys.JSON, &manifest); err != nil {
			return keys, err
		}
	}
	var table bytes.Buffer
	if err := manifest.WriteCSV(&table); err != nil {
		return keys, err
	}
	_, err = a.Store.PutBytesOnce(ctx, keys.CSV, "text/csv; charset=utf-8", table.Bytes())
	return keys, err
}

// takeStatuses writes into the rows how the statuses stand that were sent once the labels were printed.
func (a *Publishing) takeStatuses(ctx context.Context, in PublishInput, manifest *books.Manifest) error {
	rows := map[string]*books.Row{}
	for i := range manifest.Rows {
		rows[manifest.Rows[i].ID] = &manifest.Rows[i]
	}
	for _, c := range in.Connections {
		if c.Connection.channel().StatusAfter == "" {
			continue
		}
		pages, err := connectionPages(ctx, a.Store, in.Merchant, in.Run, c.Connection.ID)
		if err != nil {
			return err
		}
		after := lo.Filter(pages, func(p books.NamedPage, _ int) bool { return p.Generation == lastGeneration })
		for _, e := range books.Settle(after, books.Rest{}).Entries {
			row := rows[e.Order.ID]
			if row == nil || row.Outcome != books.Labelled {
				continue
			}
			row.Status = lo.CoalesceOrEmpty(e.Status, row.Status)
			row.Reason = lo.CoalesceOrEmpty(row.Reason, e.Reason)
		}
	}
	return nil
}
