package sandbox

import (
	"net/url"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOddIDsNameTheirObjects(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{Orders: 200, OddIDs: true})
	orders := v.hub.Report().Orders
	assert.Len(t, lo.UniqBy(orders, func(o ReportOrder) string { return o.ID }), len(orders))
	odd := 0
	for _, o := range orders {
		if len(o.ID) == 36 || strings.ContainsAny(o.ID, "\x00") || strings.HasPrefix(o.ID, "..") {
			continue
		}
		odd++
		require.Equal(t, o.ID, v.get("/api/delivery-orders/" + url.PathEscape(o.ID))["_id"])
	}
	assert.Greater(t, odd, len(orders)/4)
}
