package client

import (
	"context"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/printing/book"
)

// ReadPrintedManifest reads a run's manifest with what printers have done with its labels so far.
func ReadPrintedManifest(ctx context.Context, store Store, result contract.RunResult) (contract.Manifest, error) {
	manifest, err := ReadManifest(ctx, store, result)
	if err != nil {
		return manifest, err
	}
	return manifest, AddPrints(ctx, store, result.Merchant, manifest)
}

// AddPrints writes into the rows of a manifest what printers have done with its labels so far, for whichever
// run. It reads one small object per label.
func AddPrints(ctx context.Context, store book.Reader, merchant string, manifest contract.Manifest) error {
	records, err := book.ReadRecords(ctx, store, merchant, LabelsOf(manifest))
	if err != nil {
		return err
	}
	for _, row := range manifest.Rows {
		for i := range row.Labels {
			row.Labels[i].LabelPrints = records[contract.LabelRef{Order: row.ID, Label: i + 1}].Summary()
		}
	}
	return nil
}

// LabelsOf names the labels in a run's files, in the order of the pile.
func LabelsOf(manifest contract.Manifest) []contract.LabelRef {
	var all []contract.LabelRef
	for _, row := range manifest.Rows {
		if row.Position == nil {
			continue
		}
		for i := range row.ToPrint() {
			all = append(all, contract.LabelRef{Order: row.ID, Label: i + 1})
		}
	}
	return all
}
