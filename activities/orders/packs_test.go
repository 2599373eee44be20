package orders

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestADeliveryOfSeveralSalesHasTheItemsOfAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200})
	scope := w.Scope("mercadolibre")
	pack, found := lo.Find(w.Of(scope, sandbox.FateLabelable), func(o sandbox.ReportOrder) bool { return len(o.Checkouts) > 1 })
	require.True(t, found)
	units := 0
	for _, id := range pack.Checkouts {
		sale, err := w.Client.Checkout(t.Context(), id)
		require.NoError(t, err)
		require.Len(t, sale.DeliveryOrders, 1)
		for _, item := range sale.Items {
			units += item.Quantity
		}
	}
	for name, order := range map[string]books.Order{
		"listed with its sales": {ID: pack.ID, CheckoutID: pack.Checkouts[0], OtherCheckouts: pack.Checkouts[1:], Listed: true},
		"named by its id":       {ID: pack.ID, Named: true},
	} {
		t.Run(name, func(t *testing.T) {
			scope.Run = name
			_, err := scope.LeavePage(t.Context(), w.Store, books.PageName(books.ListPage, 1), books.Page{Pending: []books.Order{order}})
			require.NoError(t, err)
			page := w.Page(scope, activitiestest.MustStep(w, w.orders.ReadOrders, ReadOrdersInput{Scope: scope, Number: 1}).Page)
			require.Len(t, page.All(), 1)
			assert.Equal(t, units, lo.SumBy(page.All()[0].Items, func(i contract.Item) int { return i.Quantity }))
		})
	}
}
