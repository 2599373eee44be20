package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/station/board"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

// scanRecord is a stored scan with its answer. What was scanned stands in it as a digest alone: codes on
// labels may hold the buyer's name and address.
type scanRecord struct {
	Answer  api.ScanOut  `json:"answer"`
	Digest  string       `json:"digest"`
	Mode    api.ScanMode `json:"mode"`
	Queued  bool         `json:"queued,omitempty"`
	Station string       `json:"station,omitempty"`
	Person  string       `json:"person"`
	At      time.Time    `json:"at"`
}

func (d *Desk) scan(w http.ResponseWriter, r *http.Request) {
	var in api.ScanIn
	if err := readJSON(w, r, &in); err != nil {
		d.refuse(w, r, err)
		return
	}
	out, err := d.answerScan(r.Context(), in)
	d.answer(w, r, out, err)
}

// answerScan finds what a scan means, does what its mode says, and stores both before it answers. The same
// id gets the same answer, and nothing happens twice.
func (d *Desk) answerScan(ctx context.Context, in api.ScanIn) (api.ScanOut, error) {
	if err := checkID(in.ID); err != nil {
		return api.ScanOut{}, err
	}
	if !slices.Contains([]api.ScanMode{api.ScanLook, api.ScanPrint, api.ScanVerify}, in.Mode) {
		return api.ScanOut{}, fail(http.StatusBadRequest, wordRequest, errors.New("no such mode"))
	}
	sum := sha256.Sum256([]byte(in.Text))
	digest := hex.EncodeToString(sum[:8])
	record, err, _ := d.asked.Do("scan "+in.ID, func() (any, error) { return d.scanOnce(ctx, in, digest) })
	if err != nil {
		return api.ScanOut{}, err
	}
	answered := record.(scanRecord)
	if answered.Digest != digest {
		return api.ScanOut{}, fail(http.StatusConflict, wordScanTwice, nil)
	}
	return answered.Answer, nil
}

func (d *Desk) scanOnce(ctx context.Context, in api.ScanIn, digest string) (scanRecord, error) {
	key := storage.Scan(d.Site, in.At, in.ID)
	var record scanRecord
	if in.Mode == api.ScanPrint || in.Mode == api.ScanVerify && in.Open == nil {
		// Which order comes next changes with what the scan does: it is looked up first. An item of an open
		// order counts once anyway (checkedItems).
		err := d.Store.Get(ctx, key, &record)
		if err == nil {
			return record, nil
		}
		if !errors.Is(err, storage.ErrNotFound) {
			return record, fail(http.StatusServiceUnavailable, wordStore, err)
		}
	}
	who := identityOf(ctx)
	answer, err := d.readScan(ctx, in)
	if err != nil {
		return record, err
	}
	answer.ID = in.ID
	record = scanRecord{Answer: answer, Digest: digest, Mode: in.Mode, Queued: in.Queued, Station: who.Device, Person: who.Person, At: d.Now().UTC()}
	if _, err := d.Store.PutOnce(ctx, key, &record); err != nil {
		return record, fail(http.StatusServiceUnavailable, wordStore, err)
	}
	return record, nil
}

// readScan says what a scan means: an order that it names, an item of the order that lies open, a product,
// a code on a label, a number that the scan is a part of.
func (d *Desk) readScan(ctx context.Context, in api.ScanIn) (api.ScanOut, error) {
	language := identityOf(ctx).Language
	codes, err := board.ReadScan(in.Text)
	if err != nil {
		return says(api.ScanUnknown, wordNoScan, language), nil
	}
	scope := board.Scope{Merchant: in.Merchant, Run: in.Run}
	if named := d.Board.Named(codes, scope, language); len(named) > 0 {
		return d.scanOrders(ctx, in, named)
	}
	isOpen := in.Mode == api.ScanVerify && in.Open != nil
	switch {
	case isOpen && (d.isInOpen(ctx, in, codes) || d.Board.Knows(codes, scope)):
		return d.checkItem(ctx, in, codes)
	case d.Board.Knows(codes, scope):
		return d.scanProduct(ctx, in, codes, scope)
	}
	for _, find := range []func(board.Codes, board.Scope, wording.Language) []api.Label{d.Board.Marked, d.Board.Hinted} {
		if found := find(codes, scope, language); len(found) > 0 {
			return d.scanOrders(ctx, in, found)
		}
	}
	if isOpen {
		return d.checkItem(ctx, in, codes)
	}
	return says(api.ScanUnknown, wordUnknown, language), nil
}

// scanOrders answers the scan of an order, or of one that must be chosen.
func (d *Desk) scanOrders(ctx context.Context, in api.ScanIn, found []api.Label) (api.ScanOut, error) {
	if len(found) == 1 {
		return d.scanOrder(ctx, in, found[0])
	}
	out := says(api.ScanSeveral, wordSeveral, identityOf(ctx).Language)
	out.Several = found
	return out, nil
}

// scanOrder answers the scan of an order.
func (d *Desk) scanOrder(ctx context.Context, in api.ScanIn, label api.Label) (api.ScanOut, error) {
	language := identityOf(ctx).Language
	out := says(api.ScanOrder, wordOrder, language)
	out.Label = &label
	switch {
	case label.Cancelled:
		out.Kind, out.Words = api.ScanAlarm, wordAlarm.in(language)
	case label.Labels == 0:
		out.Words = wordNoLabel.in(language) + " " + label.Reason
	case in.Mode == api.ScanPrint:
		return d.printScanned(ctx, in, out)
	case in.Mode == api.ScanVerify:
		return d.openOrder(ctx, in, out)
	case isTaken(label):
		out.Words = wordOfTaken(label).in(language)
	}
	return out, nil
}

// scanProduct answers the scan of a product: the next order that wants it.
func (d *Desk) scanProduct(ctx context.Context, in api.ScanIn, codes board.Codes, scope board.Scope) (api.ScanOut, error) {
	who := identityOf(ctx)
	label, there := d.Board.Wanted(codes, scope, d.tables.othersHave(who.Device, d.Now()), who.Language)
	if !there {
		return says(api.ScanUnknown, wordNobodyWants, who.Language), nil
	}
	d.tables.open(who.Device, label.Merchant, label.Order, d.Now())
	if in.Mode == api.ScanVerify {
		in.Open, in.Merchant = &contract.LabelRef{Order: label.Order, Label: label.Label}, label.Merchant
		return d.checkItem(ctx, in, codes)
	}
	return d.scanOrder(ctx, in, label)
}

// printScanned prints an order of a single item at once; any other is only shown.
func (d *Desk) printScanned(ctx context.Context, in api.ScanIn, out api.ScanOut) (api.ScanOut, error) {
	language := identityOf(ctx).Language
	label := *out.Label
	switch {
	case isTaken(label):
		out.Words = wordOfTaken(label).in(language)
	case label.PartlyCancelled:
		out.Words = wordPartly.in(language)
	case in.Queued:
		out.Words = wordWaited.in(language)
	case board.Pieces(label.Items) != 1 || label.Labels != 1:
		out.Words = wordNotSingle.in(language)
	default:
		return d.printByScan(ctx, in, out, wordPrinting)
	}
	return out, nil
}

// printByScan prints the labels of the scan's order; the job's id is made of the scan's.
func (d *Desk) printByScan(ctx context.Context, in api.ScanIn, out api.ScanOut, word wordKey) (api.ScanOut, error) {
	language := identityOf(ctx).Language
	label := *out.Label
	printed, err := d.printLabels(ctx, api.PrintIn{ID: jobOfScan(in.ID), Printer: in.Printer, Select: api.Select{
		Merchant: label.Merchant, Run: label.Run, Labels: labelsOf(label),
	}})
	var refused *failure
	switch {
	case errors.As(err, &refused) && refused.status < http.StatusInternalServerError:
		out.Words = refused.code.in(language)
	case err != nil:
		return out, err
	case printed.Labels == 0:
		out.Words = wordTaken.in(language)
	default:
		out.Job, out.Words = printed.Job, word.in(language)
		if fresh, there := d.Board.Label(label.Merchant, label.Order, label.Label, language); there {
			out.Label = &fresh
		}
	}
	return out, nil
}

// jobOfScan is the id of the job that a scan begins.
func jobOfScan(scan string) string {
	const prefix = "scan-"
	if len(prefix)+len(scan) > maxID {
		sum := sha256.Sum256([]byte(scan))
		scan = hex.EncodeToString(sum[:16])
	}
	return prefix + scan
}

func labelsOf(label api.Label) []contract.LabelRef {
	refs := make([]contract.LabelRef, 0, label.Labels)
	for n := range label.Labels {
		refs = append(refs, contract.LabelRef{Order: label.Order, Label: n + 1})
	}
	return refs
}

// wordOfTaken says why a label is not printed again by itself.
func wordOfTaken(label api.Label) wordKey {
	if label.State == contract.PrintUnknown {
		return wordDoubt
	}
	return wordTaken
}

// isTaken says that the label is on paper, may be, or is in a queue.
func isTaken(label api.Label) bool {
	return label.State == contract.PrintQueued || label.State.MayBeOnPaper()
}
