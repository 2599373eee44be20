package run

import (
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
)

// fastHub gives the clinic a hub with a fault plan whose time runs fast.
func (c *clinic) fastHub(t *testing.T, plan string) {
	t.Helper()
	faults, err := sandbox.ParseFaults(strings.NewReader(plan))
	require.NoError(t, err)
	hub, err := sandbox.New(sandbox.Options{Seed: 3, Orders: 200, Token: c.token, Faults: faults, Speed: fastHub})
	require.NoError(t, err)
	listener := httptest.NewServer(hub)
	t.Cleanup(listener.Close)
	c.hub, c.address = hub, listener.URL
	c.arguments = append(c.arguments, "--hub-speed="+strconv.Itoa(fastHub))
}

func TestADoctorProbesTheHubsRoutes(t *testing.T) {
	t.Parallel()
	t.Run("only when it is asked to", func(t *testing.T) {
		t.Parallel()
		_, found := newClinic(t).visit(t)
		assert.NotContains(t, found, "route checkout")
	})
	t.Run("a hub that has asked for no label yet has nothing to look at there, which is no failure", func(t *testing.T) {
		t.Parallel()
		c := newClinic(t)
		c.fastHub(t, "[]")
		code, found := c.visit(t, "--probe")
		assert.Equal(t, ExitComplete, code)
		for _, route := range []string{"app_info", "connections", "delivery_order_statuses", "available_labels", "checkouts_light", "checkout", "delivery_order"} {
			assert.Equal(t, finding{"route " + route, stateOK, "as expected", ""}, found["route "+route])
		}
		assert.Equal(t, stateWarn, found["route label_tasks"].State)
		assert.Contains(t, found["route label_tasks"].Found, "empty list")
		assert.Contains(t, found["route task"].Found, "not called")
		assert.Equal(t, stateOK, found["filter of available_labels"].State)
		calls := c.hub.Report().Calls
		assert.Zero(t, calls["tickets"].Count+calls["change-status"].Count+calls["update-tracking"].Count)
	})
	for name, test := range map[string]struct {
		plan, check string
		state       state
		found, do   string
		code        int
	}{
		"a route that is not there names its setting": {
			`[{"route":"delivery-order","answer":404,"answer_as":"page","times":"always"}]`, "route delivery_order", stateFail,
			"no such route: GET /api/delivery-orders/{deliveryOrderId} was called", "set delivery_order in the file of DESPACHO_HUB_PATHS", ExitIncomplete,
		},
		"one that runs do without is a warning": {
			`[{"route":"tasks","answer":404,"answer_as":"page","times":"always"}]`, "route label_tasks", stateWarn, "no such route", "set label_tasks", ExitComplete,
		},
		"another shape names the member": {
			`[{"route":"checkout","answer":"without","member":"paymentStatus","times":"always"}]`, "route checkout", stateFail,
			"another shape: paymentStatus is missing", "GET /api/checkouts/{checkoutId} was called", ExitIncomplete,
		},
		"a scope that is missing is named": {
			`[{"route":"documents","answer":403,"times":"always"}]`, "route available_labels", stateFail, "forbidden", "add the scope read:checkouts", ExitIncomplete,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClinic(t)
			c.fastHub(t, test.plan)
			code, found := c.visit(t, "--probe")
			assert.Equal(t, test.code, code)
			assert.Equal(t, test.state, found[test.check].State)
			assert.Contains(t, found[test.check].Found, test.found)
			assert.Contains(t, found[test.check].Do, test.do)
		})
	}
	t.Run("an order that is named", func(t *testing.T) {
		t.Parallel()
		c := newClinic(t)
		c.fastHub(t, "[]")
		order := someOrder(t, c)
		_, found := c.visit(t, "--probe", "--order", order.ID)
		assert.Equal(t, stateOK, found["route delivery_order"].State)
		_, found = c.visit(t, "--probe", "--order", "nobody-knows-it")
		assert.Equal(t, stateWarn, found["order"].State)
	})
	t.Run("a filter that is not kept is told", func(t *testing.T) {
		t.Parallel()
		found := filterFinding(multivende.Filtered{Route: "available_labels", Compared: true})
		assert.Equal(t, stateWarn, found.State)
		assert.Contains(t, found.Found, "orders of others stand in it")
	})
}
