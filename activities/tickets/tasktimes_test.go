package tickets

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/pace"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

var quickTasks = sandbox.TaskTime{Fixed: 8 * time.Second, PerLabel: time.Second}

// waitsFor asks for the labels of orders and goes on as Temporal does until they are taken. It
// returns how long after the task's end that was, and how often the task was looked at.
func (w *world) waitsFor(scope activities.Scope, number int, orders ...books.Order) (late time.Duration, looks int) {
	w.Helper()
	asked := w.asks(scope, number, orders...)
	w.Pass(time.Duration(asked.Look))
	before := w.Calls("task")
	for try := 1; ; try++ {
		require.Less(w, try, 100)
		collected, err := activitiestest.TryStep(w, w.documents.CollectLabels, collectInput(scope, number, asked), nil)
		if err == nil {
			assert.Equal(w, len(orders), collected.Counts.Ended[contract.Labelled])
			break
		}
		w.Pass(activitiestest.RequireWaits(w.T, err))
	}
	made := w.Order(orders[0].ID).Labels[0].MadeAt
	return w.Time.Now().Sub(*made), w.Calls("task") - before
}

func TestATaskIsLookedAtWhenItShouldBeDone(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		hub sandbox.TaskTime
		// late and looks bound a fresh connection's first task.
		late  time.Duration
		looks int
	}{
		"a quick hub":         {quickTasks, 25 * time.Second, 2},
		"one of seconds":      {sandbox.TaskTime{Fixed: 5 * time.Second}, 16 * time.Second, 1},
		"one that takes long": {sandbox.TaskTime{PerLabel: time.Minute}, 4 * time.Minute, 5},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{Orders: 400, TaskTime: c.hub})
			scope := w.Scope("mercadolibre")
			orders := activitiestest.OrdersOfReport(scope, w.Of(scope, sandbox.FateLabelable))
			late, looks := w.waitsFor(scope, 1, orders[:50]...)
			assert.LessOrEqual(t, late, c.late, "fresh")
			assert.LessOrEqual(t, looks, c.looks, "fresh")
			w.waitsFor(scope, 2, orders[50:60]...)
			for number, batch := range [][]books.Order{orders[60:65], orders[65:67], orders[70:110]} {
				late, looks := w.waitsFor(scope, number+3, batch...)
				takes := c.hub.Fixed + time.Duration(len(batch))*c.hub.PerLabel
				assert.LessOrEqual(t, late, takes/20+5*time.Second, "learnt, %d labels", len(batch))
				assert.Equal(t, 1, looks, "learnt, %d labels", len(batch))
			}
		})
	}
}

func TestConnectionsLearnByThemselves(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200, TaskTime: sandbox.TaskTime{PerLabel: time.Minute}})
	paris, ripley := w.Scope("paris"), w.Scope("ripley")
	w.waitsFor(paris, 1, activitiestest.OrdersOfReport(paris, w.Of(paris, sandbox.FateLabelable))[:8]...)
	asked := w.asks(ripley, 1, activitiestest.OrdersOfReport(ripley, w.Of(ripley, sandbox.FateLabelable))[:8]...)
	assert.Equal(t, 20*time.Second, time.Duration(asked.Look))
	var known pace.Tasks
	require.NoError(t, w.Store.Get(t.Context(), storage.TaskTimes(paris.Merchant, paris.Connection.ID), &known))
	assert.Equal(t, []pace.TaskSpan{{Labels: 8, Span: pace.Span{After: 8 * time.Minute, Until: 8 * time.Minute}}}, known.Ended, "by the hub's own words")
	assert.Empty(t, known.Running)
}

func TestTheSettingsSayHowLongALabelTakesWhenNothingIsKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200, TaskTime: quickTasks})
	scope := w.Scope("paris")
	scope.Settings.LabelTime = contract.Duration(2 * time.Second)
	asked := w.asks(scope, 1, activitiestest.OrdersOfReport(scope, w.Of(scope, sandbox.FateLabelable))[:4]...)
	assert.InDelta(t, 10, time.Duration(asked.Look).Seconds(), 1)
}

func TestPausesBetweenLooksAreInOurTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200})
	scope := w.Scope("paris")
	scope.Settings.HubSpeed = 60
	asked := w.asks(scope, 1, activitiestest.OrdersOfReport(scope, w.Of(scope, sandbox.FateLabelable))[:4]...)
	asked.AskedAt = w.Sandbox.Now() // by the client's clock never in the future
	in := collectInput(scope, 1, asked)
	_, err := activitiestest.TryStep(w, w.documents.CollectLabels, in, nil)
	// The hub's clock runs on while the step works, so on a slow machine less is left.
	assert.LessOrEqual(t, activitiestest.RequireWaits(t, err), time.Second/3+20*time.Millisecond, "20 s of the hub")
	assert.Zero(t, w.Calls("task"), "before the task is worth a look it costs no call")
}

func TestTasksGoOnWhereWhatTheyTakeCannotBeKept(t *testing.T) {
	t.Parallel()
	for name, methods := range map[string][]string{
		"read":            {http.MethodGet},
		"written":         {http.MethodPut},
		"read or written": {http.MethodGet, http.MethodPut},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{Orders: 200})
			scope := w.Scope("paris")
			w.S3.InjectFaults(func(_ storagetest.Call, r *http.Request) storagetest.Fault {
				if strings.Contains(r.URL.Path, "task-times") && lo.Contains(methods, r.Method) {
					return storagetest.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}
				}
				return storagetest.Fault{}
			})
			late, looks := w.waitsFor(scope, 1, activitiestest.OrdersOfReport(scope, w.Of(scope, sandbox.FateLabelable))[:10]...)
			assert.LessOrEqual(t, late, 2*time.Minute)
			assert.LessOrEqual(t, looks, 5)
		})
	}
}

func TestALookThatCameLateTellsNothingByItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 60})
	scope := w.Scope("paris")
	times := taskTimes{store: w.Store, scope: scope}
	done := multivende.Task{ID: "a", State: multivende.TaskCompleted, Output: multivende.TaskOutput{Successful: make([]multivende.TaskOrder, 4)}}
	learn := func(ctx context.Context, age contract.Duration) (int, error) {
		times.ended(ctx, done, 4, time.Duration(age))
		return len(times.known(ctx).Ended), nil
	}
	assert.Zero(t, activitiestest.MustStep(w, learn, contract.Duration(3*time.Hour)))
	assert.Equal(t, 1, activitiestest.MustStep(w, learn, contract.Duration(25*time.Second)))
	done.CreatedAt, done.UpdatedAt = w.Time.Now().Add(-3*time.Hour), w.Time.Now().Add(-2*time.Hour)
	assert.Equal(t, 2, activitiestest.MustStep(w, learn, contract.Duration(3*time.Hour)), "by the hub's words")
}
