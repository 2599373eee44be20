package run

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
	"github.com/despacho/despacho/workflows"
)

func newStore(t *testing.T) *storage.Store {
	t.Helper()
	store := storagetest.New(t)
	_, err := store.EnsureBucket(t.Context())
	require.NoError(t, err)
	return store
}

func requireCode(t *testing.T, err error, code int) *Problem {
	t.Helper()
	var problem *Problem
	require.ErrorAs(t, err, &problem)
	require.Equal(t, code, problem.Code, problem.Message)
	return problem
}

func TestStart(t *testing.T) {
	t.Parallel()
	const id = "run/m1/k1"
	request := workflows.LabelRunInput{Merchant: "m1", Orders: references("2", "1", "2")}

	t.Run("a new key starts a run, with its orders once and in order", func(t *testing.T) {
		t.Parallel()
		runs := newFakeRuns()
		started, err := Start(t.Context(), runs, newStore(t), "k1", request)
		require.NoError(t, err)
		assert.Equal(t, Started{Run: "k1", Merchant: "m1", WorkflowID: id, Created: true}, started)
		assert.Equal(t, references("1", "2"), runs.started(t, id).request.Orders)
	})

	t.Run("the same key with the same request gives the run that is there", func(t *testing.T) {
		t.Parallel()
		runs, store := newFakeRuns(), newStore(t)
		_, err := Start(t.Context(), runs, store, "k1", request)
		require.NoError(t, err)
		started, err := Start(t.Context(), runs, store, "k1", workflows.LabelRunInput{Merchant: "m1", Orders: references("1", "2"), Format: "zpl"})
		require.NoError(t, err)
		assert.False(t, started.Created)
		assert.Len(t, runs.runs, 1)
	})

	t.Run("a run of a partner who left the merchant to the workflow id is the same request", func(t *testing.T) {
		t.Parallel()
		runs := newFakeRuns()
		runs.add(id, &fakeRun{state: books.RunRunning, request: workflows.LabelRunInput{Orders: references("2", "1")}})
		started, err := Start(t.Context(), runs, newStore(t), "k1", request)
		require.NoError(t, err)
		assert.False(t, started.Created)
	})

	t.Run("the same key with another request is refused and says what differs", func(t *testing.T) {
		t.Parallel()
		runs, store := newFakeRuns(), newStore(t)
		_, err := Start(t.Context(), runs, store, "k1", request)
		require.NoError(t, err)
		_, err = Start(t.Context(), runs, store, "k1", workflows.LabelRunInput{Merchant: "m1", Orders: references("1"), Format: "pdf"})
		problem := requireCode(t, err, ExitConflict)
		assert.Contains(t, problem.Message, "it differs in orders, format")
	})

	t.Run("a run that another starts in the same moment is joined", func(t *testing.T) {
		t.Parallel()
		runs := &lateRuns{fakeRuns: newFakeRuns()}
		runs.add(id, &fakeRun{request: request, state: books.RunRunning})
		started, err := Start(t.Context(), runs, newStore(t), "k1", request)
		require.NoError(t, err)
		assert.False(t, started.Created)
	})

	t.Run("more than 100 orders travel as an object, the same under the same key", func(t *testing.T) {
		t.Parallel()
		runs, store := newFakeRuns(), newStore(t)
		many := workflows.LabelRunInput{Merchant: "m1"}
		for i := range 101 {
			many.Orders = append(many.Orders, activities.OrderReference{Order: fmt.Sprintf("%03d", i), Connection: "c1"})
		}
		_, err := Start(t.Context(), runs, store, "k1", many)
		require.NoError(t, err)
		input := runs.started(t, id).request
		assert.Empty(t, input.Orders)
		assert.Regexp(t, `^runs/m1/k1/orders/[0-9a-f]{12}\.json$`, input.OrdersKey)
		var there []activities.OrderReference
		require.NoError(t, store.Get(t.Context(), input.OrdersKey, &there))
		assert.Equal(t, many.Orders, there)

		again, err := Start(t.Context(), runs, store, "k1", many)
		require.NoError(t, err)
		assert.False(t, again.Created)
		many.Orders = many.Orders[:100]
		_, err = Start(t.Context(), runs, store, "k1", many)
		requireCode(t, err, ExitConflict)
	})

	t.Run("an error of Temporal is not taken for a run that is there", func(t *testing.T) {
		t.Parallel()
		runs := newFakeRuns()
		runs.startError = assert.AnError
		started, err := Start(t.Context(), runs, newStore(t), "k1", request)
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
			_, err := Start(t.Context(), newFakeRuns(), newStore(t), names[1], workflows.LabelRunInput{Merchant: names[0]})
			requireCode(t, err, ExitUsage)
		})
	}
}

// lateRuns does not see a run until it is started.
type lateRuns struct {
	*fakeRuns
	tried bool
}

func (l *lateRuns) Describe(ctx context.Context, id string) (Description, error) {
	if !l.tried {
		l.tried = true
		return Description{}, ErrNoRun
	}
	return l.fakeRuns.Describe(ctx, id)
}

func TestStartWhenTemporalHasForgottenTheRun(t *testing.T) {
	t.Parallel()
	request := workflows.LabelRunInput{Merchant: "m1", Orders: references("1", "2")}
	prepare := func(t *testing.T) *storage.Store {
		store := newStore(t)
		require.NoError(t, store.Put(t.Context(), storage.RunRequest("m1", "k1"), workflows.LabelRunInput{Merchant: "m1", Orders: references("2", "1")}))
		return store
	}

	t.Run("its result is given and nothing is started", func(t *testing.T) {
		t.Parallel()
		runs, store := newFakeRuns(), prepare(t)
		require.NoError(t, store.Put(t.Context(), storage.RunOutcome("m1", "k1", "result"), books.Result{State: books.RunCompleted, Requested: 2}))
		started, err := Start(t.Context(), runs, store, "k1", request)
		require.NoError(t, err)
		require.NotNil(t, started.Ended)
		assert.Equal(t, 2, started.Ended.Requested)
		assert.Empty(t, runs.runs)
	})

	t.Run("another request is refused", func(t *testing.T) {
		t.Parallel()
		_, err := Start(t.Context(), newFakeRuns(), prepare(t), "k1", workflows.LabelRunInput{Merchant: "m1"})
		requireCode(t, err, ExitConflict)
	})

	t.Run("without a result it starts again with the request as it was recorded", func(t *testing.T) {
		t.Parallel()
		runs := newFakeRuns()
		started, err := Start(t.Context(), runs, prepare(t), "k1", request)
		require.NoError(t, err)
		assert.True(t, started.Created)
		assert.Equal(t, references("2", "1"), runs.started(t, "run/m1/k1").request.Orders)
	})
}
