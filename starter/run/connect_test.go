package run

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

type secret = multivende.Secret

// fakeKeeping notes what begins and ends for merchants.
type fakeKeeping struct {
	mu    sync.Mutex
	heard []string
	fails error
	// late is what an ended workflow still does.
	late func()
}

func (f *fakeKeeping) note(what string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.heard = append(f.heard, what)
	return f.fails
}

func (f *fakeKeeping) Connected(_ context.Context, merchant string) error {
	return f.note("connected " + merchant)
}

func (f *fakeKeeping) Disconnected(_ context.Context, merchant string) error {
	return f.note("disconnected " + merchant)
}

func (f *fakeKeeping) Cleared(_ context.Context, merchant string) (int, error) {
	f.mu.Lock()
	late := f.late
	f.mu.Unlock()
	if late != nil {
		late()
		return 1, nil
	}
	return 0, f.note("cleared " + merchant)
}

// counter is a command line for merchants, with a sandbox hub to connect to.
type counter struct {
	*testing.T
	hub     *sandbox.Hub
	address string
	store   *storage.Store
	keys    string
	keeping *fakeKeeping
	program Program
	out     bytes.Buffer
	err     bytes.Buffer
}

func newCounter(t *testing.T, options sandbox.Options) *counter {
	t.Helper()
	options.OAuthOnly = true
	hub, err := sandbox.New(options)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, hub.Close()) })
	server := httptest.NewServer(hub)
	t.Cleanup(server.Close)
	c := &counter{T: t, hub: hub, address: server.URL, store: storagetest.New(t), keeping: &fakeKeeping{}}
	_, err = c.store.EnsureBucket(t.Context())
	require.NoError(t, err)
	c.keys = filepath.Join(t.TempDir(), "keys.json")
	require.NoError(t, writeNew(c.keys, keySet(t)))
	c.program = Program{
		Objects:  func(context.Context, string) (*storage.Store, error) { return c.store, nil },
		Keeping:  func(context.Context) (Keeping, error) { return c.keeping, nil },
		Browse:   func(context.Context, string) error { t.Error("no browser is wanted"); return nil },
		Callback: "127.0.0.1:0",
	}
	return c
}

func keySet(t *testing.T) (written secret) {
	t.Helper()
	keys, err := accounts.NewKeys()
	require.NoError(t, err)
	written, err = keys.JSON()
	require.NoError(t, err)
	return written
}

// runs runs the command line and expects an exit code.
func (c *counter) runs(code int, arguments ...string) {
	c.Helper()
	c.out.Reset()
	c.err.Reset()
	c.program.Out, c.program.Err = &c.out, &c.err
	require.Equal(c, code, c.program.Main(c.Context(), arguments), "%s\n%s", c.out.String(), c.err.String())
	for _, secret := range []string{c.hub.ClientSecret(), "rt-", "eyJ"} {
		assert.NotContains(c, c.out.String()+c.err.String(), secret)
	}
}

// connects runs connect against the sandbox.
func (c *counter) connects(code int, arguments ...string) {
	c.Helper()
	c.runs(code, append([]string{
		"connect", "--hub", c.address, "--client-id", c.hub.ClientID(), "--client-secret", c.hub.ClientSecret(), "--accounts-key-file", c.keys,
	}, arguments...)...)
}

func (c *counter) code() string {
	c.Helper()
	code, err := c.hub.NewCode()
	require.NoError(c, err)
	return code
}

func (c *counter) account() accounts.Account {
	c.Helper()
	keys, err := accounts.LoadKeys(c.keys, "")
	require.NoError(c, err)
	account, _, err := (&accounts.Vault{Store: c.store, Keys: keys}).Open(c.Context(), c.hub.Merchant())
	require.NoError(c, err)
	return account
}

// consents does what a person does on the consent page. The sandbox knows another redirect than
// the test's, so the code is carried over.
func (c *counter) consents(decision string) func(context.Context, string) error {
	return func(ctx context.Context, page string) error {
		asked, err := url.Parse(page)
		if err != nil {
			return err
		}
		form := asked.Query()
		back := form.Get("redirect_uri")
		form.Set("redirect_uri", "http://"+Callback+"/callback")
		form.Set("decision", decision)
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.address+asked.Path, strings.NewReader(form.Encode()))
		if err != nil {
			return err
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		location, err := answer.Location()
		if err != nil {
			return err
		}
		returned, err := http.Get(back + "?" + location.RawQuery) //nolint:noctx // as a browser does
		if err != nil {
			return err
		}
		said, err := io.ReadAll(returned.Body)
		assert.NotContains(c, string(said), "ac-")
		assert.NoError(c, returned.Body.Close())
		return err
	}
}

func TestConnect(t *testing.T) {
	t.Parallel()
	t.Run("with a code", func(t *testing.T) {
		t.Parallel()
		c := newCounter(t, sandbox.Options{Orders: 20})
		c.connects(0, "--code", c.code())
		assert.Equal(t, accounts.Alive, c.account().State)
		assert.Equal(t, []string{"connected " + c.hub.Merchant()}, c.keeping.heard)
		for _, words := range []string{c.hub.Merchant(), "read:channels, read:checkouts", "write:checkouts", "token       until 20"} {
			assert.Contains(t, c.out.String(), words)
		}
		assert.NotContains(t, c.out.String(), "left out")
		assert.NotContains(t, c.out.String(), "missing")
		assert.Contains(t, c.err.String(), "/callback", "what must have been done before")
		c.connects(0, "--code", c.code())
		assert.NotContains(t, c.err.String(), "/callback", "that was needed for the first only")
	})
	t.Run("with a code from standard input", func(t *testing.T) {
		t.Parallel()
		c := newCounter(t, sandbox.Options{Orders: 20})
		c.program.In = strings.NewReader("  " + c.code() + "\n")
		c.connects(0, "--code", "-")
		assert.EqualValues(t, 1, c.account().Generation)
	})
	t.Run("by the consent page", func(t *testing.T) {
		t.Parallel()
		c := newCounter(t, sandbox.Options{Orders: 20})
		c.program.Browse = c.consents("accept")
		c.connects(0)
		assert.EqualValues(t, 1, c.account().Generation)
		for _, words := range []string{"by a ticket to its support", "/webhooks/multivende", "delivery orders", "read:channels read:checkouts write:checkouts", "/apps/authorize?"} {
			assert.Contains(t, c.err.String(), words)
		}
		assert.NotContains(t, c.err.String(), "connected already")
	})
	t.Run("again by the consent page, which warns of a second connection", func(t *testing.T) {
		t.Parallel()
		c := newCounter(t, sandbox.Options{Orders: 20})
		c.connects(0, "--code", c.code())
		c.program.Browse = c.consents("accept")
		c.connects(0)
		assert.Contains(t, c.err.String(), "warning: connected already: "+c.hub.Merchant())
		assert.Contains(t, c.err.String(), "Generar código de autorización")
		assert.Contains(t, c.err.String(), "second connection now")
		assert.EqualValues(t, 2, c.account().Generation)
	})
	t.Run("again with a code, without a second connection", func(t *testing.T) {
		t.Parallel()
		c := newCounter(t, sandbox.Options{Orders: 20})
		c.connects(0, "--code", c.code())
		c.connects(0, "--code", c.code())
		assert.NotContains(t, c.err.String(), "second connection")
		assert.Contains(t, c.out.String(), "connected again")
		assert.Len(t, c.keeping.heard, 2)
	})
	t.Run("ends when the merchant does not consent", func(t *testing.T) {
		t.Parallel()
		c := newCounter(t, sandbox.Options{Orders: 20})
		c.program.Browse = c.consents("refuse")
		c.connects(ExitError)
		assert.Contains(t, c.err.String(), "the merchant did not consent: access_denied")
	})
	t.Run("fails clearly when its address is taken, and takes no other", func(t *testing.T) {
		t.Parallel()
		c := newCounter(t, sandbox.Options{Orders: 20})
		other, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // the test's own
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, other.Close()) })
		c.program.Callback = other.Addr().String()
		c.connects(ExitError)
		assert.Contains(t, c.err.String(), "something else listens on "+other.Addr().String())
		assert.Contains(t, c.err.String(), "--code")
	})
	t.Run("says of a used code what to do", func(t *testing.T) {
		t.Parallel()
		c := newCounter(t, sandbox.Options{Orders: 20})
		code := c.code()
		c.connects(0, "--code", code)
		c.connects(ExitError, "--code", code)
		assert.Contains(t, c.err.String(), "authorization code has been used")
		assert.Contains(t, c.err.String(), "Generar código de autorización")
		assert.EqualValues(t, 1, c.account().Generation, "the account stays as it was")
	})
	t.Run("shows what is missing, and which connections are left out", func(t *testing.T) {
		t.Parallel()
		c := newCounter(t, sandbox.Options{Orders: 20, Scopes: sandbox.Scopes{
			"read:channels": {All: true}, "read:checkouts": {Connections: []string{"Tienda Norte"}},
		}})
		c.connects(0, "--code", c.code())
		assert.Contains(t, c.out.String(), "missing     write:checkouts")
		assert.Contains(t, c.out.String(), "read:checkouts (1 connection only)")
		assert.Contains(t, c.out.String(), "left out    Paris")
	})
	t.Run("limits the work to some connections", func(t *testing.T) {
		t.Parallel()
		c := newCounter(t, sandbox.Options{Orders: 20})
		id := c.hub.Report().Connections[0].ID
		c.connects(0, "--code", c.code(), "--connections", id)
		assert.Contains(t, c.out.String(), "limited to  "+id)
		settings, err := accounts.ReadSettings(t.Context(), c.store, c.hub.Merchant())
		require.NoError(t, err)
		assert.Equal(t, []string{id}, settings.Connections)
		c.connects(ExitUsage, "--code", c.code(), "--connections", "nobody")
		assert.Contains(t, c.err.String(), "the hub lists no connection nobody")
		c.connects(0, "--code", c.code(), "--connections", "all")
		settings, err = accounts.ReadSettings(t.Context(), c.store, c.hub.Merchant())
		require.NoError(t, err)
		assert.Empty(t, settings.Connections)
	})
	t.Run("names what it lacks before a code is used", func(t *testing.T) {
		t.Parallel()
		c := newCounter(t, sandbox.Options{Orders: 20})
		code := c.code()
		c.runs(ExitUsage, "connect", "--hub", c.address, "--code", code)
		assert.Contains(t, c.err.String(), "client id")
		assert.Contains(t, c.err.String(), "client secret")
		c.runs(ExitUsage, "connect", "--hub", c.address, "--client-id", "7", "--client-secret", "s", "--code", code)
		assert.Contains(t, c.err.String(), "starter accounts-key new")
		c.connects(ExitUsage, "--code", "not a code")
		c.connects(0, "--code", code)
	})
	t.Run("says so when Temporal did not hear of it", func(t *testing.T) {
		t.Parallel()
		c := newCounter(t, sandbox.Options{Orders: 20})
		c.keeping.fails = context.DeadlineExceeded
		c.connects(ExitError, "--code", c.code())
		assert.Contains(t, c.err.String(), "is connected, but Temporal did not hear of it")
		assert.Equal(t, accounts.Alive, c.account().State)
	})
}

func TestTheCallbackTakesACodeAndNothingElse(t *testing.T) {
	t.Parallel()
	catcher, err := catchCode(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(catcher.close)
	ask := func(method, target, host string) int {
		request := httptest.NewRequest(method, target, nil)
		request.Host = host
		answer := httptest.NewRecorder()
		catcher.ServeHTTP(answer, request)
		return answer.Code
	}
	assert.Equal(t, http.StatusNotFound, ask("GET", "/", catcher.host))
	assert.Equal(t, http.StatusNotFound, ask("POST", "/callback?code=ac-1", catcher.host))
	assert.Equal(t, http.StatusNotFound, ask("GET", "/callback?code=ac-1", "evil.example"))
	assert.Equal(t, http.StatusBadRequest, ask("GET", "/callback", catcher.host))
	assert.Equal(t, http.StatusBadRequest, ask("GET", "/callback?code=a%0Ab", catcher.host))
	assert.Equal(t, http.StatusOK, ask("GET", "/callback?code=ac-1", catcher.host))
	assert.Equal(t, http.StatusOK, ask("GET", "/callback?code=ac-2", catcher.host))
	code, err := catcher.wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "ac-1", code.Reveal())
}

func TestMerchants(t *testing.T) {
	t.Parallel()
	c := newCounter(t, sandbox.Options{Orders: 20})
	merchant := c.hub.Merchant()
	c.runs(0, "merchants")
	assert.Equal(t, "no merchants\n", c.out.String())
	c.runs(ExitNotFound, "merchants", "--merchant", "m-9")
	c.connects(0, "--code", c.code())

	c.runs(0, "pause", "--merchant", merchant, "--connection", "c-1", "--connection", "c-2")
	c.runs(0, "resume", "--merchant", merchant, "--connection", "c-2")
	assert.Contains(t, c.out.String(), "all connections; paused: c-1")
	c.runs(0, "pause", "--merchant", merchant)
	assert.Contains(t, c.out.String(), merchant+": paused")
	assert.Contains(t, c.err.String(), "starter resume")
	c.runs(0, "merchants")
	assert.Regexp(t, merchant+` +alive +20[0-9-]+ [0-9:]+ UTC +3[56][0-9] minutes +paused`, c.out.String())
	c.runs(0, "resume", "--merchant", merchant)
	assert.NotContains(t, c.err.String(), "is not connected")
	c.runs(0, "pause", "--merchant", "m-misspelt")
	assert.Contains(t, c.err.String(), "merchant m-misspelt is not connected")
	c.runs(ExitUsage, "pause")
	c.runs(ExitUsage, "pause", "--merchant", merchant, "--connection", "a/b")

	c.runs(0, "merchants", "--json")
	var listed []map[string]any
	require.NoError(t, json.Unmarshal(c.out.Bytes(), &listed))
	require.Len(t, listed, 1)
	assert.Equal(t, merchant, listed[0]["merchant"])
	assert.Equal(t, "alive", listed[0]["state"])
	assert.InDelta(t, 359, listed[0]["life_minutes"], 2)

	vault := &accounts.Vault{Store: c.store}
	vault.Keys, _ = accounts.LoadKeys(c.keys, "")
	account, etag, err := vault.Open(t.Context(), merchant)
	require.NoError(t, err)
	account.State, account.Reason, account.ExpiresAt = accounts.NeedsConsent, "the hub refuses the refresh token", time.Now().Add(-time.Hour)
	_, err = vault.Save(t.Context(), account, etag)
	require.NoError(t, err)
	c.runs(0, "merchants")
	assert.Contains(t, c.out.String(), "ended")
	assert.Contains(t, c.out.String(), "needs consent: the hub refuses the refresh token")
	assert.Contains(t, c.out.String(), "starter connect --code")
}

func TestDisconnect(t *testing.T) {
	t.Parallel()
	c := newCounter(t, sandbox.Options{Orders: 20})
	merchant := c.hub.Merchant()
	c.runs(ExitNotFound, "disconnect", "--merchant", merchant)
	c.connects(0, "--code", c.code())
	kept := storage.ManifestJSON(merchant, "r-1")
	other := storage.ManifestJSON("m-other", "r-1")
	for _, key := range []string{kept, other} {
		require.NoError(t, c.store.Put(t.Context(), key, "a manifest"))
	}
	c.runs(0, "disconnect", "--merchant", merchant)
	assert.Equal(t, "disconnected "+merchant, c.keeping.heard[len(c.keeping.heard)-1])
	c.runs(0, "merchants")
	assert.Equal(t, "no merchants\n", c.out.String())
	var manifest string
	require.NoError(t, c.store.Get(t.Context(), kept, &manifest), "what was made stays")

	c.runs(ExitUsage, "disconnect", "--merchant", merchant, "--purge")
	assert.Contains(t, c.err.String(), "add --yes")
	c.runs(0, "disconnect", "--merchant", merchant, "--purge", "--yes")
	require.ErrorIs(t, c.store.Get(t.Context(), kept, &manifest), storage.ErrNotFound)
	require.NoError(t, c.store.Get(t.Context(), other, &manifest), "another merchant's stays")
	assert.Equal(t, "cleared "+merchant, c.keeping.heard[len(c.keeping.heard)-1])

	c.program.PurgeWait = time.Millisecond
	c.keeping.late = func() { require.NoError(t, c.store.Put(t.Context(), kept, "a manifest")) }
	c.runs(0, "disconnect", "--merchant", merchant, "--purge", "--yes")
	assert.Contains(t, c.err.String(), "waiting for their last steps")
	require.ErrorIs(t, c.store.Get(t.Context(), kept, &manifest), storage.ErrNotFound)
}

func TestAccountsKey(t *testing.T) {
	t.Parallel()
	c := newCounter(t, sandbox.Options{Orders: 20})
	c.connects(0, "--code", c.code())
	c.runs(0, "accounts-key", "rotate", "--accounts-key-file", c.keys)
	assert.Contains(t, c.err.String(), "2 keys")
	assert.EqualValues(t, 1, c.account().Generation, "what the older key sealed is still read")
	about, err := os.Stat(c.keys)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), about.Mode().Perm())

	fresh := filepath.Join(t.TempDir(), "new.json")
	c.runs(0, "accounts-key", "new", "--to", fresh)
	c.runs(ExitUsage, "accounts-key", "new", "--to", fresh)
	assert.Contains(t, c.err.String(), "is there already")
	c.runs(0, "accounts-key", "new")
	_, err = accounts.ParseKeys(secret(c.out.String()))
	require.NoError(t, err)
	c.runs(ExitUsage, "accounts-key", "rotate")
}
