package desk

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/station/board"
	"github.com/despacho/despacho/storage"
)

// maxText bounds the text that goes with a reason, in characters.
const maxText = 200

func (d *Desk) print(w http.ResponseWriter, r *http.Request) {
	var in api.PrintIn
	if err := readJSON(w, r, &in); err != nil {
		d.refuse(w, r, err)
		return
	}
	out, err := d.printLabels(r.Context(), in)
	d.answer(w, r, out, err)
}

// printLabels stores the job that was asked for and puts it into the printer's queue. The same id asks
// for the same job: it is answered as before.
func (d *Desk) printLabels(ctx context.Context, in api.PrintIn) (api.PrintOut, error) {
	if err := d.checkPrint(in); err != nil {
		return api.PrintOut{}, err
	}
	out, err, _ := d.asked.Do("print "+in.Select.Merchant+" "+in.ID, func() (any, error) { return d.printOnce(ctx, in) })
	answer, _ := out.(api.PrintOut)
	return answer, err
}

func (d *Desk) printOnce(ctx context.Context, in api.PrintIn) (api.PrintOut, error) {
	who := identityOf(ctx)
	job := contract.PrintJob{
		ID: in.ID, Merchant: in.Select.Merchant, Site: d.Site, Printer: in.Printer, Station: who.Device, Person: who.Person,
		Again: in.Again, Text: cleanText(in.Text), At: d.Now().UTC().Truncate(1e6),
	}
	if known, there := d.Board.Job(job.Merchant, job.ID); there {
		return d.queue(ctx, known, board.Selection{})
	}
	chosen, err := d.Board.Select(ctx, in.Select, job, in.Again != "")
	if err != nil {
		return api.PrintOut{}, selectFailure(err)
	}
	if len(chosen.Labels) == 0 {
		var known contract.PrintJob
		if err := d.Store.Get(ctx, storage.PrintJob(job.Merchant, job.ID), &known); err == nil {
			return d.queue(ctx, known, board.Selection{})
		}
		return api.PrintOut{Job: job.ID, Printed: chosen.Printed, Cancelled: chosen.Cancelled}, nil
	}
	job.Labels = chosen.Labels
	existed, err := d.Store.PutOnce(ctx, storage.PrintJob(job.Merchant, job.ID), &job)
	if err != nil || existed {
		d.Board.Release(in.Select.Merchant, in.ID)
	}
	if err != nil {
		return api.PrintOut{}, fail(http.StatusServiceUnavailable, wordStore, err)
	}
	return d.queue(ctx, job, chosen)
}

func (d *Desk) checkPrint(in api.PrintIn) error {
	if err := checkID(in.ID); err != nil {
		return err
	}
	if len(in.Select.Labels) > maxLabels {
		return fail(http.StatusBadRequest, wordTooMany, errors.New("more labels are named than a page has"))
	}
	if !d.Board.HasPrinter(in.Printer) {
		return fail(http.StatusNotFound, wordNoPrinter, nil)
	}
	if in.Again == "" {
		return nil
	}
	if !slices.Contains(contract.AgainReasons(), in.Again) || in.Again == contract.AgainOther && cleanText(in.Text) == "" {
		return fail(http.StatusBadRequest, wordReason, nil)
	}
	return nil
}

// queue puts a stored job into its printer's queue.
func (d *Desk) queue(ctx context.Context, job contract.PrintJob, chosen board.Selection) (api.PrintOut, error) {
	out := api.PrintOut{Job: job.ID, Labels: len(job.Labels), Printed: chosen.Printed, Cancelled: chosen.Cancelled}
	answer, err := d.Printers.Print(ctx, job)
	if err != nil {
		return out, fail(http.StatusServiceUnavailable, wordTemporal, err)
	}
	out.Ahead = answer.Ahead
	d.Board.Hasten()
	return out, nil
}

func selectFailure(err error) error {
	switch {
	case errors.Is(err, board.ErrNoRun):
		return fail(http.StatusNotFound, wordNoRun, err)
	case errors.Is(err, board.ErrTooMany):
		return fail(http.StatusBadRequest, wordTooMany, err)
	case errors.Is(err, board.ErrWhole):
		return fail(http.StatusBadRequest, wordAgainWhole, err)
	}
	return fail(http.StatusServiceUnavailable, wordStore, err)
}

// cleanText is a text of a person: one line without control characters.
func cleanText(text string) string {
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, ""), func(r rune) bool { return r <= ' ' || r == 0x7f }), " ")
	if utf8.RuneCountInString(text) > maxText {
		text = string([]rune(text)[:maxText])
	}
	return text
}

func (d *Desk) control(w http.ResponseWriter, r *http.Request) {
	var in api.ControlIn
	if err := readJSON(w, r, &in); err != nil {
		d.refuse(w, r, err)
		return
	}
	d.answer(w, r, struct{}{}, d.controlPrinter(r.Context(), r.PathValue("name"), in))
}

func (d *Desk) controlPrinter(ctx context.Context, printer string, in api.ControlIn) error {
	switch {
	case !d.Board.HasPrinter(printer):
		return fail(http.StatusNotFound, wordNoPrinter, nil)
	case in.Action == contract.StopJob && in.Job == "":
		return fail(http.StatusBadRequest, wordRequest, errors.New("which job is to be stopped"))
	case !slices.Contains([]contract.PrinterAction{contract.PausePrinter, contract.ContinuePrinter, contract.StopJob}, in.Action):
		return fail(http.StatusBadRequest, wordRequest, errors.New("no such action"))
	}
	if err := d.Printers.Control(ctx, d.Site, printer, in.PrinterControl); err != nil {
		return fail(http.StatusServiceUnavailable, wordTemporal, err)
	}
	d.Board.Hasten()
	return nil
}

func (d *Desk) settle(w http.ResponseWriter, r *http.Request) {
	var in contract.SettleRequest
	if err := readJSON(w, r, &in); err != nil {
		d.refuse(w, r, err)
		return
	}
	d.answer(w, r, struct{}{}, d.settleDoubts(r.Context(), r.PathValue("name"), in))
}

func (d *Desk) settleDoubts(ctx context.Context, printer string, in contract.SettleRequest) error {
	named := len(in.CameOut) + len(in.NotOut) + len(in.LeaveOut)
	switch {
	case !d.Board.HasPrinter(printer):
		return fail(http.StatusNotFound, wordNoPrinter, nil)
	case cmp.Or(in.Merchant, in.Job) == "" || named == 0 || named > maxLabels:
		return fail(http.StatusBadRequest, wordRequest, errors.New("no labels are named, or too many"))
	}
	in.Person = identityOf(ctx).Person
	if err := d.Printers.Settle(ctx, d.Site, printer, in); err != nil {
		return fail(http.StatusServiceUnavailable, wordTemporal, err)
	}
	d.Board.Hasten()
	return nil
}
