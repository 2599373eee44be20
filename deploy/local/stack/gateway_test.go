package stack_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/deploy/local/stack"
	"github.com/despacho/despacho/deploy/local/startertest"
	gateway "github.com/despacho/despacho/gateway/run"
	"github.com/despacho/despacho/storage"
)

const stormMerchant = "19a3f583-317c-54e4-baa7-fb0d10adb6cd"

// TestWebhooksAreDurableWithoutAWorker sends a storm of notifications while no worker runs: each that
// was answered 200 stands in the history of the merchant's intake, for whichever worker comes.
func TestWebhooksAreDurableWithoutAWorker(t *testing.T) {
	running, err := stack.Start(t.Context(), stack.Options{Dir: t.TempDir()})
	require.NoError(t, err)
	t.Cleanup(running.Stop)
	temporal, err := dial(running)
	require.NoError(t, err)
	t.Cleanup(temporal.Close)
	_, err = client.Prepare(t.Context(), temporal, running.Namespace)
	require.NoError(t, err)
	store := openStore(t, running)

	const senders, each, apart = 100, 100, 100 * time.Millisecond // 10,000 in 10 s
	address := hear(t, running, temporal, store)
	ids, took := storm(t, address, senders, each, apart)

	signals, noticed := intakeOf(t, temporal)
	slices.Sort(ids)
	slices.Sort(noticed)
	assert.Equal(t, ids, noticed)
	assert.Less(t, signals, len(ids)/10, "they are gathered")
	t.Logf("%d notifications in %d signals: 99 of 100 answered within %v, all within %v", len(ids), signals, took[len(took)*99/100], took[len(took)-1])

	t.Run("the doctor says that no worker runs, and that Temporal is fair", func(t *testing.T) {
		out, said, code, err := startertest.Run(t.Context(), map[string]string{
			"TEMPORAL_ADDRESS": running.TemporalAddress, "TEMPORAL_NAMESPACE": running.Namespace, "AWS_ENDPOINT_URL_S3": running.S3Endpoint,
			"AWS_ACCESS_KEY_ID": running.AccessKey, "AWS_SECRET_ACCESS_KEY": running.SecretKey, "AWS_REGION": stack.Region, "DESPACHO_BUCKET": running.Bucket, "DESPACHO_TOKEN": "x",
		}, "--merchant", stormMerchant, "doctor", "--json", "--probe-fairness", "--hub", "http://127.0.0.1:1")
		require.NoError(t, err)
		assert.Equal(t, startertest.Incomplete, code, said)
		var report struct {
			Checks []struct{ Check, State, Found string } `json:"checks"`
		}
		require.NoError(t, json.Unmarshal([]byte(out), &report), out)
		states := map[string]string{}
		for _, c := range report.Checks {
			states[c.Check] = c.State
		}
		assert.Equal(t, "fail", states["worker"], out)
		for _, check := range []string{"S3", "S3 conditional writes", "S3 expiry", "Temporal", "search attributes", "fairness", "intake"} {
			assert.Equal(t, "ok", states[check], "%s: %s", check, out)
		}
	})
}

func openStore(t *testing.T, running *stack.Stack) *storage.Store {
	t.Helper()
	store, err := storage.Open(t.Context(), storage.Config{Bucket: running.Bucket, AWS: &aws.Config{
		Region: stack.Region, BaseEndpoint: &running.S3Endpoint,
		Credentials: credentials.NewStaticCredentialsProvider(running.AccessKey, running.SecretKey, ""),
	}})
	require.NoError(t, err)
	_, err = store.EnsureBucket(t.Context())
	require.NoError(t, err)
	return store
}

// hear runs a gateway on this machine and returns where it hears webhooks.
func hear(t *testing.T, running *stack.Stack, temporal sdk.Client, store *storage.Store) string {
	t.Helper()
	settings := gateway.DefaultSettings()
	settings.Listen, settings.Health, settings.Merchant = "127.0.0.1:0", "127.0.0.1:0", stormMerchant
	ctx, end := context.WithCancel(context.Background())
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- gateway.Run(ctx, settings, gateway.Options{
			Temporal: temporal, Namespace: running.Namespace, Store: store, Log: slog.New(slog.DiscardHandler),
			Sources: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
			Ready:   func(a gateway.Addresses) { ready <- a.Webhooks },
		})
	}()
	t.Cleanup(func() {
		end()
		assert.NoError(t, <-ended)
	})
	return <-ready
}

// storm sends notifications from so many senders, each of them so far apart, and returns their ids and
// how long each took, the shortest first.
func storm(t *testing.T, address string, senders, each int, apart time.Duration) (ids []string, took []time.Duration) {
	t.Helper()
	hub := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: senders}}
	defer hub.CloseIdleConnections()
	var mu sync.Mutex
	var group sync.WaitGroup
	for sender := range senders {
		group.Go(func() {
			<-time.After(apart * time.Duration(sender) / time.Duration(senders)) // not all at once
			ticker := time.NewTicker(apart)
			defer ticker.Stop()
			for range each {
				<-ticker.C
				id := uuid.NewString()
				body := fmt.Sprintf(`{"CheckoutId":%q,"MerchantId":%q,"resource":"checkouts"}`, id, stormMerchant)
				began := time.Now()
				answer, err := hub.Post("http://"+address+gateway.Path, "application/json", strings.NewReader(body))
				if !assert.NoError(t, err) {
					return
				}
				_ = answer.Body.Close()
				assert.Equal(t, http.StatusOK, answer.StatusCode)
				mu.Lock()
				ids, took = append(ids, "checkout/"+id), append(took, time.Since(began))
				mu.Unlock()
			}
		})
	}
	group.Wait()
	slices.Sort(took)
	return ids, took
}

// intakeOf reads the signals of the intake's history and the ids in them.
func intakeOf(t *testing.T, temporal sdk.Client) (signals int, ids []string) {
	t.Helper()
	history := temporal.GetWorkflowHistory(t.Context(), contract.IntakeID(stormMerchant), "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		event, err := history.Next()
		require.NoError(t, err)
		signal := event.GetWorkflowExecutionSignaledEventAttributes()
		if signal == nil {
			continue
		}
		assert.Equal(t, contract.NotificationsSignal, signal.GetSignalName())
		var notifications contract.Notifications
		require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(signal.GetInput(), &notifications))
		signals++
		ids = append(ids, notifications.IDs...)
	}
	return signals, ids
}
