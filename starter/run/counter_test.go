package run

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/accounts/consent"
	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

type secret = multivende.Secret

// fastHub is how many times as fast as ours the time of a hub runs whose routes are probed.
const fastHub = 100

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
	options.OAuthOnly, options.Speed = true, fastHub
	hub, err := sandbox.New(options)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, hub.Close()) })
	server := httptest.NewServer(hub)
	t.Cleanup(server.Close)
	c := &counter{T: t, hub: hub, address: server.URL, keeping: &fakeKeeping{}}
	s3 := storagetest.NewServer(t)
	c.store = s3.Open(t, storage.Config{})
	_, err = c.store.EnsureBucket(t.Context())
	require.NoError(t, err)
	granted := s3.OpenGranted(t, storage.Config{}, "starter for `connect`")
	c.keys = filepath.Join(t.TempDir(), "keys.json")
	require.NoError(t, os.WriteFile(c.keys, []byte(keySet(t).Reveal()), 0o600))
	c.program = Program{
		Objects:  func(context.Context, string) (*storage.Store, error) { return granted, nil },
		Keeping:  func(context.Context) (client.Keeping, error) { return c.keeping, nil },
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

// secretIn writes a secret into a file.
func secretIn(t testing.TB, secret string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(path, []byte(secret+"\n"), 0o600))
	return path
}

// connects runs connect against the sandbox.
func (c *counter) connects(code int, arguments ...string) {
	c.Helper()
	c.runs(code, append([]string{
		"connect", "--hub", c.address, "--client-id", c.hub.ClientID(), "--client-secret-file", secretIn(c, c.hub.ClientSecret()), "--accounts-key-file", c.keys,
		"--hub-speed", strconv.Itoa(fastHub),
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
	account, _, err := (&accounts.Vault{Store: c.store, Keys: keys}).ReadWithTokens(c.Context(), c.hub.Merchant())
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
		form.Set("redirect_uri", "http://"+consent.CallbackAddress+"/callback")
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

// browserBrings leads the browser to the redirect of a consent page with something of its own.
func (c *counter) browserBrings(page, query string) {
	c.Helper()
	asked, err := url.Parse(page)
	require.NoError(c, err)
	answer, err := http.Get(asked.Query().Get("redirect_uri") + "?" + query) //nolint:noctx // as a browser does
	require.NoError(c, err)
	require.NoError(c, answer.Body.Close())
}
