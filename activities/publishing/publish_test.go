package publishing

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/publications"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/zpl"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

// printed is a world with labels of several connections, ready to be published.
type printed struct {
	*world
	in    PublishInput
	truth map[string]sandbox.ReportOrder
}

// prints labels up to so many orders of each provider.
func prints(t *testing.T, most int, faults []sandbox.Fault, providers ...string) *printed {
	t.Helper()
	w := newWorld(t, sandbox.Options{Orders: 200, Faults: faults})
	p := &printed{world: w, truth: map[string]sandbox.ReportOrder{}}
	p.in = PublishInput{Merchant: w.Sandbox.Merchant(), Run: w.Run, Format: "zpl", Settings: contract.DefaultSettings(), Since: w.Client.Clock().Now()}
	for _, provider := range providers {
		scope := w.Scope(provider)
		truth := lo.Subset(w.Of(scope, sandbox.FateLabelable), 0, uint(most))
		for _, o := range truth {
			p.truth[o.ID] = o
		}
		w.collects(scope, 1, activitiestest.OrdersOfReport(scope, truth)...)
		p.in.Connections = append(p.in.Connections, RunConnection{Connection: scope.Connection, Rest: notReady})
	}
	return p
}

var notReady = books.RestOutcome{Outcome: contract.NotReady, Reason: contract.Reason{Words: "the run's deadline came"}}

func (p *printed) publish() Published {
	p.Helper()
	return activitiestest.MustStep(p.world, p.publishing.Publish, p.in)
}

// manifest closes the books and returns what they say.
func (p *printed) manifest() (contract.Manifest, contract.ManifestKeys) {
	p.Helper()
	keys := activitiestest.MustStep(p.world, p.publishing.CloseBooks, p.in)
	var manifest contract.Manifest
	require.NoError(p, p.Store.Get(p.Context(), keys.JSON, &manifest))
	return manifest, keys
}

// pieces are the texts of a joined file's pages or units.
func (p *printed) pieces(file contract.PrintFile) []string {
	p.Helper()
	data, err := p.Store.ReadAll(p.Context(), file.Key, 64<<20)
	require.NoError(p, err)
	if file.Format == "pdf" {
		texts, err := pdf.Texts(data)
		require.NoError(p, err)
		return texts
	}
	var units []string
	for unit, err := range zpl.Units(bytes.NewReader(data)) {
		require.NoError(p, err)
		units = append(units, string(unit.Data))
	}
	return units
}

func TestPublish(t *testing.T) {
	t.Parallel()
	p := prints(t, 6, nil, "paris", "fcom", "mercadolibre")
	published := p.publish()
	manifest, keys := p.manifest()
	rows := lo.KeyBy(manifest.Rows, func(r contract.ManifestRow) string { return r.ID })
	files := lo.KeyBy(published.Files, func(f contract.PrintFile) string { return f.Key })
	t.Run("one file per format, counted", func(t *testing.T) {
		require.Len(t, published.Files, 2)
		assert.Equal(t, []string{"zpl", "pdf"}, lo.Map(published.Files, func(f contract.PrintFile, _ int) string { return f.Format }))
		assert.Equal(t, []int{12, 6}, lo.Map(published.Files, func(f contract.PrintFile, _ int) int { return f.Labels }))
		for _, f := range published.Files {
			assert.Contains(t, f.Key, f.SHA256[:12])
			assert.Equal(t, lo.Ternary(f.Format == "pdf", len(p.pieces(f)), 0), f.Pages)
		}
	})
	t.Run("the manifest has a row for every order, in the order of the pile", func(t *testing.T) {
		assert.Len(t, manifest.Rows, len(p.truth))
		assert.Equal(t, len(p.truth), published.Requested)
		assert.True(t, slices.IsSortedFunc(manifest.Rows, func(a, b contract.ManifestRow) int { return p.truth[a.ID].Deadline.Compare(p.truth[b.ID].Deadline) }))
		for i, r := range manifest.Rows {
			assert.Equal(t, i+1, *r.Position)
			assert.Equal(t, []string{p.truth[r.ID].Code, p.truth[r.ID].Number}, []string{r.Code, r.OrderNumber})
		}
	})
	t.Run("each label stands where the manifest says, each parcel once", func(t *testing.T) {
		expected := map[string]int{}
		for _, r := range manifest.Rows {
			parcels := 0
			for _, l := range lo.Filter(r.Labels, func(l contract.PrintedLabel, _ int) bool { return l.File != "" }) {
				pieces := p.pieces(files[l.File])
				assert.Equal(t, expected[l.File]+1, l.First, "one after the other")
				expected[l.File] += l.Count
				for i := l.First; i < l.First+l.Count; i++ {
					assert.Contains(t, pieces[i-1], p.truth[r.ID].Shipment)
				}
				parcels += l.Count
			}
			assert.Len(t, p.truth[r.ID].Parcels, parcels)
		}
		for key, n := range expected {
			assert.Len(t, p.pieces(files[key]), n)
		}
	})
	t.Run("one format per order; the spare is named and not joined", func(t *testing.T) {
		for _, r := range manifest.Rows {
			joined := lo.Uniq(lo.FilterMap(r.Labels, func(l contract.PrintedLabel, _ int) (string, bool) { return l.Format, l.File != "" }))
			want := lo.Ternary(r.Channel == "fcom", "pdf", "zpl")
			assert.Equal(t, []string{want}, joined, r.Channel)
			if r.Channel == "paris" {
				assert.Contains(t, lo.Map(r.Labels, func(l contract.PrintedLabel, _ int) string { return l.Format }), "pdf")
			}
		}
	})
	t.Run("the accounts of the connections add up", func(t *testing.T) {
		for _, c := range p.in.Connections {
			assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 6}, published.Accounts[c.Connection.ID].Ended)
		}
	})
	t.Run("every order is published and waits no more", func(t *testing.T) {
		for id, r := range rows {
			publication, err := publications.Newest(t.Context(), p.Store, p.in.Merchant, id, "")
			require.NoError(t, err)
			require.NotNil(t, publication)
			assert.Equal(t, p.in.Run, publication.Run)
			assert.NotEmpty(t, publication.Record.Labels)
			there, err := p.Store.Exists(t.Context(), storage.WaitingLabel(p.in.Merchant, r.ConnectionID, id))
			require.NoError(t, err)
			assert.False(t, there)
		}
	})
	t.Run("a second time gives the same files and keys", func(t *testing.T) {
		assert.Equal(t, published, p.publish())
		_, again := p.manifest()
		assert.Equal(t, keys, again)
	})
	t.Run("the CSV tells the same as the JSON", func(t *testing.T) {
		data, err := p.Store.ReadAll(t.Context(), keys.CSV, 1<<20)
		require.NoError(t, err)
		lines, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		require.NoError(t, err)
		assert.Equal(t, lo.Map(manifest.Rows, func(r contract.ManifestRow, _ int) string { return r.ID }), lo.Map(lines[1:], func(l []string, _ int) string { return l[1] }))
	})
	t.Run("Falabella's printed orders wait to be told", func(t *testing.T) {
		fcom := p.in.Connections[1].Connection
		assert.Equal(t, map[string]int{fcom.ID: 1}, published.After)
		scope := activities.Scope{Merchant: p.in.Merchant, Run: p.in.Run, Connection: fcom}.LastWord()
		assert.Len(t, p.Page(scope, books.PageName(books.AfterPage, 0, 1)).Pending, 6)
	})
	t.Run("nothing of a buyer stands in the manifest", func(t *testing.T) {
		assert.NotContains(t, p.Text(keys.JSON), "Ficticia")
	})
}

func TestTheSameOrdersGiveTheSameBytes(t *testing.T) {
	t.Parallel()
	files := lo.Times(2, func(int) []string {
		p := prints(t, 3, nil, "paris", "totalplay")
		return lo.Map(p.publish().Files, func(f contract.PrintFile, _ int) string { return f.SHA256 })
	})
	assert.Equal(t, files[0], files[1])
}

func TestThePreferredFormatIsPrintedWhereItIsThere(t *testing.T) {
	t.Parallel()
	p := prints(t, 3, nil, "paris", "coppel")
	p.in.Format = "pdf"
	published := p.publish()
	assert.Equal(t, map[string]int{"zpl": 3, "pdf": 3}, lo.SliceToMap(published.Files, func(f contract.PrintFile) (string, int) { return f.Format, f.Labels }))
}

func TestALabelThatCannotBeJoinedCostsOnlyItsOrder(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(p *printed, provider string){
		"it is broken": func(p *printed, provider string) { p.putsLabel(provider, 1, []byte("^XA no end")) },
		"it has gone": func(p *printed, provider string) {
			require.NoError(p, p.Store.Delete(p.Context(), p.putsLabel(provider, 1, []byte("^XA^XZ")).Labels[0].Key))
		},
		"it is nothing": func(p *printed, provider string) { p.putsLabel(provider, 1, nil) },
	} {
		for provider, format := range map[string]string{"coppel": "zpl", "totalplay": "pdf"} {
			t.Run(name+", "+format, func(t *testing.T) {
				t.Parallel()
				p := prints(t, 3, nil, provider)
				scope := p.Scope(provider)
				page := p.Page(scope, books.PageName(books.BatchPage, 1, books.AfterAnswer))
				bad := page.Ended[1]
				harm(p, provider)
				published := p.publish()
				require.Len(t, published.Files, 1)
				assert.Equal(t, 2, published.Files[0].Labels)
				assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 2, contract.CorruptLabel: 1}, published.Accounts[scope.Connection.ID].Ended)
				manifest, _ := p.manifest()
				last := manifest.Rows[2]
				assert.Equal(t, bad.Order.ID, last.ID)
				assert.Nil(t, last.Position)
				assert.Contains(t, last.Reason.Words, "cannot be printed")
				there, err := p.Store.Exists(t.Context(), storage.WaitingLabel(p.in.Merchant, scope.Connection.ID, bad.Order.ID))
				require.NoError(t, err)
				assert.False(t, there, "the next run asks for it again")
			})
		}
	}
	t.Run("it is none at all", func(t *testing.T) {
		t.Parallel()
		p := prints(t, 2, nil, "coppel")
		scope := p.Scope("coppel")
		entry := books.Entry{Order: books.Order{ID: "without", ConnectionID: scope.Connection.ID}, Outcome: contract.Labelled, Labels: []books.Label{{Format: "zpl", Spare: true}}}
		_, err := scope.LeavePage(t.Context(), p.Store, "batch-00002-00002", books.Page{Ended: []books.Entry{entry}})
		require.NoError(t, err)
		assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 2, contract.CorruptLabel: 1}, p.publish().Accounts[scope.Connection.ID].Ended)
	})
}

func TestAStoreThatIsBusyCostsNoLabel(t *testing.T) {
	t.Parallel()
	p := prints(t, 3, nil, "coppel")
	p.S3.InjectFaults(func(call storagetest.Call, r *http.Request) storagetest.Fault {
		if call == storagetest.GetObject && strings.Contains(r.URL.Path, "/files/") {
			return storagetest.Fault{Status: http.StatusServiceUnavailable, Code: "SlowDown"}
		}
		return storagetest.Fault{}
	})
	_, err := activitiestest.TryStep(p.world, p.publishing.Publish, p.in, nil)
	require.Equal(t, contract.ErrorTrouble, activitiestest.ApplicationError(t, err).Type())
	p.S3.InjectFaults(nil)
	assert.Equal(t, 3, p.publish().Files[0].Labels)
}

func TestPublishWithoutLabels(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 100})
	scope := w.Scope("paris")
	_, err := scope.LeavePage(t.Context(), w.Store, books.FoundPage, books.Page{Pending: []books.Order{{ID: "a", ConnectionID: scope.Connection.ID}}, LeftOut: []contract.LeftOut{{ID: "b"}}})
	require.NoError(t, err)
	p := &printed{world: w, in: PublishInput{Merchant: scope.Merchant, Run: w.Run, Format: "zpl", Connections: []RunConnection{{Connection: scope.Connection, Rest: notReady}}}}
	published := p.publish()
	assert.Empty(t, published.Files)
	assert.NotNil(t, published.Files, "an empty list in JSON")
	assert.Equal(t, books.Counts{Ended: map[contract.Outcome]int{contract.NotReady: 1}, LeftOut: 1}, published.Accounts[scope.Connection.ID])
	manifest, _ := p.manifest()
	assert.Equal(t, notReady.Reason.Words, manifest.Rows[0].Reason.Words)
	assert.Equal(t, []contract.LeftOut{{ID: "b"}}, manifest.LeftOut)
}

func TestPublishDecidesOnce(t *testing.T) {
	t.Parallel()
	p := prints(t, 2, nil, "coppel", "totalplay")
	late := p.in.Connections[1].Connection
	published := p.publish()
	scope := activities.Scope{Merchant: p.in.Merchant, Run: p.in.Run, Connection: late, Generation: 1}
	entry := books.Entry{Order: books.Order{ID: "late", ConnectionID: late.ID}, Outcome: contract.Labelled}
	_, err := scope.LeavePage(t.Context(), p.Store, "batch-00002-00002", books.Page{Ended: []books.Entry{entry}})
	require.NoError(t, err)
	assert.Equal(t, published, p.publish(), "what came late is the next run's")
	there, err := publications.Newest(t.Context(), p.Store, p.in.Merchant, "late", "")
	require.NoError(t, err)
	assert.Nil(t, there)
}
