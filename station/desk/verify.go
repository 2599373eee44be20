package desk

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/station/board"
	"github.com/despacho/despacho/storage"
)

// checkedItems are the items of an order that were scanned so far; it stands at storage.CheckedItems. What a
// scan has added is kept under its id, so that a scan that comes twice counts once.
type checkedItems struct {
	Items     []int         `json:"items"`
	Scans     []checkedScan `json:"scans"`
	ChangedAt time.Time     `json:"changed_at"`
}

type checkedScan struct {
	ID   string `json:"id"`
	Item int    `json:"item"`
}

const (
	// checkTries bounds how often a check is tried that another table overtakes.
	checkTries = 5
	// maxCounted is how many scans of an order are remembered.
	maxCounted = 1000
)

// openOrder lays an order open for its items; one whose items were all scanned begins anew.
func (d *Desk) openOrder(ctx context.Context, in api.ScanIn, out api.ScanOut) (api.ScanOut, error) {
	who := identityOf(ctx)
	label := *out.Label
	checked, err := d.changeChecked(ctx, label, func(c *checkedItems) bool {
		if !isComplete(label.Items, c.Items) {
			return false
		}
		c.Items = make([]int, len(label.Items))
		return true
	})
	if err != nil {
		return out, err
	}
	d.tables.open(who.Device, label.Merchant, label.Order, d.Now())
	out.Checked, out.Words = checked.Items, wordVerify.in(who.Language)
	if isTaken(label) {
		out.Words = wordOfTaken(label).in(who.Language)
	}
	return out, nil
}

// checkItem counts a scanned item of the order that lies open; with the last one its label comes out.
func (d *Desk) checkItem(ctx context.Context, in api.ScanIn, codes board.Codes) (api.ScanOut, error) {
	who := identityOf(ctx)
	label, there := d.Board.Label(in.Merchant, in.Open.Order, in.Open.Label, who.Language)
	switch {
	case !there:
		return says(api.ScanUnknown, wordNotOpen, who.Language), nil
	case label.Cancelled:
		out := says(api.ScanAlarm, wordAlarm, who.Language)
		out.Label = &label
		return out, nil
	}
	item, wanted := -1, false
	checked, err := d.changeChecked(ctx, label, func(c *checkedItems) bool {
		if known, again := lo.Find(c.Scans, func(s checkedScan) bool { return s.ID == in.ID }); again {
			item, wanted = known.Item, true
			return false
		}
		item, wanted = itemOf(label.Items, c.Items, codes)
		if item < 0 {
			return false
		}
		c.Items[item]++
		c.Scans = lo.Subset(append(c.Scans, checkedScan{in.ID, item}), -maxCounted, maxCounted)
		return true
	})
	if err != nil {
		return api.ScanOut{}, err
	}
	out := says(api.ScanItem, wordItem, who.Language)
	out.Label, out.Checked = &label, checked.Items
	switch {
	case item < 0 && wanted:
		out.Kind, out.Words = api.ScanWrongItem, wordEnoughOfIt.in(who.Language)
	case item < 0:
		out.Kind, out.Words = api.ScanWrongItem, wordWrongItem.in(who.Language)
	case isComplete(label.Items, checked.Items):
		return d.complete(ctx, in, out)
	}
	d.tables.open(who.Device, label.Merchant, label.Order, d.Now())
	return out, nil
}

// isInOpen says that a scan names an item of the order that lies open.
func (d *Desk) isInOpen(ctx context.Context, in api.ScanIn, codes board.Codes) bool {
	label, _ := d.Board.Label(in.Merchant, in.Open.Order, in.Open.Label, identityOf(ctx).Language)
	_, wanted := itemOf(label.Items, make([]int, len(label.Items)), codes)
	return wanted
}

// complete prints the labels of an order whose items were all scanned.
func (d *Desk) complete(ctx context.Context, in api.ScanIn, out api.ScanOut) (api.ScanOut, error) {
	language := identityOf(ctx).Language
	out.Kind, out.Words = api.ScanComplete, wordComplete.in(language)
	switch {
	case isTaken(*out.Label):
		out.Words = wordCompleteTaken.in(language)
		return out, nil
	case out.Label.PartlyCancelled:
		out.Words = wordPartly.in(language)
		return out, nil
	case in.Queued:
		return out, nil
	}
	return d.printByScan(ctx, in, out, wordCompletePrinting)
}

// itemOf is the item that a scan names and of which more is wanted, or -1; wanted says that the order has
// such an item at all.
func itemOf(items []contract.Item, checked []int, codes board.Codes) (item int, wanted bool) {
	for i, one := range items {
		if one.SKU == "" || !slices.Contains(codes.Whole, board.Code(one.SKU)) {
			continue
		}
		if wanted = true; checked[i] < one.Quantity {
			return i, true
		}
	}
	return -1, wanted
}

func isComplete(items []contract.Item, checked []int) bool {
	return len(items) > 0 && !slices.ContainsFunc(lo.Range(len(items)), func(i int) bool { return checked[i] < items[i].Quantity })
}

// changeChecked changes what was scanned of an order; change says whether there is something to write.
func (d *Desk) changeChecked(ctx context.Context, label api.Label, change func(*checkedItems) bool) (checkedItems, error) {
	key := storage.CheckedItems(label.Merchant, label.Order)
	for range checkTries {
		var checked checkedItems
		etag, err := d.Store.GetTagged(ctx, key, &checked)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return checked, fail(http.StatusServiceUnavailable, wordStore, err)
		}
		if len(checked.Items) != len(label.Items) {
			checked = checkedItems{Items: make([]int, len(label.Items))}
		}
		if !change(&checked) {
			return checked, nil
		}
		checked.ChangedAt = d.Now().UTC()
		_, err = d.Store.PutIf(ctx, key, checked, etag)
		if err == nil {
			return checked, nil
		}
		if !errors.Is(err, storage.ErrChanged) {
			return checked, fail(http.StatusServiceUnavailable, wordStore, err)
		}
	}
	return checkedItems{}, fail(http.StatusConflict, wordTwoTables, nil)
}
