package publishing

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/contract/manifestcsv"
	"github.com/despacho/despacho/storage"
)

// CloseBooks takes what became of the statuses sent after publishing, and puts
// the run's manifest, as JSON and as CSV, once.
func (a *Publishing) CloseBooks(ctx context.Context, in PublishInput) (contract.ManifestKeys, error) {
	keys := contract.ManifestKeys{JSON: storage.ManifestJSON(in.Merchant, in.Run), CSV: storage.ManifestCSV(in.Merchant, in.Run)}
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
	if err := manifestcsv.Write(&table, manifest); err != nil {
		return keys, err
	}
	_, err = a.Store.PutBytesOnce(ctx, keys.CSV, "text/csv; charset=utf-8", table.Bytes())
	return keys, err
}

// takeStatuses writes into the rows how the statuses stand that were sent once the labels were printed.
func (a *Publishing) takeStatuses(ctx context.Context, in PublishInput, manifest *contract.Manifest) error {
	rows := map[string]*contract.ManifestRow{}
	for i := range manifest.Rows {
		rows[manifest.Rows[i].ID] = &manifest.Rows[i]
	}
	for _, c := range in.Connections {
		if c.Connection.Row().StatusAfter == "" {
			continue
		}
		pages, err := activities.ConnectionPages(ctx, a.Store, in.Merchant, in.Run, c.Connection.ID)
		if err != nil {
			return err
		}
		after := lo.Filter(pages, func(p books.NamedPage, _ int) bool { return p.Generation == activities.LastGeneration })
		for _, e := range books.SettlePages(after, books.RestOutcome{}).Entries {
			row := rows[e.Order.ID]
			if row == nil || row.Outcome != contract.Labelled {
				continue
			}
			row.Status = cmp.Or(e.Status, row.Status)
			row.Reason = contract.FirstReason(row.Reason, e.Reason)
		}
	}
	return nil
}
