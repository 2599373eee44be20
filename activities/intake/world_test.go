package intake

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
	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/activities/publications"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

// intakeWorld is a world with the steps of the intake.
type intakeWorld struct {
	*world
	intake   *Intake
	settings IntakeSettings
	lists    int
	// published are the orders that each run has published.
	published map[string][]string
}

func newIntakeWorld(t *testing.T, options sandbox.Options, wraps ...func(http.Handler) http.Handler) *intakeWorld {
	t.Helper()
	w := &intakeWorld{world: newWorld(t, options, wraps...), settings: DefaultIntakeSettings()}
	w.intake = &Intake{Hubs: w, Store: w.Store, Stretch: time.Hour}
	return w
}

func (w *intakeWorld) merchant() string { return w.Sandbox.Merchant() }

// poll lists what changed since a time and takes all of it up.
func (w *intakeWorld) poll(since time.Time) contract.Polled {
	w.Helper()
	w.lists++
	polled := activitiestest.MustStep(w.world, w.intake.PollSales, PollSalesInput{Merchant: w.merchant(), Settings: w.settings, List: fmt.Sprintf("poll-%d", w.lists), Complete: since})
	for at := 0; at < polled.Count; at += activities.ChunkSize {
		activitiestest.MustStep(w.world, w.intake.TakeUpNotifications, TakeUpNotificationsInput{Merchant: w.merchant(), Source: contract.ByPoll, List: polled.List, From: at, To: at + activities.ChunkSize})
	}
	return polled
}

// notification takes up notifications as webhooks bring them.
func (w *intakeWorld) notification(ids ...string) intakebook.TakenNotifications {
	w.Helper()
	return activitiestest.MustStep(w.world, w.intake.TakeUpNotifications, TakeUpNotificationsInput{Merchant: w.merchant(), Source: contract.ByWebhook, IDs: ids})
}

// allCalls is how often the hub was called.
func (w *intakeWorld) allCalls() int {
	return lo.SumBy(lo.Values(w.Sandbox.Report().Calls), func(c sandbox.RouteCalls) int { return c.Count })
}

func (w *intakeWorld) look() contract.LookedOver {
	w.Helper()
	w.lists++
	return activitiestest.MustStep(w.world, w.intake.LookOver, LookOverInput{Merchant: w.merchant(), Settings: w.settings, Left: true, List: w.againList()})
}

// againList is the list of the last look.
func (w *intakeWorld) againList() string { return fmt.Sprintf("again-%d", w.lists) }

func (w *intakeWorld) record(order string) contract.IntakeRecord {
	w.Helper()
	record, err := intakebook.ReadIntakeRecord(w.Context(), w.Store, w.merchant(), order)
	require.NoError(w, err)
	return record
}

func (w *intakeWorld) state(o sandbox.ReportOrder) contract.IntakeOrderState {
	w.Helper()
	return w.record(o.ID).State
}

func (w *intakeWorld) inState(state contract.IntakeOrderState) []string {
	w.Helper()
	names, err := namesInState(w.Context(), w.Store, w.merchant(), state)
	require.NoError(w, err)
	return names
}

// settle settles the merchant's policies and pauses.
func (w *intakeWorld) settle(change func(*accounts.Settings)) {
	w.Helper()
	_, err := accounts.ChangeSettings(w.Context(), w.Store, w.merchant(), func(s *accounts.Settings) error { change(s); return nil })
	require.NoError(w, err)
}

// orders are those of the hub with a fate, of a provider or, when it is empty, of any.
func (w *intakeWorld) fated(provider string, fate sandbox.Fate) []sandbox.ReportOrder {
	w.Helper()
	found := lo.Filter(w.Sandbox.Report().Orders, func(o sandbox.ReportOrder, _ int) bool {
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
	w.Sandbox.ServeHTTP(answer, httptest.NewRequestWithContext(w.Context(), http.MethodPost, path, bytes.NewReader(data)))
	require.Less(w, answer.Code, 300, answer.Body.String())
}

// publish leaves what a run leaves that printed an order.
func (w *intakeWorld) publish(order, run string) {
	w.Helper()
	require.NoError(w, publications.Put(w.Context(), w.Store, w.merchant(), order, books.Publication{Run: run}))
	require.NoError(w, intakebook.NotePublished(w.Context(), w.Store, w.merchant(), run, append(w.published[run], order)))
	if w.published == nil {
		w.published = map[string][]string{}
	}
	w.published[run] = append(w.published[run], order)
}

// label leaves a label of an order in the store, unpublished.
func (w *intakeWorld) label(order string) {
	w.Helper()
	record := w.record(order)
	_, err := w.Store.PutOnce(w.Context(), storage.WaitingLabel(w.merchant(), record.Connection, order), &books.LabelRecord{Order: orderOfRecord(record)})
	require.NoError(w, err)
}
