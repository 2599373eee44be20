package sandbox

import (
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// needsStatus is an order whose label can be had only after a status.
func (v visitor) needsStatus() ReportOrder {
	v.Helper()
	o, found := lo.Find(v.orders("linio", FateLabelable), func(o ReportOrder) bool { return o.Status == pending })
	require.True(v, found)
	return o
}

func TestTheCriticalPath(t *testing.T) {
	t.Parallel()
	quick := TaskTime{Fixed: 8 * time.Second, PerLabel: time.Second}

	t.Run("is the status, the task and the calls, however long the client slept", func(t *testing.T) {
		t.Parallel()
		v := visit(t, Options{TaskTime: quick})
		o := v.needsStatus()
		v.send(o.ID, readyToShip)
		v.get("/api/delivery-orders/" + o.ID) // it is not there yet
		v.time.pass(time.Hour)
		v.get("/api/delivery-orders/" + o.ID)
		task := v.ask("linio", o.ID)
		v.task(task) // it is at work
		v.time.pass(time.Hour)
		v.task(task)

		path := v.hub.Report().CriticalPath
		assert.Equal(t, o.ID, path.Order)
		assert.InDelta(t, v.hub.travelTime(v.hub.orderByID[o.ID]).Seconds(), path.StatusSeconds, 1e-9)
		assert.InDelta(t, 9, path.TaskSeconds, 1e-9)
		assert.Equal(t, 4, path.Calls, "the sending, the look that shows it, the request, the look that shows its end")
		assert.InDelta(t, 1, path.CallSeconds, 1e-9)
		assert.Equal(t, time.Duration((path.StatusSeconds+10)*float64(time.Second)), path.Duration())
	})
	t.Run("takes the order that waits longest", func(t *testing.T) {
		t.Parallel()
		v := visit(t, Options{TaskTime: quick})
		v.ask("paris", ids(v.orders("paris", FateLabelable)[:5])...)
		v.ask("ripley", v.orders("ripley", FateLabelable)[0].ID)
		v.time.pass(time.Minute)
		assert.InDelta(t, 13, v.hub.Report().CriticalPath.TaskSeconds, 1e-9)
	})
	t.Run("has every task that an order needed, and none after its label", func(t *testing.T) {
		t.Parallel()
		v := visit(t, Options{TaskTime: quick, Faults: []Fault{{Channel: "paris", Nth: 1, Unavailable: 2}}})
		o, _ := lo.Find(v.orders("paris", FateLabelable), func(o ReportOrder) bool { return len(o.Faults) > 0 })
		for range 4 { // without a label 9 s each; the third makes it, the fourth is for nothing
			v.ask("paris", o.ID)
			v.time.pass(time.Minute)
		}
		assert.InDelta(t, 27, v.hub.Report().CriticalPath.TaskSeconds, 1e-9)
	})
	t.Run("can be told since a moment", func(t *testing.T) {
		t.Parallel()
		v := visit(t, Options{TaskTime: quick})
		orders := v.orders("paris", FateLabelable)
		v.ask("paris", ids(orders[:5])...)
		v.time.pass(time.Minute)
		since := v.hub.Now()
		v.ask("paris", orders[5].ID)
		v.time.pass(time.Minute)
		path := v.hub.CriticalPath(since)
		assert.InDelta(t, 9, path.TaskSeconds, 1e-9)
		assert.Equal(t, 1, path.Calls)
	})
	t.Run("is the same for a world that was taken up again", func(t *testing.T) {
		t.Parallel()
		options := Options{TaskTime: quick, Dir: t.TempDir()}
		v := visit(t, options)
		task := v.ask("paris", v.orders("paris", FateLabelable)[0].ID)
		v.task(task)
		v.time.pass(time.Minute)
		v.task(task)
		before := v.hub.Report().CriticalPath
		require.NoError(t, v.hub.Close())
		again := visit(t, options)
		assert.Equal(t, before, again.hub.Report().CriticalPath)
		assert.Equal(t, 2, before.Calls)
	})
}
