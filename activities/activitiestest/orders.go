package activitiestest

import (
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

// NewStore is a label store in memory with its bucket, in which steps may do no more than a worker.
func NewStore(t *testing.T) *storage.Store {
	t.Helper()
	return openStore(t, storagetest.NewServer(t))
}

func openStore(t *testing.T, server *storagetest.Server) *storage.Store {
	t.Helper()
	_, err := server.Open(t, storage.Config{}).EnsureBucket(t.Context())
	require.NoError(t, err)
	return server.OpenGranted(t, storage.Config{}, "worker")
}

// OddIDs are ids that a key cannot hold as they are, beside those that they were mistaken for.
var OddIDs = []string{"ord:1", "ord-1", "ord 2", "ord/3", "ñandú", "ord!4", strings.Repeat("x", 200), strings.Repeat("x", 201)}

// OrdersOfReport are orders as a page names them, by what the hub's world says of them.
func OrdersOfReport(scope activities.Scope, orders []sandbox.ReportOrder) []books.Order {
	return lo.Map(orders, func(o sandbox.ReportOrder, _ int) books.Order {
		status, _ := channels.ParseStatus(o.Status)
		return books.Order{
			ID: o.ID, Code: o.Code, CheckoutID: o.Checkouts[0], OrderNumber: o.Number, ConnectionID: scope.Connection.ID, Channel: scope.Connection.Channel,
			TrackingNumber: o.Parcels[0].Tracking, References: []string{o.Shipment, o.Reference, o.Number}, HubStatus: status, HandlingDeadline: o.Deadline, Listed: true,
		}
	})
}

// Unsent are a channel's orders that can be labelled once their status is there.
func (w *Stage) Unsent(scope activities.Scope) []sandbox.ReportOrder {
	return lo.Filter(w.Of(scope, sandbox.FateLabelable), func(o sandbox.ReportOrder, _ int) bool {
		return o.Status == channels.Pending.Code() || o.Status == channels.Handling.Code() && scope.Connection.Row().StatusAfter != ""
	})
}

// NoFilter are the lists whose filters a hub may ignore.
var NoFilter = []string{sandbox.ListLabels, sandbox.ListSales}

// KeepWaiting stores a label of an order, as a run that did not publish it left it.
func (w *Stage) KeepWaiting(scope activities.Scope, order books.Order) {
	w.Helper()
	label := books.Label{Key: "labels/m/c/files/abc.zpl", Format: "zpl", Count: 1}
	record := books.LabelRecord{Order: order, Run: "earlier", Labels: []books.Label{label}}
	require.NoError(w, w.Store.Put(w.Context(), storage.WaitingLabel(scope.Merchant, scope.Connection.ID, order.ID), record))
}

// LabelText is the file of a label, wherever it stands.
func (w *Stage) LabelText(l books.Label) string {
	w.Helper()
	place := storage.Place{Key: l.Key}
	if l.Pack != "" {
		place = storage.Place{Key: l.Pack, From: l.From, Bytes: l.Bytes}
	}
	data, err := w.Store.ReadPlace(w.Context(), place, 1<<20)
	require.NoError(w, err)
	return string(data)
}

// Text is what a stored label says, when it is ZPL.
func (w *Stage) Text(key string) string {
	w.Helper()
	data, err := w.Store.ReadAll(w.Context(), key, 1<<20)
	require.NoError(w, err)
	return string(data)
}
