package run

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/rates"
	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

// credentialsTemporal is a Temporal that notes who is started and signalled; what a
// Credentials would do at a signal is played.
type credentialsTemporal struct {
	client.Client
	refused func(merchant string, generation int64)

	mu      sync.Mutex
	started []string
	// woken are the merchants whose Credentials was told to look; deaf: it cannot be told.
	woken []string
	deaf  error
}

func (f *credentialsTemporal) ExecuteWorkflow(_ context.Context, options client.StartWorkflowOptions, workflow any, args ...any) (client.WorkflowRun, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	in, _ := args[0].(contract.CredentialsInput)
	if intake, ok := args[0].(contract.IntakeInput); ok {
		in.Merchant = intake.Merchant
	}
	f.started = append(f.started, options.ID+" "+workflow.(string)+" "+in.Merchant+" "+options.Priority.FairnessKey)
	return nil, nil
}

func (f *credentialsTemporal) SignalWithStartWorkflow(_ context.Context, _ string, signal string, arg any, options client.StartWorkflowOptions, workflow any, args ...any) (client.WorkflowRun, error) {
	in, _ := args[0].(contract.CredentialsInput)
	if signal == contract.ConnectedSignal && workflow == contract.CredentialsType && options.ID == contract.CredentialsID(in.Merchant) {
		if f.deaf == nil {
			f.woken = append(f.woken, in.Merchant)
		}
		return nil, f.deaf
	}
	if news, ok := arg.(contract.TokenRefused); ok && signal == contract.TokenRefusedSignal && workflow == contract.CredentialsType && options.ID == contract.CredentialsID(in.Merchant) {
		f.refused(in.Merchant, news.Generation)
	}
	return nil, nil
}

// refusing is a hub that takes one token.
func refusing(t *testing.T, good string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+good {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, `{"MerchantId":"m-1"}`)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func newKeeper(t *testing.T, hub string, temporal *credentialsTemporal) (*accountKeeper, *bytes.Buffer) {
	t.Helper()
	store := storagetest.New(t)
	_, err := store.EnsureBucket(t.Context())
	require.NoError(t, err)
	settings := validSettings()
	settings.Hub, settings.ClientID, settings.ClientSecret, settings.AccountsKey = hub, "7", "client-secret", keySet(t)
	var log bytes.Buffer
	p := &process{settings: settings, log: logger(&log), metrics: metricsOf(t), servers: &service.Servers{Temporal: temporal, Store: store}}
	hubs := newHubs(settings, p.observeHub, p.metrics.hub.observeWait, onlyWorker(t, store))
	t.Cleanup(hubs.close)
	keeper, err := p.newAccountKeeper(store, hubs)
	require.NoError(t, err)
	return keeper, &log
}

// onlyWorker keeps the shares of a worker that is alone with a store.
func onlyWorker(t *testing.T, store *storage.Store) *rates.Keeper {
	t.Helper()
	keeper := rates.New(rates.Config{Store: store, PerSecond: 1e6})
	go keeper.Run(t.Context())
	return keeper
}

func (k *accountKeeper) connect(t *testing.T, merchant, token string, lives time.Duration) {
	t.Helper()
	now := time.Now()
	_, _, err := k.vault.Connect(t.Context(), multivende.Grant{
		Merchant: merchant, Token: multivende.Secret(token), RefreshToken: "rt-1", At: now, ExpiresAt: now.Add(lives), RefreshExpiresAt: now.Add(48 * time.Hour),
	}, now)
	require.NoError(t, err)
}

func TestAConnectedMerchantIsServed(t *testing.T) {
	t.Parallel()
	t.Run("with its own token, beside the one merchant of the settings", func(t *testing.T) {
		t.Parallel()
		keeper, _ := newKeeper(t, refusing(t, "token-a"), &credentialsTemporal{})
		keeper.connect(t, "m-1", "token-a", time.Hour)
		hub, err := keeper.hubs.Hub("m-1")
		require.NoError(t, err)
		_, err = hub.AppInfo(t.Context())
		require.NoError(t, err)
		again, err := keeper.hubs.Hub("m-1")
		require.NoError(t, err)
		assert.Same(t, hub, again, "its rate limit is one")
		own, err := keeper.hubs.Hub("merchant-1")
		require.NoError(t, err)
		assert.NotSame(t, hub, own)
		assert.True(t, keeper.hubs.clock("m-1").Known())
		assert.Nil(t, keeper.hubs.clock("m-2"))
	})
	t.Run("with the next token when the hub refuses one", func(t *testing.T) {
		t.Parallel()
		temporal := &credentialsTemporal{}
		keeper, _ := newKeeper(t, refusing(t, "token-b"), temporal)
		keeper.connect(t, "m-1", "token-a", time.Hour)
		var asked []int64
		temporal.refused = func(merchant string, generation int64) {
			asked = append(asked, generation)
			keeper.connect(t, merchant, "token-b", time.Hour)
		}
		hub, err := keeper.hubs.Hub("m-1")
		require.NoError(t, err)
		_, err = hub.AppInfo(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []int64{1}, asked)
	})
	t.Run("and one that is not connected is not", func(t *testing.T) {
		t.Parallel()
		keeper, _ := newKeeper(t, refusing(t, "token-a"), &credentialsTemporal{})
		hub, err := keeper.hubs.Hub("m-9")
		require.NoError(t, err)
		_, err = hub.AppInfo(t.Context())
		assert.Equal(t, multivende.NotAuthorised, multivende.ClassOf(err))
		require.ErrorContains(t, err, "starter connect")
		_, err = keeper.hubs.Hub("../m")
		assert.Equal(t, multivende.NotAuthorised, multivende.ClassOf(err))
	})
}

func TestAccountsAreLookedAfter(t *testing.T) {
	t.Parallel()
	temporal := &credentialsTemporal{}
	keeper, log := newKeeper(t, "http://127.0.0.1:1", temporal)
	keeper.connect(t, "m-1", "token-a", 5*time.Hour)
	keeper.connect(t, "m-2", "token-b", 10*time.Minute)
	keeper.connect(t, "m-3", "token-c", -50*time.Hour)
	account, etag, err := keeper.vault.ReadWithTokens(t.Context(), "m-3")
	require.NoError(t, err)
	account.State, account.Reason = accounts.NeedsConsent, "the refresh token ended"
	_, err = keeper.vault.SaveAccount(t.Context(), account, etag)
	require.NoError(t, err)

	require.NoError(t, keeper.lookAtAccounts(t.Context(), true))
	require.NoError(t, keeper.lookAtAccounts(t.Context(), false))
	assert.ElementsMatch(t, []string{
		"credentials/m-1 Credentials m-1 m-1", "intake/m-1 Intake m-1 m-1", "credentials/m-2 Credentials m-2 m-2", "intake/m-2 Intake m-2 m-2",
		"credentials/m-3 Credentials m-3 m-3", "intake/m-3 Intake m-3 m-3",
	}, temporal.started, "each has somebody who keeps it alive and hears of its orders, with a fair share")
	page := scrape(t, keeper.process.metrics)
	for _, merchant := range []string{"m-1", "m-2"} {
		account, err := keeper.vault.ReadPublic(t.Context(), merchant)
		require.NoError(t, err)
		assert.InDelta(t, account.ExpiresAt.Unix(), gauges(t, keeper.process.metrics.Registry, "despacho_token_expires_timestamp_seconds")[merchant], 1)
	}
	assert.Contains(t, page, `despacho_account_state{merchant="m-1",state="alive"} 1`)
	assert.Contains(t, page, `despacho_account_state{merchant="m-3",state="needs_consent"} 1`)
	assert.Contains(t, page, `despacho_account_state{merchant="m-3",state="alive"} 0`)
	assert.Equal(t, 1, bytes.Count(log.Bytes(), []byte("the account needs the merchant's consent")), "said once")
	assert.Contains(t, log.String(), "Generar código de autorización")
	assert.Contains(t, log.String(), "the token ends soon")
	for _, secret := range []string{"token-a", "token-b", "rt-1", "client-secret"} {
		assert.NotContains(t, log.String()+page, secret)
	}

	require.NoError(t, keeper.vault.Disconnect(t.Context(), "m-1"))
	require.NoError(t, keeper.lookAtAccounts(t.Context(), false))
	assert.NotContains(t, scrape(t, keeper.process.metrics), `merchant="m-1"`)
}

func TestACodeOfWhichTemporalDidNotHearIsTakenUpAtTheNextLook(t *testing.T) {
	t.Parallel()
	temporal := &credentialsTemporal{}
	keeper, _ := newKeeper(t, "http://127.0.0.1:1", temporal)
	keeper.connect(t, "m-1", "token-a", -50*time.Hour)
	account, etag, err := keeper.vault.ReadWithTokens(t.Context(), "m-1")
	require.NoError(t, err)
	account.State, account.Reason = accounts.NeedsConsent, "the refresh token ended"
	_, err = keeper.vault.SaveAccount(t.Context(), account, etag)
	require.NoError(t, err)
	require.NoError(t, keeper.lookAtAccounts(t.Context(), true))
	assert.Empty(t, temporal.woken, "nothing has changed for an account that needs consent")

	keeper.connect(t, "m-1", "token-b", 6*time.Hour)
	temporal.deaf = errors.New("nobody answers")
	require.ErrorIs(t, keeper.lookAtAccounts(t.Context(), false), temporal.deaf)
	temporal.deaf = nil
	temporal.started = nil
	for range 3 {
		require.NoError(t, keeper.lookAtAccounts(t.Context(), false))
	}
	assert.Equal(t, []string{"m-1"}, temporal.woken, "told until it is heard, and once")
	assert.Equal(t, []string{"credentials/m-1 Credentials m-1 m-1", "intake/m-1 Intake m-1 m-1"}, temporal.started, "what works for it begins, too")
}

func TestATokenThatTheHubsClockCallsDueIsRenewedBeforeItEnds(t *testing.T) {
	t.Parallel()
	ahead := 3*time.Hour + 30*time.Minute
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
		_, _ = io.WriteString(w, `{"MerchantId":"m-1"}`)
	}))
	t.Cleanup(hub.Close)
	temporal := &credentialsTemporal{}
	keeper, _ := newKeeper(t, hub.URL, temporal)
	given := time.Now().Add(-2 * time.Hour)
	give := func() {
		_, _, err := keeper.vault.Connect(t.Context(), multivende.Grant{
			Merchant: "m-1", Token: "token-a", RefreshToken: "rt-1", At: given, ExpiresAt: given.Add(6 * time.Hour), RefreshExpiresAt: given.Add(48 * time.Hour),
		}, given)
		require.NoError(t, err)
	}
	give()
	require.NoError(t, keeper.lookAtAccounts(t.Context(), false))
	assert.Empty(t, temporal.woken, "by the clock at which it was given it lives for four hours")

	client, err := keeper.hubs.Hub("m-1")
	require.NoError(t, err)
	_, err = client.AppInfo(t.Context())
	require.NoError(t, err)
	for range 3 {
		require.NoError(t, keeper.lookAtAccounts(t.Context(), false))
	}
	assert.Equal(t, []string{"m-1"}, temporal.woken, "once for a generation")
	give()
	account, etag, err := keeper.vault.ReadWithTokens(t.Context(), "m-1")
	require.NoError(t, err)
	account.Renewal.Tries = 1
	_, err = keeper.vault.SaveAccount(t.Context(), account, etag)
	require.NoError(t, err)
	require.NoError(t, keeper.lookAtAccounts(t.Context(), false))
	assert.Len(t, temporal.woken, 1, "whoever renews it is awake")
	give()
	require.NoError(t, keeper.lookAtAccounts(t.Context(), false))
	assert.Len(t, temporal.woken, 2, "once more for another generation")
}
