package publishing

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestPartialCancellationsAreRecognised(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 300})
	marked := map[string]int{}
	for _, channel := range []string{"mercadolibre", "paris"} {
		require.NotEmpty(t, w.Of(w.Scope(channel), sandbox.FateLabelable))
		for _, o := range w.Of(w.Scope(channel), sandbox.FateLabelable) {
			delivery, err := w.Client.DeliveryOrder(t.Context(), o.ID)
			require.NoError(t, err)
			sale, err := w.Client.Checkout(t.Context(), o.Checkouts[0])
			require.NoError(t, err)
			order := orders.OrderOf(delivery, w.Scope(channel).Connection)
			orders.FillFromSale(&order, sale)
			assert.Equal(t, partly(delivery, sale), order.PartlyCancelled, o.ID)
			if order.PartlyCancelled {
				marked[channel]++
			}
			row := books.RowOf(books.Entry{Order: order})
			assert.Equal(t, order.PartlyCancelled, row.PartlyCancelled)
			assert.Equal(t, order.PartlyCancelled, laidPile{rows: []contract.ManifestRow{row}, groups: make([]books.Group, 1)}.listOrder(0).PartlyCancelled)
		}
	}
	assert.Len(t, marked, 2, "both channels tell of some")
	assert.True(t, lo.EveryBy(lo.Values(marked), func(n int) bool { return n > 0 }))
}

func partly(delivery multivende.DeliveryOrder, sale multivende.Checkout) bool {
	return delivery.StatusCode == "_delivery_order_status_partial_cancelled_" || sale.PartlyCancelled
}
