package publishing

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/statuses"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

func TestLeaveOutCancelled(t *testing.T) {
	t.Parallel()
	p := prints(t, 5, nil, "ripley", "totalplay")
	ripley := p.Scope("ripley")
	orders := lo.Filter(lo.Values(p.truth), func(o sandbox.ReportOrder, _ int) bool {
		return o.Connection == ripley.Connection.ID && len(o.Checkouts) == 1
	})
	slices.SortFunc(orders, func(a, b sandbox.ReportOrder) int { return strings.Compare(a.ID, b.ID) })
	reads := p.Calls("checkout")
	assert.Zero(t, activitiestest.MustStep(p.world, p.publishing.LeaveOutCancelled, p.in).Cancelled)
	assert.Equal(t, reads, p.Calls("checkout"), "no sale has changed, none is read")

	p.Pass(time.Minute)
	p.Cancel(orders[0])
	cancelled := lo.Filter(lo.Values(p.truth), func(o sandbox.ReportOrder, _ int) bool { return o.Checkouts[0] == orders[0].Checkouts[0] })
	left := activitiestest.MustStep(p.world, p.publishing.LeaveOutCancelled, p.in)
	assert.Equal(t, len(cancelled), left.Cancelled)
	assert.Equal(t, reads+1, p.Calls("checkout"), "only what has changed is read")
	activitiestest.MustStep(p.world, p.publishing.LeaveOutCancelled, p.in)
	assert.Equal(t, reads+1, p.Calls("checkout"), "a second time there is nothing left to read")

	published := p.publish()
	ended := published.Accounts[ripley.Connection.ID].Ended
	assert.Equal(t, len(cancelled), ended[contract.Cancelled])
	for _, f := range published.Files {
		for _, piece := range p.pieces(f) {
			assert.NotContains(t, piece, orders[0].Shipment)
		}
	}
	there, err := p.Store.Exists(t.Context(), storage.WaitingLabel(p.in.Merchant, ripley.Connection.ID, orders[0].ID))
	require.NoError(t, err)
	assert.False(t, there, "nor does the next run take it up")
}

func TestCloseBooksTakesTheStatusesThatWentOutAfterwards(t *testing.T) {
	t.Parallel()
	p := prints(t, 20, []sandbox.Fault{{Channel: "fcom", Nth: 1, StatusRefused: "El paquete ya fue despachado a Juan Pérez, Av. Libertador 742, RUT 12.345.678-5"}}, "fcom")
	p.publish()
	scope := activities.Scope{Merchant: p.in.Merchant, Run: p.in.Run, Connection: p.in.Connections[0].Connection, Settings: contract.DefaultSettings()}.LastWord()
	send := statuses.SendStatusesInput{Scope: scope, Page: books.PageName(books.AfterPage, 0, 1), Status: scope.Connection.Row().StatusAfter, Out: books.PageName(books.AfterPage, 1, 1)}
	sent := activitiestest.MustStep(p.world, p.statuses.SendStatuses, send)
	await := statuses.AwaitStatusesInput{Scope: scope, Page: sent.Page, Status: send.Status, Out: books.PageName(books.AfterPage, 2, 1), SentAt: sent.SentAt, BeganAt: sent.BeganAt, Last: true}
	p.Pass(11 * time.Minute)
	activitiestest.MustStep(p.world, p.statuses.AwaitStatuses, await)
	manifest, _ := p.manifest()
	refused, others := lo.FilterReject(manifest.Rows, func(r contract.ManifestRow, _ int) bool { return len(p.truth[r.ID].Faults) > 0 })
	require.NotEmpty(t, others)
	for _, r := range others {
		assert.Equal(t, []any{contract.Labelled, contract.StatusSynced, ""}, []any{r.Outcome, r.Status, r.Reason.Words})
	}
	require.Len(t, refused, 1)
	assert.Equal(t, []any{contract.Labelled, contract.StatusRefused, `the channel says: "El paquete ya fue despachado a …, RUT [number]"`}, []any{refused[0].Outcome, refused[0].Status, refused[0].Reason.Words})
	again, _ := p.manifest()
	assert.Equal(t, manifest, again)
}

func TestBooksThatDoNotBalanceAreAnErrorOfOurs(t *testing.T) {
	t.Parallel()
	entry := func(id string) books.Entry { return books.Entry{Order: books.Order{ID: id}} }
	require.NoError(t, balanced([]books.Entry{entry("a")}, []contract.ManifestRow{{ID: "a"}}))
	cases := map[string]struct {
		entries []books.Entry
		rows    []contract.ManifestRow
	}{
		"an order without a row":      {[]books.Entry{entry("a"), entry("b")}, []contract.ManifestRow{{ID: "a"}}},
		"a row without an order":      {[]books.Entry{entry("a")}, []contract.ManifestRow{{ID: "a"}, {ID: "b"}}},
		"an order with two rows":      {[]books.Entry{entry("a"), entry("a")}, []contract.ManifestRow{{ID: "a"}, {ID: "a"}}},
		"a row in the place of other": {[]books.Entry{entry("a")}, []contract.ManifestRow{{ID: "b"}}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			activitiestest.RequireFinal(t, contract.ErrorBooks, balanced(c.entries, c.rows))
		})
	}
}
