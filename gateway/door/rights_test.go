package door

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/storage/storagetest"
	"github.com/despacho/despacho/wording"
)

var (
	quoted     = regexp.MustCompile("`([^`]+)`")
	deletedKey = regexp.MustCompile(`<Key>([^<]+)</Key>`)
)

// right is an operation on keys: on one, or on those of a pattern such as runs/*.
type right struct{ operation, keys string }

func (r right) covers(other right) bool {
	parts := strings.Count(r.keys, "/") + 1
	cut := strings.Join(strings.SplitN(other.keys, "/", parts+1)[:min(parts, strings.Count(other.keys, "/")+1)], "/")
	matches, _ := path.Match(r.keys, cut)
	return r.operation == other.operation && matches
}

// rightsOf are those that the operators' document grants to the gateway.
func rightsOf(t *testing.T) (rights []right) {
	t.Helper()
	text, err := os.ReadFile("../../docs/operating.md")
	require.NoError(t, err)
	_, row, found := strings.Cut(string(text), "\n| gateway | | ")
	require.True(t, found)
	row, _, _ = strings.Cut(row, "\n")
	var operations []string
	named := false
	for _, word := range quoted.FindAllStringSubmatch(row, -1) {
		if strings.HasPrefix(word[1], "s3:") {
			if named {
				operations, named = nil, false
			}
			operations = append(operations, word[1])
			continue
		}
		named = true
		for _, operation := range operations {
			rights = append(rights, right{operation, word[1]})
		}
	}
	return rights
}

// usedRights notes what is done in the store, and by which of the routes that begin is told of. Lists are everybody's right.
func (s *scene) usedRights() (begin func(route string), soFar func() map[right]string) {
	var mu sync.Mutex // a route may ask the store for several things at once
	route, used := "", map[right]string{}
	operations := map[storagetest.Call]string{storagetest.GetObject: "s3:GetObject", storagetest.HeadObject: "s3:GetObject", storagetest.PutObject: "s3:PutObject"}
	s.server.InjectFaults(func(call storagetest.Call, r *http.Request) storagetest.Fault {
		mu.Lock()
		defer mu.Unlock()
		switch operation, one := operations[call]; {
		case one:
			used[right{operation, strings.TrimPrefix(r.URL.Path, "/"+s.store.Bucket()+"/")}] = route
		case call == storagetest.DeleteObjects:
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			for _, key := range deletedKey.FindAllStringSubmatch(string(body), -1) {
				used[right{"s3:DeleteObject", key[1]}] = route
			}
		case call != storagetest.ListObjects:
			used[right{string(call), ""}] = route
		}
		return storagetest.Fault{}
	})
	begin = func(name string) {
		mu.Lock()
		defer mu.Unlock()
		route = name
	}
	soFar = func() map[right]string {
		mu.Lock()
		defer mu.Unlock()
		return maps.Clone(used)
	}
	return begin, soFar
}

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
	begin, soFar := s.usedRights()
	all := trials(merchant, "k1", "d1", "s1", s.webhook)
	everyRoute(t, all)
	many := make([]OrderName, contract.OrdersInInput+1)
	rows := make([]StatusRow, len(many))
	for i := range many {
		many[i], rows[i] = OrderName{Order: fmt.Sprint("many-", i)}, StatusRow{Order: fmt.Sprint("many-", i)}
	}
	all["many orders"] = trial{http.MethodPost, "/v1/batches", BatchRequest{ExternalBatchID: "many", Orders: many}}
	all["many rows"] = trial{http.MethodPost, "/v1/status-changes", StatusRequest{To: "shipped", Rows: rows}}
	all["no label"] = trial{http.MethodGet, "/v1/orders/d2/label.zpl", nil}
	all["a picture"] = trial{http.MethodGet, "/v1/orders/d3/label.png", nil}
	all["a forgotten status change"] = trial{http.MethodGet, "/v1/status-changes/" + merchant + "~old", nil}
	all["deliveries"] = trial{http.MethodGet, "/v1/webhooks/" + hook + "/deliveries", nil}
	all["a replay"] = trial{http.MethodPost, "/v1/webhooks/" + hook + "/replay", ReplayRequest{Deliveries: []string{delivery}}}
	for range 2 { // the second time there is an answer already
		for name, trial := range all {
			begin(name)
			s.ask(trial.method, trial.path, trial.body, "Idempotency-Key", name)
		}
	}
	rights := rightsOf(t)
	needed := map[right]bool{}
	for right, by := range soFar() {
		granted := false
		for _, one := range rights {
			if one.covers(right) {
				granted, needed[one] = true, true
			}
		}
		assert.True(t, granted, "%s needs %s on %s, and docs/operating.md does not grant it", by, right.operation, right.keys)
	}
	for _, one := range rights {
		if !strings.HasPrefix(one.keys, "accounts/") && one.keys != "raw/*/notifications/*" && one.keys != "raw/!probe/*" { // other doors' of the gateway
			assert.True(t, needed[one], "docs/operating.md grants %s on %s, and no route needs it", one.operation, one.keys)
		}
	}
}
