package main

import (
	"context"
	"io"
	"time"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
)

// hearWithin bounds how long orders that were told by webhook are waited for.
const hearWithin = 4 * time.Minute

// goOn shows what else works for a connected account once the first run is over: orders that come
// by webhook, a schedule, statuses that reach their channels, and a pile that comes out of a printer.
func (w *workbench) goOn(ctx context.Context, given *flags, result contract.RunResult, out io.Writer) error {
	if given.RunOnly {
		return nil
	}
	if err := w.beginIntake(ctx); err != nil {
		return err
	}
	sandboxed := given.Hub == ""
	if sandboxed && given.NewOrders > 0 {
		if err := w.hearOfOrders(ctx, newOrders(given.NewOrders, given.toShip()), out); err != nil {
			return err
		}
	}
	runs := []contract.RunResult{result}
	if sandboxed || given.Schedule {
		scheduled, err := w.runOnSchedule(ctx, out)
		if err != nil {
			return err
		}
		runs = append(runs, scheduled)
	}
	if asked := given.toShip(); asked > 0 {
		if err := w.ship(ctx, runs, asked, out); err != nil {
			return err
		}
	}
	if sandboxed {
		return w.printPile(ctx, result, out)
	}
	return nil
}

// beginIntake starts what hears of a connected account's orders. It is no part of a run, whose
// figures would otherwise hold its calls to the hub.
func (w *workbench) beginIntake(ctx context.Context) error {
	if !w.from.app.known() {
		return nil
	}
	if err := (client.TemporalKeeping{Client: w.temporal}).Connected(ctx, w.from.merchant); err != nil {
		return err
	}
	return w.subscribe(ctx)
}
