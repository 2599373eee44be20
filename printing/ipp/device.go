// Package ipp opens printers that speak IPP (RFC 8010 and 8011): office printers, CUPS queues, LPrint.
// Begin with [Open]; package wire holds the messages.
//
// It promises that a document is said to be out only where the printer calls its job completed, that a
// document is never sent twice, and that an answer that never came is an error, not a guess.
package ipp

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/ipp/wire"
)

// userName is whose jobs a printer lists ours as.
const userName = "despacho"

// The types of documents.
const (
	typePDF = "application/pdf"
	typeZPL = "application/vnd.zebra-zpl"
)

// Device is an IPP printer. It implements printing.Device.
type Device struct {
	printer printing.Printer
	stock   mediaSize
	client  *client
	// facts are the printer's newest answer about itself; nil before the first.
	facts *facts
	// jobs are the documents sent, in their order; the first out of them have come out.
	jobs []sentJob
	out  int
	// ignored are the attributes that the printer did not follow.
	ignored []string
	token   string
}

var _ printing.Device = (*Device)(nil)

// Open reads the printer's record; nothing is sent yet.
func Open(printer printing.Printer) (*Device, error) {
	a, err := parseAddress(printer.Address)
	if err != nil {
		return nil, fmt.Errorf("printer %s: %w", printer.Name, err)
	}
	pinned, err := parseFingerprint(printer.Fingerprint)
	if err != nil {
		return nil, fmt.Errorf("printer %s: %w", printer.Name, err)
	}
	stock, err := pdf.ParseStock(printer.Stock)
	if err != nil {
		return nil, fmt.Errorf("printer %s: %w", printer.Name, err)
	}
	return &Device{printer: printer, stock: sizeOf(stock), client: newClient(a, pinned), token: strings.ToLower(rand.Text()[:8])}, nil
}

// Close ends the connection that is kept for questions.
func (d *Device) Close() error {
	d.client.close()
	return nil
}

// Look asks the printer for its state.
func (d *Device) Look(ctx context.Context) (printing.Status, error) {
	status := printing.Status{At: time.Now()}
	found, way, err := d.client.readFacts(ctx)
	if ctx.Err() != nil {
		return status, ctx.Err()
	}
	if err != nil {
		status.Conditions, status.Said = []printing.Condition{conditionOfFailure(err, way)}, oneLine(err.Error())
		status.Doubtful = way.connected
		return status, nil
	}
	d.facts = &found
	status.Conditions, status.Said = found.conditions(), found.said()
	status.Doubtful = found.state == 0
	if _, listed := found.media(d.stock); !listed && d.stock != (mediaSize{}) && !d.printer.ZPL {
		status.Said += "; lists no paper of " + d.printer.Stock + ": prints on what it has"
	}
	if len(d.ignored) > 0 {
		status.Said += "; does not follow " + strings.Join(d.ignored, ", ")
	}
	status.Said = oneLine(status.Said)
	return status, nil
}

// conditionOfFailure is what it means that a question got no answer to go by.
func conditionOfFailure(err error, way journey) printing.Condition {
	var refused *refusal
	var certificate *certificateError
	switch {
	case errors.As(err, &refused), errors.As(err, &certificate):
		return printing.UnknownFault
	case !way.connected:
		return printing.Unreachable
	}
	return printing.Silent
}

// Send prints a document as a job of its own, at its own size.
func (d *Device) Send(ctx context.Context, document printing.Document) error {
	if err := d.prepareToSend(ctx, document.Type); err != nil {
		return &printing.NotSentError{Err: err}
	}
	// The number makes the name unique, so that the job is found if its answer is lost.
	name := fmt.Sprintf("%s %s-%d", cmp.Or(document.Name, "etiqueta"), d.token, len(d.jobs)+1)
	sending, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	answer, way, err := d.client.call(sending, d.client.sending, wire.PrintJob, d.jobGroups(name, document.Type), document.Data)
	var refused *refusal
	switch {
	case err == nil:
		d.noteIgnored(answer)
	case errors.As(err, &refused) && refused.isFinal():
		return &printing.NotSentError{Err: &printing.RefusedError{Err: err}}
	case !way.connected, refused != nil && refused.madeNoJob():
		return &printing.NotSentError{Err: err}
	}
	id, ok := answer.Group(wire.JobGroup).First("job-id").Int()
	if !ok && way.written {
		id, ok = d.findJob(ctx, name)
	}
	if !ok || id <= 0 {
		d.jobs = append(d.jobs, sentJob{})
		return fmt.Errorf("printer %s: nobody knows whether a document arrived: %w", d.printer.Name, cmp.Or(err, errNoJob))
	}
	d.jobs = append(d.jobs, sentJob{id: id, isZPL: document.Type == typeZPL})
	if document.Type == typeZPL {
		d.awaitBegin(ctx, id)
	}
	return nil
}

var errNoJob = errors.New("its answer names no job")

// prepareToSend checks that the printer takes documents of a type.
func (d *Device) prepareToSend(ctx context.Context, documentType string) error {
	if documentType == typeZPL && d.printer.ZPL {
		return nil
	}
	if d.facts == nil {
		found, _, err := d.client.readFacts(ctx)
		if err != nil {
			return err
		}
		d.facts = &found
	}
	if !d.facts.takes(documentType) {
		return &printing.RefusedError{Err: fmt.Errorf("printer %s takes no %s; it takes %s",
			d.printer.Name, documentType, oneLine(strings.Join(d.facts.formats, ", ")))}
	}
	return nil
}

// jobGroups are the attributes of a job. Paper and scale are the PDF's matter; ZPL holds its own.
func (d *Device) jobGroups(name, documentType string) []wire.Group {
	groups := []wire.Group{{Tag: wire.OperationGroup, Attributes: []wire.Attribute{
		wire.Attr("requesting-user-name", wire.Text(wire.TagName, userName)),
		wire.Attr("job-name", wire.Text(wire.TagName, name)),
		wire.Attr("ipp-attribute-fidelity", wire.Boolean(false)),
		wire.Attr("document-format", wire.Text(wire.TagMIME, documentType)),
	}}}
	if documentType != typePDF {
		return groups
	}
	job := wire.Group{Tag: wire.JobGroup, Attributes: []wire.Attribute{
		wire.Keywords("print-scaling", "none"),
		wire.Keywords("sides", "one-sided"),
	}}
	if media, listed := d.facts.media(d.stock); listed {
		job.Attributes = append(job.Attributes, media)
	}
	return append(groups, job)
}

// noteIgnored keeps what the printer says that it did not follow.
func (d *Device) noteIgnored(answer wire.Message) {
	group := answer.Group(wire.UnsupportedGroup)
	for _, name := range []string{"media", "media-col", "print-scaling", "sides"} {
		if group.Values(name) != nil && !slices.Contains(d.ignored, name) {
			d.ignored = append(d.ignored, name)
		}
	}
}
