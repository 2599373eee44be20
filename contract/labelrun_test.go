package contract_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
)

// TestInputAsJSON holds the JSON by which partners start a run.
func TestInputAsJSON(t *testing.T) {
	t.Parallel()
	var in contract.LabelRunInput
	require.NoError(t, json.Unmarshal([]byte(`{
		"merchant": "m-1", "connections": ["c-1"], "orders": [{"order": "2000012345", "connection": "c-1"}], "warehouse": "w",
		"since": "72h", "within": "30m", "max": 50, "include_printed": true, "reprint": true, "format": "pdf", "plan": true
	}`), &in))
	assert.NoError(t, in.Check("m-1"))
	assert.Equal(t, in, in.WithDefaults(), "nothing was left open")
	again, err := json.Marshal(in)
	require.NoError(t, err)
	var same contract.LabelRunInput
	require.NoError(t, json.Unmarshal(again, &same))
	assert.Equal(t, in, same)

	filled := contract.LabelRunInput{}.WithDefaults()
	assert.Equal(t, "zpl", filled.Format)
	assert.Equal(t, contract.DefaultMax, filled.Max)
	assert.EqualValues(t, contract.DefaultSince, filled.Since)
	assert.EqualValues(t, contract.DefaultWithin, filled.Within)
}

func TestOnlyNamedOrdersGoOnUnverified(t *testing.T) {
	t.Parallel()
	orders := []contract.OrderReference{{Order: "one"}}
	assert.ErrorContains(t, contract.LabelRunInput{NotVerified: true}.Check("m-1"), "not_verified is for orders that are named")
	assert.NoError(t, contract.LabelRunInput{NotVerified: true, Orders: orders}.Check("m-1"))
	assert.NoError(t, contract.LabelRunInput{NotVerified: true, OrdersKey: "runs/m-1/k/orders.json"}.Check("m-1"))
}
