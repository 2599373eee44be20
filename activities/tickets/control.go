package tickets

import (
	"context"
	"slices"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/bundle"
	"github.com/despacho/despacho/storage"
)

// controlsAtMost bounds the control files of one request; the guide knows one.
const controlsAtMost = 5

// requestControl is a control file in the store and the ids of the orders that it names.
type requestControl struct {
	books.StoredControl
	orders []string
}

// storeControls puts the control files among a bundle's papers into the store. They cost no label:
// one that cannot be used is told, and stays in the result as it came.
func (a *Documents) storeControls(ctx context.Context, scope activities.Scope, papers []bundle.File, known []labels.Order) ([]requestControl, []labels.UnassignedFile, error) {
	found, refused := labels.Controls(papers, known, controlsAtMost)
	var stored []requestControl
	for _, control := range found {
		file, err := a.Store.PutBytes(ctx, storage.LabelPrefix(scope.Merchant, scope.Connection.ID), ".pdf", activities.ContentType("pdf"), control.Data)
		if err != nil {
			return nil, nil, err
		}
		stored = append(stored, requestControl{
			books.StoredControl{Key: file.Key, Pages: control.Pages, Bytes: file.Bytes, SHA256: file.SHA256}, control.Orders,
		})
	}
	return stored, refused, nil
}

// controlsOf are the control files that an order's labels came with: of its request those that
// name it, else those that name nobody unless its labels are old ones, which the hub hands out
// without; else those among its own documents.
func (c *taskCollection) controlsOf(ctx context.Context, order books.Order, found []labels.Label, own []bundle.File) ([]books.StoredControl, error) {
	old := lo.EveryBy(found, labels.Label.FromHubStore)
	for _, fits := range []func(requestControl) bool{
		func(r requestControl) bool { return slices.Contains(r.orders, order.ID) },
		func(r requestControl) bool { return len(r.orders) == 0 && !old },
	} {
		if controls := lo.Filter(c.controls, func(r requestControl, _ int) bool { return fits(r) }); len(controls) > 0 {
			return storedControls(controls), nil
		}
	}
	controls, _, err := c.storeControls(ctx, c.in.Scope, own, []labels.Order{printedAs(order)})
	return storedControls(controls), err
}

func storedControls(controls []requestControl) []books.StoredControl {
	return lo.Map(controls, func(r requestControl, _ int) books.StoredControl { return r.StoredControl })
}
