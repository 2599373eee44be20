package run

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

// crowdedTemporal answers a start only when as many others are under way as may be, or all have begun.
type crowdedTemporal struct {
	client.Client
	starts, signals atomic.Int64
	arrived         chan struct{}
}

func (f *crowdedTemporal) ExecuteWorkflow(ctx context.Context, _ client.StartWorkflowOptions, _ any, _ ...any) (client.WorkflowRun, error) {
	if f.starts.Add(1) <= accountsAtATime {
		f.arrived <- struct{}{}
		for len(f.arrived) < accountsAtATime && ctx.Err() == nil {
			select {
			case <-ctx.Done():
			case <-time.After(time.Millisecond):
			}
		}
	}
	return nil, ctx.Err()
}

func (f *crowdedTemporal) SignalWithStartWorkflow(context.Context, string, string, any, client.StartWorkflowOptions, any, ...any) (client.WorkflowRun, error) {
	f.signals.Add(1)
	return nil, nil
}

// TestAThousandAccountsAreLookedAtSideBySideAndReadWhenTheyChange: with 16 at a time, 1,000 accounts whose
// requests take 20 ms each are read and have both workflows started in 1,000 × 3 × 20 ms / 16, under 4 s, and a later look is one list.
func TestAThousandAccountsAreLookedAtSideBySideAndReadWhenTheyChange(t *testing.T) {
	t.Parallel()
	const merchants = 1000
	server := storagetest.NewServer(t)
	store := server.Open(t, storage.Config{})
	_, err := store.EnsureBucket(t.Context())
	require.NoError(t, err)
	settings := validSettings()
	settings.ClientID, settings.ClientSecret, settings.AccountsKey = "7", "client-secret", keySet(t)
	temporal := &crowdedTemporal{arrived: make(chan struct{}, accountsAtATime)}
	p := &process{settings: settings, log: silent(), metrics: metricsOf(t), servers: &service.Servers{Temporal: temporal, Store: store}}
	hubs := newHubs(settings, p.observeHub, p.metrics.hub.observeWait, onlyWorker(t, store))
	t.Cleanup(hubs.close)
	keeper, err := p.newAccountKeeper(store, hubs)
	require.NoError(t, err)
	connectAll(t, keeper.vault, merchants)

	within, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // with fewer at a time it would hang
	defer cancel()
	before := server.Calls()
	require.NoError(t, keeper.lookAtAccounts(within, true))
	assert.EqualValues(t, 2*merchants, temporal.starts.Load(), "Credentials and Intake of each")
	first := difference(before, server.Calls())
	assert.Equal(t, merchants, first[storagetest.GetObject])
	assert.LessOrEqual(t, first[storagetest.ListObjects], 2)

	before = server.Calls()
	require.NoError(t, keeper.lookAtAccounts(within, false))
	second := difference(before, server.Calls())
	assert.Zero(t, second[storagetest.GetObject], "nothing has changed")
	assert.LessOrEqual(t, second[storagetest.ListObjects], 2)

	require.NoError(t, keeper.vault.Disconnect(t.Context(), "m-5"))
	connectAll(t, keeper.vault, 1)
	before = server.Calls()
	require.NoError(t, keeper.lookAtAccounts(within, false))
	assert.Equal(t, 1, difference(before, server.Calls())[storagetest.GetObject], "one is another")
	assert.Len(t, keeper.read, merchants-1)
	assert.EqualValues(t, 2, keeper.read["m-0"].account.Generation)
	assert.EqualValues(t, 1, temporal.signals.Load(), "its Credentials hears of the new code")
	assert.EqualValues(t, 2*merchants+2, temporal.starts.Load(), "and what works for it begins, if it does not")
}

// connectAll connects m-0 and so on.
func connectAll(t *testing.T, vault *accounts.Vault, merchants int) {
	t.Helper()
	var side errgroup.Group
	side.SetLimit(8)
	for i := range merchants {
		side.Go(func() error {
			now := time.Now()
			_, _, err := vault.Connect(t.Context(), multivende.Grant{
				Merchant: fmt.Sprint("m-", i), Token: "token", RefreshToken: "rt", At: now.Add(-2 * time.Hour), ExpiresAt: now.Add(6 * time.Hour), RefreshExpiresAt: now.Add(48 * time.Hour),
			}, now.Add(-2*time.Hour))
			return err
		})
	}
	require.NoError(t, side.Wait())
}

func difference(before, after map[storagetest.Call]int) map[storagetest.Call]int {
	more := map[storagetest.Call]int{}
	for call, count := range after {
		more[call] = count - before[call]
	}
	return more
}
