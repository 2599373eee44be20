package run

import (
	"context"
	"encoding/json"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/storage"
)

// PrintingFlags say in which order, on which paper and with what beside them
// the labels of a run are printed; for programs that start one with kong.
type PrintingFlags struct {
	Sort       string `placeholder:"KEYS" help:"Order of the pile, keys between commas: single-first, sku, bin, deadline, courier, order, sold, channel; default single-first,deadline,order."`
	Reverse    bool   `help:"Turn the pile over, for printers that stack face up."`
	Group      string `placeholder:"BY" help:"One file a format for each channel, courier or warehouse; default none. Mercado Libre Flex always has a file of its own."`
	Bins       string `placeholder:"FILE" type:"path" help:"In which bin each SKU lies: CSV or XLSX with the columns sku and bin, or JSON {\"SKU\": \"bin\"}; for the key bin and for the lists."`
	Stock      string `placeholder:"STOCK" help:"Paper of PDF labels: 4x6in, 10x15cm, 10x20cm, a6, a4-2up, a4-3up, a4-4up, letter-2up or as-is; default as-is."`
	Start      int    `placeholder:"N" help:"Slot of the first sheet that the first PDF label takes; default 1."`
	Part       int    `placeholder:"N" help:"Split files so that none holds more than N labels; default no split."`
	Stamp      bool   `help:"Put the running number and the items on each label."`
	Lists      bool   `help:"Also make a picking and a packing list, each as XLSX and PDF."`
	Separators bool   `help:"Put a page before and a closing page behind the labels of each file."`
}

// Printing is what the flags ask for, but for the bins, which go into the store
// ([PutBins]). Errors name the flag.
func (f PrintingFlags) Printing() (activities.Printing, error) {
	p := activities.Printing{
		Sort: f.Sort, Reverse: f.Reverse, Group: f.Group, Stock: f.Stock, Start: f.Start, Part: f.Part,
		Stamp: f.Stamp, Lists: f.Lists, Separators: f.Separators,
	}
	sort, err := books.ParseSort(f.Sort)
	if err != nil {
		return p, usageProblem("", "--sort: %v", err)
	}
	if sort.Has(books.ByBin) && f.Bins == "" {
		return p, usageProblem(binsHint, "--sort %s needs to know in which bin each SKU lies", f.Sort)
	}
	if _, err := books.ParseGroup(f.Group); err != nil {
		return p, usageProblem("", "--group: %v", err)
	}
	stock, err := pdf.ParseStock(f.Stock)
	if err != nil {
		return p, usageProblem("", "--stock: %v", err)
	}
	if err := (pdf.Layout{Stock: stock, Start: f.Start}).Check(); err != nil {
		return p, usageProblem("", "--start: %v", err)
	}
	if f.Part < 0 {
		return p, usageProblem("", "--part %d: at least 1 is needed", f.Part)
	}
	return p, nil
}

// ReadBins reads the file with the bins; nil without any.
func (f PrintingFlags) ReadBins() (map[string]string, error) {
	if f.Bins == "" {
		return nil, nil
	}
	return ReadBinsFile(f.Bins)
}

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
