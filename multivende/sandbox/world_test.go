package sandbox

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func labelable(report Report) []ReportOrder {
	return lo.Filter(report.Orders, func(o ReportOrder, _ int) bool { return o.Fate == FateLabelable })
}

func TestWorld(t *testing.T) {
	t.Parallel()
	report := visit(t, Options{Seed: 1, Orders: 500}).hub.Report()

	t.Run("exactly as many orders can be labelled as were asked for", func(t *testing.T) {
		t.Parallel()
		for _, orders := range []int{1, 7, 50, 110, 999} {
			assert.Len(t, labelable(visit(t, Options{Seed: 3, Orders: orders}).hub.Report()), orders)
		}
	})
	t.Run("every label channel has some of them, Mercado Libre twice, one connection hundreds", func(t *testing.T) {
		t.Parallel()
		perChannel := lo.CountValuesBy(labelable(report), func(o ReportOrder) string { return o.Channel })
		assert.Len(t, perChannel, 11)
		for channel, count := range perChannel {
			assert.GreaterOrEqual(t, count, 3, channel)
		}
		assert.GreaterOrEqual(t, report.Connections[0].Labelable, 200)
		assert.Equal(t, 2, lo.CountBy(report.Connections, func(c ReportConnection) bool { return c.Provider == "mercadolibre" }))
	})
	t.Run("every fate comes on top", func(t *testing.T) {
		t.Parallel()
		fates := lo.CountValuesBy(report.Orders, func(o ReportOrder) Fate { return o.Fate })
		for _, fate := range []Fate{FateOld, FatePrinted, FateUnpaid, FateUnregistered, FateCancelled, FateShipped, FateUnsupported, FateShop} {
			assert.Positive(t, fates[fate], fate)
		}
	})
	t.Run("codes, numbers and barcodes are each other's only", func(t *testing.T) {
		t.Parallel()
		parcels := lo.FlatMap(report.Orders, func(o ReportOrder, _ int) []ReportParcel { return o.Parcels })
		assert.Len(t, lo.UniqBy(parcels, func(p ReportParcel) string { return p.Code }), len(parcels))
		assert.Len(t, lo.UniqBy(parcels, func(p ReportParcel) string { return p.Tracking }), len(parcels))
		assert.Len(t, lo.UniqBy(report.Orders, func(o ReportOrder) string { return o.Code }), len(report.Orders))
	})
	t.Run("it has sales of several deliveries, packs, pick-ups and orders of several parcels", func(t *testing.T) {
		t.Parallel()
		hub := visit(t, Options{Seed: 1}).hub
		assert.True(t, lo.SomeBy(hub.sales, func(s *sale) bool { return len(s.orders) == 2 }))
		assert.True(t, lo.SomeBy(hub.sales, func(s *sale) bool { return len(s.orders) == 1 && len(s.pickUps) == 1 }))
		assert.True(t, lo.SomeBy(hub.sales, func(s *sale) bool { return len(s.orders) == 0 && len(s.pickUps) == 1 }))
		assert.True(t, lo.SomeBy(hub.orders, func(o *order) bool { return len(o.sales) == 2 }))
		assert.True(t, lo.SomeBy(hub.orders, func(o *order) bool { return len(o.parcels) == 2 }))
	})
	t.Run("everything young is younger than seven days, and the old is older", func(t *testing.T) {
		t.Parallel()
		hub := visit(t, Options{Seed: 1}).hub
		for _, o := range hub.orders {
			age := hub.start.Sub(o.updatedAt).Hours() / 24
			assert.Equal(t, o.fate == FateOld, age > 7, "%s is %.1f days old", o.code, age)
			assert.Positive(t, age)
		}
	})
}

func TestSeed(t *testing.T) {
	t.Parallel()
	first := visit(t, Options{Seed: 5}).hub
	t.Run("equal seeds make equal worlds", func(t *testing.T) {
		t.Parallel()
		again := visit(t, Options{Seed: 5}).hub
		assert.Equal(t, first.Report(), again.Report())
		assert.Equal(t, first.Token(), again.Token())
	})
	t.Run("other seeds make others", func(t *testing.T) {
		t.Parallel()
		other := visit(t, Options{Seed: 6}).hub
		assert.NotEqual(t, first.Merchant(), other.Merchant())
		assert.Empty(t, lo.Intersect(ids(first.Report().Orders), ids(other.Report().Orders)))
	})
}

func TestOptions(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]Options{
		"a negative number of orders":  {Orders: -1},
		"a clock that runs backwards":  {Speed: -1},
		"a negative page size":         {PageSize: -1},
		"Falabella in another format":  {FalabellaFormat: "docx"},
		"a folder without label files": {LabelsDir: t.TempDir()},
		"a folder that is not there":   {LabelsDir: "no such folder"},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			t.Parallel()
			_, err := New(options)
			require.ErrorContains(t, err, "sandbox: ")
		})
	}
}
