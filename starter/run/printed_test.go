package run

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/printing/book"
	"github.com/despacho/despacho/storage"
)

// printedWorld leaves what a station has printed of run done: the label of d1 twice, that of d2 in doubt, and
// a month ago that of d0. Somebody wanted d1 for the first time once more and did not get it.
func printedWorld(t *testing.T, store *storage.Store) {
	t.Helper()
	at := time.Date(2026, 11, 21, 13, 0, 0, 0, time.UTC)
	job := func(id, person string, again contract.AgainReason, text string, at time.Time) contract.PrintJob {
		return contract.PrintJob{ID: id, Merchant: "m1", Site: "bodega", Printer: "zebra-1", Station: "Mesa 1", Person: person, Again: again, Text: text, At: at}
	}
	label := func(order, number, run string) contract.JobLabel {
		return contract.JobLabel{Run: run, Order: order, OrderNumber: number, Label: 1, Position: 1, SHA256: "aa"}
	}
	print := func(job contract.PrintJob, label contract.JobLabel, state contract.PrintState) {
		answer, err := book.Claim(t.Context(), store, job, label, book.NewPrint(job, label, job.At.Add(time.Second)))
		require.NoError(t, err)
		event := contract.PrintEvent{Order: label.Order, OrderNumber: label.OrderNumber, Label: label.Label, Print: contract.Print{
			Job: job.ID, Run: label.Run, Position: 1, Site: job.Site, Printer: job.Printer, Person: job.Person, State: contract.PrintHeld, Reason: answer.Reason, ChangedAt: job.At,
		}}
		if answer.Verdict == book.Claimed {
			entry, err := book.WriteEnd(t.Context(), store, answer.Entry, state, contract.Reason{}, job.At.Add(2*time.Second))
			require.NoError(t, err)
			event = entry.Event(label)
		}
		_, err = book.PutPage(t.Context(), store, job, contract.PrintPage{Merchant: "m1", Job: job.ID, Page: 1, Labels: []contract.PrintEvent{event}})
		require.NoError(t, err)
	}
	print(job("j0", "Ana", "", "", at.AddDate(0, -1, 0)), label("d0", "2000000", "old"), contract.PrintOut)
	print(job("j1", "Ana", "", "", at), label("d1", "2000001", "done"), contract.PrintOut)
	print(job("j2", "Bea", "", "", at.Add(time.Minute)), label("d1", "2000001", "done"), contract.PrintOut)
	print(job("j3", "Bea", contract.AgainOther, "=cmd|' /C calc'!A0", at.Add(10*time.Minute)), label("d1", "2000001", "done"), contract.PrintUnknown)
	print(job("j4", "Ana", "", "", at.Add(20*time.Minute)), label("d2", "2000002", "done"), contract.PrintUnknown)
	_, err := book.Settle(t.Context(), store, contract.SettleRequest{Merchant: "m1", Job: "j3", Person: "Eva"}, contract.LabelRef{Order: "d1", Label: 1}, contract.PrintConfirmed, at.Add(time.Hour))
	require.NoError(t, err)
	require.NoError(t, store.Put(t.Context(), storage.TakeOutFound("m1", "d1"), contract.FoundRecord{Merchant: "m1", Order: "d1", Person: "Bea", Site: "bodega", At: at}))
}
