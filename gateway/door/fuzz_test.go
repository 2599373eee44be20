package door

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/storage"
)

// cleanEvery is after how many bodies the store of a fuzzing process forgets what they left.
const cleanEvery = 200

// realBodies are bodies that use every member, by route; the others of the table are sent as they are.
var realBodies = map[string]string{
	"POST /v1/batches": `{"external_batch_id":"2026-11-21-a","merchant":"m-1","orders":[{"order":"d1"},{"order":"2000012345678901"}],"connections":["c1"],"warehouse":"w",` +
		`"since":"168h","within":"2h","max":100,"include_printed":true,"not_verified":true,"reprint":true,"label_format":"zpl","sort":"courier,sku","reverse":true,"group":"channel",` +
		`"stock":"4x6in","fit":"content","start":1,"part":50,"stamp":true,"lists":true,"one_roll":false,"dpi":203,"separators":true,"make_only":false,"plan":false}`,
	"POST /v1/batches/{id}/retry": `{"connection":"c1"}`,
	"PUT /v1/orders/{name}/label": "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>",
	"POST /v1/orders/confirm":     `{"merchant":"m-1","orders":["d1","2000012345678901"]}`,
	"POST /v1/status-changes": `{"merchant":"m-1","to":"shipped","courier":"Starken","comment":"puerta 3","pickup":true,"from":"2026-11-21T09:00:00Z","until":"2026-11-28T09:00:00Z",` +
		`"closed":"2026-11-22T09:00:00Z","rows":[{"order":"d1","tracking_number":"4711","tracking_url":"https://t.example.com/4711","courier":"Blue","comment":"x"}]}`,
	"POST /v1/webhooks":             `{"merchant":"m-1","url":"https://wms.example.com:8443/x?a=b","events":["label.ready","status.failed"],"description":"WMS"}`,
	"PATCH /v1/webhooks/{id}":       `{"url":"https://wms.example.com/y","events":["order.received"],"description":"","on":false}`,
	"POST /v1/webhooks/{id}/replay": `{"deliveries":["1795252800000-0123456789abcdef0123456789"]}`,
}

// FuzzBodies sends any body to every route that takes one: it is answered, never with an error of ours, and what is refused
// is refused with a sentence that helps.
func FuzzBodies(f *testing.F) {
	s := full(f)
	s.open(func(o *Options) { o.Rate, o.Burst = 1e9, 1e9 })
	webhooks, err := s.store.ReadAll(f.Context(), storage.Webhooks(merchant), 1<<20)
	require.NoError(f, err)
	all := trials(merchant, "k1", "d1", "s1", s.webhook)
	routes := slices.DeleteFunc(slices.Sorted(maps.Keys(all)), func(route string) bool {
		return all[route].method == http.MethodGet || all[route].method == http.MethodDelete
	})
	for i, route := range routes {
		usual, err := json.Marshal(all[route].body)
		require.NoError(f, err)
		for _, body := range []string{
			string(usual), realBodies[route], `{}`, `[]`, `null`, `{"rows":{}}`, "\x00", `{"external_batch_id":"a","max":1e400}`, `{"merchant":"m-2"}`, `{"url":"http://10.0.0.1","events":["label.ready"]}`, strings.Repeat("[", 10_000),
		} {
			f.Add(uint8(i), body)
		}
	}
	sent := 0
	f.Fuzz(func(t *testing.T, at uint8, body string) {
		route := routes[int(at)%len(routes)]
		trial := all[route]
		sent++
		came := s.ask(trial.method, trial.path, body, "Idempotency-Key", "f"+strconv.Itoa(sent))
		switch {
		case came.Status >= 500:
			t.Errorf("%s %q: %d %s", route, body, came.Status, came.Body)
		case came.Status >= 400:
			if p := came.problem(t); p.Status != came.Status || !sentence.MatchString(p.Detail) {
				t.Errorf("%s %q: %s", route, body, came.Body)
			}
		default:
			require.True(t, json.Valid(came.Body), "%s: %s", route, came.Body)
		}
		if sent%cleanEvery == 0 {
			s.forget(t, webhooks)
		}
	})
}

// forget takes out what many requests have left.
func (s *scene) forget(t *testing.T, webhooks []byte) {
	ctx := context.Background()
	for _, prefix := range storage.MerchantPrefixes(merchant) {
		if !strings.HasPrefix(prefix, "requests/") && !strings.HasPrefix(prefix, "events/") {
			continue
		}
		var keys []string
		require.NoError(t, s.store.List(ctx, prefix, func(o storage.Object) error {
			keys = append(keys, o.Key)
			return nil
		}))
		require.NoError(t, s.store.Delete(ctx, keys...))
	}
	var all map[string][]hooks.Webhook
	require.NoError(t, json.Unmarshal(webhooks, &all))
	require.NoError(t, s.store.Put(ctx, storage.Webhooks(merchant), all))
	s.log.Reset()
	s.woken = nil
	s.statuses.changes = map[string]contract.StatusChangeInput{contract.StatusChangeID(merchant, "s1"): {}}
	s.intakes.confirmed = nil
}
