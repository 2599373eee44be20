package tickets

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/budget"
	"github.com/despacho/despacho/labels/bundle"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/scratch"
	"github.com/despacho/despacho/wording"
)

// documentsLimit bounds the documents of one delivery order that are looked at.
const documentsLimit = 20

// What a task's result, and the own documents of one of its orders, may unpack
// to: they are in memory until their labels are stored, documents of up to
// hubParallel orders side by side.
const (
	resultUnpacked    = 256 << 20
	documentsUnpacked = 32 << 20
)

// roomBeside is what a further file may unpack to beside those that are open, all of them within one
// budget.
func roomBeside(files []bundle.File, most int64, within *budget.Budget) bundle.Limits {
	open := lo.SumBy(files, func(f bundle.File) int64 { return int64(len(f.Data)) })
	return bundle.Limits{TotalBytes: max(most-open, 1), FileBytes: activities.SingleLimit, Budget: within}
}

// fetch downloads a result to disk, no more than room has left, keeps it as it came
// under the key that it returns, and opens it within limits. A server that does not
// send it by then, or not now, is a fileTrouble.
func (a *Documents) fetch(ctx context.Context, hub *multivende.Client, scope activities.Scope, link string, limits bundle.Limits, room *int64, until time.Time) ([]bundle.File, string, error) {
	file, err := scratch.Create(a.TempDir)
	if err != nil {
		return nil, "", fmt.Errorf("open a file from the hub: %w", err)
	}
	defer func() { _ = file.Close() }()
	got, err := download(ctx, hub, link, &cappedWriter{Writer: file, left: room}, until)
	if err != nil {
		return nil, "", err
	}
	raw, err := a.Store.PutFile(ctx, storage.RawPrefix(scope.Merchant, scope.Connection.ID), ".bin", "application/octet-stream", file)
	if err != nil {
		return nil, "", err
	}
	limits.Budget.Extend(got.Bytes)
	files, err := bundle.Open("result", file, got.Bytes, limits)
	if err := ctx.Err(); err != nil {
		return nil, "", err
	}
	if err != nil {
		return nil, raw.Key, unusableResult{err}
	}
	return files, raw.Key, nil
}

// download waits for a file until then, and tells an error of its server's that may pass.
func download(ctx context.Context, hub *multivende.Client, link string, file io.Writer, until time.Time) (multivende.Download, error) {
	within, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	got, err := hub.Download(within, link, file)
	switch {
	case err != nil && within.Err() != nil && ctx.Err() == nil:
		return got, fileTrouble{errTooSlow}
	case lo.Contains([]multivende.Class{multivende.Stalled, multivende.Unreachable, multivende.Busy}, multivende.ClassOf(err)):
		return got, fileTrouble{err}
	}
	return got, err
}

// errTooLarge ends a download of more bytes than its step may keep on disk.
var errTooLarge = errors.New("the file is larger than the limit")

// cappedWriter is a writer that takes no more bytes than are left of the room for files that belong
// together. A file that is too large is so before it is stored.
type cappedWriter struct {
	io.Writer
	left *int64
}

func (c *cappedWriter) Write(p []byte) (int, error) {
	if *c.left -= int64(len(p)); *c.left < 0 {
		return 0, doneWithout{errTooLarge}
	}
	return c.Writer.Write(p)
}

// unusableResult is a result that was downloaded and cannot be opened.
type unusableResult struct{ error }

// doneWithout is a file that was asked for often enough.
type doneWithout struct{ error }

// asTrouble tells a result that cannot be used from an error that may pass:
// the order's documents may still have the label.
func asTrouble(err error) (contract.Reason, bool) {
	var broken unusableResult
	if errors.As(err, &broken) {
		return wording.Reason(contract.WhyResultNotOpened, "detail", broken.Error()), true
	}
	var done doneWithout
	if errors.As(err, &done) {
		return wording.Reason(contract.WhyResultNotDownloaded, "detail", done.Error()), true
	}
	switch multivende.ClassOf(err) {
	case multivende.LinkExpired, multivende.NotFound, multivende.Refused, multivende.Broken:
		return wording.Reason(contract.WhyResultNotDownloaded, "detail", err.Error()), true
	case multivende.NotAuthorised, multivende.NoRoute, multivende.Busy, multivende.Unreachable, multivende.Stalled, multivende.NeedsConsent:
	}
	return contract.Reason{}, false
}

// fromDocuments looks for an order's labels among its own documents.
func (a *Documents) fromDocuments(ctx context.Context, hub *multivende.Client, scope activities.Scope, order books.Order, known []labels.Order, until time.Time) (ownLabels, error) {
	delivery, _, err := orders.ReadDelivery(ctx, hub, order)
	if err != nil {
		if _, _, gone := orders.NotRead(err); gone || multivende.ClassOf(err) == multivende.Refused {
			return ownLabels{}, nil
		}
		return ownLabels{}, err
	}
	return a.openDocuments(ctx, hub, scope, order, delivery, known, until)
}

func (a *Documents) openDocuments(ctx context.Context, hub *multivende.Client, scope activities.Scope, order books.Order, delivery multivende.DeliveryOrder, known []labels.Order, until time.Time) (ownLabels, error) {
	links := lo.FilterMap(delivery.Documents, func(d multivende.Document, _ int) (string, bool) { return d.URL, d.URL != "" })
	return a.openLinks(ctx, hub, scope, order, lo.Subset(links, 0, documentsLimit), known, until)
}

// ownLabels are what an order's own files gave.
type ownLabels struct {
	labels.Assignment
	// passedOver says why one of the files was not looked at; none when all were.
	passedOver contract.Reason
	// unusable says why one of the files cannot be had, now or later; none when all could.
	unusable contract.Reason
}

// openLinks fetches files that are one order's own; those that cannot be had are passed over, and
// those whose server may have them later are, after some tries: the error of a try before is a fileTrouble.
func (a *Documents) openLinks(ctx context.Context, hub *multivende.Client, scope activities.Scope, order books.Order, links []string, known []labels.Order, until time.Time) (ownLabels, error) {
	var files []bundle.File
	within, room := budget.New(ctx, budget.For(0)), int64(documentsUnpacked)
	var own ownLabels
	var again error
	for _, link := range links {
		if setbacks(ctx, fileName(link)) > 0 || time.Now().After(until) {
			own.passedOver = passedOver(errTooSlow)
			continue
		}
		got, _, err := a.fetch(ctx, hub, scope, link, roomBeside(files, documentsUnpacked, within), &room, until)
		if _, broken := asTrouble(err); broken {
			own.unusable = passedOver(err)
			continue
		}
		if trouble, passing := asFileTrouble(err); passing {
			own.passedOver = passedOver(trouble)
			if stalled(trouble) {
				setback(ctx, fileName(link), 1)
			} else {
				again = trouble
			}
			continue
		}
		if err != nil {
			return ownLabels{}, err
		}
		files = append(files, got...)
	}
	own.Assignment = labels.AssignKnown(files, printedAs(order), known)
	if err := ctx.Err(); err != nil {
		return ownLabels{}, err
	}
	if again != nil && setback(ctx, order.ID, 1) <= documentTries {
		return ownLabels{}, again
	}
	own.tell(order.ID)
	return own, nil
}

// tell notes at the order's labels that a file was passed over, which may be that of another parcel.
func (o ownLabels) tell(order string) {
	if found := o.Labels[order]; o.passedOver.Words != "" && len(found) > 0 {
		found[0].Notes = append(found[0].Notes, o.passedOver.Words)
	}
}

// passedOver says why a file of an order was done without.
func passedOver(err error) contract.Reason {
	return wording.Reason(contract.WhyDocumentNotDownloaded, "detail", err.Error())
}

// storeLabels puts an order's labels into the store, and the record that says
// so and which control files came with them, once: whoever finds a record there goes on with it.
func (a *Documents) storeLabels(ctx context.Context, scope activities.Scope, order books.Order, task string, found []labels.Label, controls []books.StoredControl, packed packedLabels) ([]books.Label, error) {
	record := books.LabelRecord{Order: order, Run: scope.Run, Task: task}
	prefix := storage.LabelPrefix(scope.Merchant, scope.Connection.ID)
	for _, label := range found {
		stored, err := a.storeLabel(ctx, prefix, label, packed)
		if err != nil {
			return nil, err
		}
		record.Labels = append(record.Labels, stored)
	}
	if len(record.Labels) > 0 {
		record.Labels[0].Controls = controls
	}
	existed, err := a.Store.PutOnce(ctx, storage.WaitingLabel(scope.Merchant, scope.Connection.ID, order.ID), &record)
	if err != nil {
		return nil, err
	}
	if !existed {
		a.tellStored(scope, order)
	}
	return record.Labels, nil
}

// tellStored tells how old an order was when its label came.
func (a *Documents) tellStored(scope activities.Scope, order books.Order) {
	hub, err := a.Hubs.Hub(scope.Merchant)
	sold := cmp.Or(order.SoldAt, order.CreatedAt)
	if a.Stored == nil || err != nil || sold.IsZero() {
		return
	}
	a.Stored(scope.Connection.Channel, hub.Clock().Now().Sub(sold))
}

// mostNotes bounds what is told of one label; a hostile file has no end of it.
const mostNotes = 20

func notesOf(label labels.Label) []string {
	notes := lo.Map(lo.Subset(label.Notes, 0, mostNotes), func(note string, _ int) string { return contract.CleanReason(note) })
	if more := len(label.Notes) - mostNotes; more > 0 {
		notes = append(notes, fmt.Sprintf("and %d more changes", more))
	}
	return notes
}
