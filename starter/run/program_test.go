package run

import (
	"context"
	"errors"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
	"github.com/despacho/despacho/workflows"
)

func TestMain(m *testing.M) {
	for _, name := range []string{"DESPACHO_MERCHANT", "DESPACHO_BUCKET"} {
		_ = os.Unsetenv(name)
	}
	os.Exit(m.Run())
}

// TestScripts runs the command line itself, on runs in memory:
//
//	done       two labelled, one rejected, one printed earlier
//	complete   everything labelled
//	open       still going on
//	published  open, and refuses to retry
//	silent     open, and no worker answers
//	failed     failed before it had a manifest
//	plan       a plan
//
// "starter CODE arguments…" runs it for merchant m1 and expects an exit code.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			runs, store := worldOfScripts(t)
			statuses := newFakeStatuses(store)
			e.Values["statuses"] = statuses
			schedules := &fakeSchedules{there: map[string]ScheduledRuns{}}
			heardOf(t, store)
			e.Values["program"] = Program{
				Runs:        func(context.Context) (Runs, error) { return runs, nil },
				Store:       func(context.Context, string) (Store, error) { return store, nil },
				Statuses:    func(context.Context) (StatusChanges, error) { return statuses, nil },
				Objects:     func(context.Context, string) (*storage.Store, error) { return store, nil },
				Intakes:     func(context.Context) (Intakes, error) { return &fakeIntakes{}, nil },
				Schedules:   func(context.Context) (Schedules, error) { return schedules, nil },
				Prepare:     func(context.Context) ([]string, error) { return []string{"namespace packers: there"}, nil },
				Now:         func() time.Time { return time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC) },
				FollowEvery: time.Millisecond,
			}
			e.Values["runs"] = runs
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"starter": starterCommand,
			"request": requestCommand,
			"asked":   askedCommand,
		},
	})
}

func worldOfScripts(t *testing.T) (*fakeRuns, *storage.Store) {
	store := storagetest.New(t)
	_, err := store.EnsureBucket(t.Context())
	require.NoError(t, err)
	runs := newFakeRuns()
	request := workflows.LabelRunInput{Merchant: "m1", Format: "pdf", Warehouse: "w1", Orders: references("2000001", "2000002", "2000003", "2000004")}
	add := func(key string, state books.RunState, change func(*fakeRun)) {
		run := &fakeRun{request: request, state: state, result: books.Result{State: state}}
		change(run)
		runs.add(workflows.RunID("m1", key), run)
	}
	add("done", books.RunCompleted, func(r *fakeRun) { r.result = publish(t, store, "m1", "done") })
	add("complete", books.RunCompleted, func(r *fakeRun) {
		r.result.Requested, r.result.Outcomes = 1, map[books.Outcome]int{books.Labelled: 1}
		r.result.Manifest.JSON = storage.ManifestJSON("m1", "complete")
		require.NoError(t, store.Put(t.Context(), r.result.Manifest.JSON, books.Manifest{Rows: []books.Row{{ID: "d9", Outcome: books.Labelled}}}))
	})
	add("open", books.RunRunning, func(r *fakeRun) {
		r.over, r.progress = make(chan struct{}), []books.Result{halfway(4)}
	})
	add("published", books.RunRunning, func(r *fakeRun) {
		r.refusal = temporal.NewApplicationError("the run has published already: starter retry starts a new one", "BadRequest")
	})
	add("silent", books.RunWaiting, func(r *fakeRun) { r.noWorker, r.refusal = true, ErrNoAnswer })
	add("failed", books.RunFailed, func(r *fakeRun) { r.result.Reason = "2,500 orders wait, more than 2,000" })
	add("plan", books.RunCompleted, func(r *fakeRun) {
		r.request.Plan = true
		r.result.Plan = &books.Plan{Statuses: 2, Labels: 9, FromStore: 1, Connections: 2}
	})
	require.NoError(t, store.Put(t.Context(), storage.RunRequest("m1", "forgotten"), request))
	require.NoError(t, store.Put(t.Context(), storage.RunOutcome("m1", "forgotten", "result"),
		books.Result{Run: "forgotten", Merchant: "m1", State: books.RunCompleted, Requested: 1, Outcomes: map[books.Outcome]int{books.GaveUp: 1}}))
	return runs, store
}

func starterCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: starter CODE arguments…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	program, ok := ts.Value("program").(Program)
	if !ok {
		ts.Fatalf("no program")
	}
	program.Out, program.Err = ts.Stdout(), ts.Stderr()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if got := program.Main(ctx, args[1:]); got != want {
		ts.Fatalf("exit code %d, not %d", got, want)
	}
}

// requestCommand prints the request with which a run was started.
func requestCommand(ts *testscript.TestScript, neg bool, args []string) {
	runs, ok := ts.Value("runs").(*fakeRuns)
	if !ok || neg || len(args) != 1 {
		ts.Fatalf("usage: request WORKFLOW-ID")
	}
	input, err := runs.Request(context.Background(), args[0])
	if errors.Is(err, ErrNoRun) {
		ts.Fatalf("no run %s", args[0])
	}
	ts.Check(err)
	ts.Check(desk{Program: Program{Out: ts.Stdout()}}.printJSON(input))
}
