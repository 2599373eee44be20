package activities

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/storage"
)

// Printing says in which order a run's labels are printed, on which paper, and
// with what beside them. The zero value is one file a format in the default
// order, pages as they came.
type Printing struct {
	// Sort is the order of the pile (books.ParseSort); default books.DefaultSort.
	Sort string `json:"sort,omitempty"`
	// Reverse turns each group's pile over.
	Reverse bool `json:"reverse,omitempty"`
	// Group splits the pile into files: "channel", "courier", "warehouse"; default none.
	Group string `json:"group,omitempty"`
	// BinsKey is the key of an object {"SKU": "bin", …}; the sort key bin needs it.
	BinsKey string `json:"bins_key,omitempty"`
	// Stock is the paper of PDF labels (pdf.StockNames); default as-is.
	Stock string `json:"stock,omitempty"`
	// Start is the slot of the first sheet that the first PDF label takes, from 1.
	Start int `json:"start,omitempty"`
	// Part splits files so that none holds more labels; 0 does not.
	Part int `json:"part,omitempty"`
	// Stamp puts the running number and the items on each label.
	Stamp bool `json:"stamp,omitempty"`
	// Lists makes a picking and a packing list, each as XLSX and PDF.
	Lists bool `json:"lists,omitempty"`
	// Separators puts a page before and a closing page behind the labels of each file.
	Separators bool `json:"separators,omitempty"`
}

// Check names everything that is wrong.
func (p Printing) Check() error {
	sort, sortErr := p.sort()
	_, groupErr := books.ParseGroup(p.Group)
	_, stockErr := p.layout()
	wrong := []error{sortErr, groupErr, stockErr}
	if sort.Has(books.ByBin) && p.BinsKey == "" {
		wrong = append(wrong, errors.New("sort: the key bin needs to be told in which bin each SKU lies (bins_key)"))
	}
	if p.Part < 0 {
		wrong = append(wrong, fmt.Errorf("part is %d; a file holds at least 1 label", p.Part))
	}
	return errors.Join(wrong...)
}

// Canonical is the same with what is the default left out, so that two that ask
// for the same are equal. What is wrong stays as it is.
func (p Printing) Canonical() Printing {
	if sort, err := p.sort(); err == nil {
		p.Reverse, sort.Reverse = sort.Reverse, false
		p.Sort = lo.Ternary(sort.String() == books.DefaultSort, "", sort.String())
	}
	if group, err := books.ParseGroup(p.Group); err == nil {
		p.Group = string(group)
	}
	if stock, err := pdf.ParseStock(p.Stock); err == nil {
		p.Stock = lo.Ternary(stock.AsIs(), "", stock.String())
	}
	if p.Start == 1 {
		p.Start = 0
	}
	return p
}

func (p Printing) sort() (books.Sort, error) {
	sort, err := books.ParseSort(p.Sort)
	sort.Reverse = sort.Reverse || p.Reverse
	return sort, err
}

func (p Printing) layout() (pdf.Layout, error) {
	stock, err := pdf.ParseStock(p.Stock)
	layout := pdf.Layout{Stock: stock, Start: p.Start}
	if err == nil {
		err = layout.Check()
	}
	return layout, err
}

// MaxBins is how many SKUs an object with bins may name.
const MaxBins = 100_000

// sortWithBins is the order of the pile, with the bins that the caller named.
func (p Printing) sortWithBins(ctx context.Context, store *storage.Store, merchant string) (books.Sort, error) {
	sort, err := p.sort()
	if err != nil {
		return sort, final(ErrorRequest, err.Error())
	}
	sort.Bins, err = readBins(ctx, store, merchant, p.BinsKey)
	return sort, err
}

func readBins(ctx context.Context, store *storage.Store, merchant, key string) (map[string]string, error) {
	if key == "" {
		return nil, nil
	}
	if !strings.HasPrefix(key, storage.RunsPrefix(merchant)) {
		return nil, final(ErrorRequest, "bins_key does not name an object of this merchant's runs")
	}
	data, err := store.ReadAll(ctx, key, maxBinsBytes)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return nil, final(ErrorRequest, "bins_key names no object: "+key)
	case errors.Is(err, storage.ErrTooLarge):
		return nil, final(ErrorRequest, fmt.Sprintf("the object of bins_key is larger than %d MiB", maxBinsBytes>>20))
	case err != nil:
		return nil, err
	}
	var bins map[string]string
	if err := json.Unmarshal(data, &bins); err != nil || bins == nil {
		return nil, final(ErrorRequest, "the object of bins_key is no JSON object of texts: {\"SKU\": \"bin\", …}")
	}
	if len(bins) > MaxBins {
		return nil, final(ErrorRequest, fmt.Sprintf("the object of bins_key names %d SKUs; at most %d", len(bins), MaxBins))
	}
	return bins, nil
}

const maxBinsBytes = 16 << 20
