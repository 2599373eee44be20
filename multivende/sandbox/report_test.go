package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReport(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	o := v.orders("paris", FateLabelable)[0]
	v.get("/api/checkouts/" + o.Checkouts[0])
	v.get("/api/delivery-orders/" + o.ID)
	v.get("/api/delivery-orders/" + o.ID)
	v.call(http.MethodGet, "/api/d/info", nil, "wrong")
	task := v.ask("paris", o.ID)
	v.time.pass(time.Minute)
	v.download(v.task(task)["url"].(string))

	w := v.call(http.MethodGet, "/sandbox/report", nil, "")
	require.Equal(t, http.StatusOK, w.Code, "no token is asked for")
	var report Report
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &report))
	assert.Equal(t, map[string]RouteCalls{
		"checkout":       {1, map[string]int{"200": 1}},
		"delivery-order": {2, map[string]int{"200": 2}},
		"info":           {1, map[string]int{"401": 1}},
		"tickets":        {1, map[string]int{"201": 1}},
		"task":           {1, map[string]int{"200": 1}},
		"task-file":      {1, map[string]int{"200": 1}},
	}, report.Calls)
	told := v.order(o.ID)
	assert.Equal(t, []int{1, 2, 1}, []int{told.SaleReads, told.OrderReads, told.Downloads})
	require.Len(t, told.Labels, 1)
	assert.Equal(t, resultLabel, told.Labels[0].Result)
	assert.Equal(t, v.hub.start, told.Labels[0].At)
	assert.Equal(t, "labelled", told.Expected)
}

func TestNoBuyerInTheReport(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	report := v.call(http.MethodGet, "/sandbox/report", nil, "").Body.String()
	for _, name := range append(append([]string{"@example.invalid"}, firstNames...), streets...) {
		assert.False(t, strings.Contains(report, name), name)
	}
}

func TestManyCallersAtOnce(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{Speed: 600, Dir: t.TempDir()})
	orders := v.orders("mercadolibre", FateLabelable)
	connection := v.connection("mercadolibre").ID
	var callers sync.WaitGroup
	for caller := range 8 {
		callers.Go(func() {
			for i := range 10 {
				o := orders[(caller*10+i)%len(orders)]
				v.ask("mercadolibre", o.ID)
				v.send(o.ID, readyToShip)
				v.time.pass(10 * time.Millisecond)
				v.get("/api/delivery-orders/" + o.ID)
				v.get("/api/checkouts/" + o.Checkouts[0])
				v.available(connection)
			}
		})
	}
	callers.Wait()
	assert.Equal(t, 80, v.hub.Report().Calls["tickets"].Count)
}
