package multivende_test

import (
	"bytes"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
)

// The contract test holds the client against the sandbox: both were written from the same facts
// and share no code, so what one of them misreads shows here.

// wallClock is a clock that a test sets forward.
type wallClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *wallClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *wallClock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func sandboxClient(t *testing.T, faults ...sandbox.Fault) (*multivende.Client, *sandbox.Hub, *wallClock) {
	t.Helper()
	clock := &wallClock{now: time.Date(2031, 1, 2, 12, 0, 0, 0, time.UTC)}
	hub, err := sandbox.New(sandbox.Options{Seed: 7, Orders: 110, Faults: faults, Now: clock.Now})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, hub.Close()) })
	server := httptest.NewServer(hub)
	t.Cleanup(server.Close)
	client, err := multivende.New(multivende.Config{
		BaseURL: server.URL, Merchant: hub.Merchant(), Token: multivende.StaticToken(hub.Token()),
		RequestsPerSecond: 1e6, AllowHosts: []string{"127.0.0.1"},
	})
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return client, hub, clock
}

func connectionOf(t *testing.T, client *multivende.Client, provider string) multivende.Connection {
	t.Helper()
	all, err := client.Connections(t.Context())
	require.NoError(t, err)
	found, ok := lo.Find(all, func(c multivende.Connection) bool { return c.Provider == provider })
	require.True(t, ok, provider)
	return found
}

func available(t *testing.T, client *multivende.Client, connection string) []multivende.DeliveryOrder {
	t.Helper()
	var all []multivende.DeliveryOrder
	err := client.AvailableLabels(t.Context(), multivende.AvailableLabelsQuery{ConnectionID: connection},
		func(page []multivende.DeliveryOrder) error { all = append(all, page...); return nil })
	require.NoError(t, err)
	return all
}

func TestEveryLabelChannelFromTheListToTheFile(t *testing.T) {
	t.Parallel()
	client, hub, clock := sandboxClient(t)
	began := time.Now()
	info, err := client.AppInfo(t.Context())
	require.NoError(t, err)
	assert.Equal(t, hub.Merchant(), info.MerchantID)
	shown := client.Clock().Now()
	assert.WithinDuration(t, hub.Now(), shown, time.Since(began))

	truths := lo.KeyBy(hub.Report().Orders, func(o sandbox.ReportOrder) string { return o.ID })
	for _, channel := range channels.All() {
		if !channel.Labels || channel.StatusFirst != "" {
			continue
		}
		connection := connectionOf(t, client, channel.Slug)
		orders := lo.Filter(available(t, client, connection.ID), func(o multivende.DeliveryOrder, _ int) bool {
			return truths[o.ID].Fate == sandbox.FateLabelable
		})
		require.NotEmpty(t, orders, channel.Slug)
		orders = orders[:min(2, len(orders))]
		ids := lo.Map(orders, func(order multivende.DeliveryOrder, _ int) string { return order.ID })

		asked, err := client.GenerateTickets(t.Context(), connection.Provider, connection.ID, ids)
		require.NoError(t, err, channel.Slug)
		assert.False(t, asked.Done())
		newest, err := client.NewestLabelTasks(t.Context(), connection.Provider, connection.ID)
		require.NoError(t, err)
		assert.Equal(t, asked.ID, newest[0].ID)

		clock.pass(time.Hour)
		task, err := client.Task(t.Context(), asked.ID)
		require.NoError(t, err)
		require.True(t, task.Done(), channel.Slug)
		assert.ElementsMatch(t, ids, lo.Map(task.Output.Successful, func(o multivende.TaskOrder, _ int) string { return o.DeliveryOrderID }))

		links := lo.Compact(append([]string{task.URL}, task.Output.Links...))
		require.NotEmpty(t, links, channel.Slug)
		var file bytes.Buffer
		got, err := client.Download(t.Context(), links[0], &file)
		require.NoError(t, err, channel.Slug)
		assert.Positive(t, got.Bytes)

		order, err := client.DeliveryOrder(t.Context(), ids[0])
		require.NoError(t, err)
		assert.NotEmpty(t, order.Documents, channel.Slug)
	}
}

func TestAnOrderIsReadAsTheWorldHasIt(t *testing.T) {
	t.Parallel()
	client, hub, _ := sandboxClient(t)
	for _, truth := range hub.Report().Orders {
		if truth.Fate == sandbox.FateUnregistered {
			_, err := client.Checkout(t.Context(), truth.Checkouts[0])
			assert.Equal(t, multivende.NotFound, multivende.ClassOf(err))
			continue
		}
		checkout, err := client.Checkout(t.Context(), truth.Checkouts[0])
		require.NoError(t, err)
		assert.Equal(t, truth.Number, checkout.OrderNumber, truth.Channel)
		assert.Equal(t, truth.Connection, checkout.ConnectionID)
		assert.NotEmpty(t, checkout.Items)
		printsPackage := lo.Contains([]string{"linio", "fcom"}, truth.Channel)
		if printsPackage && len(checkout.DeliveryOrders) == 1 {
			assert.Contains(t, checkout.PackageIDs, truth.Reference, truth.Channel)
		}
		order, ok := lo.Find(checkout.DeliveryOrders, func(o multivende.DeliveryOrder) bool { return o.ID == truth.ID })
		require.True(t, ok, truth.Channel)
		assert.Equal(t, truth.Code, order.Code)
		assert.Equal(t, truth.Mode, order.ShippingMode)
		assert.Equal(t, truth.Warehouse, order.WarehouseID)
		assert.WithinDuration(t, truth.Deadline, order.HandlingDateLimit, time.Second)
		_, known := channels.ParseStatus(order.StatusCode)
		assert.True(t, known, order.StatusCode)
	}
}

func TestAStatusReachesTheChannel(t *testing.T) {
	t.Parallel()
	client, hub, clock := sandboxClient(t)
	truth, ok := lo.Find(hub.Report().Orders, func(o sandbox.ReportOrder) bool { return o.Channel == "linio" && o.Fate == sandbox.FateLabelable })
	require.True(t, ok)
	listed := func() bool {
		return lo.ContainsBy(available(t, client, truth.Connection), func(o multivende.DeliveryOrder) bool { return o.ID == truth.ID })
	}
	assert.False(t, listed())
	require.NoError(t, client.ChangeStatus(t.Context(), truth.ID, multivende.StatusChange{StatusCode: channels.ReadyToShip.Code()}))
	clock.pass(time.Hour)
	order, err := client.DeliveryOrder(t.Context(), truth.ID)
	require.NoError(t, err)
	assert.True(t, order.StatusLink.Done(), order.StatusLink)
	assert.Equal(t, channels.ReadyToShip.Code(), "_"+strings.Trim(order.StatusCode, "_")+"_")
	assert.True(t, listed())
}

func TestTheSandboxsFaultsAreErrorsByClass(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]multivende.Class{
		"429": multivende.Busy, "500": multivende.Busy, "401": multivende.NotAuthorised, "html": multivende.Broken, "empty": multivende.Broken,
		"cut_before": multivende.Unreachable, "cut_after": multivende.Unreachable,
	} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			client, _, _ := sandboxClient(t, sandbox.Fault{Route: "tickets", Answer: sandbox.Answer(answer)})
			connection := connectionOf(t, client, "paris")
			orders := available(t, client, connection.ID)
			_, err := client.GenerateTickets(t.Context(), connection.Provider, connection.ID, []string{orders[0].ID})
			assert.Equal(t, want, multivende.ClassOf(err), err)
		})
	}
}
