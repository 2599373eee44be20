package intake

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestSalesOfARouteThatIsNotThereAreNotForgotten(t *testing.T) {
	t.Parallel()
	var moved atomic.Bool
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 12}, func(inner http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if moved.Load() && strings.HasPrefix(r.URL.Path, "/api/checkouts/") && r.Method == http.MethodGet && !isLight(r.URL.Path) {
				rw.WriteHeader(http.StatusNotFound)
				return
			}
			inner.ServeHTTP(rw, r)
		})
	})
	moved.Store(true)
	w.poll(time.Time{})
	held := len(w.inState(contract.IntakeHeldBack))
	require.Positive(t, held, "what a poll has listed is kept in view")
	w.notification(CheckoutNotification + "/00000000-0000-4000-8000-000000000000")
	assert.Len(t, w.inState(contract.IntakeHeldBack), held, "what anybody may have sent is not")

	moved.Store(false)
	require.Positive(t, w.look().Again)
	w.takeUpAgain()
	assert.NotEmpty(t, w.inState(contract.IntakeWaiting), "they are read once the route is mended")
}
