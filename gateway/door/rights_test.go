package door

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/storage/storagetest"
	"github.com/despacho/despacho/wording"
)

// TestTheGatewaysRightsAreThoseThatItUses takes every route, and holds what it does in the store against the document.
func TestTheGatewaysRightsAreThoseThatItUses(t *testing.T) {
	t.Parallel()
	s := full(t)
	require.NoError(t, (&hooks.Outbox{Store: s.store}).Tell(t.Context(), merchant, hooks.News{Event: contract.LabelReady, ID: "n", Orders: []hooks.Order{{ID: "d1"}}}))
	hook, delivery := documentedWebhook(t, s, merchant)
	s.addOrder(t, merchant, "d2", contract.IntakeWaiting)
	s.addOrder(t, merchant, "d3", contract.IntakeLabelled)
	s.addPDF(t, "d3", "%PDF-one")
	s.drawer = &fakeDrawer{store: s.store, why: wording.Reason(contract.WhyBarcodeUnreadable)} // what a worker puts is no right of the gateway
	s.pass(2 * time.Hour)                                                                      // the key's use is noted anew
	s.open(nil)
	used := &storagetest.UsedRights{}
	s.server.InjectFaults(func(_ storagetest.Call, r *http.Request) storagetest.Fault {
		used.Note(r)
		return storagetest.Fault{}
	})
	all := trials(merchant, "k1", "d1", "s1", s.webhook)
	everyRoute(t, all)
	many := make([]OrderName, contract.OrdersInInput+1)
	rows := make([]StatusRow, len(many))
	for i := range many {
		many[i], rows[i] = OrderName{Order: fmt.Sprint("many-", i)}, StatusRow{Order: fmt.Sprint("many-", i)}
	}
	all["many orders"] = trial{http.MethodPost, "/v1/batches", BatchRequest{ExternalBatchID: "many", Orders: many}}
	all["many rows"] = trial{http.MethodPost, "/v1/status-changes", StatusRequest{To: "shipped", Rows: rows}}
	all["the same label brought anew"] = all["PUT /v1/orders/{name}/label"]
	all["no label"] = trial{http.MethodGet, "/v1/orders/d2/label.zpl", nil}
	all["a picture"] = trial{http.MethodGet, "/v1/orders/d3/label.png", nil}
	all["a forgotten status change"] = trial{http.MethodGet, "/v1/status-changes/" + merchant + "~old", nil}
	all["deliveries"] = trial{http.MethodGet, "/v1/webhooks/" + hook + "/deliveries", nil}
	all["a replay"] = trial{http.MethodPost, "/v1/webhooks/" + hook + "/replay", ReplayRequest{Deliveries: []string{delivery}}}
	for range 2 { // the second time there is an answer already
		for name, trial := range all {
			used.By(name)
			s.ask(trial.method, trial.path, trial.body, "Idempotency-Key", name)
		}
	}
	unneeded := used.AssertGranted(t, storagetest.DocumentedGrants(t, "gateway"))
	for _, one := range unneeded {
		if !strings.HasPrefix(one.Keys, "accounts/") && one.Keys != "raw/*/notifications/*" && one.Keys != "raw/!probe/*" { // other doors' of the gateway
			assert.Fail(t, "no route needs it", "docs/operating.md grants %s on %s", one.Operation, one.Keys)
		}
	}
}
