package client_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/client/clienttest"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

func TestStart(t *testing.T) {
	t.Parallel()
	const id = "run/m1/k1"
	request := contract.LabelRunInput{Merchant: "m1", Orders: clienttest.References("2", "1", "2")}

	t.Run("a new key starts a run, with its orders once and in order", func(t *testing.T) {
		t.Parallel()
		runs := clienttest.NewRuns()
		started, err := client.Start(t.Context(), runs, clienttest.NewStore(t), "k1", request)
		require.NoError(t, err)
		assert.Equal(t, client.Started{Run: "k1", Merchant: "m1", WorkflowID: id, Created: true}, started)
		assert.Equal(t, clienttest.References("1", "2"), runs.Started(t, id).Request.Orders)
	})

	t.Run("the same key with the same request gives the run that is there", func(t *testing.T) {
		t.Parallel()
		runs, store := clienttest.NewRuns(), clienttest.NewStore(t)
		_, err := client.Start(t.Context(), runs, store, "k1", request)
		require.NoError(t, err)
		started, err := client.Start(t.Context(), runs, store, "k1", contract.LabelRunInput{Merchant: "m1", Orders: clienttest.References("1", "2"), Format: "zpl"})
		require.NoError(t, err)
		assert.False(t, started.Created)
		assert.Len(t, runs.Runs, 1)
	})

	t.Run("a run of a partner who left the merchant to the workflow id is the same request", func(t *testing.T) {
		t.Parallel()
		runs := clienttest.NewRuns()
		runs.Add(id, &clienttest.Run{State: contract.RunRunning, Request: contract.LabelRunInput{Orders: clienttest.References("2", "1")}})
		started, err := client.Start(t.Context(), runs, clienttest.NewStore(t), "k1", request)
		require.NoError(t, err)
		assert.False(t, started.Created)
	})

	t.Run("the same key with another request is refused and says what differs", func(t *testing.T) {
		t.Parallel()
		runs, store := clienttest.NewRuns(), clienttest.NewStore(t)
		_, err := client.Start(t.Context(), runs, store, "k1", request)
		require.NoError(t, err)
		_, err = client.Start(t.Context(), runs, store, "k1", contract.LabelRunInput{Merchant: "m1", Orders: clienttest.References("1"), Format: "pdf"})
		var conflict *client.ConflictError
		require.ErrorAs(t, err, &conflict)
		assert.Equal(t, []string{"orders", "format"}, conflict.Differences)
	})

	t.Run("a run that another starts in the same moment is joined", func(t *testing.T) {
		t.Parallel()
		runs := &lateRuns{Runs: clienttest.NewRuns()}
		runs.Add(id, &clienttest.Run{Request: request, State: contract.RunRunning})
		started, err := client.Start(t.Context(), runs, clienttest.NewStore(t), "k1", request)
		require.NoError(t, err)
		assert.False(t, started.Created)
	})

	t.Run("more than 100 orders travel as an object, the same under the same key", func(t *testing.T) {
		t.Parallel()
		runs, store := clienttest.NewRuns(), clienttest.NewStore(t)
		many := contract.LabelRunInput{Merchant: "m1"}
		for i := range 101 {
			many.Orders = append(many.Orders, contract.OrderReference{Order: fmt.Sprintf("%03d", i), Connection: "c1"})
		}
		_, err := client.Start(t.Context(), runs, store, "k1", many)
		require.NoError(t, err)
		input := runs.Started(t, id).Request
		assert.Empty(t, input.Orders)
		assert.Regexp(t, `^runs/m1/k1/orders/[0-9a-f]{12}\.json$`, input.OrdersKey)
		var there []contract.OrderReference
		require.NoError(t, store.Get(t.Context(), input.OrdersKey, &there))
		assert.Equal(t, many.Orders, there)

		again, err := client.Start(t.Context(), runs, store, "k1", many)
		require.NoError(t, err)
		assert.False(t, again.Created)
		many.Orders = many.Orders[:100]
		_, err = client.Start(t.Context(), runs, store, "k1", many)
		assert.IsType(t, &client.ConflictError{}, err)
	})

	t.Run("an error of Temporal is not taken for a run that is there", func(t *testing.T) {
		t.Parallel()
		runs := clienttest.NewRuns()
		runs.StartError = assert.AnError
		started, err := client.Start(t.Context(), runs, clienttest.NewStore(t), "k1", request)
		require.ErrorIs(t, err, assert.AnError)
		assert.False(t, started.Created)
	})

	for name, names := range map[string][2]string{
		"no merchant":               {"", "k"},
		"a merchant with a slash":   {"a/b", "k"},
		"a key with a space":        {"m", "a b"},
		"a key of dots":             {"m", ".."},
		"a key that is too long":    {"m", fmt.Sprintf("%065d", 1)},
		"a key that leaves its way": {"m", "a..b"},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			t.Parallel()
			_, err := client.Start(t.Context(), clienttest.NewRuns(), clienttest.NewStore(t), names[1], contract.LabelRunInput{Merchant: names[0]})
			assert.IsType(t, &client.RequestError{}, err)
		})
	}
}

// lateRuns does not see a run until it is started.
type lateRuns struct {
	*clienttest.Runs
	tried bool
}

func (l *lateRuns) Describe(ctx context.Context, id string) (client.Description, error) {
	if !l.tried {
		l.tried = true
		return client.Description{}, client.ErrNoRun
	}
	return l.Runs.Describe(ctx, id)
}

func TestStartWhenTemporalHasForgottenTheRun(t *testing.T) {
	t.Parallel()
	request := contract.LabelRunInput{Merchant: "m1", Orders: clienttest.References("1", "2")}
	prepare := func(t *testing.T) *storage.Store {
		store := clienttest.NewStore(t)
		require.NoError(t, store.Put(t.Context(), storage.RunRequest("m1", "k1"), contract.LabelRunInput{Merchant: "m1", Orders: clienttest.References("2", "1")}))
		return store
	}

	t.Run("its result is given and nothing is started", func(t *testing.T) {
		t.Parallel()
		runs, store := clienttest.NewRuns(), prepare(t)
		require.NoError(t, store.Put(t.Context(), storage.RunOutcome("m1", "k1", "result"), contract.RunResult{State: contract.RunCompleted, Requested: 2}))
		started, err := client.Start(t.Context(), runs, store, "k1", request)
		require.NoError(t, err)
		require.NotNil(t, started.Ended)
		assert.Equal(t, 2, started.Ended.Requested)
		assert.Empty(t, runs.Runs)
	})

	t.Run("another request is refused", func(t *testing.T) {
		t.Parallel()
		_, err := client.Start(t.Context(), clienttest.NewRuns(), prepare(t), "k1", contract.LabelRunInput{Merchant: "m1"})
		assert.IsType(t, &client.ConflictError{}, err)
	})

	t.Run("without a result it starts again with the request as it was recorded", func(t *testing.T) {
		t.Parallel()
		runs := clienttest.NewRuns()
		started, err := client.Start(t.Context(), runs, prepare(t), "k1", request)
		require.NoError(t, err)
		assert.True(t, started.Created)
		assert.Equal(t, clienttest.References("2", "1"), runs.Started(t, "run/m1/k1").Request.Orders)
	})
}
