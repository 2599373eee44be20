package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

// statusFigures are what came of a change of status. Spans are the hub's time.
type statusFigures struct {
	Rows, Sent int
	Outcomes   map[contract.StatusOutcome]int
	Wrong      int // rows that ended otherwise than the hub expects
	// Known counts statuses on their channel of which an answer was seen, InTime those of them that
	// were seen within half of the channel's delay and a minute; Half and Most: so late were 50 and 95 of 100.
	Known, InTime int
	Half, Most    time.Duration
	// Calls are those about statuses for each status that was sent.
	Calls float64
	Took  time.Duration // ours
}

// ship reports about so many orders of all channels as shipped and waits until each has ended.
func ship(ctx context.Context, dir string, orders int, speed float64) (figures statusFigures, err error) {
	s, err := open(ctx, dir, speed, sandbox.Options{Seed: 1, Orders: orders})
	if err != nil {
		return figures, err
	}
	defer func() { err = cmp.Or(err, s.close()) }()
	hub := s.hubs[0]
	if err := s.settle(ctx); err != nil {
		return figures, err
	}
	before := hub.Report()
	rows := lo.Map(before.Orders, func(o sandbox.ReportOrder, _ int) contract.StatusRow { return contract.StatusRow{Order: o.ID} })
	began := time.Now()
	changes := client.TemporalStatuses{Client: s.temporal}
	started, err := client.SetStatuses(ctx, changes, s.store, hub.Merchant(), "shipped", contract.StatusRequest{To: "shipped", Rows: rows})
	if err != nil {
		return figures, err
	}
	result, err := changes.Wait(ctx, started.WorkflowID)
	if err != nil {
		return figures, err
	}
	figures.Took = time.Since(began)
	list, err := client.StatusRows(ctx, s.store, result)
	if err != nil {
		return figures, fmt.Errorf("the statuses were not reported: %w", err)
	}
	if err := figures.compare(hub, list); err != nil {
		return figures, err
	}
	figures.count(before, hub.Report())
	return figures, nil
}

// compare holds every row against what the hub expects of a client that does everything right.
func (f *statusFigures) compare(hub *sandbox.Hub, list contract.StatusList) error {
	content, err := ask(hub, "expected?to=shipped")
	if err != nil {
		return err
	}
	var expected map[string]contract.StatusOutcome
	if err := json.Unmarshal(content, &expected); err != nil {
		return err
	}
	f.Rows, f.Outcomes = list.Requested, list.Outcomes
	f.Wrong = lo.CountBy(list.Rows, func(r contract.StatusListRow) bool { return expected[r.Order] != r.Outcome })
	return nil
}

func (f *statusFigures) count(before, after sandbox.Report) {
	var late []time.Duration
	for _, order := range after.Orders {
		f.Sent += len(order.Statuses)
		for _, send := range order.Statuses {
			if send.OnChannel == nil || send.SeenAt == nil {
				continue
			}
			knowing := send.SeenAt.Sub(*send.OnChannel)
			late = append(late, knowing)
			f.InTime += lo.Ternary(knowing <= send.OnChannel.Sub(send.At)/2+time.Minute, 1, 0)
		}
	}
	slices.SortFunc(late, cmp.Compare[time.Duration])
	if f.Known = len(late); f.Known > 0 {
		f.Half, f.Most = late[f.Known/2], late[f.Known*95/100]
	}
	sentTo := lo.SliceToMap(after.Orders, func(o sandbox.ReportOrder) (string, bool) { return o.ID, len(o.Statuses) > 0 })
	readBefore := lo.SliceToMap(before.Orders, func(o sandbox.ReportOrder) (string, int) { return o.ID, o.OrderReads })
	calls := f.Sent
	for _, order := range after.Orders {
		if sentTo[order.ID] {
			calls += order.OrderReads - readBefore[order.ID] + len(order.Tracking)
		}
	}
	f.Calls = float64(calls) / float64(max(1, f.Sent))
}
