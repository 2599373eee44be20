package publishing

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/storage"
)

func sortOf(p contract.Printing) (books.SortOrder, error) {
	sort, err := books.ParseSort(p.Sort)
	sort.Reverse = sort.Reverse || p.Reverse
	return sort, err
}

func layoutOf(p contract.Printing) (pdf.Layout, error) {
	stock, stockErr := pdf.ParseStock(p.Stock)
	fit, fitErr := pdf.ParseFit(p.Fit)
	layout := pdf.Layout{Stock: stock, Fit: fit, Start: p.Start}
	return layout, cmp.Or(stockErr, fitErr, layout.Check())
}

// sortWithBins is the order of the pile, with the bins that the caller named.
func sortWithBins(ctx context.Context, store *storage.Store, merchant string, p contract.Printing) (books.SortOrder, error) {
	sort, err := sortOf(p)
	if err != nil {
		return sort, activities.FinalError(contract.ErrorRequest, err.Error())
	}
	sort.Bins, err = ReadBins(ctx, store, merchant, p.BinsKey)
	return sort, err
}

// ReadBins reads in which bin each SKU lies, from the object that a request names.
func ReadBins(ctx context.Context, store *storage.Store, merchant, key string) (map[string]string, error) {
	if key == "" {
		return nil, nil
	}
	if !strings.HasPrefix(key, storage.RunsPrefix(merchant)) {
		return nil, activities.FinalError(contract.ErrorRequest, "bins_key is not the key of an object of this merchant's runs")
	}
	data, err := store.ReadAll(ctx, key, maxBinsBytes)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return nil, activities.FinalError(contract.ErrorRequest, "the object of bins_key does not exist: "+key)
	case errors.Is(err, storage.ErrTooLarge):
		return nil, activities.FinalError(contract.ErrorRequest, fmt.Sprintf("the object of bins_key is larger than %d MiB", maxBinsBytes>>20))
	case err != nil:
		return nil, err
	}
	var bins map[string]string
	if err := json.Unmarshal(data, &bins); err != nil || bins == nil {
		return nil, activities.FinalError(contract.ErrorRequest, "the object of bins_key must be a JSON object of texts: {\"SKU\": \"bin\", …}")
	}
	if len(bins) > contract.MaxBins {
		return nil, activities.FinalError(contract.ErrorRequest, fmt.Sprintf("the object of bins_key names %d SKUs; at most %d are allowed", len(bins), contract.MaxBins))
	}
	return bins, nil
}

const maxBinsBytes = 16 << 20
