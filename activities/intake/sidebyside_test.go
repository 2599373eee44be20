package intake

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

// TestTwoStepsThatReadANewSaleWriteItOnce: the first is held up at the hub until the second has asked it for the delivery.
func TestTwoStepsThatReadANewSaleWriteItOnce(t *testing.T) {
	t.Parallel()
	var sale string
	reading, asked := make(chan struct{}), make(chan struct{})
	var first, second sync.Once
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 4}, func(hub http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			switch {
			case sale != "" && strings.HasSuffix(r.URL.Path, "/checkouts/"+sale):
				first.Do(func() { close(reading); <-asked })
			case sale != "" && strings.Contains(r.URL.Path, "/delivery-orders/"):
				second.Do(func() { close(asked) })
			}
			hub.ServeHTTP(rw, r)
		})
	})
	known := activitiestest.Reported(w.Sandbox.Report().Orders)
	w.poll(w.Client.Clock().Now())
	w.post("/sandbox/sales", map[string]any{"count": 1, "life": sandbox.LifePlain, "connection": "ripley"})
	order, _ := lo.Find(w.Sandbox.Report().Orders, func(o sandbox.ReportOrder) bool { return !lo.Contains(known, o.ID) })
	sale = order.Checkouts[0]
	dear, _ := w.asked(func() {
		var steps sync.WaitGroup
		steps.Go(func() { w.notification(CheckoutNotification + "/" + sale) })
		<-reading
		w.notification(DeliveryOrderNotification + "/" + order.ID)
		steps.Wait()
	})
	assert.LessOrEqual(t, dear, 5, "mark, record, sale, two numbers")
	assert.Equal(t, contract.IntakeWaiting, w.state(order))
}
