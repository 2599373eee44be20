package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	starter "github.com/despacho/despacho/starter/run"
	"github.com/despacho/despacho/workflows"
)

const (
	// usuallyShipped is how many orders of the sandbox are reported as shipped.
	usuallyShipped = 200
	// hearWithin bounds how long orders that were told by webhook are waited for.
	hearWithin = 2 * time.Minute
)

// goOn shows what else works for a connected account once the first run is over: orders that come
// by webhook, a schedule, and statuses that reach their channels.
func (w *workbench) goOn(ctx context.Context, given *flags, result books.Result, out io.Writer) error {
	if given.RunOnly {
		return nil
	}
	if err := w.beginIntake(ctx); err != nil {
		return err
	}
	sandboxed := given.Hub == ""
	if sandboxed && given.NewOrders > 0 {
		if err := w.hearOfOrders(ctx, given.NewOrders, out); err != nil {
			return err
		}
	}
	runs := []books.Result{result}
	if sandboxed || given.Schedule {
		scheduled, err := w.runOnSchedule(ctx, out)
		if err != nil {
			return err
		}
		runs = append(runs, scheduled)
	}
	if shipped := lo.Ternary(given.Shipped < 0 && sandboxed, usuallyShipped, given.Shipped); shipped > 0 {
		return w.ship(ctx, runs, shipped, out)
	}
	return nil
}

// beginIntake starts what hears of a connected account's orders. It is no part of a run, whose
// figures would otherwise hold its calls to the hub.
func (w *workbench) beginIntake(ctx context.Context) error {
	if !w.from.app.known() {
		return nil
	}
	if err := (starter.TemporalKeeping{Client: w.temporal}).Connected(ctx, w.from.merchant); err != nil {
		return err
	}
	return w.subscribe(ctx)
}

// tracked is a row of a status change, as the command line reads it.
type tracked struct {
	ID       string `json:"delivery_order_id"`
	Tracking string `json:"tracking_number"`
	URL      string `json:"tracking_url"`
}

// ship reports labelled orders of runs as shipped, each with a tracking number, and shows how that ended.
func (w *workbench) ship(ctx context.Context, runs []books.Result, most int, out io.Writer) error {
	rows, err := w.shippable(ctx, runs, most)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		fmt.Fprintln(out, "\nNo labelled order is of a channel that takes its status from the seller.")
		return nil
	}
	key := "shipped-" + runs[0].Run
	file := filepath.Join(w.running.Dir, key+".json")
	content, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	if err := replaceFile(file, content, 0o600); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nShipped, with tracking: starter status set --to shipped --orders-file %s --wait\n", shellWord(file))
	var said bytes.Buffer
	program := w.starter(&said)
	program.Err = out
	program.Main(ctx, []string{
		"--merchant", w.from.merchant, "status", "set", "--to", "shipped", "--orders-file", file, "--key", key, "--wait", "--json",
	})
	var ended struct {
		Requested int            `json:"requested"`
		Outcomes  map[string]int `json:"outcomes"`
	}
	if err := json.Unmarshal(said.Bytes(), &ended); err != nil {
		return errors.New("the statuses could not be reported")
	}
	for _, outcome := range slices.Sorted(maps.Keys(ended.Outcomes)) {
		fmt.Fprintf(out, "  %d of %d %s\n", ended.Outcomes[outcome], ended.Requested, outcome)
	}
	fmt.Fprintf(out, "Each order: starter status show %s\nWatch it: %s\n", key, runPage(w.running, workflows.StatusChangeID(w.from.merchant, key)))
	if ended.Outcomes["synced"] == 0 {
		return errors.New("no status reached its channel")
	}
	return nil
}

// shippable are rows for the labelled orders of runs whose channels take shipped from the seller.
func (w *workbench) shippable(ctx context.Context, runs []books.Result, most int) ([]tracked, error) {
	var rows []tracked
	for _, run := range runs {
		var manifest books.Manifest
		if run.Manifest.JSON == "" {
			continue
		}
		if err := w.store.Get(ctx, run.Manifest.JSON, &manifest); err != nil {
			return nil, fmt.Errorf("read the manifest of run %s: %w", run.Run, err)
		}
		for _, row := range lo.Filter(manifest.Rows, mayShip) {
			rows = append(rows, tracked{ID: row.ID, Tracking: row.TrackingNumber, URL: "https://tracking.example.com/" + url.PathEscape(row.TrackingNumber)})
		}
	}
	return rows[:min(len(rows), most)], nil
}

// mayShip says whether shipped may be reported for a labelled order, and its channel takes it.
func mayShip(row books.Row, _ int) bool {
	change := channels.Change{Slug: row.Channel, ShippingMode: row.ShippingMode, To: channels.Shipped}
	words, known := channels.WordsOnChannel(row.Channel, "", row.ShippingMode, channels.Shipped)
	return row.Outcome == books.Labelled && change.NotAllowed() == "" && (!known || len(words) > 0)
}
