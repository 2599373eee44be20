package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

// paceFigures are a run held against what the hub itself needed. Spans are the hub's time.
type paceFigures struct {
	Labelled, Tasks, Looks, Calls int
	Wall                          time.Duration
	Files                         time.Duration // until the run's files lay in the store
	CPU                           time.Duration // of this process until then, ours: Temporal, S3, the hub and the worker
	Critical                      sandbox.CriticalPath
}

// ratio is how many times as long as the hub's critical path it took until the files were there, and
// until the run was over, with the statuses that follow its labels.
func (f paceFigures) ratio() string {
	return fmt.Sprintf("%.2f (%.2f with the statuses after its labels)", f.Files.Seconds()/f.Critical.Seconds, f.Wall.Seconds()/f.Critical.Seconds)
}

// paces runs over the orders that wait in a fresh account, and over as many that were sold since,
// when it is known how long tasks take there.
func paces(ctx context.Context, dir string, orders int, speed float64, task sandbox.TaskTime) (fresh, learnt paceFigures, err error) {
	s, err := open(ctx, dir, speed, sandbox.Options{Seed: 1, Orders: orders, TaskTime: task})
	if err != nil {
		return fresh, learnt, err
	}
	defer func() { err = cmp.Or(err, s.close()) }()
	if err := s.settle(ctx); err != nil {
		return fresh, learnt, err
	}
	if fresh, err = s.pace(ctx); err != nil {
		return fresh, learnt, err
	}
	hub := s.hubs[0]
	before := len(hub.Report().Orders)
	if err := tell(hub, "sales", fmt.Sprintf(`{"count":%d,"spread":"1s","life":"plain"}`, orders)); err != nil {
		return fresh, learnt, err
	}
	err = until(ctx, "the sales have come", func() (bool, error) { return len(hub.Report().Orders) >= before+orders, nil })
	if err != nil {
		return fresh, learnt, err
	}
	learnt, err = s.pace(ctx)
	return fresh, learnt, err
}

// pace runs over all that waits.
func (s *scene) pace(ctx context.Context) (f paceFigures, err error) {
	hub := s.hubs[0]
	before, since, used := hub.Report(), hub.Now(), processorTime()
	runs := client.TemporalRuns{Client: s.temporal}
	started, err := client.Start(ctx, runs, s.store, contract.NewKey(time.Now()), contract.LabelRunInput{Merchant: hub.Merchant(), Max: -1})
	if err != nil {
		return f, err
	}
	var result contract.RunResult
	err = until(ctx, "the run publishes", func() (bool, error) {
		result, err = runs.Progress(ctx, started.WorkflowID)
		if errors.Is(err, client.ErrNoAnswer) { // on a busy machine a worker may be late
			return false, nil
		}
		return err == nil && len(result.Files) > 0, err
	})
	if err != nil {
		return f, err
	}
	f.Files, f.CPU = hub.Now().Sub(since), processorTime()-used
	if result, err = runs.Wait(ctx, started.WorkflowID); err != nil {
		return f, err
	}
	f.Wall, f.Critical = hub.Now().Sub(since), hub.CriticalPath(since)
	after := hub.Report()
	count := func(route string) int { return after.Calls[route].Count - before.Calls[route].Count }
	f.Labelled, f.Tasks, f.Looks = result.Outcomes[contract.Labelled], count("tickets"), count("task")
	for route := range after.Calls {
		f.Calls += count(route)
	}
	return f, nil
}

// pace shows both runs on a quick and on a slow hub.
func (f flags) pace(ctx context.Context, dir string, out io.Writer) error {
	if f.Paced == 0 {
		return nil
	}
	for _, hub := range []struct {
		name  string
		task  sandbox.TaskTime
		speed float64
	}{
		{"quick hub", sandbox.TaskTime{Fixed: 8 * time.Second, PerLabel: time.Second}, f.QuickSpeed},
		{"slow hub", sandbox.TaskTime{PerLabel: time.Minute}, f.SlowSpeed},
	} {
		if hub.speed == 0 {
			continue
		}
		name := hub.name
		fresh, learnt, err := paces(ctx, filepath.Join(dir, name), f.Paced, hub.speed, hub.task)
		if err != nil {
			return err
		}
		title := fmt.Sprintf("A run of %d orders on a %s (a task takes %v and %v a label), %g times as fast as ours", f.Paced, name, hub.task.Fixed, hub.task.PerLabel, hub.speed)
		if err := table(out, title, [][2]string{
			{name + ": wall of the run / the hub's critical path", fmt.Sprintf("fresh %s, learnt %s", fresh.ratio(), learnt.ratio())},
			{"until the files, until the end (the hub's time)", fmt.Sprintf("%v, %v; %v, %v", fresh.Files.Round(time.Second), fresh.Wall.Round(time.Second), learnt.Files.Round(time.Second), learnt.Wall.Round(time.Second))},
			{"until the files, ours: wall, processor (s)", fmt.Sprintf("%s; %s", fresh.ours(hub.speed), learnt.ours(hub.speed))},
			{"critical path: status, task, calls (s)", fmt.Sprintf("%s; %s", fresh.path(), learnt.path())},
			{"labels", fmt.Sprintf("%d, %d", fresh.Labelled, learnt.Labelled)},
			{"looks at a task", fmt.Sprintf("%.2f, %.2f", fresh.looks(), learnt.looks())},
			{"calls a label, all channels", fmt.Sprintf("%.2f, %.2f", fresh.calls(), learnt.calls())},
		}); err != nil {
			return err
		}
	}
	return nil
}

func (f paceFigures) path() string {
	return fmt.Sprintf("%.0f + %.0f + %.0f", f.Critical.StatusSeconds, f.Critical.TaskSeconds, f.Critical.CallSeconds)
}

func (f paceFigures) ours(speed float64) string {
	return fmt.Sprintf("%.1f, %.1f", f.Files.Seconds()/speed, f.CPU.Seconds())
}

func (f paceFigures) looks() float64 { return float64(f.Looks) / float64(max(f.Tasks, 1)) }
func (f paceFigures) calls() float64 { return float64(f.Calls) / float64(max(f.Labelled, 1)) }
