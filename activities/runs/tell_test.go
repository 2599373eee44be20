package runs

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

func TestThoseWhoListenHearOfTheEndOfARun(t *testing.T) {
	t.Parallel()
	store := storagetest.New(t)
	keys, err := accounts.NewKeys()
	require.NoError(t, err)
	require.NoError(t, hooks.EnsureSealing(t.Context(), store, keys.Cipher()))
	webhook, _, err := hooks.Book{Store: store, Now: time.Now}.Add(t.Context(), "m-1", hooks.Webhook{
		ID: hooks.NewID(), URL: "https://wms.example.com/x", Events: []contract.WebhookEvent{contract.BatchCompleted, contract.BatchFailed},
	})
	require.NoError(t, err)
	var woken []string
	a := &Runs{Store: store, Outbox: &hooks.Outbox{Store: store, Wake: func(_ context.Context, merchant, id string) error {
		woken = append(woken, merchant+" "+id)
		return nil
	}}}
	require.NoError(t, store.Put(t.Context(), storage.RunRequest("m-1", "made"), contract.LabelRunInput{MakeOnly: true}))
	require.NoError(t, a.CloseRun(t.Context(), contract.RunResult{Run: "made", Merchant: "m-1", State: contract.RunCompleted}))
	require.NoError(t, a.CloseRun(t.Context(), contract.RunResult{Run: "good", Merchant: "m-1", State: contract.RunCompleted, Requested: 1, Outcomes: map[contract.Outcome]int{contract.GaveUp: 1}}))
	require.NoError(t, a.TellRun(t.Context(), contract.RunResult{Run: "bad", Merchant: "m-1", State: contract.RunFailed}))
	waiting, _, err := hooks.Pending(t.Context(), store, "m-1", webhook.ID)
	require.NoError(t, err)
	require.Len(t, waiting, 2)
	said := ""
	for _, one := range waiting {
		message, err := hooks.ReadWaiting(t.Context(), store, "m-1", webhook.ID, one.Name)
		require.NoError(t, err)
		said += string(message.Event) + " " + string(message.Body) + "\n"
	}
	assert.Contains(t, said, `"id":"m-1~good","external_batch_id":"good","status":"completed_with_errors"`)
	assert.Contains(t, said, "batch.failed")
	assert.NotContains(t, said, "made")
	assert.Equal(t, []string{"m-1 " + webhook.ID, "m-1 " + webhook.ID}, woken)
}
