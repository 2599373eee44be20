package tables

import (
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/starter/usage"
)

// BinsHint says which columns a table of bins has.
const BinsHint = `give --bins FILE: CSV or XLSX with the columns sku and bin, or JSON {"SKU": "bin", …}`

var binsLayout = Layout{Pairs: true, MaxRows: contract.MaxBins, Columns: []Column{skuColumn, binColumn}}

// ReadBins reads in which bin each SKU lies, from CSV or XLSX (columns sku and
// bin, others are left alone) or a JSON object; at most 100,000 SKUs and 16 MiB.
// All mistakes are told at once, each with its place. SKUs without a bin are left out.
func ReadBins(path string) (map[string]string, error) {
	table, err := readTable("--bins", path, BinsHint, binsLayout)
	if err != nil {
		return nil, err
	}
	bins := map[string]string{}
	for _, row := range table.Rows {
		sku, bin := row.Cells[0], row.Cells[1]
		if row.Ruined || sku == "" || bin == "" {
			continue
		}
		if other, known := bins[sku]; known && other != bin {
			table.Refuse(row, "%q is in bin %q here and in %q above", sku, bin, other)
			continue
		}
		bins[sku] = bin
	}
	if err := table.Err(); err != nil {
		return nil, usage.Errorf(BinsHint, "%v", err)
	}
	if len(bins) == 0 {
		return nil, usage.Errorf(BinsHint, "the bins file %s names no SKU", path)
	}
	return bins, nil
}
