package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/deploy/local/bench/tally"
	"github.com/despacho/despacho/multivende/sandbox"
)

// costs are a merchant with orders of the past, and a part of a day's work.
type costs struct {
	Past   past
	PerDay int     // orders that such a merchant sells in a day, evenly
	Orders int     // of them those that are sold now
	ARun   int     // orders after which a run is started
	Speed  float64 // how many times as fast as ours the hub's clock runs
}

const (
	looksADay = 24 * 4  // one every 15 minutes
	pollsADay = 24 * 12 // one every 5 minutes, because there is always something left to it
)

// costFigures are what the work asked of the store and of Temporal.
type costFigures struct {
	tally.Figures
	Labels, Notifications int
	Took, HubTook         time.Duration
	Looks, Polls          int
	// PerLook and PerPoll are what a look and a poll cost: writes and lists, reads.
	perDay int
}

// measure fills the store, lets the day begin and counts until all its orders have their labels.
func (c costs) measure(ctx context.Context, dir string) (f costFigures, err error) {
	s, err := open(ctx, dir, c.Speed, sandbox.Options{Seed: 1, Orders: 1})
	if err != nil {
		return f, err
	}
	defer func() { err = cmp.Or(err, s.close()) }()
	if err := c.Past.write(ctx, s.store, s.hubs[0].Merchant(), 0); err != nil {
		return f, err
	}
	if err := s.settle(ctx); err != nil {
		return f, err
	}
	return c.day(ctx, s)
}

// day sells the orders, starts runs over them and counts.
func (c costs) day(ctx context.Context, s *scene) (f costFigures, err error) {
	hub, before, began, since := s.hubs[0], s.tally.Figures(), time.Now(), s.hubs[0].Now()
	spread := 24 * time.Hour * time.Duration(c.Orders) / time.Duration(c.PerDay)
	if err := tell(hub, "webhooks", fmt.Sprintf(`{"url":%q}`, s.webhooks)); err != nil {
		return f, err
	}
	if err := tell(hub, "sales", fmt.Sprintf(`{"count":%d,"spread":%q,"life":"plain"}`, c.Orders, spread)); err != nil {
		return f, err
	}
	runs := client.TemporalRuns{Client: s.temporal}
	for started := 0; started < c.Orders; started += c.ARun {
		until := spread * time.Duration(min(started+c.ARun, c.Orders)) / time.Duration(c.Orders)
		if err := s.untilHub(ctx, hub, since.Add(until)); err != nil {
			return f, err
		}
		result, err := s.run(ctx, runs, hub.Merchant())
		if err != nil {
			return f, err
		}
		f.Labels += result.Outcomes[contract.Labelled]
	}
	if err := s.allTakenUp(ctx, hub); err != nil {
		return f, err
	}
	f.Figures, f.perDay = s.tally.Figures().Since(before), c.PerDay
	f.Took, f.HubTook, f.Notifications = time.Since(began), hub.Now().Sub(since), hub.Report().Webhooks.Answered
	f.Looks, f.Polls = f.Actions["Intake"]["activity LookOver"], f.Actions["Intake"]["activity PollSales"]
	if f.Labels == 0 || f.Looks == 0 || f.Polls == 0 {
		return f, fmt.Errorf("nothing to be counted: %d labels, %d looks, %d polls", f.Labels, f.Looks, f.Polls)
	}
	return f, nil
}

// untilHub waits until the hub's clock shows a time.
func (s *scene) untilHub(ctx context.Context, hub *sandbox.Hub, at time.Time) error {
	return until(ctx, "the hub's time passes", func() (bool, error) { return !hub.Now().Before(at), nil })
}

// allTakenUp waits until the hub has told everything, the intake has taken it up and no order of now is open,
// and until two looks and polls have come.
func (s *scene) allTakenUp(ctx context.Context, hub *sandbox.Hub) error {
	intakes := client.TemporalIntakes{Client: s.onlooker}
	return until(ctx, "the intake takes up what it heard", func() (bool, error) {
		hooks := hub.Report().Webhooks
		if hooks.Answered+lo.Sum(lo.Values(hooks.Refused)) < hooks.Sent {
			return false, nil
		}
		progress, err := intakes.Progress(ctx, hub.Merchant())
		if errors.Is(err, client.ErrNoAnswer) || errors.Is(err, client.ErrNoRun) {
			return false, nil
		}
		done := s.tally.Figures().Actions["Intake"]
		return err == nil && progress.Waiting == 0 && progress.Notifications >= hooks.Answered && done["activity LookOver"] > 2 && done["activity PollSales"] > 2, err
	})
}

// perLabel is what one label costs: what looks and polls ask is taken for as many of them as come in a day of
// that many orders, all else as it was counted.
func (f costFigures) perLabel(counts tally.Counts, fits func(what string) bool) float64 {
	sum := 0.0
	for asker := range counts {
		sum += f.ofAsker(counts, asker, fits)
	}
	return sum
}

func (f costFigures) ofAsker(counts tally.Counts, asker string, fits func(what string) bool) float64 {
	n := float64(counts.Sum(func(who, what string) bool { return who == asker && fits(what) }))
	switch asker {
	case "LookOver":
		return n / float64(f.Looks) * looksADay / float64(f.perDay)
	case "PollSales":
		return n / float64(f.Polls) * pollsADay / float64(f.perDay)
	}
	return n / float64(f.Labels)
}

func (f costFigures) writes() float64 {
	return f.perLabel(f.Requests, func(operation string) bool { return !tally.IsRead(operation) })
}

func (f costFigures) reads() float64 { return f.perLabel(f.Requests, tally.IsRead) }

func (f costFigures) actions() float64 { return f.perLabel(f.Actions, anything) }

func anything(string) bool { return true }
