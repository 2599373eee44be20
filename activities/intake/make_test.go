package intake

import (
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/activities/publishing"
	"github.com/despacho/despacho/activities/tickets"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

// waiting are the orders of a provider that wait for their label.
func (w *intakeWorld) waiting(provider string) []sandbox.ReportOrder {
	w.Helper()
	found := lo.Filter(w.fated(provider, sandbox.FateLabelable), func(o sandbox.ReportOrder, _ int) bool { return w.state(o) == contract.IntakeWaiting })
	require.NotEmpty(w, found, provider)
	return found
}

func (w *intakeWorld) confirm(names ...string) contract.ConfirmedOrders {
	w.Helper()
	return activitiestest.MustStep(w.world, w.intake.ConfirmOrders, ConfirmOrdersInput{Merchant: w.merchant(), Orders: names})
}

func (w *intakeWorld) prepare(run string, open ...string) PreparedMaking {
	w.Helper()
	return activitiestest.MustStep(w.world, w.intake.PrepareMaking, PrepareMakingInput{Merchant: w.merchant(), Run: run, Open: open})
}

// makes runs a run that only makes labels as its workflows do, and returns its manifest.
func (w *intakeWorld) makes(making contract.Making) contract.Manifest {
	w.Helper()
	w.Run = making.Run
	connections := activitiestest.MustStep(w.world, w.connections.FindConnections, orders.FindConnectionsInput{Merchant: w.merchant(), Only: []string{making.Connection}}).Connections
	scope := activities.Scope{Merchant: w.merchant(), Run: making.Run, Connection: connections[0], Generation: 1, Settings: contract.DefaultSettings()}
	resolved := activitiestest.MustStep(w.world, w.orders.ResolveOrders, orders.ResolveOrdersInput{Merchant: w.merchant(), Run: making.Run, OrdersKey: making.OrdersKey, Connections: connections})
	assert.Equal(w, map[string]int{making.Connection: making.Orders}, resolved.Found)
	find := orders.FindOrdersInput{Scope: scope, Since: contract.Duration(7 * 24 * time.Hour)}
	taken := activitiestest.MustStep(w.world, w.orders.TakeUpOrders, orders.TakeUpInput{FindOrdersInput: find, Named: true})
	require.Equal(w, 1, taken.Pages)
	read := activitiestest.MustStep(w.world, w.orders.ReadOrders, orders.ReadOrdersInput{Scope: scope, Number: 1})
	if n := read.Counts.Ready; n > 0 {
		segments := []activities.Segment{{Page: read.Page, To: n}}
		prepared := activitiestest.MustStep(w.world, w.documents.PrepareBatch, tickets.PrepareBatchInput{Scope: scope, Number: 1, Segments: segments})
		asked := activitiestest.MustStep(w.world, w.tickets.AskLabels, tickets.AskLabelsInput{Scope: scope, Number: 1, Before: prepared.Before})
		w.Pass(time.Hour)
		activitiestest.MustStep(w.world, w.documents.CollectLabels, tickets.CollectLabelsInput{Scope: scope, Number: 1, Task: asked.Task, AskedAt: asked.AskedAt, Deadline: asked.AskedAt.Add(24 * time.Hour)})
	}
	in := publishing.PublishInput{
		Merchant: w.merchant(), Run: making.Run, MakeOnly: true, Format: "zpl", Settings: contract.DefaultSettings(),
		Connections: []publishing.RunConnection{{Connection: connections[0], Rest: books.RestOutcome{Outcome: contract.NotReady, Reason: contract.Reason{Words: "not yet"}}}},
	}
	published := activitiestest.MustStep(w.world, w.publishing.Publish, in)
	assert.Empty(w, published.Files, "nothing is joined")
	keys := activitiestest.MustStep(w.world, w.publishing.CloseBooks, in)
	var manifest contract.Manifest
	require.NoError(w, w.Store.Get(w.Context(), keys.JSON, &manifest))
	return manifest
}

func TestConfirmedOrdersHaveTheirLabelMadeOnceAndTheNextRunOnlyJoinsIt(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 60})
	w.settle(func(s *accounts.Settings) { s.Policies = map[string]accounts.Policy{"": accounts.WhenStockConfirmed} })
	w.poll(time.Time{})
	waitingOrders := w.waiting("ripley")
	names := activitiestest.Reported(waitingOrders)
	assert.Equal(t, "waits until its stock is confirmed", w.record(names[0]).Reason.Words)

	for range 2 {
		confirmed := w.confirm(names...)
		assert.Equal(t, len(names), confirmed.Queued, "confirmed twice, queued once")
		for _, answer := range confirmed.Orders {
			assert.Equal(t, contract.ConfirmAccepted, answer.Outcome)
			assert.Equal(t, answer.Order, answer.DeliveryOrder)
		}
	}
	prepared := w.prepare("made-1")
	require.Len(t, prepared.Makings, 1)
	making := prepared.Makings[0]
	assert.Equal(t, len(names), making.Orders)
	assert.Equal(t, prepared, w.prepare("made-1"), "a later try prepares the same")
	assert.Empty(t, w.prepare("made-2").Makings, "each order is given to one run")
	assert.Equal(t, contract.IntakeTaken, w.state(waitingOrders[0]))

	manifest := w.makes(making)
	assert.Len(t, manifest.Rows, len(names))
	made := activitiestest.MustStep(w.world, w.intake.TakeMade, TakeMadeInput{Merchant: w.merchant(), Run: making.Run})
	labelled := lo.CountBy(manifest.Rows, func(r contract.ManifestRow) bool { return r.Outcome == contract.Labelled })
	assert.Equal(t, TakenMade{Labelled: labelled, Left: len(names) - labelled}, made)
	require.Positive(t, labelled)
	for _, row := range manifest.Rows {
		stands := lo.Ternary(row.Outcome == contract.Labelled, contract.IntakeLabelled, contract.IntakeWaiting)
		assert.Equal(t, stands, w.record(row.ID).State, row.Reason.Words)
		assert.Equal(t, contract.ConfirmAccepted, w.confirm(row.ID).Orders[0].Outcome)
	}

	t.Run("the next run takes them from the store, leaves out those that were cancelled, and lets the unconfirmed wait", func(t *testing.T) {
		w.post("/sandbox/sales", map[string]any{"count": 3, "life": "plain", "connection": "ripley"})
		w.Pass(time.Second)
		fresh := lo.Filter(w.fated("ripley", sandbox.FateLabelable), func(o sandbox.ReportOrder, _ int) bool { return o.Life == sandbox.LifePlain })
		require.NotEmpty(t, fresh)
		stored := lo.Filter(waitingOrders, func(o sandbox.ReportOrder, _ int) bool { return w.state(o) == contract.IntakeLabelled })
		w.Cancel(stored[0])
		asked := w.Calls("tickets")
		w.Run = "morning"
		scope := w.Scope("ripley")
		activitiestest.MustStep(w.world, w.orders.FindOrders, orders.FindOrdersInput{Scope: scope, Since: contract.Duration(30 * 24 * time.Hour)})
		taken := activitiestest.MustStep(w.world, w.orders.TakeUpOrders, orders.TakeUpInput{FindOrdersInput: orders.FindOrdersInput{Scope: scope, Since: contract.Duration(30 * 24 * time.Hour)}})
		ends := map[string]contract.Outcome{}
		for n := range taken.Pages {
			activitiestest.MustStep(w.world, w.orders.ReadOrders, orders.ReadOrdersInput{Scope: scope, Number: n + 1})
			for id, outcome := range activitiestest.Outcomes(w.Page(scope, books.PageName(books.ReadPage, n+1)).Ended) {
				ends[id] = outcome
			}
		}
		assert.Equal(t, contract.Cancelled, ends[stored[0].ID])
		for _, o := range stored[1:] {
			assert.Equal(t, contract.Labelled, ends[o.ID])
		}
		for _, o := range fresh {
			assert.Equal(t, contract.NotReady, ends[o.ID])
		}
		assert.Equal(t, asked, w.Calls("tickets"))
	})
}

func TestAConfirmationAnswersForEachOrder(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 60})
	w.poll(time.Time{})
	order := w.waiting("paris")[0]
	unpaid, cancelled := w.fated("", sandbox.FateUnpaid)[0], w.fated("", sandbox.FateCancelled)[0]
	names := []string{"no such order", order.Number, unpaid.ID, cancelled.ID, order.Checkouts[0], "11111111-1111-4111-8111-111111111111"}
	answers := lo.GroupBy(w.confirm(names...).Orders, func(o contract.ConfirmedOrder) string { return o.Order })
	assert.Equal(t, contract.ConfirmUnknown, answers[names[0]][0].Outcome)
	assert.Equal(t, contract.ConfirmUnknown, answers[names[5]][0].Outcome)
	assert.Contains(t, lo.Map(answers[order.Number], func(o contract.ConfirmedOrder, _ int) string { return o.DeliveryOrder }), order.ID, "by the marketplace's number")
	assert.Contains(t, lo.Map(answers[order.Checkouts[0]], func(o contract.ConfirmedOrder, _ int) string { return o.DeliveryOrder }), order.ID, "by its sale")
	assert.Equal(t, contract.ConfirmAccepted, answers[order.Number][0].Outcome)
	assert.Equal(t, contract.ConfirmHeldBack, answers[unpaid.ID][0].Outcome)
	assert.NotEmpty(t, answers[unpaid.ID][0].Reason.Words)
	assert.Equal(t, contract.ConfirmRefused, answers[cancelled.ID][0].Outcome)

	t.Run("an order that was not heard of is asked for at the hub", func(t *testing.T) {
		fresh := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 60})
		answer := fresh.confirm(order.ID).Orders[0]
		assert.Equal(t, contract.ConfirmAccepted, answer.Outcome, answer.Reason.Words)
		assert.Equal(t, contract.ByConfirmation, fresh.record(order.ID).FirstSeen)
		assert.Equal(t, contract.IntakeQueued, fresh.state(order))
	})
	t.Run("more than 100 orders are refused", func(t *testing.T) {
		_, err := activitiestest.TryStep(w.world, w.intake.ConfirmOrders, ConfirmOrdersInput{Merchant: w.merchant(), Orders: make([]string, 101)}, nil)
		activitiestest.RequireFinal(t, contract.ErrorRequest, err)
	})
}

func TestAnOrderThatWasConfirmedWhileHeldBackIsMadeOnceItPasses(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 30})
	w.poll(time.Time{})
	w.post("/sandbox/sales", map[string]any{"count": 1, "life": "paid_later", "connection": "ripley"})
	at := w.Client.Clock().Now()
	w.Pass(time.Second)
	w.poll(at)
	order, ok := lo.Find(w.Sandbox.Report().Orders, func(o sandbox.ReportOrder) bool { return o.Life == sandbox.LifePaidLater })
	require.True(t, ok)
	assert.Equal(t, contract.ConfirmHeldBack, w.confirm(order.ID).Orders[0].Outcome)
	w.Pass(3 * time.Hour)
	w.poll(at)
	assert.Equal(t, contract.IntakeQueued, w.state(order))
}

func TestPoliciesSayWhatIsQueued(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 60})
	paris, ripley := w.Scope("paris").Connection.ID, w.Scope("ripley").Connection.ID
	w.settle(func(s *accounts.Settings) {
		s.Policies = map[string]accounts.Policy{paris: accounts.AsOrdersCome, ripley: accounts.AsOrdersCome}
		s.PausedConnections = []string{ripley}
	})
	w.poll(time.Time{})
	by := func(state contract.IntakeOrderState) []string {
		return lo.Uniq(lo.Map(w.inState(state), func(id string, _ int) string { return w.record(id).Channel }))
	}
	assert.Equal(t, []string{"paris"}, by(contract.IntakeQueued))
	assert.Contains(t, by(contract.IntakeWaiting), "ripley")
	assert.Contains(t, w.record(w.waiting("ripley")[0].ID).Reason.Words, "paused")

	t.Run("a connection that is resumed is queued when it is looked over", func(t *testing.T) {
		w.settle(func(s *accounts.Settings) { s.PausedConnections = nil })
		queued := w.look().Queued
		assert.Len(t, w.inState(contract.IntakeQueued), queued)
		assert.ElementsMatch(t, []string{"paris", "ripley"}, by(contract.IntakeQueued))
	})
	t.Run("connections for which labels are being made wait", func(t *testing.T) {
		prepared := w.prepare("made-1", paris)
		require.Len(t, prepared.Makings, 1)
		assert.Equal(t, ripley, prepared.Makings[0].Connection)
		assert.Equal(t, []string{"paris"}, by(contract.IntakeQueued))
	})
	t.Run("a merchant that is paused queues nothing, and what was queued waits", func(t *testing.T) {
		w.settle(func(s *accounts.Settings) { s.Paused = true })
		assert.Empty(t, w.prepare("made-2").Makings)
		assert.Empty(t, w.inState(contract.IntakeQueued))
	})
}

func TestAPolicyForAllBindsNoOrdersOfAConnectionThatCameLater(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 60})
	w.settle(func(s *accounts.Settings) { s.Policies = map[string]accounts.Policy{"": accounts.AsOrdersCome} })
	w.poll(time.Time{})
	channelsOf := func(state contract.IntakeOrderState) []string {
		return lo.Uniq(lo.Map(w.inState(state), func(id string, _ int) string { return w.record(id).Channel }))
	}
	assert.Contains(t, channelsOf(contract.IntakeQueued), "paris")
	assert.NotContains(t, channelsOf(contract.IntakeQueued), "mercadolibre")
	waiting := w.waiting("mercadolibre")
	require.GreaterOrEqual(t, len(waiting), 2)
	order, confirmed := waiting[0], waiting[1]
	reason := w.record(order.ID).Reason.Words
	assert.Contains(t, reason, "on Mercado Libre, asking for a label binds the order")
	assert.Contains(t, reason, "starter policy set as-orders-come --connection "+order.Connection+" --yes")
	assert.LessOrEqual(t, len(reason), 200)

	t.Run("one whose stock is confirmed is made", func(t *testing.T) {
		w.confirm(confirmed.ID)
		assert.Equal(t, contract.IntakeQueued, w.state(confirmed))
	})
	for name, settled := range map[string]func(*accounts.Settings){
		"for this connection": func(s *accounts.Settings) { s.Policies[order.Connection] = accounts.AsOrdersCome },
		"for all, knowingly":  func(s *accounts.Settings) { s.BindsEarly = true },
	} {
		t.Run("they are made when it is settled "+name, func(t *testing.T) {
			w.settle(settled)
			w.look()
			assert.Equal(t, contract.IntakeQueued, w.state(order))
			w.settle(func(s *accounts.Settings) {
				s.Policies, s.BindsEarly = map[string]accounts.Policy{"": accounts.AsOrdersCome}, false
			})
			w.look()
			assert.Equal(t, contract.IntakeWaiting, w.state(order))
		})
	}
}

func TestOrdersOfARunThatEndedWithoutThemAreTriedLater(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 60})
	w.settle(func(s *accounts.Settings) {
		s.Policies = map[string]accounts.Policy{w.Scope("paris").Connection.ID: accounts.AsOrdersCome}
	})
	w.poll(time.Time{})
	making := w.prepare("made-1").Makings[0]
	activitiestest.MustStep(w.world, w.intake.TakeMade, TakeMadeInput{Merchant: w.merchant(), Run: making.Run})
	id, ok := lo.Find(w.inState(contract.IntakeWaiting), func(id string) bool { return w.record(id).Channel == "paris" })
	require.True(t, ok)
	record := w.record(id)
	assert.Equal(t, 1, record.Tries)
	assert.Contains(t, record.Reason.Words, "ended without it")
	assert.Zero(t, w.look().Queued, "not at once")
	w.Pass(16 * time.Minute)
	assert.Positive(t, w.look().Queued)

	t.Run("an order whose run nobody knows of waits again", func(t *testing.T) {
		making := w.prepare("made-3").Makings[0]
		var pages map[string]books.Page
		require.NoError(t, w.Store.Get(t.Context(), storage.RunOutcome(w.merchant(), making.Run, "resolved"), &pages))
		lost := pages[making.Connection].Pending[0].ID
		aged := w.record(lost)
		aged.ChangedAt = time.Now().Add(-time.Hour)
		require.NoError(t, w.Store.Put(t.Context(), storage.IntakeOrder(w.merchant(), lost), aged))
		w.look()
		assert.Equal(t, contract.IntakeQueued, w.record(lost).State)
	})
}
