package run

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

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
	account, etag, err := vault.ReadWithTokens(t.Context(), merchant)
	require.NoError(t, err)
	account.State, account.Reason, account.ExpiresAt = accounts.NeedsConsent, "the hub refuses the refresh token", time.Now().Add(-time.Hour)
	_, err = vault.SaveAccount(t.Context(), account, etag)
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
