package publishing

import (
	"slices"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestACourierInSeveralSpellingsIsOneGroup(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		overrides map[string]string
		groups    []string
	}{
		"as couriers are known":    {nil, []string{"Blue Express", "Flota Uno"}},
		"as the installation says": {map[string]string{"courier/Flota Uno": "Blue Express", "courier/BLX": "Blue Express"}, []string{"Blue Express"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := prints(t, 0, nil)
			scope := p.Scope("paris")
			truth := p.Of(scope, sandbox.FateLabelable)[:5]
			orders := activitiestest.OrdersOfReport(scope, truth)
			for i, courier := range []string{"BLX", "Blue Express", "BLUEXPRESS", "Flota Uno", "FLOTA-UNO"} {
				p.truth[truth[i].ID] = truth[i]
				orders[i].Courier = courier
			}
			p.collects(scope, 1, orders...)
			p.in.Connections = append(p.in.Connections, RunConnection{Connection: scope.Connection, Rest: notReady})
			p.in.Group, p.in.Sort, p.in.Settings.Channels = "courier", "courier,order", c.overrides
			published := p.publish()
			manifest, _ := p.manifest()
			assert.ElementsMatch(t, c.groups, lo.Uniq(lo.Map(published.Files, func(f contract.PrintFile, _ int) string { return f.Group })))
			named := lo.Uniq(lo.Map(manifest.Rows, func(r contract.ManifestRow, _ int) string {
				return books.GroupOf(contract.GroupCourier, books.OrderOf(r)).Name
			}))
			assert.Len(t, named, len(c.groups), "the manifest shows one name each: %v", named)
		})
	}
}

func TestGroupsHaveFilesOfTheirOwn(t *testing.T) {
	t.Parallel()
	p := stocked(t, 4, "paris", "totalplay", "mercadolibre")
	p.in.Group, p.in.Format = "channel", "pdf"
	published := p.publish()
	manifest, _ := p.manifest()
	assert.Equal(t, contract.GroupChannel, manifest.Group)
	groups := lo.Uniq(lo.Map(published.Files, func(f contract.PrintFile, _ int) string { return f.Group }))
	assert.True(t, slices.IsSorted(groups), groups)
	assert.Contains(t, groups, "paris")
	assert.Contains(t, groups, "mercadolibre flex")
	p.standsWhereItSays(published, manifest)
	of := lo.SliceToMap(published.Files, func(f contract.PrintFile) (string, string) { return f.Key, f.Group })
	for _, r := range manifest.Rows {
		want := books.GroupOf(contract.GroupChannel, books.OrderOf(r)).String()
		for _, l := range r.Labels {
			assert.True(t, l.File == "" || of[l.File] == want, want)
		}
	}
}

func TestPartsHoldNoMoreThanTheyMay(t *testing.T) {
	t.Parallel()
	p := prints(t, 7, nil, "coppel")
	p.in.Part = 3
	published := p.publish()
	manifest, _ := p.manifest()
	p.standsWhereItSays(published, manifest)
	sum := 0
	for _, f := range published.Files {
		assert.LessOrEqual(t, len(p.pieces(f)), 3)
		sum += len(p.pieces(f))
	}
	assert.Equal(t, lo.SumBy(lo.Values(p.truth), func(o sandbox.ReportOrder) int { return len(o.Parcels) }), sum)
}

func TestPartsKeepTheLabelsOfAnOrderTogether(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		parcels []int // of each order
		want    [][]int
	}{
		"as many as fit":                  {[]int{1, 1, 1, 1}, [][]int{{0, 1, 2}, {3}}},
		"an order does not begin one":     {[]int{1, 1, 2, 1}, [][]int{{0, 1}, {2, 2, 3}}},
		"one that is too large fills up":  {[]int{1, 4, 1}, [][]int{{0, 1, 1}, {1, 1, 2}}},
		"exactly full":                    {[]int{3, 3}, [][]int{{0, 0, 0}, {1, 1, 1}}},
		"a label of several pages counts": {[]int{-2, -2}, [][]int{{0}, {1}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var labels []toPrint
			for row, n := range c.parcels {
				label := books.Label{Count: max(1, -n)}
				labels = append(labels, lo.Times(max(1, n), func(int) toPrint { return toPrint{Label: label, row: row} })...)
			}
			got := lo.Map(inParts(labels, 3), func(part []toPrint, _ int) []int { return lo.Map(part, func(l toPrint, _ int) int { return l.row }) })
			assert.Equal(t, c.want, got)
		})
	}
}
