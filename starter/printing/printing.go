package printing

import (
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/starter/tables"
	"github.com/despacho/despacho/starter/usage"
)

// Flags say in which order, on which paper and with what beside them
// the labels of a run are printed; for programs that start one with kong.
type Flags struct {
	Sort       string `placeholder:"KEYS" help:"Order of the pile, keys between commas: ${sorts}; default ${sort}."`
	Reverse    bool   `help:"Reverse the pile, for printers that stack face up."`
	Group      string `placeholder:"BY" help:"One file per format for each channel, shop, courier or warehouse; default none. Mercado Libre Flex always has a file of its own."`
	Bins       string `placeholder:"FILE" type:"path" help:"The bin of each SKU: CSV or XLSX with the columns sku and bin, or JSON {\"SKU\": \"bin\"}; for the sort key bin and for the lists."`
	Stock      string `placeholder:"STOCK" help:"Paper of PDF labels: ${stocks}; default ${stock}."`
	Fit        string `placeholder:"HOW" help:"What happens to a PDF page that is larger than its paper: ${fits}; ${fit} by default."`
	Start      int    `placeholder:"N" help:"Slot of the first sheet that the first PDF label takes; default 1."`
	Part       int    `placeholder:"N" help:"Split files so that none holds more than N labels; default no split."`
	Stamp      bool   `help:"Put the running number and the items on each label."`
	Lists      bool   `help:"Also make a picking and a packing list, each as XLSX and PDF."`
	OneRoll    bool   `help:"Put all labels into one ZPL file, for a label printer: PDF labels become graphics, whose barcodes are read back."`
	DPI        int    `name:"dpi" placeholder:"203" help:"Density of the label printer for --one-roll: 203 or 300 dpi; default 203."`
	Separators bool   `help:"Put a page before and a page after the labels of each file."`
}

// Printing is what the flags ask for, but for the bins, which go into the store
// ([PutBins]). Errors name the flag.
func (f Flags) Printing() (contract.Printing, error) {
	p := contract.Printing{
		Sort: f.Sort, Reverse: f.Reverse, Group: f.Group, Stock: f.Stock, Fit: f.Fit, Start: f.Start, Part: f.Part,
		Stamp: f.Stamp, Lists: f.Lists, Separators: f.Separators, OneRoll: f.OneRoll, DPI: f.DPI,
	}
	order, err := contract.ParseSort(f.Sort)
	if err != nil {
		return p, usage.Errorf("", "--sort: %v", err)
	}
	if order.Has(contract.ByBin) && f.Bins == "" {
		return p, usage.Errorf(tables.BinsHint, "--sort %s needs to know the bin of each SKU", f.Sort)
	}
	if _, err := contract.ParseGroup(f.Group); err != nil {
		return p, usage.Errorf("", "--group: %v", err)
	}
	if _, err := contract.ParseStock(f.Stock); err != nil {
		return p, usage.Errorf("", "--stock: %v", err)
	}
	if _, err := contract.ParseFit(f.Fit); err != nil {
		return p, usage.Errorf("", "--fit: %v", err)
	}
	if err := p.CheckStart(); err != nil {
		return p, usage.Errorf("", "--start: %v", err)
	}
	if err := p.CheckRoll(); err != nil {
		return p, usage.Errorf("", "--one-roll: %v", err)
	}
	if f.Part < 0 {
		return p, usage.Errorf("", "--part %d: must be at least 1", f.Part)
	}
	return p, nil
}

// ReadBins reads the file with the bins; nil without any.
func (f Flags) ReadBins() (map[string]string, error) {
	if f.Bins == "" {
		return nil, nil
	}
	return tables.ReadBins(f.Bins)
}
