package main

import (
	"bytes"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/deploy/local/stack"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage/storagetest"
)

// connecting is a workbench as it stands when the account is to be connected, on a hub that is not
// this process's sandbox.
type connecting struct {
	*workbench
	hub *sandbox.Hub
}

func newConnecting(t *testing.T) connecting {
	t.Helper()
	world, err := sandbox.New(sandbox.Options{Orders: 12})
	require.NoError(t, err)
	server := httptest.NewServer(world)
	t.Cleanup(server.Close)
	store := storagetest.New(t)
	_, err = store.EnsureBucket(t.Context())
	require.NoError(t, err)
	from := &hub{url: server.URL, speed: 1, app: application{id: world.ClientID(), secret: world.ClientSecret()}}
	return connecting{&workbench{running: &stack.Stack{Dir: t.TempDir()}, store: store, from: from}, world}
}

// connectsWith starts with --code, and returns what was shown.
func (c connecting) connectsWith(t *testing.T, code string) string {
	t.Helper()
	given := &flags{ClientID: c.from.app.id, ClientSecret: c.from.app.secret, Code: code}
	c.from.app, c.from.merchant = given.application(), ""
	var out bytes.Buffer
	require.NoError(t, c.connect(t.Context(), &out), out.String())
	assert.Equal(t, c.hub.Merchant(), c.from.merchant)
	return out.String()
}

func (c connecting) newCode(t *testing.T) string {
	t.Helper()
	code, err := c.hub.NewCode()
	require.NoError(t, err)
	return code
}

// change changes the account in the store.
func (c connecting) change(t *testing.T, change func(*accounts.Account)) accounts.Account {
	t.Helper()
	keys, err := accounts.LoadKeys(c.keyFile(), "")
	require.NoError(t, err)
	vault := &accounts.Vault{Store: c.store, Keys: keys}
	account, etag, err := vault.ReadWithTokens(t.Context(), c.hub.Merchant())
	require.NoError(t, err)
	change(&account)
	_, err = vault.SaveAccount(t.Context(), account, etag)
	require.NoError(t, err)
	return account
}

func TestAGivenCodeIsExchangedWhenTheKnownAccountNeedsIt(t *testing.T) {
	t.Parallel()
	c := newConnecting(t)
	c.connectsWith(t, c.newCode(t))
	same := func(*accounts.Account) {}
	assert.EqualValues(t, 1, c.change(t, same).Generation)

	code := c.newCode(t)
	shown := c.connectsWith(t, code)
	assert.EqualValues(t, 1, c.change(t, same).Generation)
	assert.Contains(t, shown, "The code was not used: the data folder already holds the account of merchant "+c.hub.Merchant())
	assert.NotContains(t, shown, code)

	c.change(t, func(a *accounts.Account) { a.State, a.Reason = accounts.NeedsConsent, "the refresh token ended" })
	c.connectsWith(t, code)
	account := c.change(t, func(a *accounts.Account) { a.ExpiresAt = time.Now().Add(-time.Minute) })
	assert.EqualValues(t, 2, account.Generation)
	assert.Equal(t, accounts.Alive, account.State)

	c.connectsWith(t, c.newCode(t))
	account = c.change(t, func(a *accounts.Account) { a.TokenRefused = true })
	assert.EqualValues(t, 3, account.Generation, "its token had ended")
	c.connectsWith(t, c.newCode(t))
	assert.EqualValues(t, 4, c.change(t, same).Generation, "its token was refused")
}

func TestWithoutACodeAKnownAccountIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	c := newConnecting(t)
	c.connectsWith(t, c.newCode(t))
	c.change(t, func(a *accounts.Account) { a.State, a.Reason = accounts.NeedsConsent, "the refresh token ended" })
	assert.Empty(t, c.connectsWith(t, ""), "a consent page would make a second connection")
}
