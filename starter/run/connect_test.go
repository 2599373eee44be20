package run

import (
	"context"
	"net"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

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
		assert.Contains(t, c.err.String(), "Redirect URL is: http://", "what must have been done before, in the guide's words")
		assert.Contains(t, c.out.String(), "starter doctor --probe shows all", "it ends with a probe")
		assert.Contains(t, c.out.String(), "route label_tasks: it answers with an empty list")
		calls := c.hub.Report().Calls
		assert.Zero(t, calls["tickets"].Count)
		assert.LessOrEqual(t, lo.SumBy(lo.Values(calls), func(one sandbox.RouteCalls) int { return one.Count }), 32, "at 4 calls a second a person waits for them")
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
		assert.Contains(t, c.err.String(), "warning: the hub did not say that this code is the answer")
		assert.Contains(t, c.err.String(), "starter disconnect --merchant "+c.hub.Merchant())
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
		c := newCounter(t, sandbox.Options{Orders: 20, GiveStateBack: true})
		c.program.Browse = c.consents("refuse")
		c.connects(ExitError)
		assert.Contains(t, c.err.String(), "the merchant did not consent: access_denied")
	})
	t.Run("by a consent page that gives the state back", func(t *testing.T) {
		t.Parallel()
		c := newCounter(t, sandbox.Options{Orders: 20, GiveStateBack: true})
		c.program.Browse = c.consents("accept")
		c.connects(0)
		assert.EqualValues(t, 1, c.account().Generation)
		assert.NotContains(t, c.err.String(), "warning:")
	})
	t.Run("goes on waiting when a refusal or a code could be from any page", func(t *testing.T) {
		t.Parallel()
		c := newCounter(t, sandbox.Options{Orders: 20})
		c.program.Browse = func(ctx context.Context, page string) error {
			if err := c.consents("refuse")(ctx, page); err != nil {
				return err
			}
			c.browserBrings(page, "code=ac-made-up")
			return c.consents("accept")(ctx, page)
		}
		c.connects(0)
		assert.EqualValues(t, 1, c.account().Generation)
		assert.Contains(t, c.err.String(), "without a code: access_denied")
		assert.Contains(t, c.err.String(), "a code that the hub does not accept")
	})
	t.Run("refuses the code of a merchant that nobody spoke of", func(t *testing.T) {
		t.Parallel()
		c := newCounter(t, sandbox.Options{Orders: 20})
		c.connects(ExitConflict, "--merchant", "m-other", "--code", c.code())
		assert.Contains(t, c.err.String(), "belongs to merchant "+c.hub.Merchant()+", not to m-other")
		assert.Contains(t, c.err.String(), "--merchant "+c.hub.Merchant())
		vault := accounts.Vault{Store: c.store}
		merchants, err := vault.Merchants(t.Context())
		require.NoError(t, err)
		assert.Empty(t, merchants, "nothing is stored")
		assert.Empty(t, c.keeping.heard)

		require.NoError(t, c.store.Put(t.Context(), storage.AccountCredentials("m-other"), struct{}{}))
		c.connects(ExitConflict, "--code", c.code())
		assert.Contains(t, c.err.String(), "connected are only: m-other")
		assert.Empty(t, c.keeping.heard)
		c.connects(0, "--another", "--code", c.code())
		c.connects(0, "--code", c.code())
		c.connects(0, "--merchant", c.hub.Merchant(), "--code", c.code())
	})
	t.Run("fails clearly when its address is taken, and takes no other", func(t *testing.T) {
		t.Parallel()
		c := newCounter(t, sandbox.Options{Orders: 20})
		other, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // the test's own
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, other.Close()) })
		c.program.Callback = other.Addr().String()
		c.connects(ExitError)
		assert.Contains(t, c.err.String(), "cannot listen on "+other.Addr().String())
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
	t.Run("shows what is missing, and which connections are in doubt", func(t *testing.T) {
		t.Parallel()
		c := newCounter(t, sandbox.Options{Orders: 20, Scopes: sandbox.Scopes{
			"read:channels": {All: true}, "read:checkouts": {Connections: []string{"Tienda Norte"}},
		}})
		c.connects(0, "--code", c.code())
		assert.Contains(t, c.out.String(), "missing     write:checkouts")
		assert.Contains(t, c.out.String(), "read:checkouts (1 connection only)")
		assert.Contains(t, c.out.String(), "in doubt    Paris")
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
		c.runs(ExitUsage, "connect", "--hub", c.address, "--client-id", "7", "--client-secret-file", secretIn(t, "s"), "--code", code)
		assert.Contains(t, c.err.String(), "starter accounts-key new")
		c.connects(ExitUsage, "--code", "not a code")
		c.connects(0, "--code", code)
	})
	t.Run("says so when Temporal did not hear of it", func(t *testing.T) {
		t.Parallel()
		c := newCounter(t, sandbox.Options{Orders: 20})
		c.keeping.fails = context.DeadlineExceeded
		c.connects(ExitError, "--code", c.code())
		assert.Contains(t, c.err.String(), "is connected, but its workflows could not be started in Temporal")
		assert.Equal(t, accounts.Alive, c.account().State)
	})
}
