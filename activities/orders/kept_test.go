package orders

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestWhatARunKeepsOfASale(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 60})
	scope := w.Scope("paris")
	order := w.Of(scope, sandbox.FateLabelable)[0]
	read, err := w.Client.Checkout(t.Context(), order.Checkouts[0])
	require.NoError(t, err)
	for i := range read.DeliveryOrders {
		d := &read.DeliveryOrders[i]
		d.TrackingURL = "https://courier.example/1"
		d.Documents = []multivende.Document{{URL: "https://files.example/signed"}}
		d.StatusLink = multivende.StatusLink{Message: "para Juan Pérez"}
		d.StatusLinks = append(d.StatusLinks, d.StatusLink)
	}
	require.NoError(t, keepSale(t.Context(), w.Store, scope.Merchant, w.Run, read))
	kept := func() *multivende.Checkout {
		checkout, err := keptSaleOf(t.Context(), w.Store, scope.Merchant, w.Run, read.ID)
		require.NoError(t, err)
		return checkout
	}
	t.Run("is all that is decided on, without links and words from outside", func(t *testing.T) {
		got := *kept()
		for i := range read.DeliveryOrders {
			d := &read.DeliveryOrders[i]
			d.TrackingURL, d.Documents, d.StatusLink, d.StatusLinks = "", nil, multivende.StatusLink{}, nil
		}
		assert.Equal(t, read, got)
	})
	t.Run("serves instead of a read, but for a retry", func(t *testing.T) {
		before := w.Calls("checkout")
		for again, calls := range map[bool]int{false: 0, true: 1} {
			r := &SaleReader{Hub: w.Client, store: w.Store, In: ReadOrdersInput{Scope: scope, Again: again}}
			sale, err := r.sale(t.Context(), read.ID, true)
			require.NoError(t, err)
			assert.Equal(t, read.ID, sale.ID)
			assert.Equal(t, calls, w.Calls("checkout")-before, "again: %v", again)
			before = w.Calls("checkout")
		}
	})
	t.Run("is used for an hour", func(t *testing.T) {
		old := keptSale{Checkout: read, ReadAt: time.Now().Add(-keptFor - time.Minute)}
		require.NoError(t, w.Store.Put(t.Context(), keptSaleKey(scope.Merchant, w.Run, read.ID), &old))
		assert.Nil(t, kept())
	})
}
