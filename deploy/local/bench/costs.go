package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/deploy/local/bench/tally"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

// costs are a merchant with orders of the past, and a part of a day's work. The hub's clock is quicker than
// ours, and what is gathered for a second or two of ours would be gathered from far more orders than in a real
// day. So a few orders are sold one by one, as far apart (our time) as no gathering reaches, which is what being
// told and taken up costs; those of a run come all at once, and only what follows is counted for them.
type costs struct {
	Past past
	// Whole: the look through all orders of the past is measured, and not done before.
	Whole  bool
	PerDay int           // orders that such a merchant sells in a day
	Lone   int           // orders that are sold one by one
	Apart  time.Duration // so far, our time
	Runs   int           // runs that are counted
	ARun   int           // orders that are sold before each
	Speed  float64       // how many times as fast as ours the hub's clock runs
	// OwnProcess: the worker runs in one, so that its memory can be told.
	OwnProcess bool
}

const (
	looksADay = 24 * 4  // one every 15 minutes
	pollsADay = 24 * 12 // one every 5 minutes, because there is always something left to it
)

// costTask is how long the hub takes for a task; it costs nothing but tries of a step.
var costTask = sandbox.TaskTime{Fixed: 8 * time.Second, PerLabel: time.Second}

// costFigures are what the work asked of the store and of Temporal.
type costFigures struct {
	Whole         tally.Figures // until the first look was over, which goes through all orders as one does every day
	Lone, Run     tally.Figures // counted from both, looks and polls among them
	Sold          int           // orders that were sold one by one
	Labels        int           // of the runs
	Notifications [2]int        // of both
	Filled        time.Duration // so long it took to write the orders of the past
	Took, HubTook time.Duration
	Megabytes     [2]float64 // the most memory that the worker had before the first run, and in all, if it had a process of its own
	speed         float64
	perDay        int
}

// measure fills the store, lets the day begin and counts until all its orders have their labels.
func (c costs) measure(ctx context.Context, dir string) (f costFigures, err error) {
	s, err := open(ctx, dir, c.Speed, sandbox.Options{Seed: 1, Orders: 1, TaskTime: costTask})
	if err != nil {
		return f, err
	}
	s.apart, s.pollEvery = c.OwnProcess, 24*time.Hour/pollsADay
	defer func() { err = cmp.Or(err, s.close()) }()
	filling := time.Now()
	if err := c.Past.write(ctx, s.fill, s.hubs[0].Merchant()); err != nil {
		return f, err
	}
	if !c.Whole {
		if err := s.fill(ctx, storage.IntakeLook(s.hubs[0].Merchant()), c.Past.looked()); err != nil {
			return f, err
		}
	}
	f.Filled = time.Since(filling)
	if err := s.settle(ctx); err != nil {
		return f, err
	}
	if err := c.wholeLook(ctx, s, &f); err != nil {
		return f, err
	}
	if err := tell(s.hubs[0], "webhooks", fmt.Sprintf(`{"url":%q}`, s.webhooks)); err != nil {
		return f, err
	}
	f.speed, f.perDay = c.Speed, c.PerDay
	began, since := time.Now(), s.hubs[0].Now()
	if err := c.oneByOne(ctx, s, &f); err != nil {
		return f, err
	}
	for range c.Runs {
		if err := c.run(ctx, s, &f); err != nil {
			return f, err
		}
	}
	f.Took, f.HubTook = time.Since(began), s.hubs[0].Now().Sub(since)
	_, f.Megabytes[1], err = s.figures()
	if f.Labels == 0 || f.Sold == 0 {
		return f, fmt.Errorf("nothing to be counted: %d labels, %d sold", f.Labels, f.Sold)
	}
	return f, err
}

// wholeLook waits until the first look is over, which knows no open order and, where none was before it, goes through all.
func (c costs) wholeLook(ctx context.Context, s *scene, f *costFigures) error {
	err := until(ctx, "the first look is over", func() (bool, error) {
		var kept struct {
			Open map[string]any `json:"open"`
		}
		err := s.store.Get(ctx, storage.IntakeLook(s.hubs[0].Merchant()), &kept)
		if errors.Is(err, storage.ErrNotFound) {
			return false, nil
		}
		return len(kept.Open) >= c.Past.Open, err
	})
	if err != nil {
		return err
	}
	f.Whole, _, err = s.figures()
	return err
}

// oneByOne sells the first orders, and counts what it costs to be told of them and to take them up.
func (c costs) oneByOne(ctx context.Context, s *scene, f *costFigures) error {
	hub := s.hubs[0]
	before, _, err := s.figures()
	if err != nil {
		return err
	}
	known := len(sold(hub.Report()))
	if err := tell(hub, "sales", fmt.Sprintf(`{"count":%d,"spread":%q,"clock":"ours","life":"plain"}`, c.Lone, c.Apart*time.Duration(c.Lone))); err != nil {
		return err
	}
	err = until(ctx, "the orders are sold", func() (bool, error) { return hub.Report().Webhooks.Changes >= c.Lone, nil })
	if err != nil {
		return err
	}
	if err := s.looksAndPolls(ctx, before, 1, 1); err != nil {
		return err
	}
	if err := s.allTakenUp(ctx, hub); err != nil {
		return err
	}
	after, megabytes, err := s.figures()
	f.Megabytes[0] = megabytes
	f.Lone, f.Sold, f.Notifications[0] = after.Since(before), len(sold(hub.Report()))-known, hub.Report().Webhooks.Answered
	return err
}

// run sells the orders of a run, and counts from when they are taken up until they have their labels and the
// intake has heard of it.
func (c costs) run(ctx context.Context, s *scene, f *costFigures) error {
	hub := s.hubs[0]
	changes := hub.Report().Webhooks.Changes
	if err := tell(hub, "sales", fmt.Sprintf(`{"count":%d,"spread":"1s","life":"plain"}`, c.ARun)); err != nil {
		return err
	}
	err := until(ctx, "the orders are sold", func() (bool, error) { return hub.Report().Webhooks.Changes >= changes+c.ARun, nil })
	if err != nil {
		return err
	}
	if err := s.allTakenUp(ctx, hub); err != nil {
		return err
	}
	told := hub.Report().Webhooks.Answered
	before, _, err := s.figures()
	if err != nil {
		return err
	}
	result, err := s.run(ctx, client.TemporalRuns{Client: s.temporal}, hub.Merchant())
	if err != nil {
		return err
	}
	if err := s.allTakenUp(ctx, hub); err != nil {
		return err
	}
	// What is done shows in the next look, and in the polls of a quarter of an hour.
	if err := s.looksAndPolls(ctx, s.tally.Figures(), 1, 3); err != nil {
		return err
	}
	f.Notifications[1] += hub.Report().Webhooks.Answered - told
	after, _, err := s.figures()
	f.Run, f.Labels = f.Run.And(after.Since(before)), f.Labels+result.Outcomes[contract.Labelled]
	return err
}

// looksAndPolls waits until so many looks and polls have come.
func (s *scene) looksAndPolls(ctx context.Context, before tally.Figures, looks, polls int) error {
	return until(ctx, "looks and polls have come", func() (bool, error) {
		since := s.tally.Figures().Since(before)
		return times(since, lookStep) >= looks && times(since, pollStep) >= polls, nil
	})
}

// allTakenUp waits until the hub has told everything and the intake has taken it up.
func (s *scene) allTakenUp(ctx context.Context, hub *sandbox.Hub) error {
	intakes := client.TemporalIntakes{Client: s.onlooker}
	return until(ctx, "the intake takes up what it heard", func() (bool, error) {
		hooks := hub.Report().Webhooks
		if hooks.Sent < hooks.Changes+hooks.Duplicated-hooks.Lost {
			return false, nil
		}
		progress, err := intakes.Progress(ctx, hub.Merchant())
		if errors.Is(err, client.ErrNoAnswer) || errors.Is(err, client.ErrNoRun) {
			return false, nil
		}
		return err == nil && progress.Waiting == 0, err // the gateway folds notifications of one order into one
	})
}
