package sandbox

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAChannelThatIsSlowerThanTheWindow(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{StatusDelays: map[string]time.Duration{"ripley": 12 * time.Minute}})
	orders := v.orders("ripley", FateLabelable)
	for range 3 {
		for _, o := range orders {
			v.send(o.ID, shipped)
		}
		v.time.pass(10 * time.Minute)
	}
	var expected map[string]string
	require.NoError(t, json.Unmarshal(v.call(http.MethodGet, "/sandbox/expected?to=shipped", nil, "").Body.Bytes(), &expected))
	shown := map[bool]int{}
	for _, o := range orders {
		order := v.get("/api/delivery-orders/" + o.ID)
		_, listed := order["DeliveryOrderStatusLink"].([]any)
		listed = listed || order["DeliveryOrderStatusLinks"] != nil
		shown[listed]++
		assert.Equal(t, map[bool]string{true: "synced", false: "not_synced"}[listed], expected[o.ID], "only a list of all sendings shows that one arrived")
	}
	assert.Positive(t, shown[true])
	assert.Positive(t, shown[false])
}
