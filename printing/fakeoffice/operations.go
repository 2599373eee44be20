package fakeoffice

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/despacho/despacho/printing/ipp/wire"
)

// The types of documents.
const (
	typePDF = "application/pdf"
	typeZPL = "application/vnd.zebra-zpl"
)

// mostWaiting is how many jobs wait at a time.
const mostWaiting = 100

func (p *Printer) formats() []string {
	if p.options.ZPL {
		return []string{typePDF, typeZPL}
	}
	return []string{typePDF}
}

// validate says whether a job would be taken, and which of its attributes would not be followed.
func (p *Printer) validate(r request) (status uint16, unsupported []wire.Group) {
	format := r.operation.First("document-format").String()
	switch {
	case p.modes.RefusesJobs:
		return statusNotAccepting, nil
	case p.modes.Busy || p.waiting() >= mostWaiting:
		return statusBusy, nil
	case format != "" && !slices.Contains(p.formats(), format):
		return statusFormatUnknown, []wire.Group{{Tag: wire.UnsupportedGroup, Attributes: []wire.Attribute{
			wire.Attr("document-format", wire.Text(wire.TagMIME, format))}}}
	}
	var ignored []wire.Attribute
	if job := r.Group(wire.JobGroup); job != nil {
		for _, a := range job.Attributes {
			if !p.follows(a) {
				ignored = append(ignored, a)
			}
		}
	}
	if ignored == nil {
		return statusOK, nil
	}
	return statusIgnored, []wire.Group{{Tag: wire.UnsupportedGroup, Attributes: ignored}}
}

// follows says that the printer does what an attribute of a job asks for.
func (p *Printer) follows(a wire.Attribute) bool {
	text := a.Values[0].String()
	switch a.Name {
	case "media":
		return slices.Contains(p.options.Media, text)
	case "media-col":
		x, y := sizeOf(a.Values[0].Member("media-size"))
		return slices.ContainsFunc(p.options.Media, func(name string) bool {
			mediaX, mediaY := mediaSize(name)
			return x == mediaX && y == mediaY
		})
	case "print-scaling":
		return slices.Contains(scalings, text) && !p.modes.IgnoresScaling
	case "sides":
		return text == "one-sided"
	case "copies":
		n, _ := a.Values[0].Int()
		return n == 1
	}
	return false
}

func (p *Printer) printJob(r request) (uint16, []wire.Group) {
	status, unsupported := p.validate(r)
	if status >= statusBadRequest {
		return status, unsupported
	}
	format := formatOf(r)
	if !isWhole(format, r.document) {
		return statusDocumentDamaged, nil
	}
	j := p.makeJob(r.operation.First("requesting-user-name").String(), wishes(r))
	p.addDocument(j, format, r.document)
	p.advance()
	return status, append(unsupported, p.describeJob(r, j))
}

func (p *Printer) createJob(r request) (uint16, []wire.Group) {
	status, unsupported := p.validate(r)
	if status >= statusBadRequest {
		return status, unsupported
	}
	j := p.makeJob(r.operation.First("requesting-user-name").String(), wishes(r))
	return status, append(unsupported, p.describeJob(r, j))
}

func (p *Printer) sendDocument(r request) (uint16, []wire.Group) {
	j, format := p.askedJob(r), formatOf(r)
	last, said := r.operation.First("last-document").Bool()
	switch {
	case !said:
		return statusBadRequest, nil
	case j == nil:
		return statusNotFound, nil
	case j.state != jobHeld || !last:
		return statusNotPossible, nil
	case !slices.Contains(p.formats(), format):
		return statusFormatUnknown, nil
	case !isWhole(format, r.document):
		return statusDocumentDamaged, nil
	}
	p.addDocument(j, format, r.document)
	p.advance()
	return statusOK, []wire.Group{p.describeJob(r, j)}
}

func (p *Printer) cancelJob(r request) (uint16, []wire.Group) {
	j := p.askedJob(r)
	switch {
	case j == nil:
		return statusNotFound, nil
	case j.hasEnded():
		return statusNotPossible, nil
	}
	j.state, j.reason, j.ended = jobCanceled, "job-canceled-by-user", p.options.Now()
	return statusOK, nil
}

// askedJob is the job that a request names, by number or by address.
func (p *Printer) askedJob(r request) *job {
	id, ok := r.operation.First("job-id").Int()
	if !ok {
		uri := r.operation.First("job-uri").String()
		id, _ = strconv.Atoi(uri[strings.LastIndexByte(uri, '/')+1:])
	}
	return p.findJob(id)
}

func (p *Printer) listJobs(r request) []wire.Group {
	ended := r.operation.First("which-jobs").String() == "completed"
	mine, _ := r.operation.First("my-jobs").Bool()
	user := r.operation.First("requesting-user-name").String()
	limit, _ := r.operation.First("limit").Int()
	var groups []wire.Group
	for _, j := range p.jobs {
		if j.hasEnded() == ended && (!mine || j.user == user) && !p.modes.ForgetsJobs && (limit <= 0 || len(groups) < limit) {
			groups = append(groups, p.describeJob(r, j))
		}
	}
	return groups
}

// formatOf is the type of a document; one that is not named is looked at.
func formatOf(r request) string {
	format := r.operation.First("document-format").String()
	if format == "" && bytes.Contains(r.document, []byte("^XA")) {
		return typeZPL
	}
	if format == "" {
		return typePDF
	}
	return format
}

// isWhole says that a document has its beginning and its end.
func isWhole(format string, data []byte) bool {
	if format == typeZPL {
		return bytes.Contains(data, []byte("^XA")) && bytes.Contains(data, []byte("^XZ"))
	}
	return bytes.HasPrefix(data, []byte("%PDF-")) && bytes.Contains(data[max(0, len(data)-1024):], []byte("%%EOF"))
}

// wishes is what a job asks for.
func wishes(r request) Document {
	job := r.Group(wire.JobGroup)
	document := Document{Name: r.operation.First("job-name").String(), Scaling: job.First("print-scaling").String(), Media: job.First("media").String()}
	if size := job.First("media-col").Member("media-size"); size.Tag != 0 {
		x, y := sizeOf(size)
		document.Media = fmt.Sprintf("%dx%d", x, y)
	}
	return document
}

func sizeOf(size wire.Value) (x, y int) {
	x, _ = size.Member("x-dimension").Int()
	y, _ = size.Member("y-dimension").Int()
	return x, y
}
