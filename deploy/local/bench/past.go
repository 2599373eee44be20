package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

// past are orders that a merchant has from before, as an intake leaves them in the store.
type past struct {
	Closed int // labelled or cancelled, of 60 days
	Open   int // that wait for their label all the time
}

const (
	pastDays = 60
	// pastParallel is how many of them are written at a time.
	pastParallel = 16
	// pastConnection is none of the hub's, so that no run takes an order of the past.
	pastConnection = "00000000-0000-4000-8000-00000000c0de"
)

// write puts the orders of the past, each with its mark and its sale.
func (p past) write(ctx context.Context, put func(ctx context.Context, key string, value any) error, merchant string) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(pastParallel)
	for n := 0; n < p.Closed+p.Open && ctx.Err() == nil; n++ {
		group.Go(func() error { return p.writeOrder(ctx, put, merchant, n) })
	}
	return group.Wait()
}

func (p past) writeOrder(ctx context.Context, put func(ctx context.Context, key string, value any) error, merchant string, n int) error {
	record := p.record(n)
	return errors.Join(
		put(ctx, storage.IntakeOrder(merchant, record.Order), record),
		put(ctx, storage.IntakeInState(merchant, string(record.State), record.Order), struct{}{}),
		put(ctx, storage.IntakeSale(merchant, record.Checkout), p.sale(record)),
	)
}

// pastAge is how old the objects of the past are: what was written a moment ago is read again, and what was cancelled
// two days ago is kept in view.
const pastAge = 72 * time.Hour

// fill puts an object into the S3 server's folder.
func (s *scene) fill(_ context.Context, key string, value any) error {
	content, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return s.running.Fill(key, content, "application/json", time.Now().Add(-pastAge))
}

// looked is what the look through all orders keeps of them ([storage.IntakeLook]). The S3 server here reads a whole
// folder for each page of a list, so that look takes the longer the more there are, squared.
func (p past) looked() map[string]any {
	closed := map[contract.IntakeOrderState]int{}
	for n := p.Open; n < p.Closed+p.Open; n++ {
		closed[p.record(n).State]++
	}
	return map[string]any{"reconciled_at": time.Now().UTC(), "closed": closed}
}

// record is the nth order: the first wait, and so do those that are open; of two of sixty days three of a
// hundred were cancelled, the others have their label.
func (p past) record(n int) contract.IntakeRecord {
	now := time.Now().UTC()
	sold := now.Add(-pastDays * 24 * time.Hour * time.Duration(n) / time.Duration(p.Closed+p.Open))
	record := contract.IntakeRecord{
		Order: fmt.Sprintf("%08x-0dd0-4000-8000-%012x", uint32(n)*2654435761, n), Code: fmt.Sprintf("OD-PAST-%08d", n),
		Connection: pastConnection, ConnectionName: "Tienda de antes", Channel: "mercadolibre", Provider: "mercadolibre", Country: "cl",
		Checkout: fmt.Sprintf("%08x-5a1e-4000-8000-%012x", uint32(n)*2654435761, n), Number: fmt.Sprintf("PAST-%08d", n), ShippingMode: "cross_docking",
		Sold: sold, UpdatedAt: sold, OrderUpdatedAt: sold, FirstSeen: contract.ByWebhook, FirstSeenAt: sold, ChangedAt: sold,
	}
	switch {
	case n < p.Open:
		record.State, record.Deadline, record.Reason = contract.IntakeWaiting, now.Add(30*24*time.Hour), wording.Reason(contract.WhyWaitsForRun)
	case n%100 < 3 && n%pastDays < 2:
		record.State = contract.IntakeCancelled
	default:
		record.State, record.Run = contract.IntakeLabelled, "past"
	}
	return record
}

func (p past) sale(r contract.IntakeRecord) intakebook.IntakeSale {
	return intakebook.IntakeSale{
		UpdatedAt: r.UpdatedAt, Connection: r.Connection, Orders: []string{r.Order},
		Parcels: []intakebook.NamedParcel{{Order: r.Order, Name: r.Code}}, ReadAt: r.UpdatedAt,
	}
}
