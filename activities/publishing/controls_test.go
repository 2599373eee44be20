package publishing

import (
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

// controlText is what a run's control file says.
func (w *world) controlText(key string) string {
	w.Helper()
	data, err := w.Store.ReadAll(w.Context(), key, 1<<20)
	require.NoError(w, err)
	texts, err := pdf.Texts(data)
	require.NoError(w, err)
	return strings.Join(texts, "\n")
}

func TestControlFilesAreStoredWithTheRunOneARequest(t *testing.T) {
	t.Parallel()
	for _, control := range []string{"", "unnamed"} {
		t.Run("named "+control, func(t *testing.T) {
			t.Parallel()
			p := prints(t, 5, lo.Ternary(control == "", nil, []sandbox.Fault{{Channel: "mercadolibre", Control: control}}), "mercadolibre", "paris")
			scope := p.Scope("mercadolibre")
			second := p.Of(scope, sandbox.FateLabelable)[5:8]
			p.collects(scope, 2, activitiestest.OrdersOfReport(scope, second)...)
			var published Published
			assert.Empty(t, p.HubLog.During(func() { published = p.publish() }), "no call of the hub is made for them")
			manifest, _ := p.manifest()

			require.Len(t, published.Controls, 2)
			assert.Equal(t, published.Controls, manifest.Controls)
			for _, file := range published.Controls {
				assert.True(t, strings.HasPrefix(file.Key, "runs/"+p.in.Merchant+"/"+p.in.Run+"/print/"), file.Key)
				assert.Equal(t, []any{scope.Connection.ID, "mercadolibre", 1}, []any{file.ConnectionID, file.Channel, file.Pages})
				text := p.controlText(file.Key)
				requested := lo.Filter(p.Of(scope, sandbox.FateLabelable)[:8], func(o sandbox.ReportOrder, _ int) bool { return strings.Contains(text, o.Shipment) })
				assert.Len(t, requested, file.Orders, "it lists the orders of its request")
			}
			assert.ElementsMatch(t, []int{5, 3}, lo.Map(published.Controls, func(f contract.ControlFile, _ int) int { return f.Orders }))
			for _, file := range published.Files {
				for _, piece := range p.pieces(file) {
					assert.NotContains(t, piece, "Control de env", "never among the labels")
				}
			}
			assert.Equal(t, published, p.publish(), "a second time gives the same")
		})
	}
}

func TestAControlFileThatIsBrokenOrGoneCostsNoLabel(t *testing.T) {
	t.Parallel()
	t.Run("broken", func(t *testing.T) {
		t.Parallel()
		p := prints(t, 3, []sandbox.Fault{{Channel: "mercadolibre", Control: "broken"}}, "mercadolibre")
		published := p.publish()
		manifest, _ := p.manifest()
		assert.Empty(t, published.Controls)
		assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 3}, published.Accounts[p.in.Connections[0].Connection.ID].Ended)
		require.NotEmpty(t, manifest.Kept)
		assert.Contains(t, manifest.Kept[0].Reason.Words, "the control file cannot be used")
	})
	t.Run("gone from the store", func(t *testing.T) {
		t.Parallel()
		p := prints(t, 3, nil, "mercadolibre")
		account, err := p.publishing.account(t.Context(), p.in, p.in.Connections[0])
		require.NoError(t, err)
		require.Len(t, account.Entries[0].Labels[0].Controls, 1)
		require.NoError(t, p.Store.Delete(t.Context(), account.Entries[0].Labels[0].Controls[0].Key))
		published := p.publish()
		manifest, _ := p.manifest()
		assert.Empty(t, published.Controls)
		assert.Equal(t, 3, published.Files[0].Labels)
		require.NotEmpty(t, manifest.Kept)
		assert.Contains(t, manifest.Kept[len(manifest.Kept)-1].Reason.Words, "no longer in the store")
	})
}

func TestLabelsThatWaitedBringTheirControlFileAlong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 100})
	scope := w.Scope("mercadolibre")
	truth := w.Of(scope, sandbox.FateLabelable)[:4]
	w.collects(scope, 1, activitiestest.OrdersOfReport(scope, truth)...)

	later := scope
	later.Run, w.Run = "r2", "r2"
	stored, err := w.orders.StoredOrders(t.Context(), lo.Map(activitiestest.Reported(truth), func(id string, _ int) string { return storage.WaitingLabel(later.Merchant, later.Connection.ID, id) }))
	require.NoError(t, err)
	_, err = later.LeavePage(t.Context(), w.Store, books.PageName(books.ListPage, 1), books.Page{Pending: stored})
	require.NoError(t, err)
	step := activitiestest.MustStep(w, w.orders.ReadOrders, orders.ReadOrdersInput{Scope: later, Number: 1})
	require.Equal(t, map[contract.Outcome]int{contract.Labelled: 4}, step.Counts.Ended)
	in := PublishInput{Merchant: scope.Merchant, Run: later.Run, Format: "zpl", Settings: contract.DefaultSettings(), Since: w.Client.Clock().Now(),
		Connections: []RunConnection{{Connection: scope.Connection, Rest: notReady}}}
	published := activitiestest.MustStep(w, w.publishing.Publish, in)
	require.Len(t, published.Controls, 1)
	assert.Equal(t, 4, published.Controls[0].Orders)
	assert.Contains(t, published.Controls[0].Key, "/r2/print/")
	assert.Contains(t, w.controlText(published.Controls[0].Key), truth[0].Shipment)
}

func TestALabelThatIsAskedForAgainComesWithoutAControlFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 100})
	scope := w.Scope("mercadolibre")
	truth := w.Of(scope, sandbox.FateLabelable)[:3]
	_, err := w.Client.GenerateTickets(t.Context(), "mercadolibre", scope.Connection.ID, activitiestest.Reported(truth[:1]))
	require.NoError(t, err)
	w.Pass(5 * time.Minute)
	page := w.collects(scope, 1, activitiestest.OrdersOfReport(scope, truth)...)
	with := lo.CountBy(page.Ended, func(e books.Entry) bool { return len(e.Labels[0].Controls) > 0 })
	assert.Equal(t, 2, with)
}

func TestALateLabelBringsTheControlFileOfItsOwnDocuments(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 100})
	scope := w.Scope("mercadolibre")
	truth := w.Of(scope, sandbox.FateLabelable)[:1]
	_, err := w.Client.GenerateTickets(t.Context(), "mercadolibre", scope.Connection.ID, activitiestest.Reported(truth))
	require.NoError(t, err)
	w.Pass(5 * time.Minute)
	orders := activitiestest.OrdersOfReport(scope, truth)
	orders[0].Again = true
	page, err := w.documents.Recheck(t.Context(), w.Client, scope, orders)
	require.NoError(t, err)
	require.Len(t, page.Ended, 1)
	require.Len(t, page.Ended[0].Labels[0].Controls, 1)
	assert.Contains(t, w.controlText(page.Ended[0].Labels[0].Controls[0].Key), truth[0].Shipment)
}
