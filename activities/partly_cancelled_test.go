package activities

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestPartialCancellationsAreRecognised(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 300})
	marked := map[string]int{}
	for _, channel := range []string{"mercadolibre", "paris"} {
		for _, o := range w.of(w.scope(channel), sandbox.Labelable) {
			delivery, err := w.client.DeliveryOrder(t.Context(), o.ID)
			require.NoError(t, err)
			sale, err := w.client.Checkout(t.Context(), o.Checkouts[0])
			require.NoError(t, err)
			order := orderOf(delivery, w.scope(channel).Connection)
			fill(&order, sale)
			assert.Equal(t, partly(delivery, sale), order.PartlyCancelled, o.ID)
			if order.PartlyCancelled {
				marked[channel]++
			}
			row := books.RowOf(books.Entry{Order: order})
			assert.Equal(t, order.PartlyCancelled, row.PartlyCancelled)
			assert.Equal(t, order.PartlyCancelled, listOrder(row, "").PartlyCancelled)
		}
	}
	assert.Len(t, marked, 2, "both channels tell of some")
	assert.True(t, lo.EveryBy(lo.Values(marked), func(n int) bool { return n > 0 }))
}

func partly(delivery multivende.DeliveryOrder, sale multivende.Checkout) bool {
	return delivery.StatusCode == "_delivery_order_status_partial_cancelled_" || sale.PartlyCancelled
}
