package contract

import (
	"errors"
	"fmt"
)

// Printing says in which order a run's labels are printed, on which paper, and
// with what beside them. The zero value is one file per format in the default
// order, pages as they came.
type Printing struct {
	// Sort is the order of the pile ([ParseSort]); default [DefaultSort].
	Sort string `json:"sort,omitempty"`
	// Reverse turns each group's pile over.
	Reverse bool `json:"reverse,omitempty"`
	// Group splits the pile into files: "channel", "shop", "courier", "warehouse"; default none.
	Group string `json:"group,omitempty"`
	// BinsKey is the key of an object {"SKU": "bin", …}; the sort key bin needs it.
	BinsKey string `json:"bins_key,omitempty"`
	// Stock is the paper of PDF labels ([Stocks]); default as-is.
	Stock string `json:"stock,omitempty"`
	// Fit is how a PDF page that is larger than its room gets there ([Fits]); default content, and on
	// sheets page where that shrinks it by no more than 5 %.
	Fit string `json:"fit,omitempty"`
	// Start is the slot of the first sheet that the first PDF label takes, from 1.
	Start int `json:"start,omitempty"`
	// Part splits files so that none holds more labels; 0 does not.
	Part int `json:"part,omitempty"`
	// Stamp puts the running number and the items on each label.
	Stamp bool `json:"stamp,omitempty"`
	// Lists makes a picking and a packing list, each as XLSX and PDF.
	Lists bool `json:"lists,omitempty"`
	// OneRoll makes one ZPL file of all labels, for a label printer: PDF labels become graphics.
	OneRoll bool `json:"one_roll,omitempty"`
	// DPI is the density of that printer, 203 (default) or 300.
	DPI int `json:"dpi,omitempty"`
	// Separators puts a page before and a closing page behind the labels of each file.
	Separators bool `json:"separators,omitempty"`
}

// Check names everything that is wrong.
func (p Printing) Check() error {
	order, orderErr := p.Order()
	_, groupErr := ParseGroup(p.Group)
	_, fitErr := ParseFit(p.Fit)
	wrong := []error{orderErr, groupErr, p.CheckStart(), fitErr}
	if order.Has(ByBin) && p.BinsKey == "" {
		wrong = append(wrong, errors.New("sort: the key bin needs to be told in which bin each SKU lies (bins_key)"))
	}
	if p.Part < 0 {
		wrong = append(wrong, fmt.Errorf("part is %d; a file holds at least 1 label", p.Part))
	}
	return errors.Join(append(wrong, p.CheckRoll())...)
}

// CheckRoll says whether labels can be printed on one roll as is asked.
func (p Printing) CheckRoll() error {
	stock, err := ParseStock(p.Stock)
	switch {
	case !p.OneRoll && p.DPI != 0:
		return errors.New("dpi is the density of the label printer of one_roll")
	case !p.OneRoll || err != nil:
		return nil
	case p.DPI != 0 && p.DPI != DefaultDPI && p.DPI != 300:
		return fmt.Errorf("dpi is %d; there are label printers of 203 and 300 dpi", p.DPI)
	case StockSlots(stock) > 1:
		return fmt.Errorf("one_roll needs a stock with one label on a page, not %s", stock)
	}
	return nil
}

// DefaultDPI is the density of a label printer of which nothing is said.
const DefaultDPI = 203

// CheckStart says whether the stock is one and its pages have the start slot.
func (p Printing) CheckStart() error {
	stock, err := ParseStock(p.Stock)
	if err == nil && (p.Start < 0 || p.Start > StockSlots(stock)) {
		err = fmt.Errorf("start slot %d: a page of %s has slots 1 to %d", p.Start, stock, StockSlots(stock))
	}
	return err
}

// Order is the order of the pile, turned over where Sort or Reverse says so.
func (p Printing) Order() (SortOrder, error) {
	order, err := ParseSort(p.Sort)
	order.Reverse = order.Reverse || p.Reverse
	return order, err
}

// Canonical is the same with what is the default left out, so that two that ask
// for the same are equal. What is wrong stays as it is.
func (p Printing) Canonical() Printing {
	if order, err := p.Order(); err == nil {
		p.Reverse, order.Reverse = order.Reverse, false
		p.Sort = unless(order.String(), DefaultSort)
	}
	if group, err := ParseGroup(p.Group); err == nil {
		p.Group = string(group)
	}
	if stock, err := ParseStock(p.Stock); err == nil {
		p.Stock = unless(stock, AsIs)
	}
	if fit, err := ParseFit(p.Fit); err == nil {
		p.Fit = fit
		if p.Stock == "" || fit == FitContent && StockSlots(p.Stock) == 1 {
			p.Fit = ""
		}
	}
	if p.DPI == DefaultDPI {
		p.DPI = 0
	}
	if p.Start == 1 {
		p.Start = 0
	}
	return p
}

// unless is the text, or "" for what is the default.
func unless(text, isDefault string) string {
	if text == isDefault {
		return ""
	}
	return text
}

// MaxBins is how many SKUs an object with bins may name.
const MaxBins = 100_000
