package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/samber/lo"
	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

// scale are many merchants at once, the last of them in a storm.
type scale struct {
	Merchants int
	Orders    int // of each
	Storm     int // that the last one is told of while everybody's run is on; 0: no storm
	Speed     float64
}

// scaleFigures are what came of it.
type scaleFigures struct {
	Wall       time.Duration   // until the last run was over
	Quiet      []time.Duration // of the runs of all but the last merchant, the shortest first
	Labels     int
	Incomplete int // orders without a label that could have one
	StormTold  int
	Histories  []longest
	Megabytes  float64
	Settled    time.Duration // from the start until all were connected and their intakes quiet
	AskedTwice int           // orders whose label was asked for more than once
}

// longest are the limits that the workflows of a type came to.
type longest struct {
	Type          string
	Count         int
	Events, Bytes int64
}

// measure lets all merchants run at the same time.
func (c scale) measure(ctx context.Context, dir string) (f scaleFigures, err error) {
	began := time.Now()
	worlds := lo.Times(c.Merchants, func(n int) sandbox.Options { return sandbox.Options{Seed: int64(n + 1), Orders: c.Orders} })
	s, err := open(ctx, dir, c.Speed, worlds...)
	if err != nil {
		return f, err
	}
	s.apart = true
	defer func() { err = cmp.Or(err, s.close()) }()
	if err := s.settle(ctx); err != nil {
		return f, fmt.Errorf("until all intakes are quiet: %w", err)
	}
	f.Settled = time.Since(began)
	if err := c.runs(ctx, s, &f); err != nil {
		return f, err
	}
	if f.Histories, err = s.longest(ctx); err != nil {
		return f, err
	}
	_, f.Megabytes, err = s.figures()
	return f, err
}

// runs starts a run for each merchant, and the storm, and waits for all runs.
func (c scale) runs(ctx context.Context, s *scene, f *scaleFigures) error {
	stormy := s.hubs[len(s.hubs)-1]
	if c.Storm > 0 {
		if err := tell(stormy, "webhooks", fmt.Sprintf(`{"url":%q}`, s.webhooks)); err != nil {
			return err
		}
		if err := tell(stormy, "sales", fmt.Sprintf(`{"count":%d,"spread":"10s","clock":"ours","life":"plain"}`, c.Storm)); err != nil {
			return err
		}
	}
	runs, began := client.TemporalRuns{Client: s.temporal}, time.Now()
	took := make([]time.Duration, len(s.hubs))
	results := make([]contract.RunResult, len(s.hubs))
	group, ctx := errgroup.WithContext(ctx)
	for n, hub := range s.hubs {
		group.Go(func() (err error) {
			results[n], err = s.run(ctx, runs, hub.Merchant())
			if took[n] = time.Since(began); err != nil {
				return fmt.Errorf("the run of merchant %d after %s: %w", n+1, seconds(took[n]), err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	f.Wall, f.StormTold = time.Since(began), stormy.Report().Webhooks.Answered
	f.Quiet = took[:max(1, len(took)-1)]
	slices.Sort(f.Quiet)
	for n, hub := range s.hubs {
		f.Labels += results[n].Outcomes[contract.Labelled]
		f.Incomplete += lo.CountBy(hub.Report().Orders, func(o sandbox.ReportOrder) bool {
			return o.Life == "" && o.Expected == string(contract.Labelled) && len(o.Labels) == 0
		})
		f.AskedTwice += lo.CountBy(hub.Report().Orders, func(o sandbox.ReportOrder) bool { return len(o.Labels) > 1 })
	}
	return nil
}

// longest lists how long the histories of each type of workflow were at most, also of those that went on as new.
func (s *scene) longest(ctx context.Context) ([]longest, error) {
	found := map[string]longest{}
	request := &workflowservice.ListWorkflowExecutionsRequest{Namespace: s.running.Namespace, PageSize: 1000}
	for {
		answer, err := patiently(ctx, func() (*workflowservice.ListWorkflowExecutionsResponse, error) {
			return s.onlooker.ListWorkflow(ctx, request)
		})
		if err != nil {
			return nil, fmt.Errorf("list the executions: %w", err)
		}
		for _, execution := range answer.GetExecutions() {
			if err := s.noteLength(ctx, found, execution); err != nil {
				return nil, err
			}
		}
		if request.NextPageToken = answer.GetNextPageToken(); len(request.GetNextPageToken()) == 0 {
			break
		}
	}
	return slices.SortedFunc(slices.Values(lo.Values(found)), func(a, b longest) int { return cmp.Or(cmp.Compare(b.Events, a.Events), cmp.Compare(a.Type, b.Type)) }), nil
}

// noteLength notes how long an execution is; what the list does not tell of an open one is asked for.
func (s *scene) noteLength(ctx context.Context, found map[string]longest, execution *workflow.WorkflowExecutionInfo) error {
	if execution.GetHistoryLength() == 0 {
		id, run := execution.GetExecution().GetWorkflowId(), execution.GetExecution().GetRunId()
		described, err := patiently(ctx, func() (*workflowservice.DescribeWorkflowExecutionResponse, error) {
			return s.onlooker.DescribeWorkflowExecution(ctx, id, run)
		})
		if err != nil {
			return fmt.Errorf("describe %s: %w", id, err)
		}
		execution = described.GetWorkflowExecutionInfo()
	}
	name := execution.GetType().GetName()
	l := found[name]
	found[name] = longest{name, l.Count + 1, max(l.Events, execution.GetHistoryLength()), max(l.Bytes, execution.GetHistorySizeBytes())}
	return nil
}
