package publishing

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/samber/lo/mutable"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

// stocked is prints with what a sale tells: items, courier and deadline.
func stocked(t *testing.T, most int, providers ...string) *printed {
	t.Helper()
	p := prints(t, 0, nil)
	n := 0
	for _, provider := range providers {
		scope := p.Scope(provider)
		truth := lo.Subset(p.Of(scope, sandbox.FateLabelable), 0, uint(most))
		orders := activitiestest.OrdersOfReport(scope, truth)
		for i, o := range truth {
			p.truth[o.ID] = o
			n = n*7%31 + i + 1
			orders[i].Items = lo.Times(1+n%2, func(k int) contract.Item { return contract.Item{SKU: fmt.Sprintf("SKU-%d", (n+k)%12), Quantity: 1 + k} })
			orders[i].Courier = []string{"Blue Express", "Starken", ""}[n%3]
			orders[i].HandlingDeadline = p.in.Since.Add(time.Duration(n%4) * time.Hour)
			orders[i].ShippingMode = lo.Ternary(i%2 == 0, "self_service", "cross_docking")
		}
		p.collects(scope, 1, orders...)
		p.in.Connections = append(p.in.Connections, RunConnection{Connection: scope.Connection, Rest: notReady})
	}
	return p
}

// standsWhereItSays holds every label of a manifest against the piece of the
// joined file at which the manifest says that it stands.
func (p *printed) standsWhereItSays(published Published, manifest contract.Manifest) {
	p.Helper()
	files := lo.KeyBy(published.Files, func(f contract.PrintFile) string { return f.Key })
	for i, r := range manifest.Rows {
		require.Equal(p, i+1, lo.FromPtr(r.Position), "positions run on")
		for _, l := range lo.Filter(r.Labels, func(l contract.PrintedLabel, _ int) bool { return l.File != "" }) {
			pieces := p.pieces(files[l.File])
			for n := l.First; n < l.First+l.Count && l.Slot == 0; n++ {
				assert.Contains(p, pieces[n-1], p.truth[r.ID].Shipment)
			}
			if l.Slot > 0 {
				assert.Contains(p, pieces[l.First-1], p.truth[r.ID].Shipment)
			}
		}
	}
}

func TestThePileIsInTheOrderThatTheManifestStates(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		printing contract.Printing
		sort     string
	}{
		"nobody chose":          {contract.Printing{}, contract.DefaultSort},
		"by courier and number": {contract.Printing{Sort: "courier, order"}, "courier,order"},
		"turned over":           {contract.Printing{Sort: "order", Reverse: true}, "order,reverse"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := stocked(t, 6, "paris", "totalplay")
			p.in.Printing = c.printing
			published := p.publish()
			manifest, _ := p.manifest()
			assert.Equal(t, c.sort, manifest.Sort)
			mixed := slices.Clone(manifest.Rows)
			sort, err := books.ParseSort(manifest.Sort)
			require.NoError(t, err)
			mutable.Shuffle(mixed)
			entries := lo.Map(mixed, func(r contract.ManifestRow, _ int) books.Entry { return books.Entry{Order: books.OrderOf(r)} })
			want := lo.Map(sort.Pile(entries), func(e books.Entry, _ int) string { return e.Order.OrderNumber })
			assert.Equal(t, want, lo.Map(manifest.Rows, func(r contract.ManifestRow, _ int) string { return r.OrderNumber }))
			p.standsWhereItSays(published, manifest)
		})
	}
}

func TestSeparatorsStandAroundTheLabels(t *testing.T) {
	t.Parallel()
	p := stocked(t, 4, "paris", "totalplay")
	paris := p.Scope("paris")
	missing := books.Entry{Order: books.Order{ID: "gone", OrderNumber: "N-9", ConnectionID: paris.Connection.ID, Channel: "paris"}, Outcome: contract.HeldBack, Reason: contract.Reason{Words: "not paid"}}
	_, err := paris.LeavePage(t.Context(), p.Store, "batch-00002-00002", books.Page{Ended: []books.Entry{missing}})
	require.NoError(t, err)
	p.in.Separators = true
	published := p.publish()
	manifest, _ := p.manifest()
	printed := manifest
	printed.Rows = lo.Filter(manifest.Rows, func(r contract.ManifestRow, _ int) bool { return r.Position != nil })
	p.standsWhereItSays(published, printed)
	for i, f := range published.Files {
		pieces := p.pieces(f)
		assert.Contains(t, pieces[0], "INICIO", f.Format)
		assert.Contains(t, pieces[len(pieces)-1], "FIN", f.Format)
		labels := lo.SumBy(printed.Rows, func(r contract.ManifestRow) int {
			return lo.SumBy(r.Labels, func(l contract.PrintedLabel) int { return lo.Ternary(l.File == f.Key, l.Count, 0) })
		})
		assert.Len(t, pieces, labels+2)
		if last := i == len(published.Files)-1; last {
			assert.Contains(t, pieces[len(pieces)-1], "1 pedido")
			assert.Contains(t, pieces[len(pieces)-1], "N-9")
			assert.Contains(t, pieces[len(pieces)-1], "Retenido")
		}
	}
}

func TestSheetsTellTheSlotOfEachLabel(t *testing.T) {
	t.Parallel()
	p := prints(t, 6, nil, "totalplay")
	p.in.Stock, p.in.Start = "a4-4up", 3
	published := p.publish()
	manifest, _ := p.manifest()
	require.Len(t, published.Files, 1)
	p.standsWhereItSays(published, manifest)
	slot := 2
	for _, r := range manifest.Rows {
		for _, l := range r.Labels {
			assert.Equal(t, []int{slot/4 + 1, slot%4 + 1}, []int{l.First, l.Slot})
			slot += l.Count
		}
	}
	assert.Equal(t, (slot+3)/4, published.Files[0].Pages)
	data, err := p.Store.ReadAll(t.Context(), published.Files[0].Key, activities.SingleLimit)
	require.NoError(t, err)
	document, err := pdf.Check(data, pdf.Limits{})
	require.NoError(t, err)
	assert.InDelta(t, 595.28, document.Sizes[0].Width, 0.1)
}

func TestStampsAreOnTheLabels(t *testing.T) {
	t.Parallel()
	for _, provider := range []string{"coppel", "totalplay"} {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			p := stocked(t, 3, provider)
			p.in.Stamp = true
			published := p.publish()
			manifest, _ := p.manifest()
			p.standsWhereItSays(published, withoutSlips(manifest))
			all := strings.Join(p.pieces(published.Files[0]), "\n")
			for _, r := range manifest.Rows {
				for _, l := range r.Labels {
					assert.NotContains(t, strings.Join(l.Notes, ";"), "not stamped")
				}
				assert.Contains(t, all, r.Items[0].SKU)
			}
		})
	}
}

// withoutSlips leaves out what a slip adds: the label's own page or unit comes first.
func withoutSlips(manifest contract.Manifest) contract.Manifest {
	for _, r := range manifest.Rows {
		for i := range r.Labels {
			r.Labels[i].Count = min(r.Labels[i].Count, 1)
		}
	}
	return manifest
}

func TestListsAreInTheOrderOfThePile(t *testing.T) {
	t.Parallel()
	p := stocked(t, 5, "paris", "totalplay")
	bins, err := p.Store.PutBytes(t.Context(), storage.RunBinsPrefix(p.in.Merchant, "another"), ".json", "application/json", []byte(`{"nothing": "A-1"}`))
	require.NoError(t, err)
	p.in.Lists, p.in.BinsKey, p.in.Sort = true, bins.Key, "bin,order"
	published := p.publish()
	manifest, _ := p.manifest()
	assert.Equal(t, []string{"picking xlsx", "picking pdf", "packing xlsx", "packing pdf"},
		lo.Map(published.Lists, func(l contract.ListFile, _ int) string { return l.Kind + " " + l.Format }))
	for _, l := range published.Lists {
		assert.True(t, strings.HasPrefix(l.Key, storage.RunPrintPrefix(p.in.Merchant, p.in.Run)), l.Key)
	}
	data, err := p.Store.ReadAll(t.Context(), published.Lists[2].Key, activities.SingleLimit)
	require.NoError(t, err)
	book, err := excelize.OpenReader(bytes.NewReader(data))
	require.NoError(t, err)
	rows, err := book.GetRows("Lista de packing")
	require.NoError(t, err)
	assert.Equal(t, lo.Map(manifest.Rows, func(r contract.ManifestRow, _ int) string { return r.OrderNumber }),
		lo.Uniq(lo.FilterMap(rows[1:], func(row []string, _ int) (string, bool) { return row[1], row[0] != "" && row[0] != "Total" })))
	assert.Equal(t, published, p.publish(), "a second time gives the same lists")
}

func TestPrintingIsChecked(t *testing.T) {
	t.Parallel()
	require.NoError(t, contract.Printing{}.Check())
	require.NoError(t, contract.Printing{Sort: "bin,reverse", BinsKey: "k", Group: "none", Stock: "a4-2up", Start: 2, Part: 1}.Check())
	err := contract.Printing{Sort: "colour,bin", Group: "size", Stock: "a3", Part: -1}.Check()
	for _, complaint := range []string{`there is no sort key "colour"`, "bins_key", `there is no grouping by "size"`, `no stock is called "a3"`, "part is -1"} {
		assert.ErrorContains(t, err, complaint)
	}
	assert.ErrorContains(t, contract.Printing{Stock: "4x6in", Start: 2}.Check(), "start slot 2")
}
