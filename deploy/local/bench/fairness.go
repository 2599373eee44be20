package main

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

// fairness are two merchants of one deployment: a quiet one, whose run is timed, and one that storms.
type fairness struct {
	Speed  float64
	Orders int // of the quiet merchant
	Storm  int // of the other one: so many wait for their label, and as many are sold meanwhile
}

// fairFigures are the quiet merchant's run, alone and beside a storm.
type fairFigures struct {
	Alone, Beside      time.Duration
	Labelled           int
	StormLabelled      int // labels of the storming merchant when the quiet one's run was over
	StormNotifications int
	StormIsRunning     bool
}

// ratio is how many times as long the quiet merchant's run takes beside a storm.
func (f fairFigures) ratio() float64 { return f.Beside.Seconds() / f.Alone.Seconds() }

// measure runs the quiet merchant alone, and then in a new deployment beside the other's storm.
func (f fairness) measure(ctx context.Context, dir string) (figures fairFigures, err error) {
	if figures.Alone, err = f.once(ctx, filepath.Join(dir, "alone"), false, &figures); err != nil {
		return figures, err
	}
	figures.Beside, err = f.once(ctx, filepath.Join(dir, "beside"), true, &figures)
	return figures, err
}

func (f fairness) once(ctx context.Context, dir string, storming bool, figures *fairFigures) (took time.Duration, err error) {
	s, err := open(ctx, dir, f.Speed, sandbox.Options{Seed: 1, Orders: f.Orders}, sandbox.Options{Seed: 2, Orders: f.Storm})
	if err != nil {
		return 0, err
	}
	defer func() { err = cmp.Or(err, s.close()) }()
	calm, stormy := s.hubs[0], s.hubs[1]
	if err := s.settle(ctx); err != nil {
		return 0, err
	}
	runs := client.TemporalRuns{Client: s.temporal}
	var storm client.Started
	if storming {
		if storm, err = s.startStorm(ctx, runs, stormy, f.Storm); err != nil {
			return 0, err
		}
	}
	began := time.Now()
	result, err := s.run(ctx, runs, calm.Merchant())
	if err != nil {
		return 0, err
	}
	took = time.Since(began)
	figures.Labelled = result.Outcomes[contract.Labelled]
	if storming {
		return took, figures.ofStorm(ctx, runs, storm, stormy)
	}
	return took, nil
}

// run starts a run over all that waits for a merchant and waits for its end.
func (s *scene) run(ctx context.Context, runs client.Runs, merchant string) (contract.RunResult, error) {
	started, err := client.Start(ctx, runs, s.store, contract.NewKey(time.Now()), contract.LabelRunInput{Merchant: merchant, Max: -1})
	if err != nil {
		return contract.RunResult{}, err
	}
	result, err := runs.Wait(ctx, started.WorkflowID)
	if err == nil && result.State != contract.RunCompleted {
		err = fmt.Errorf("run %s is %s: %s", started.WorkflowID, result.State, result.Reason.Words)
	}
	return result, err
}

// startStorm lets a merchant run over all that waits, and sells as many orders more, told by webhook
// and labelled as they come. It returns when labels are being asked for.
func (s *scene) startStorm(ctx context.Context, runs client.Runs, hub *sandbox.Hub, orders int) (client.Started, error) {
	started, err := client.Start(ctx, runs, s.store, "storm", contract.LabelRunInput{Merchant: hub.Merchant(), Max: -1})
	if err != nil {
		return started, err
	}
	if err := tell(hub, "webhooks", fmt.Sprintf(`{"url":%q}`, s.webhooks)); err != nil {
		return started, err
	}
	if err := tell(hub, "sales", fmt.Sprintf(`{"count":%d,"spread":"20s","clock":"ours","life":"plain"}`, orders)); err != nil {
		return started, err
	}
	return started, until(ctx, "the storm has begun", func() (bool, error) {
		return lo.SomeBy(hub.Report().Orders, func(o sandbox.ReportOrder) bool { return len(o.Labels) > 0 }), nil
	})
}

// ofStorm notes how far the storm was when the quiet merchant's run was over.
func (f *fairFigures) ofStorm(ctx context.Context, runs client.Runs, storm client.Started, hub *sandbox.Hub) error {
	description, err := runs.Describe(ctx, storm.WorkflowID)
	if err != nil {
		return err
	}
	report := hub.Report()
	f.StormIsRunning, f.StormNotifications = description.Open(), report.Webhooks.Answered
	f.StormLabelled = lo.CountBy(report.Orders, func(o sandbox.ReportOrder) bool { return len(o.Labels) > 0 })
	return nil
}
