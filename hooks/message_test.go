package hooks_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/hooks/hookstest"
	"github.com/despacho/despacho/storage/storagetest"
)

// TestNewsOfManyOrdersAreSeveralMessages, none longer than may be sent, however long the hub's ids are.
func TestNewsOfManyOrdersAreSeveralMessages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ orders, length, messages int }{
		"one":                  {1, 36, 1},
		"as many as one names": {hooks.OrdersInMessage, 36, 1},
		"more":                 {hooks.OrdersInMessage + 1, 36, 2},
		"with long ids":        {120, 500, 11},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ear := hookstest.Listen(t, storagetest.New(t), "m-1")
			news := hooks.News{Event: contract.LabelReady, ID: "page-1"}
			for i := range c.orders {
				news.Orders = append(news.Orders, hooks.Order{ID: fmt.Sprintf("%03d", i) + strings.Repeat("x", c.length-3), Connection: strings.Repeat("c", c.length), Batch: strings.Repeat("b", c.length)})
			}
			require.NoError(t, ear.Outbox.Tell(t.Context(), "m-1", news))
			assert.Len(t, ear.Heard(), c.messages)
			assert.Len(t, ear.Of(contract.LabelReady), c.orders)
		})
	}
}
