package publishing

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels/lists"
	"github.com/despacho/despacho/storage"
)

// runLists are the lists of a run, each in each format.
var runLists = []struct {
	kind, format string
	write        func(io.Writer, lists.Pile) error
}{
	{contract.PickingList, "xlsx", lists.PickingWorkbook},
	{contract.PickingList, "pdf", lists.PickingPDF},
	{contract.PackingList, "xlsx", lists.PackingWorkbook},
	{contract.PackingList, "pdf", lists.PackingPDF},
}

// lists writes the picking and packing list of what is printed, beside the
// joined files; none when the run was not asked for them.
func (a *Publishing) lists(ctx context.Context, in PublishInput, sort books.SortOrder, all laidPile) ([]contract.ListFile, error) {
	if !in.Lists || len(all.rows) == 0 {
		return nil, nil
	}
	pile := lists.Pile{
		Merchant: merchantWords(in.Merchant), Run: in.Run, Sort: sort.String(), Made: in.Since, Bins: sort.Bins, Split: all.by != contract.GroupNone,
		Orders: lo.Map(all.rows, func(_ contract.ManifestRow, i int) lists.Order {
			return all.listOrder(i)
		}),
	}
	var made []contract.ListFile
	for _, list := range runLists {
		var out bytes.Buffer
		if err := list.write(&out, pile); err != nil {
			return nil, fmt.Errorf("write the %s list as %s: %w", list.kind, list.format, err)
		}
		stored, err := a.Store.PutBytes(ctx, storage.RunPrintPrefix(in.Merchant, in.Run), "."+list.format, activities.ContentType(list.format), out.Bytes())
		if err != nil {
			return nil, err
		}
		made = append(made, contract.ListFile{Kind: list.kind, Key: stored.Key, Format: list.format, Bytes: stored.Bytes, SHA256: stored.SHA256})
	}
	return made, nil
}

// merchantWords is what packers call a merchant: nothing when only the hub's id is known.
func merchantWords(merchant string) string {
	if uuid.Validate(merchant) == nil {
		return ""
	}
	return merchant
}

// listOrder is a row as the lists show it.
func (all laidPile) listOrder(at int) lists.Order {
	r := all.rows[at]
	return lists.Order{
		Position: lo.FromPtr(r.Position), Number: cmp.Or(r.OrderNumber, r.Code, r.ID), Group: groupWords(all.by, all.groups[at]),
		Channel: channels.BySlug(r.Channel).Name, Shop: all.shops[r.ConnectionID], Courier: r.Courier, Tracking: r.TrackingNumber,
		PartlyCancelled: r.PartlyCancelled,
		Items:           listItems(r.Items),
	}
}

func listItems(items []contract.Item) []lists.Item {
	return lo.Map(items, func(i contract.Item, _ int) lists.Item { return lists.Item(i) })
}
