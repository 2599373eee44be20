package activities

import (
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

// waiting are the orders of a provider that wait for their label.
func (w *intakeWorld) waiting(provider string) []sandbox.ReportOrder {
	w.Helper()
	found := lo.Filter(w.fated(provider, sandbox.Labelable), func(o sandbox.ReportOrder, _ int) bool { return w.state(o) == IntakeWaiting })
	require.NotEmpty(w, found, provider)
	return found
}

func (w *intakeWorld) confirm(names ...string) ConfirmedOrders {
	w.Helper()
	return must(w.world, w.intake.ConfirmOrders, ConfirmOrdersInput{Merchant: w.merchant(), Orders: names})
}

func (w *intakeWorld) prepare(run string, open ...string) PreparedMaking {
	w.Helper()
	return must(w.world, w.intake.PrepareMaking, PrepareMakingInput{Merchant: w.merchant(), Run: run, Open: open})
}

// makes runs a run that only makes labels as its workflows do, and returns its manifest.
func (w *intakeWorld) makes(making Making) books.Manifest {
	w.Helper()
	w.run = making.Run
	connections := must(w.world, w.connections.FindConnections, FindConnectionsInput{Merchant: w.merchant(), Only: []string{making.Connection}}).Connections
	scope := Scope{Merchant: w.merchant(), Run: making.Run, Connection: connections[0], Generation: 1, Settings: DefaultSettings()}
	resolved := must(w.world, w.orders.ResolveOrders, ResolveOrdersInput{Merchant: w.merchant(), Run: making.Run, OrdersKey: making.OrdersKey, Connections: connections})
	assert.Equal(w, map[string]int{making.Connection: making.Orders}, resolved.Found)
	find := FindOrdersInput{Scope: scope, Since: Duration(7 * 24 * time.Hour)}
	taken := must(w.world, w.orders.TakeUpOrders, TakeUpInput{FindOrdersInput: find, Named: true})
	require.Equal(w, 1, taken.Pages)
	read := must(w.world, w.orders.ReadOrders, ReadOrdersInput{Scope: scope, Number: 1})
	if n := read.Counts.Ready; n > 0 {
		segments := []Segment{{Page: read.Page, To: n}}
		prepared := must(w.world, w.documents.PrepareBatch, PrepareBatchInput{Scope: scope, Number: 1, Segments: segments})
		asked := must(w.world, w.tickets.AskLabels, AskLabelsInput{Scope: scope, Number: 1, Before: prepared.Before})
		w.pass(time.Hour)
		must(w.world, w.documents.CollectLabels, CollectLabelsInput{Scope: scope, Number: 1, Task: asked.Task, AskedAt: asked.AskedAt, Deadline: asked.AskedAt.Add(24 * time.Hour)})
	}
	in := PublishInput{
		Merchant: w.merchant(), Run: making.Run, MakeOnly: true, Format: "zpl", Settings: DefaultSettings(),
		Connections: []RunConnection{{Connection: connections[0], Rest: books.Rest{Outcome: books.NotReady, Reason: "not yet"}}},
	}
	published := must(w.world, w.publishing.Publish, in)
	assert.Empty(w, published.Files, "nothing is joined")
	keys := must(w.world, w.publishing.CloseBooks, in)
	var manifest books.Manifest
	require.NoError(w, w.store.Get(w.Context(), keys.JSON, &manifest))
	return manifest
}

func TestConfirmedOrdersHaveTheirLabelMadeOnceAndTheNextRunOnlyJoinsIt(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 60})
	w.settle(func(s *accounts.Settings) { s.Policies = map[string]accounts.Policy{"": accounts.WhenStockConfirmed} })
	w.poll(time.Time{})
	orders := w.waiting("ripley")
	names := reported(orders)
	assert.Equal(t, "waits until its stock is confirmed", w.record(names[0]).Reason)

	for range 2 {
		confirmed := w.confirm(names...)
		assert.Equal(t, len(names), confirmed.Queued, "confirmed twice, queued once")
		for _, answer := range confirmed.Orders {
			assert.Equal(t, ConfirmAccepted, answer.Outcome)
			assert.Equal(t, answer.Order, answer.DeliveryOrder)
		}
	}
	prepared := w.prepare("made-1")
	require.Len(t, prepared.Makings, 1)
	making := prepared.Makings[0]
	assert.Equal(t, len(names), making.Orders)
	assert.Equal(t, prepared, w.prepare("made-1"), "a later try prepares the same")
	assert.Empty(t, w.prepare("made-2").Makings, "each order is given to one run")
	assert.Equal(t, IntakeTaken, w.state(orders[0]))

	manifest := w.makes(making)
	assert.Len(t, manifest.Rows, len(names))
	made := must(w.world, w.intake.TakeMade, TakeMadeInput{Merchant: w.merchant(), Run: making.Run})
	labelled := lo.CountBy(manifest.Rows, func(r books.Row) bool { return r.Outcome == books.Labelled })
	assert.Equal(t, TakenMade{Labelled: labelled, Left: len(names) - labelled}, made)
	require.Positive(t, labelled)
	for _, row := range manifest.Rows {
		stands := lo.Ternary(row.Outcome == books.Labelled, IntakeLabelled, IntakeWaiting)
		assert.Equal(t, stands, w.record(row.ID).State, row.Reason)
		assert.Equal(t, ConfirmAccepted, w.confirm(row.ID).Orders[0].Outcome)
	}

	t.Run("the next run takes them from the store, leaves out those that were cancelled, and lets the unconfirmed wait", func(t *testing.T) {
		w.post("/sandbox/sales", map[string]any{"count": 3, "life": "plain", "connection": "ripley"})
		w.pass(time.Second)
		fresh := lo.Filter(w.fated("ripley", sandbox.Labelable), func(o sandbox.ReportOrder, _ int) bool { return o.Life == sandbox.Plain })
		require.NotEmpty(t, fresh)
		stored := lo.Filter(orders, func(o sandbox.ReportOrder, _ int) bool { return w.state(o) == IntakeLabelled })
		w.cancel(stored[0])
		asked := w.calls("tickets")
		w.run = "morning"
		scope := w.scope("ripley")
		must(w.world, w.orders.FindOrders, FindOrdersInput{Scope: scope, Since: Duration(30 * 24 * time.Hour)})
		taken := must(w.world, w.orders.TakeUpOrders, TakeUpInput{FindOrdersInput: FindOrdersInput{Scope: scope, Since: Duration(30 * 24 * time.Hour)}})
		ends := map[string]books.Outcome{}
		for n := range taken.Pages {
			must(w.world, w.orders.ReadOrders, ReadOrdersInput{Scope: scope, Number: n + 1})
			for id, outcome := range outcomes(w.page(scope, books.PageName(books.ReadPage, n+1)).Ended) {
				ends[id] = outcome
			}
		}
		assert.Equal(t, books.Cancelled, ends[stored[0].ID])
		for _, o := range stored[1:] {
			assert.Equal(t, books.Labelled, ends[o.ID])
		}
		for _, o := range fresh {
			assert.Equal(t, books.NotReady, ends[o.ID])
		}
		assert.Equal(t, asked, w.calls("tickets"))
	})
}

func TestAConfirmationAnswersForEachOrder(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 60})
	w.poll(time.Time{})
	order := w.waiting("paris")[0]
	unpaid, cancelled := w.fated("", sandbox.Unpaid)[0], w.fated("", sandbox.Cancelled)[0]
	names := []string{"no such order", order.Number, unpaid.ID, cancelled.ID, order.Checkouts[0], "11111111-1111-4111-8111-111111111111"}
	answers := lo.GroupBy(w.confirm(names...).Orders, func(o ConfirmedOrder) string { return o.Order })
	assert.Equal(t, ConfirmUnknown, answers[names[0]][0].Outcome)
	assert.Equal(t, ConfirmUnknown, answers[names[5]][0].Outcome)
	assert.Contains(t, lo.Map(answers[order.Number], func(o ConfirmedOrder, _ int) string { return o.DeliveryOrder }), order.ID, "by the marketplace's number")
	assert.Contains(t, lo.Map(answers[order.Checkouts[0]], func(o ConfirmedOrder, _ int) string { return o.DeliveryOrder }), order.ID, "by its sale")
	assert.Equal(t, ConfirmAccepted, answers[order.Number][0].Outcome)
	assert.Equal(t, ConfirmHeldBack, answers[unpaid.ID][0].Outcome)
	assert.NotEmpty(t, answers[unpaid.ID][0].Reason)
	assert.Equal(t, ConfirmRefused, answers[cancelled.ID][0].Outcome)

	t.Run("an order that was not heard of is asked for at the hub", func(t *testing.T) {
		fresh := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 60})
		answer := fresh.confirm(order.ID).Orders[0]
		assert.Equal(t, ConfirmAccepted, answer.Outcome, answer.Reason)
		assert.Equal(t, ByConfirmation, fresh.record(order.ID).FirstSeen)
		assert.Equal(t, IntakeQueued, fresh.state(order))
	})
	t.Run("more than 100 orders are refused", func(t *testing.T) {
		_, err := does(w.world, w.intake.ConfirmOrders, ConfirmOrdersInput{Merchant: w.merchant(), Orders: make([]string, 101)}, nil)
		requireFinal(t, ErrorRequest, err)
	})
}

func TestAnOrderThatWasConfirmedWhileHeldBackIsMadeOnceItPasses(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 30})
	w.poll(time.Time{})
	w.post("/sandbox/sales", map[string]any{"count": 1, "life": "paid_later", "connection": "ripley"})
	at := w.client.Clock().Now()
	w.pass(time.Second)
	w.poll(at)
	order, ok := lo.Find(w.hub.Report().Orders, func(o sandbox.ReportOrder) bool { return o.Life == sandbox.PaidLater })
	require.True(t, ok)
	assert.Equal(t, ConfirmHeldBack, w.confirm(order.ID).Orders[0].Outcome)
	w.pass(3 * time.Hour)
	w.poll(at)
	assert.Equal(t, IntakeQueued, w.state(order))
}

func TestPoliciesSayWhatIsQueued(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 60})
	paris, ripley := w.scope("paris").Connection.ID, w.scope("ripley").Connection.ID
	w.settle(func(s *accounts.Settings) {
		s.Policies = map[string]accounts.Policy{paris: accounts.AsOrdersCome, ripley: accounts.AsOrdersCome}
		s.PausedConnections = []string{ripley}
	})
	w.poll(time.Time{})
	by := func(state IntakeState) []string {
		return lo.Uniq(lo.Map(w.inState(state), func(id string, _ int) string { return w.record(id).Channel }))
	}
	assert.Equal(t, []string{"paris"}, by(IntakeQueued))
	assert.Contains(t, by(IntakeWaiting), "ripley")
	assert.Contains(t, w.record(w.waiting("ripley")[0].ID).Reason, "paused")

	t.Run("a connection that is resumed is queued when it is looked over", func(t *testing.T) {
		w.settle(func(s *accounts.Settings) { s.PausedConnections = nil })
		queued := w.look().Queued
		assert.Len(t, w.inState(IntakeQueued), queued)
		assert.ElementsMatch(t, []string{"paris", "ripley"}, by(IntakeQueued))
	})
	t.Run("connections for which labels are being made wait", func(t *testing.T) {
		prepared := w.prepare("made-1", paris)
		require.Len(t, prepared.Makings, 1)
		assert.Equal(t, ripley, prepared.Makings[0].Connection)
		assert.Equal(t, []string{"paris"}, by(IntakeQueued))
	})
	t.Run("a merchant that is paused queues nothing, and what was queued waits", func(t *testing.T) {
		w.settle(func(s *accounts.Settings) { s.Paused = true })
		assert.Empty(t, w.prepare("made-2").Makings)
		assert.Empty(t, w.inState(IntakeQueued))
	})
}

func TestAPolicyForAllBindsNoOrdersOfAConnectionThatCameLater(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 60})
	w.settle(func(s *accounts.Settings) { s.Policies = map[string]accounts.Policy{"": accounts.AsOrdersCome} })
	w.poll(time.Time{})
	channelsOf := func(state IntakeState) []string {
		return lo.Uniq(lo.Map(w.inState(state), func(id string, _ int) string { return w.record(id).Channel }))
	}
	assert.Contains(t, channelsOf(IntakeQueued), "paris")
	assert.NotContains(t, channelsOf(IntakeQueued), "mercadolibre")
	waiting := w.waiting("mercadolibre")
	require.GreaterOrEqual(t, len(waiting), 2)
	order, confirmed := waiting[0], waiting[1]
	reason := w.record(order.ID).Reason
	assert.Contains(t, reason, "on Mercado Libre asking for a label binds the order")
	assert.Contains(t, reason, "starter policy set as-orders-come --connection "+order.Connection+" --yes")
	assert.LessOrEqual(t, len(reason), 200)

	t.Run("one whose stock is confirmed is made", func(t *testing.T) {
		w.confirm(confirmed.ID)
		assert.Equal(t, IntakeQueued, w.state(confirmed))
	})
	for name, settled := range map[string]func(*accounts.Settings){
		"for this connection": func(s *accounts.Settings) { s.Policies[order.Connection] = accounts.AsOrdersCome },
		"for all, knowingly":  func(s *accounts.Settings) { s.BindsEarly = true },
	} {
		t.Run("they are made when it is settled "+name, func(t *testing.T) {
			w.settle(settled)
			w.look()
			assert.Equal(t, IntakeQueued, w.state(order))
			w.settle(func(s *accounts.Settings) {
				s.Policies, s.BindsEarly = map[string]accounts.Policy{"": accounts.AsOrdersCome}, false
			})
			w.look()
			assert.Equal(t, IntakeWaiting, w.state(order))
		})
	}
}

func TestOrdersOfARunThatEndedWithoutThemAreTriedLater(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 60})
	w.settle(func(s *accounts.Settings) {
		s.Policies = map[string]accounts.Policy{w.scope("paris").Connection.ID: accounts.AsOrdersCome}
	})
	w.poll(time.Time{})
	making := w.prepare("made-1").Makings[0]
	must(w.world, w.intake.TakeMade, TakeMadeInput{Merchant: w.merchant(), Run: making.Run})
	id, ok := lo.Find(w.inState(IntakeWaiting), func(id string) bool { return w.record(id).Channel == "paris" })
	require.True(t, ok)
	record := w.record(id)
	assert.Equal(t, 1, record.Tries)
	assert.Contains(t, record.Reason, "ended without it")
	assert.Zero(t, w.look().Queued, "not at once")
	w.pass(16 * time.Minute)
	assert.Positive(t, w.look().Queued)

	t.Run("an order whose run nobody knows of waits again", func(t *testing.T) {
		making := w.prepare("made-3").Makings[0]
		var pages map[string]books.Page
		require.NoError(t, w.store.Get(t.Context(), storage.RunOutcome(w.merchant(), making.Run, "resolved"), &pages))
		lost := pages[making.Connection].Pending[0].ID
		aged := w.record(lost)
		aged.ChangedAt = time.Now().Add(-time.Hour)
		require.NoError(t, w.store.Put(t.Context(), storage.IntakeOrder(w.merchant(), lost), aged))
		w.look()
		assert.Equal(t, IntakeQueued, w.record(lost).State)
	})
}
