package activities

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/labels/lists"
	"github.com/despacho/despacho/storage"
)

// runLists are the lists of a run, each in each format.
var runLists = []struct {
	kind, format string
	write        func(io.Writer, lists.Pile) error
}{
	{books.PickingList, "xlsx", lists.PickingWorkbook},
	{books.PickingList, "pdf", lists.PickingPDF},
	{books.PackingList, "xlsx", lists.PackingWorkbook},
	{books.PackingList, "pdf", lists.PackingPDF},
}

// lists writes the picking and packing list of what is printed, beside the
// joined files; none when the run was not asked for them.
func (a *Publishing) lists(ctx context.Context, in PublishInput, sort books.Sort, all laid) ([]books.ListFile, error) {
	if !in.Lists || len(all.rows) == 0 {
		return nil, nil
	}
	pile := lists.Pile{
		Merchant: in.Merchant, Run: in.Run, Sort: sort.String(), Made: in.Since, Bins: sort.Bins, Split: all.by != books.GroupNone,
		Orders: lo.Map(all.rows, func(r books.Row, i int) lists.Order { return listOrder(r, groupWords(all.by, all.groups[i])) }),
	}
	var made []books.ListFile
	for _, list := range runLists {
		var out bytes.Buffer
		if err := list.write(&out, pile); err != nil {
			return nil, fmt.Errorf("write the %s list as %s: %w", list.kind, list.format, err)
		}
		stored, err := a.Store.PutBytes(ctx, storage.RunPrintPrefix(in.Merchant, in.Run), "."+list.format, contentType(list.format), out.Bytes())
		if err != nil {
			return nil, err
		}
		made = append(made, books.ListFile{Kind: list.kind, Key: stored.Key, Format: list.format, Bytes: stored.Bytes, SHA256: stored.SHA256})
	}
	return made, nil
}

func listOrder(r books.Row, group string) lists.Order {
	return lists.Order{
		Position: lo.FromPtr(r.Position), Number: lo.CoalesceOrEmpty(r.OrderNumber, r.Code, r.ID), Group: group,
		Channel: channels.BySlug(r.Channel).Name, Courier: r.Courier, Tracking: r.TrackingNumber,
		PartlyCancelled: r.PartlyCancelled,
		Items:           lo.Map(r.Items, func(i books.Item, _ int) lists.Item { return lists.Item(i) }),
	}
}
