package run

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

func TestADoctorFindsNothing(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*clinic){
		"with a pasted token":       func(*clinic) {},
		"with a connected merchant": func(c *clinic) { c.connect(t, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClinic(t)
			prepare(c)
			code, found := c.visit(t)
			assert.Equal(t, ExitComplete, code)
			for _, check := range []string{
				"version", "S3", "S3 conditional writes", "S3 expiry", "merchant's settings", "Temporal", "search attributes",
				"fairness", "worker", "worker version", "rate shares", "hub", "token", "scopes", "clock",
			} {
				assert.Equal(t, stateOK, found[check].State, "%s: %s", check, found[check].Found)
			}
		})
	}
}

func TestADoctorSaysWhatToDo(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		spoil func(t *testing.T, c *clinic)
		check string
		state state
		found string
		do    string
	}{
		"no worker":              {func(_ *testing.T, c *clinic) { c.temporal.pollers = nil }, "worker", stateFail, "steps on files", "start the worker"},
		"a worker that has gone": {func(_ *testing.T, c *clinic) { c.temporal.lastPoll = time.Now().Add(-3 * time.Minute) }, "worker", stateFail, "workflows", "start the worker"},
		"shares that cannot be read": {func(t *testing.T, c *clinic) {
			require.NoError(t, c.store.Put(t.Context(), storage.RateShares(), "no shares"))
		}, "rate shares", stateWarn, "is not known", "rates/*"},
		"missing search attributes":     {func(_ *testing.T, c *clinic) { c.temporal.attributes = nil }, "search attributes", stateFail, "DespachoRun", "starter setup"},
		"a namespace that soon forgets": {func(_ *testing.T, c *clinic) { c.temporal.retention = time.Hour }, "Temporal", stateWarn, "1h", "retention"},
		"a token that the hub refuses":  {func(_ *testing.T, c *clinic) { c.token = "another" }, "token", stateFail, "does not accept the token", "DESPACHO_TOKEN_FILE"},
		"no token":                      {func(_ *testing.T, c *clinic) { c.token = "" }, "token", stateFail, "not connected", "starter connect"},
		"no worker for webhooks":        {func(t *testing.T, c *clinic) { c.webhook(t, nil) }, "worker", stateFail, "calls to partners' webhooks (task queue despacho-webhooks)", "start the worker"},
		"a webhook that is gone":        {func(t *testing.T, c *clinic) { c.webhook(t, &hooks.Off{Why: hooks.Gone}) }, "webhooks", stateWarn, "410", "PATCH"},
		"a hub that is not there":       {func(_ *testing.T, c *clinic) { c.address = "http://127.0.0.1:1" }, "hub", stateFail, "cannot be reached", "DESPACHO_HUB"},
		"a merchant of another token":   {func(_ *testing.T, c *clinic) { c.merchant = "another" }, "token", stateFail, "not another's", "DESPACHO_MERCHANT"},
		"a bucket that is not there": {func(t *testing.T, c *clinic) {
			c.store = c.server.Open(t, storage.Config{Bucket: "missing"})
		}, "S3", stateFail, "bucket is missing", "DESPACHO_BUCKET"},
		"a store that cannot say who is connected": {func(t *testing.T, c *clinic) {
			c.store, c.token = c.server.Open(t, storage.Config{Bucket: "missing"}), ""
		}, "token", stateFail, "is not known", "S3"},
		"expiry rules that are missing": {func(t *testing.T, c *clinic) {
			c.server = storagetest.NewServer(t)
			c.store = c.server.Open(t, storage.Config{})
			_, err := c.store.EnsureBucket(t.Context())
			require.NoError(t, err)
			c.server.OfferExpiry()
		}, "S3 expiry", stateWarn, "labels", "starter setup"},
		"a store that writes whatever it is told": {func(_ *testing.T, c *clinic) { c.server.Ignore("If-Match") }, "S3 conditional writes", stateFail, "If-Match", "does not start"},
		"a merchant that is paused": {func(t *testing.T, c *clinic) {
			_, err := accounts.ChangeSettings(t.Context(), c.store, c.merchant, func(s *accounts.Settings) error { s.Paused = true; return nil })
			require.NoError(t, err)
		}, "merchant's settings", stateWarn, "paused", "starter resume"},
		"a token that ends soon": {func(t *testing.T, c *clinic) {
			c.connect(t, func(g *multivende.Grant) { g.ExpiresAt = time.Now().Add(10 * time.Minute) })
		}, "token", stateWarn, "10m", "credentials/"},
		"a pasted token that says when it ends": {func(_ *testing.T, c *clinic) {
			c.token = "x." + base64.RawURLEncoding.EncodeToString([]byte(`{"expiresAt":"2020-01-01T00:00:00Z"}`)) + ".y"
			c.address = forgiving(t, c.hub, c.token)
		}, "token", stateWarn, "only", "DESPACHO_TOKEN_FILE"},
		"a scope that was not granted": {func(t *testing.T, c *clinic) {
			c.connect(t, func(g *multivende.Grant) { delete(g.Scopes, "write:checkouts") })
		}, "scopes", stateFail, "write:checkouts", "Generar código de autorización"},
		"scopes with ids of something else": {func(t *testing.T, c *clinic) {
			c.connect(t, func(g *multivende.Grant) {
				g.Scopes["write:checkouts"] = multivende.GrantedConnections{IDs: []string{"x"}}
			})
		}, "scopes", stateWarn, "name none of the", "the hub refuses"},
		"an account without its keys": {func(t *testing.T, c *clinic) {
			c.connect(t, nil)
			c.arguments = nil
		}, "account", stateFail, "keys", "DESPACHO_ACCOUNTS_KEY_FILE"},
		"a renewal that is not open": {func(t *testing.T, c *clinic) {
			c.connect(t, nil)
			c.temporal.open = map[string]bool{}
		}, "token's renewal", stateWarn, "credentials/", "starter connect"},
		"several merchants": {func(t *testing.T, c *clinic) {
			require.NoError(t, c.store.Put(t.Context(), storage.AccountCredentials("m2"), 1))
			require.NoError(t, c.store.Put(t.Context(), storage.AccountCredentials("m3"), 1))
			require.NoError(t, c.store.Put(t.Context(), storage.AccountSettings("m4"), 1))
		}, "fairness", stateWarn, "2 merchants", "matching.enableFairness"},
		"unfairness":           {func(_ *testing.T, c *clinic) { c.arguments = []string{"--probe-fairness"} }, "fairness", stateFail, "waits", "matching.enableFairness"},
		"a clock that is fast": {func(_ *testing.T, c *clinic) { c.arguments = []string{"--hub-speed=60"} }, "clock", stateWarn, "60 times", "sandbox"},
	}
	for name, one := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClinic(t)
			one.spoil(t, c)
			code, found := c.visit(t)
			assert.Equal(t, one.state, found[one.check].State)
			assert.Contains(t, found[one.check].Found, one.found)
			assert.Contains(t, found[one.check].Do, one.do)
			if one.state == stateFail {
				assert.Equal(t, ExitIncomplete, code)
			} else {
				assert.Equal(t, ExitComplete, code, found)
			}
		})
	}
}

// forgiving is a way to the hub on which another token is taken.
func forgiving(t *testing.T, hub http.Handler, token string) string {
	t.Helper()
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer "+token {
			r.Header.Set("Authorization", "Bearer sandbox-token")
		}
		hub.ServeHTTP(w, r)
	}))
	t.Cleanup(listener.Close)
	return listener.URL
}

func TestADoctorTriesWhetherTemporalIsFair(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	c.temporal.fair = true
	code, found := c.visit(t, "--probe-fairness")
	assert.Equal(t, ExitComplete, code)
	assert.Equal(t, stateOK, found["fairness"].State)
	assert.Equal(t, len(c.temporal.started), c.temporal.terminated, "nothing stays open")
	for _, options := range c.temporal.started {
		assert.LessOrEqual(t, len(options.Priority.FairnessKey), 64)
	}
}

func TestADoctorDoesNotCallABusyTemporalUnfair(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &patientServer{stuck: true}
		_, err := fairnessProbe{server, "packers"}.run(t.Context())
		require.ErrorContains(t, err, "of 100 workflows, 0 were in their task queue after 30s")
		assert.Equal(t, len(server.started), server.terminated)
	})
}

func TestADoctorLooksAtTheCallback(t *testing.T) {
	t.Parallel()
	status := http.StatusForbidden
	callback := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	t.Cleanup(callback.Close)
	look := func(address string, now time.Time, trust bool) map[string]finding {
		command := &doctorCommand{Callback: address}
		if trust {
			command.trusted = x509Pool(callback)
		}
		e := &examination{command: command, now: func() time.Time { return now }}
		e.examineCallback(t.Context(), desk{})
		found := map[string]finding{}
		for _, f := range e.findings {
			found[f.Check] = f
		}
		return found
	}
	ends := callback.Certificate().NotAfter
	good := look(callback.URL+gatewayPath, time.Now(), true)
	assert.Equal(t, stateOK, good["callback certificate"].State)
	assert.Equal(t, stateOK, good["callback"].State)
	assert.Equal(t, stateFail, look(callback.URL+gatewayPath, time.Now(), false)["callback certificate"].State, "nobody vouches for it")
	soon := look(callback.URL+gatewayPath, ends.Add(-3*day), true)["callback certificate"]
	assert.Equal(t, stateWarn, soon.State)
	assert.Contains(t, soon.Found, "3 days left")
	assert.Equal(t, stateFail, look(strings.Replace(callback.URL, "https", "http", 1), time.Now(), true)["callback"].State)
	status = http.StatusOK
	assert.Equal(t, stateWarn, look(callback.URL+gatewayPath, time.Now(), true)["callback"].State, "whoever answers a stranger is no gateway")
}

func TestADoctorLooksAtWebhooksWhereThereAreAny(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	_, found := c.visit(t)
	assert.NotContains(t, found, "webhooks")
	c.webhook(t, &hooks.Off{Why: hooks.ByPartner})
	_, found = c.visit(t)
	assert.NotContains(t, found, "webhooks", "it is off as its partner wants it")
	assert.Equal(t, stateOK, found["worker"].State)
	c.webhook(t, nil)
	c.temporal.pollers[contract.WebhooksTaskQueue] = []string{"worker-1"}
	code, found := c.visit(t)
	assert.Equal(t, ExitComplete, code)
	assert.Equal(t, stateOK, found["webhooks"].State)
	assert.Equal(t, stateOK, found["worker"].State)
}
