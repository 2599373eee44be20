package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

// patience bounds every part; on a busy machine they take a while.
const patience = 10 * time.Minute

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// One stack a process: these tests run one after the other.

func TestAStormOfWebhooksWhileNoWorkerRuns(t *testing.T) {
	const orders = 1000
	figures, err := storm(within(t), t.TempDir(), orders, time.Second)
	require.NoError(t, err)
	t.Logf("%+v", figures)
	assert.Equal(t, orders, figures.Notifications)
	assert.Equal(t, orders, figures.Answered, "each is answered 200")
	assert.GreaterOrEqual(t, figures.Orders, orders)
	assert.Zero(t, figures.Lost, "each delivery order has its record")
	assert.Equal(t, figures.Sales, figures.SaleReads, "each sale is read once")
}

func TestADayWithoutWebhooks(t *testing.T) {
	ctx := within(t)
	// A day takes 12 s, and a token lives for 3.
	s, err := open(ctx, t.TempDir(), 7200, sandbox.Options{Seed: 3, Orders: 20})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.close()) })
	hub := s.hubs[0]
	require.NoError(t, s.connect(ctx, hub))
	_, err = accounts.ChangeSettings(ctx, s.store, hub.Merchant(), func(settings *accounts.Settings) error {
		settings.Policies, settings.BindsEarly = map[string]accounts.Policy{"": accounts.AsOrdersCome}, true
		return nil
	})
	require.NoError(t, err)
	require.NoError(t, s.work(ctx))
	require.NoError(t, s.quiet(ctx, hub.Merchant(), 0))
	before := len(hub.Report().Orders)

	// Every notification of a day is lost; what is sold is found by polling, hour by hour.
	require.NoError(t, tell(hub, "webhooks", fmt.Sprintf(`{"url":%q,"lost":1}`, s.webhooks)))
	require.NoError(t, tell(hub, "sales", `{"count":60,"spread":"24h","life":"plain"}`))
	known := s.untilKnown(ctx, t, hub, before+60)
	assert.Zero(t, hub.Report().Webhooks.Sent)
	assert.Equal(t, []contract.IntakeSource{contract.ByPoll}, sources(hub, known))

	// Webhooks are back, some of them twice or late, and polling goes on beside them.
	require.NoError(t, tell(hub, "webhooks", fmt.Sprintf(`{"url":%q,"duplicates":0.4,"reordered":0.2}`, s.webhooks)))
	require.NoError(t, tell(hub, "sales", `{"count":40,"spread":"2h","life":"plain"}`))
	known = s.untilKnown(ctx, t, hub, before+100)
	assert.ElementsMatch(t, []contract.IntakeSource{contract.ByPoll, contract.ByWebhook}, sources(hub, known))

	require.NoError(t, until(ctx, "labels are made as orders come", func() (bool, error) {
		return lo.EveryBy(sold(hub.Report()), func(o sandbox.ReportOrder) bool { return len(o.Labels) >= wanted(o) }), nil
	}))
	for _, order := range sold(hub.Report()) {
		assert.Len(t, order.Labels, wanted(order), "labels asked for, order %s (%s)", order.ID, order.Channel)
		assert.LessOrEqual(t, len(order.Statuses), 1, "statuses sent, order %s (%s)", order.ID, order.Channel)
	}
	assert.Zero(t, hub.Report().OAuth.SideBySide, "never two refreshes at once")
}

// wanted is how often the label of an order that nothing befalls is asked for.
func wanted(order sandbox.ReportOrder) int {
	return lo.Ternary(order.Expected == string(contract.Labelled), 1, 0)
}

// untilKnown waits until the world has so many orders or more and the intake knows all that were sold.
func (s *scene) untilKnown(ctx context.Context, t *testing.T, hub *sandbox.Hub, orders int) (known map[string]contract.IntakeRecord) {
	t.Helper()
	require.NoError(t, until(ctx, "the intake knows what was sold", func() (yes bool, err error) {
		report := hub.Report()
		if len(report.Orders) < orders {
			return false, nil
		}
		known, err = s.records(ctx, hub.Merchant())
		return err == nil && lo.EveryBy(sold(report), func(o sandbox.ReportOrder) bool { return lo.HasKey(known, o.ID) }), err
	}))
	return known
}

// sources are by what means the orders were first heard of that were sold while the world ran.
func sources(hub *sandbox.Hub, known map[string]contract.IntakeRecord) []contract.IntakeSource {
	return lo.Uniq(lo.Map(sold(hub.Report()), func(o sandbox.ReportOrder, _ int) contract.IntakeSource { return known[o.ID].FirstSeen }))
}
