package intake

import (
	"archive/zip"
	"bytes"
	"fmt"
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
	"github.com/despacho/despacho/activities/publications"
	"github.com/despacho/despacho/activities/tickets"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

// bring has a partner bring a file for an order.
func (w *intakeWorld) bring(order string, file []byte) contract.BroughtLabel {
	w.Helper()
	stored, err := w.Store.PutBytes(w.Context(), storage.BroughtPrefix(w.merchant()), ".bin", "application/octet-stream", file)
	require.NoError(w, err)
	return activitiestest.MustStep(w.world, w.documents.TakeBroughtLabel, tickets.TakeBroughtLabelInput{
		Merchant: w.merchant(), BringLabel: contract.BringLabel{Order: order, Key: stored.Key},
	})
}

// take runs a run over one connection up to where its orders are read.
func (w *intakeWorld) take(run, connection string) (activities.Connection, []books.Entry) {
	w.Helper()
	w.Run = run
	found := activitiestest.MustStep(w.world, w.connections.FindConnections, orders.FindConnectionsInput{Merchant: w.merchant(), Only: []string{connection}}).Connections
	scope := activities.Scope{Merchant: w.merchant(), Run: run, Connection: found[0], Generation: 1, Settings: contract.DefaultSettings()}
	find := orders.FindOrdersInput{Scope: scope, Since: contract.Duration(7 * 24 * time.Hour)}
	activitiestest.MustStep(w.world, w.orders.FindOrders, find)
	taken := activitiestest.MustStep(w.world, w.orders.TakeUpOrders, orders.TakeUpInput{FindOrdersInput: find})
	var ended []books.Entry
	for page := range taken.Pages {
		read := activitiestest.MustStep(w.world, w.orders.ReadOrders, orders.ReadOrdersInput{Scope: scope, Number: page + 1})
		ended = append(ended, w.Page(scope, read.Page).Ended...)
	}
	return found[0], ended
}

// name runs a run that names an order up to where it is read, as far as its connection is worked on.
func (w *intakeWorld) name(run, order string, reprint bool) (activities.Connection, books.Entry) {
	w.Helper()
	w.Run = run
	found := activitiestest.MustStep(w.world, w.connections.FindConnections, orders.FindConnectionsInput{Merchant: w.merchant()}).Connections
	resolved := activitiestest.MustStep(w.world, w.orders.ResolveOrders, orders.ResolveOrdersInput{
		Merchant: w.merchant(), Run: run, Orders: []contract.OrderReference{{Order: order}}, Connections: found, Since: contract.Duration(7 * 24 * time.Hour), IncludePrinted: reprint,
	})
	require.Len(w, resolved.Found, 1)
	connection, _ := lo.Find(found, func(c activities.Connection) bool { return resolved.Found[c.ID] > 0 })
	if connection.SkipReason.Words != "" {
		if !lo.Contains(resolved.Brought, connection.ID) {
			return connection, books.Entry{}
		}
		connection.NoLabels, connection.SkipReason = connection.SkipReason, contract.Cause{}
	}
	scope := activities.Scope{Merchant: w.merchant(), Run: run, Connection: connection, Generation: 1, Settings: contract.DefaultSettings()}
	activitiestest.MustStep(w.world, w.orders.TakeUpOrders, orders.TakeUpInput{FindOrdersInput: orders.FindOrdersInput{Scope: scope}, Named: true})
	read := activitiestest.MustStep(w.world, w.orders.ReadOrders, orders.ReadOrdersInput{Scope: scope, Number: 1, Reprint: reprint})
	return connection, entryOf(w.Page(scope, read.Page).Ended, order)
}

// publishBrought has a run publish the label that waits for an order.
func (w *intakeWorld) publishBrought(run string, order sandbox.ReportOrder) {
	w.Helper()
	var waiting books.LabelRecord
	key := storage.WaitingLabel(w.merchant(), order.Connection, order.ID)
	require.NoError(w, w.Store.Get(w.Context(), key, &waiting))
	require.NoError(w, publications.Put(w.Context(), w.Store, w.merchant(), order.ID, books.Publication{Run: run, Record: books.LabelRecord{Order: waiting.Order, Run: run, Labels: waiting.Labels}}))
	require.NoError(w, w.Store.Delete(w.Context(), key))
}

func entryOf(entries []books.Entry, order string) books.Entry {
	found, _ := lo.Find(entries, func(e books.Entry) bool { return e.Order.ID == order })
	return found
}

const ownLabel = "^XA^FO50,50^A0N,40,40^FDCourier Sur 4711^FS^XZ"

// TestAPartnersOwnLabelIsInTheNextPile: of a web shop and of an order with a courier of the seller's own.
func TestAPartnersOwnLabelIsInTheNextPile(t *testing.T) {
	t.Parallel()
	for name, fate := range map[string]sandbox.Fate{"a web shop": sandbox.FateShop, "the seller's own courier": sandbox.FateUnsupported} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newIntakeWorld(t, sandbox.Options{Orders: 200})
			w.poll(time.Time{})
			order, there := lo.Find(w.fated("", fate), func(o sandbox.ReportOrder) bool {
				return w.state(o) == contract.IntakeUnsupported && o.Status != "_delivery_order_status_shipped_"
			})
			require.True(t, there)
			without, before := w.take("without", order.Connection)
			assert.NotEqual(t, contract.Labelled, entryOf(before, order.ID).Outcome)

			brought := w.bring(order.Number, []byte(ownLabel))
			require.Equal(t, contract.BroughtStored, brought.Outcome, brought.Reason.Words)
			assert.Equal(t, order.ID, brought.DeliveryOrder)
			assert.Equal(t, contract.IntakeLabelled, w.state(order))
			w.notification(CheckoutNotification+"/"+order.Checkouts[0], DeliveryOrderNotification+"/"+order.ID)
			assert.Equal(t, contract.IntakeLabelled, w.state(order), "also when its sale is read again")
			require.Len(t, brought.Labels, 1)
			assert.Equal(t, "zpl", brought.Labels[0].Format)
			assert.Equal(t, brought, w.bring(order.ID, []byte(ownLabel)), "the same file again is answered alike")
			other := w.bring(order.ID, []byte("^XA^FO50,50^A0N,40,40^FDanother^FS^XZ"))
			assert.Equal(t, contract.BroughtRefused, other.Outcome)
			assert.Equal(t, contract.WhyOtherLabelThere, other.Code)

			calls := w.Calls("documents")
			connection, ended := w.take("next", order.Connection)
			entry := entryOf(ended, order.ID)
			assert.Equal(t, contract.Labelled, entry.Outcome, entry.Reason.Words)
			require.Len(t, entry.Labels, 1)
			assert.Contains(t, w.Text(entry.Labels[0].Key), "Courier Sur 4711")
			if without.SkipReason.Words != "" {
				assert.Equal(t, without.SkipReason, connection.NoLabels)
				assert.Len(t, ended, 1, "nothing else of the shop is in the run")
				assert.Equal(t, calls, w.Calls("documents"), "and nothing is listed there")
			}
		})
	}
}

// TestALabelOfOthersThatIsNamedAgain was printed already, and is printed again when that is asked for.
func TestALabelOfOthersThatIsNamedAgain(t *testing.T) {
	t.Parallel()
	for name, fate := range map[string]sandbox.Fate{"a web shop": sandbox.FateShop, "the seller's own courier": sandbox.FateUnsupported} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newIntakeWorld(t, sandbox.Options{Orders: 200})
			w.poll(time.Time{})
			all := lo.Filter(w.fated("", fate), func(o sandbox.ReportOrder, _ int) bool {
				return w.state(o) == contract.IntakeUnsupported && o.Status != "_delivery_order_status_shipped_"
			})
			order := all[0]
			_, before := w.name("before", order.ID, false)
			assert.NotEqual(t, contract.AlreadyPrinted, before.Outcome)
			brought := w.bring(order.ID, []byte(ownLabel))
			require.Equal(t, contract.BroughtStored, brought.Outcome)
			w.publishBrought("first", order)
			assert.Equal(t, brought, w.bring(order.ID, []byte(ownLabel)), "the same file again is answered alike")
			for _, file := range []string{"^XA^FO50,50^A0N,40,40^FDanother^FS^XZ", ownLabel + ownLabel, "no label"} {
				refused := w.bring(order.ID, []byte(file))
				assert.Equal(t, contract.BroughtRefused, refused.Outcome, file)
				assert.Equal(t, contract.WhyPrintedByRun, refused.Code, file)
			}

			_, again := w.name("again", order.ID, false)
			assert.Equal(t, contract.AlreadyPrinted, again.Outcome, again.Reason.Words)
			assert.Equal(t, "first", again.Reason.Values["run"])
			_, reprinted := w.name("reprint", order.ID, true)
			require.Equal(t, contract.Labelled, reprinted.Outcome, reprinted.Reason.Words)
			require.Len(t, reprinted.Labels, 1)
			assert.Contains(t, w.Text(reprinted.Labels[0].Key), "Courier Sur 4711")

			other, there := lo.Find(all, func(o sandbox.ReportOrder) bool { return o.ID != order.ID && o.Connection == order.Connection })
			if there {
				_, without := w.name("other", other.ID, true)
				assert.NotEqual(t, contract.Labelled, without.Outcome, "one without a label has none all the same")
			}
			_, err := accounts.ChangeSettings(t.Context(), w.Store, w.merchant(), func(s *accounts.Settings) error {
				s.PausedConnections = []string{order.Connection}
				return nil
			})
			require.NoError(t, err)
			connection, paused := w.name("paused", order.ID, true)
			assert.Empty(t, paused.Outcome)
			assert.NotEmpty(t, connection.SkipReason.Words, "a connection that is paused stays paused")
		})
	}
}

func TestALabelIsTakenOnlyWhereTheHubMakesNone(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Orders: 200})
	w.poll(time.Time{})
	waits := w.waiting("mercadolibre")[0]
	refused := w.bring(waits.ID, []byte(ownLabel))
	assert.Equal(t, contract.BroughtRefused, refused.Outcome)
	assert.Equal(t, contract.WhyHubMakesLabel, refused.Code)
	assert.Equal(t, contract.BroughtUnknown, w.bring("nobody's", []byte(ownLabel)).Outcome)
	cancelled, there := lo.Find(w.fated("", sandbox.FateCancelled), func(o sandbox.ReportOrder) bool { return w.state(o) == contract.IntakeCancelled })
	require.True(t, there)
	assert.Equal(t, contract.BroughtRefused, w.bring(cancelled.ID, []byte(ownLabel)).Outcome)

	_, err := activitiestest.TryStep(w.world, w.documents.TakeBroughtLabel, tickets.TakeBroughtLabelInput{
		Merchant: w.merchant(), BringLabel: contract.BringLabel{Order: waits.ID, Key: storage.BroughtPrefix("m-other") + "0.bin"},
	}, nil)
	activitiestest.RequireFinal(t, contract.ErrorRequest, err)
}

func TestAFileThatCannotBePrintedIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Orders: 200})
	w.poll(time.Time{})
	order, there := lo.Find(w.fated("", sandbox.FateShop), func(o sandbox.ReportOrder) bool { return w.state(o) == contract.IntakeUnsupported })
	require.True(t, there)
	for name, file := range map[string][]byte{
		"a web page":      []byte("<!DOCTYPE html><html><body>Log in</body></html>"),
		"a cut PDF":       []byte("%PDF-1.7\n1 0 obj\n<< /Type /Catalog"),
		"an empty label":  []byte("^XA^XZ"),
		"a text":          []byte("tracking: 4711"),
		"a bomb":          zipped(t, bytes.Repeat([]byte{' '}, 80<<20)),
		"a picture":       append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 100)...),
		"nothing at all":  {0},
		"an empty bundle": zipped(t),
		// What was left out would be a parcel without a label.
		"a good label beside a cut one": zipped(t, []byte("%PDF-1.7\n1 0 obj\n<< /Type /Catalog"), []byte(ownLabel)),
	} {
		brought := w.bring(order.ID, file)
		assert.Equal(t, contract.BroughtUnusable, brought.Outcome, name)
		assert.NotEmpty(t, brought.Reason.Words, name)
		assert.Empty(t, brought.Labels, name)
	}
	assert.Equal(t, contract.BroughtStored, w.bring(order.ID, []byte(ownLabel)).Outcome, "the next file may be better")
}

func zipped(t *testing.T, contents ...[]byte) []byte {
	t.Helper()
	var file bytes.Buffer
	archive := zip.NewWriter(&file)
	for n, content := range contents {
		entry, err := archive.Create(fmt.Sprintf("label-%d", n))
		require.NoError(t, err)
		_, err = entry.Write(content)
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	return file.Bytes()
}
