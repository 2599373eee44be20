package run

import (
	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/starter/tables"
)

const binsHint = `give --bins FILE: CSV or XLSX with the columns sku and bin, or JSON {"SKU": "bin", …}`

var binsLayout = tables.Layout{Pairs: true, MaxRows: activities.MaxBins, Columns: []tables.Column{skuColumn, binColumn}}

// ReadBinsFile reads in which bin each SKU lies, from CSV or XLSX (columns sku and
// bin, others are left alone) or a JSON object; at most 100,000 SKUs and 16 MiB.
// All mistakes are told at once, each with its place. SKUs without a bin are left out.
func ReadBinsFile(path string) (map[string]string, error) {
	table, err := readTable("--bins", path, binsHint, binsLayout)
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
			table.Refuse(row, "%q lies in %q here and in %q above", sku, bin, other)
			continue
		}
		bins[sku] = bin
	}
	if err := table.Err(); err != nil {
		return nil, usageProblem(binsHint, "%v", err)
	}
	if len(bins) == 0 {
		return nil, usageProblem(binsHint, "the bins file %s names no SKU", path)
	}
	return bins, nil
}
