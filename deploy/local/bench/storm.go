package main

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

// stormSpeed is how many times as fast as ours the hub's clock runs in a storm.
const stormSpeed = 60.0

// stormFigures are what came of a storm of webhooks with the worker away.
type stormFigures struct {
	Notifications, Answered int
	P99, Slowest            float64 // of the gateway's answers, milliseconds
	Orders                  int     // delivery orders that were sold
	Lost                    int     // of them those without a record
	ByPoll                  int     // of them those that polling found first
	Sales, SaleReads        int
	TakenUp                 time.Duration // from the worker's return until all were taken up
	CPU                     time.Duration // of this process meanwhile: Temporal, S3, the hub and the worker
}

// storm sells so many orders within spread, of our time, while no worker runs, and lets one come back.
func storm(ctx context.Context, dir string, orders int, spread time.Duration) (figures stormFigures, err error) {
	s, err := open(ctx, dir, stormSpeed, sandbox.Options{Seed: 1, Orders: 20})
	if err != nil {
		return figures, err
	}
	defer func() { err = cmp.Or(err, s.close()) }()
	hub := s.hubs[0]
	if err := s.settle(ctx); err != nil {
		return figures, err
	}
	if err := s.rest(); err != nil {
		return figures, err
	}
	if err := tell(hub, "webhooks", fmt.Sprintf(`{"url":%q}`, s.webhooks)); err != nil {
		return figures, err
	}
	if err := tell(hub, "sales", fmt.Sprintf(`{"count":%d,"spread":%q,"clock":"ours","life":"plain"}`, orders, spread)); err != nil {
		return figures, err
	}
	err = until(ctx, "the notifications are sent", func() (bool, error) {
		hooks := hub.Report().Webhooks
		return hooks.Changes >= orders && hooks.Answered+lo.Sum(lo.Values(hooks.Refused)) >= hooks.Sent && hooks.Sent >= hooks.Changes, nil
	})
	if err != nil {
		return figures, err
	}
	back, used := time.Now(), processorTime()
	if err := s.work(ctx); err != nil {
		return figures, err
	}
	if err := s.quiet(ctx, hub.Merchant(), orders); err != nil {
		return figures, err
	}
	figures.TakenUp, figures.CPU = time.Since(back), processorTime()-used
	return figures, figures.count(ctx, s, hub)
}

func (f *stormFigures) count(ctx context.Context, s *scene, hub *sandbox.Hub) error {
	records, err := s.records(ctx, hub.Merchant())
	if err != nil {
		return err
	}
	report := hub.Report()
	f.Notifications, f.Answered, f.P99, f.Slowest = report.Webhooks.Sent, report.Webhooks.Answered, report.Webhooks.P99, report.Webhooks.Slowest
	sales := map[string]bool{}
	for _, order := range sold(report) {
		f.Orders++
		record, known := records[order.ID]
		f.Lost += lo.Ternary(known, 0, 1)
		f.ByPoll += lo.Ternary(record.FirstSeen == contract.ByPoll, 1, 0)
		if !sales[order.Checkouts[0]] {
			f.SaleReads += order.SaleReads
			f.Sales += len(order.Checkouts)
		}
		for _, sale := range order.Checkouts {
			sales[sale] = true
		}
	}
	return nil
}
