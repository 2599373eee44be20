package activities

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

// intakeWorld is a world with the steps of the intake.
type intakeWorld struct {
	*world
	intake   *Intake
	settings IntakeSettings
	lists    int
}

func newIntakeWorld(t *testing.T, options sandbox.Options, wraps ...func(http.Handler) http.Handler) *intakeWorld {
	t.Helper()
	w := &intakeWorld{world: newWorld(t, options, wraps...), settings: DefaultIntakeSettings()}
	w.intake = &Intake{Hubs: w, Store: w.store, Stretch: time.Hour}
	return w
}

func (w *intakeWorld) merchant() string { return w.hub.Merchant() }

// poll lists what changed since a time and takes all of it up.
func (w *intakeWorld) poll(since time.Time) Polled {
	w.Helper()
	w.lists++
	polled := must(w.world, w.intake.PollSales, PollSalesInput{Merchant: w.merchant(), Settings: w.settings, List: fmt.Sprintf("poll-%d", w.lists), Complete: since})
	for at := 0; at < polled.Count; at += chunkSize {
		must(w.world, w.intake.TakeUpNotices, TakeUpNoticesInput{Merchant: w.merchant(), Source: ByPoll, List: polled.List, From: at, To: at + chunkSize})
	}
	return polled
}

// notice takes up notices as webhooks bring them.
func (w *intakeWorld) notice(ids ...string) TakenNotices {
	w.Helper()
	return must(w.world, w.intake.TakeUpNotices, TakeUpNoticesInput{Merchant: w.merchant(), Source: ByWebhook, IDs: ids})
}

// allCalls is how often the hub was called.
func (w *intakeWorld) allCalls() int {
	return lo.SumBy(lo.Values(w.hub.Report().Calls), func(c sandbox.RouteCalls) int { return c.Count })
}

func (w *intakeWorld) look() LookedOver {
	w.Helper()
	w.lists++
	return must(w.world, w.intake.LookOver, LookOverInput{Merchant: w.merchant(), Settings: w.settings, Left: true, List: w.againList()})
}

// againList is the list of the last look.
func (w *intakeWorld) againList() string { return fmt.Sprintf("again-%d", w.lists) }

func (w *intakeWorld) record(order string) IntakeRecord {
	w.Helper()
	record, err := ReadIntakeRecord(w.Context(), w.store, w.merchant(), order)
	require.NoError(w, err)
	return record
}

func (w *intakeWorld) state(o sandbox.ReportOrder) IntakeState {
	w.Helper()
	return w.record(o.ID).State
}

func (w *intakeWorld) inState(state IntakeState) []string {
	w.Helper()
	names, err := namesInState(w.Context(), w.store, w.merchant(), state)
	require.NoError(w, err)
	return names
}

// settle settles the merchant's policies and pauses.
func (w *intakeWorld) settle(change func(*accounts.Settings)) {
	w.Helper()
	_, err := accounts.ChangeSettings(w.Context(), w.store, w.merchant(), func(s *accounts.Settings) error { change(s); return nil })
	require.NoError(w, err)
}

// orders are those of the hub with a fate, of a provider or, when it is empty, of any.
func (w *intakeWorld) fated(provider string, fate sandbox.Fate) []sandbox.ReportOrder {
	w.Helper()
	found := lo.Filter(w.hub.Report().Orders, func(o sandbox.ReportOrder, _ int) bool {
		return o.Fate == fate && (provider == "" || o.Channel == provider)
	})
	require.NotEmpty(w, found, "%s %s", provider, fate)
	return found
}

// post calls one of the sandbox's own routes.
func (w *intakeWorld) post(path string, body any) {
	w.Helper()
	data, err := json.Marshal(body)
	require.NoError(w, err)
	answer := httptest.NewRecorder()
	w.hub.ServeHTTP(answer, httptest.NewRequestWithContext(w.Context(), http.MethodPost, path, bytes.NewReader(data)))
	require.Less(w, answer.Code, 300, answer.Body.String())
}

// publish leaves what a run leaves that printed an order.
func (w *intakeWorld) publish(order, run string) {
	w.Helper()
	_, err := w.store.PutOnce(w.Context(), storage.Published(w.merchant(), order, run), &books.Publication{Run: run})
	require.NoError(w, err)
}

// label leaves a label of an order in the store, unpublished.
func (w *intakeWorld) label(order string) {
	w.Helper()
	record := w.record(order)
	_, err := w.store.PutOnce(w.Context(), storage.Waiting(w.merchant(), record.Connection, order), &books.LabelRecord{Order: record.order()})
	require.NoError(w, err)
}
