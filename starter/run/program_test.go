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

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/client/clienttest"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
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
			runs, s3, store := worldOfScripts(t)
			statuses := newFakeStatuses(store)
			e.Values["statuses"] = statuses
			schedules := &fakeSchedules{there: map[string]client.ScheduledRuns{}}
			heardOf(t, store)
			printedWorld(t, store)
			e.Values["program"] = Program{
				Runs:         func(context.Context) (client.Runs, error) { return runs, nil },
				Statuses:     func(context.Context) (client.StatusChanges, error) { return statuses, nil },
				Intakes:      func(context.Context) (client.Intakes, error) { return &fakeIntakes{}, nil },
				Schedules:    func(context.Context) (client.Schedules, error) { return schedules, nil },
				LabelIntake:  func(context.Context) (client.LabelIntake, error) { return fakeLabelIntake{}, nil },
				PrepareNexus: func(_ context.Context, name string) (string, error) { return "Nexus endpoint " + name + ": made", nil },
				Prepare:      func(context.Context) ([]string, error) { return []string{"namespace packers: there"}, nil },
				Now:          func() time.Time { return time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC) },
				FollowEvery:  time.Millisecond,
			}
			e.Values["runs"] = runs
			e.Values["granted"] = func(arguments []string) *storage.Store {
				return s3.OpenGranted(t, storage.Config{}, rightsOf(arguments))
			}
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"starter": starterCommand,
			"request": requestCommand,
			"asked":   askedCommand,
		},
	})
}

// rightsOf begins the row of docs/operating.md with the rights that a command has in the label store.
func rightsOf(arguments []string) string {
	rows := map[string]string{"partner": "`starter partner`", "doctor": "`starter doctor`", "setup": "`starter setup`", "add": "`starter labels add`"}
	for _, command := range []string{"connect", "merchants", "policy", "pause", "resume", "disconnect"} {
		rows[command] = "starter for `connect`"
	}
	for _, argument := range arguments {
		if row := rows[argument]; row != "" {
			return row
		}
	}
	return "starter for runs"
}

func worldOfScripts(t *testing.T) (*clienttest.Runs, *storagetest.Server, *storage.Store) {
	server := storagetest.NewServer(t)
	store := server.Open(t, storage.Config{})
	_, err := store.EnsureBucket(t.Context())
	require.NoError(t, err)
	runs := clienttest.NewRuns()
	request := contract.LabelRunInput{Merchant: "m1", Format: "pdf", Warehouse: "w1", Orders: clienttest.References("2000001", "2000002", "2000003", "2000004")}
	add := func(key string, state contract.RunState, change func(*clienttest.Run)) {
		run := &clienttest.Run{Request: request, State: state, Result: contract.RunResult{State: state}}
		change(run)
		runs.Add(contract.RunID("m1", key), run)
	}
	add("done", contract.RunCompleted, func(r *clienttest.Run) { r.Result = clienttest.Publish(t, store, "m1", "done") })
	add("complete", contract.RunCompleted, func(r *clienttest.Run) {
		r.Result.Requested, r.Result.Outcomes = 1, map[contract.Outcome]int{contract.Labelled: 1}
		r.Result.Manifest.JSON = storage.ManifestJSON("m1", "complete")
		require.NoError(t, store.Put(t.Context(), r.Result.Manifest.JSON, contract.Manifest{Rows: []contract.ManifestRow{{ID: "d9", Outcome: contract.Labelled}}}))
	})
	add("open", contract.RunRunning, func(r *clienttest.Run) {
		r.Over, r.Progress = make(chan struct{}), []contract.RunResult{halfway(4)}
	})
	add("published", contract.RunRunning, func(r *clienttest.Run) {
		r.Refusal = temporal.NewApplicationError("the run has published already: starter retry starts a new one", "BadRequest")
	})
	add("silent", contract.RunWaiting, func(r *clienttest.Run) { r.NoWorker, r.Refusal = true, client.ErrNoAnswer })
	add("failed", contract.RunFailed, func(r *clienttest.Run) {
		r.Result.Reason = contract.Reason{Words: "2,500 orders wait, more than 2,000"}
	})
	add("plan", contract.RunCompleted, func(r *clienttest.Run) {
		r.Request.Plan = true
		r.Result.Plan = &contract.Plan{Statuses: 2, Labels: 9, FromStore: 1, Connections: 2}
	})
	require.NoError(t, store.Put(t.Context(), storage.RunRequest("m1", "forgotten"), request))
	require.NoError(t, store.Put(t.Context(), storage.RunOutcome("m1", "forgotten", "result"),
		contract.RunResult{Run: "forgotten", Merchant: "m1", State: contract.RunCompleted, Requested: 1, Outcomes: map[contract.Outcome]int{contract.GaveUp: 1}}))
	return runs, server, store
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
	open, ok := ts.Value("granted").(func([]string) *storage.Store)
	if !ok {
		ts.Fatalf("no store")
	}
	store := open(args)
	program.Store = func(context.Context, string) (client.Store, error) { return store, nil }
	program.Objects = func(context.Context, string) (*storage.Store, error) { return store, nil }
	program.Out, program.Err = ts.Stdout(), ts.Stderr()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if got := program.Main(ctx, args[1:]); got != want {
		ts.Fatalf("exit code %d, not %d", got, want)
	}
}

// requestCommand prints the request with which a run was started.
func requestCommand(ts *testscript.TestScript, neg bool, args []string) {
	runs, ok := ts.Value("runs").(*clienttest.Runs)
	if !ok || neg || len(args) != 1 {
		ts.Fatalf("usage: request WORKFLOW-ID")
	}
	input, err := runs.Request(context.Background(), args[0])
	if errors.Is(err, client.ErrNoRun) {
		ts.Fatalf("no run %s", args[0])
	}
	ts.Check(err)
	ts.Check(desk{Program: Program{Out: ts.Stdout()}}.printJSON(input))
}
