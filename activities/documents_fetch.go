package activities

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sync/errgroup"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/bundle"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// documentsLimit bounds the documents of one delivery order that are looked at.
const documentsLimit = 20

// documentTries is after how many tries of a step an order's own file that
// still cannot be had is passed over: it must not hold up the other orders.
const documentTries = 5

// What a task's result, and the own documents of one of its orders, may unpack
// to: they are in memory until their labels are stored, documents of up to
// hubParallel orders side by side.
const (
	resultUnpacked    = 256 << 20
	documentsUnpacked = 32 << 20
)

// roomBeside is what a further file may unpack to beside those that are open.
func roomBeside(files []bundle.File, most int64) bundle.Limits {
	open := lo.SumBy(files, func(f bundle.File) int64 { return int64(len(f.Data)) })
	return bundle.Limits{TotalBytes: max(most-open, 1), FileBytes: singleLimit}
}

// fetch downloads a result to disk, keeps it as it came under the key that it
// returns, and opens it within limits.
func (a *Documents) fetch(ctx context.Context, hub *multivende.Client, scope Scope, link string, limits bundle.Limits) ([]bundle.File, string, error) {
	file, err := os.CreateTemp(a.TempDir, "despacho-*")
	if err != nil {
		return nil, "", fmt.Errorf("a temporary file for a result: %w", err)
	}
	defer func() {
		_ = file.Close()
		_ = os.Remove(file.Name())
	}()
	got, err := hub.Download(ctx, link, file)
	if err != nil {
		return nil, "", err
	}
	raw, err := a.Store.PutFile(ctx, storage.RawPrefix(scope.Merchant, scope.Connection.ID), ".bin", "application/octet-stream", file)
	if err != nil {
		return nil, "", err
	}
	files, err := bundle.Open("result", file, got.Bytes, limits)
	if err != nil {
		return nil, raw.Key, unusable{err}
	}
	return files, raw.Key, nil
}

// unusable is a result that was downloaded and cannot be opened.
type unusable struct{ error }

// asTrouble tells a result that cannot be used from an error that may pass:
// the order's documents may still have the label.
func asTrouble(err error) (string, bool) {
	var broken unusable
	if errors.As(err, &broken) {
		return books.Reason("the result cannot be opened: " + broken.Error()), true
	}
	switch multivende.ClassOf(err) {
	case multivende.LinkExpired, multivende.NotFound, multivende.Refused, multivende.Broken:
		return books.Reason("the result cannot be downloaded: " + err.Error()), true
	}
	return "", false
}

// fromDocuments looks for an order's labels among its own documents.
func (a *Documents) fromDocuments(ctx context.Context, hub *multivende.Client, scope Scope, order books.Order, known []labels.Order) (labels.Assignment, error) {
	delivery, err := hub.DeliveryOrder(ctx, order.ID)
	if err != nil {
		if multivende.ClassOf(err) == multivende.NotFound {
			return labels.Assignment{}, nil
		}
		return labels.Assignment{}, err
	}
	return a.openDocuments(ctx, hub, scope, order, delivery, known)
}

func (a *Documents) openDocuments(ctx context.Context, hub *multivende.Client, scope Scope, order books.Order, delivery multivende.DeliveryOrder, known []labels.Order) (labels.Assignment, error) {
	links := lo.FilterMap(delivery.Documents, func(d multivende.Document, _ int) (string, bool) { return d.URL, d.URL != "" })
	return a.openLinks(ctx, hub, scope, order, lo.Subset(links, 0, documentsLimit), known)
}

// openLinks fetches files that are one order's own; those that cannot be had are passed over.
func (a *Documents) openLinks(ctx context.Context, hub *multivende.Client, scope Scope, order books.Order, links []string, known []labels.Order) (labels.Assignment, error) {
	var files []bundle.File
	for _, link := range links {
		got, _, err := a.fetch(ctx, hub, scope, link, roomBeside(files, documentsUnpacked))
		_, broken := asTrouble(err)
		if broken || hubError(err) != nil && attempt(ctx) > documentTries {
			continue
		}
		if err != nil {
			return labels.Assignment{}, err
		}
		files = append(files, got...)
	}
	return labels.AssignKnown(files, printedAs(order), known), nil
}

// storeLabels puts an order's labels into the store, and the record that says
// so and which control files came with them, once: whoever finds a record there goes on with it.
func (a *Documents) storeLabels(ctx context.Context, scope Scope, order books.Order, task string, found []labels.Label, controls []books.StoredControl) ([]books.Label, error) {
	record := books.LabelRecord{Order: order, Run: scope.Run, Task: task}
	prefix := storage.LabelPrefix(scope.Merchant, scope.Connection.ID)
	for _, label := range found {
		file, err := a.Store.PutBytes(ctx, prefix, "."+string(label.Format), contentType(string(label.Format)), label.Data)
		if err != nil {
			return nil, err
		}
		record.Labels = append(record.Labels, books.Label{
			Key: file.Key, Format: string(label.Format), SHA256: file.SHA256, Bytes: file.Bytes,
			Count: label.Count, Spare: label.Spare, Notes: notesOf(label),
		})
	}
	if len(record.Labels) > 0 {
		record.Labels[0].Controls = controls
	}
	if _, err := a.Store.PutOnce(ctx, storage.Waiting(scope.Merchant, scope.Connection.ID, order.ID), &record); err != nil {
		return nil, err
	}
	return record.Labels, nil
}

// mostNotes bounds what is told of one label; a hostile file has no end of it.
const mostNotes = 20

func notesOf(label labels.Label) []string {
	notes := lo.Map(lo.Subset(label.Notes, 0, mostNotes), func(note string, _ int) string { return books.Reason(note) })
	if more := len(label.Notes) - mostNotes; more > 0 {
		notes = append(notes, fmt.Sprintf("and %d changes more", more))
	}
	return notes
}

func contentType(format string) string {
	switch format {
	case "pdf":
		return "application/pdf"
	case "xlsx":
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "application/vnd.zebra-zpl"
}

// recheck reads the orders that were asked for before: what is cancelled or
// shipped ends, a label that came late is taken, the rest is asked for again.
func (a *Documents) recheck(ctx context.Context, hub *multivende.Client, scope Scope, orders []books.Order) (books.Page, error) {
	known, err := a.acquaintances.orders(ctx, a.Store, scope, printedAll(orders))
	if err != nil {
		return books.Page{}, err
	}
	places := newPlaces(orders)
	pages := make([]books.Page, len(orders))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(hubParallel)
	for i, order := range orders {
		if order.Asks == 0 && !order.Again {
			pages[i].Ready = []books.Order{order}
			continue
		}
		group.Go(func() error {
			return a.recheckOne(groupCtx, hub, scope, order, known, &pages[i])
		})
	}
	if err := group.Wait(); err != nil {
		return books.Page{}, err
	}
	var page books.Page
	for _, p := range pages {
		page.Ready, page.Ended = append(page.Ready, p.Ready...), append(page.Ended, p.Ended...)
	}
	places.sort(&page)
	return page, nil
}

func (a *Documents) recheckOne(ctx context.Context, hub *multivende.Client, scope Scope, order books.Order, known []labels.Order, page *books.Page) error {
	delivery, err := hub.DeliveryOrder(ctx, order.ID)
	if multivende.ClassOf(err) == multivende.NotFound {
		page.End(order, books.UnknownOrder, "the hub does not know this delivery order")
		return nil
	}
	if err != nil {
		return err
	}
	refresh(&order, delivery)
	if ended, reason := ended(order.HubStatus); ended != "" {
		page.End(order, ended, reason)
		return nil
	}
	late, err := a.openDocuments(ctx, hub, scope, order, delivery, known)
	if err != nil {
		return err
	}
	if found := late.Labels[order.ID]; len(found) > 0 {
		controls, _, err := a.storeControls(ctx, scope, late.Papers, []labels.Order{printedAs(order)})
		if err != nil {
			return err
		}
		stored, err := a.storeLabels(ctx, scope, order, "", found, storedControls(controls))
		page.Ended = append(page.Ended, books.Entry{Order: order, Outcome: books.Labelled, Status: order.Status, Labels: stored})
		return err
	}
	page.Ready = append(page.Ready, order)
	return nil
}
