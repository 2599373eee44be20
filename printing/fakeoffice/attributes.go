package fakeoffice

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/printing/ipp/wire"
)

var scalings = []string{"auto", "auto-fit", "fill", "fit", "none"}

// printerURI is how the printer names itself, whatever its address.
const printerURI = "ipp://localhost/ipp/print"

// States of a printer.
const (
	idle       = 3
	processing = 4
	stopped    = 5
)

// describe is what the printer says of itself.
func (p *Printer) describe() []wire.Attribute {
	text := func(tag wire.Tag) func(string, int) wire.Value {
		return func(s string, _ int) wire.Value { return wire.Text(tag, s) }
	}
	first := p.options.Media[0]
	described := []wire.Attribute{
		wire.Attr("printer-uri-supported", wire.Text(wire.TagURI, printerURI)),
		wire.Keywords("uri-security-supported", "none"),
		wire.Keywords("uri-authentication-supported", "requesting-user-name"),
		wire.Attr("printer-name", wire.Text(wire.TagName, p.options.Name)),
		wire.Attr("printer-info", wire.Text(wire.TagText, p.options.Name)),
		wire.Attr("printer-make-and-model", wire.Text(wire.TagText, "despacho fakeoffice")),
		wire.Attr("printer-state", wire.Enum(p.state())),
		wire.Keywords("printer-state-reasons", p.reasons()...),
		wire.Attr("printer-is-accepting-jobs", wire.Boolean(!p.modes.RefusesJobs)),
		wire.Attr("queued-job-count", wire.Integer(p.waiting())),
		wire.Attr("printer-up-time", wire.Integer(p.upTime(p.options.Now()))),
		wire.Keywords("ipp-versions-supported", "1.1", "2.0"),
		wire.Attr("operations-supported", lo.Map([]int{
			wire.PrintJob, wire.ValidateJob, wire.CreateJob, wire.SendDocument, wire.CancelJob, wire.GetJobAttributes, wire.GetJobs, wire.GetPrinterAttributes,
		}, func(n, _ int) wire.Value { return wire.Enum(n) })...),
		wire.Attr("charset-configured", wire.Text(wire.TagCharset, "utf-8")),
		wire.Attr("charset-supported", wire.Text(wire.TagCharset, "utf-8")),
		wire.Attr("natural-language-configured", wire.Text(wire.TagLanguage, "en")),
		wire.Attr("generated-natural-language-supported", wire.Text(wire.TagLanguage, "en")),
		wire.Attr("document-format-default", wire.Text(wire.TagMIME, typePDF)),
		wire.Attr("document-format-supported", lo.Map(p.formats(), text(wire.TagMIME))...),
		wire.Keywords("compression-supported", "none"),
		wire.Keywords("pdl-override-supported", "attempted"),
		wire.Attr("multiple-document-jobs-supported", wire.Boolean(false)),
		wire.Attr("color-supported", wire.Boolean(false)),
		wire.Keywords("job-creation-attributes-supported", "copies", "media", "media-col", "print-scaling", "sides"),
		wire.Attr("copies-default", wire.Integer(1)),
		wire.Attr("copies-supported", wire.Range(1, 1)),
		wire.Keywords("sides-default", "one-sided"),
		wire.Keywords("sides-supported", "one-sided"),
		wire.Keywords("print-scaling-default", "auto"),
		wire.Keywords("print-scaling-supported", scalings...),
		wire.Keywords("media-default", first),
		wire.Keywords("media-supported", p.options.Media...),
		wire.Keywords("media-ready", p.options.Media...),
		wire.Keywords("media-col-supported", "media-size"),
		wire.Attr("media-col-default", mediaCollection(first)),
		wire.Attr("media-col-ready", lo.Map(p.options.Media, func(name string, _ int) wire.Value { return mediaCollection(name) })...),
		wire.Attr("media-size-supported", lo.Map(p.options.Media, func(name string, _ int) wire.Value { return mediaCollection(name).Member("media-size") })...),
	}
	if p.modes.DeviceURI != "" {
		described = append(described, wire.Attr("device-uri", wire.Text(wire.TagURI, p.modes.DeviceURI)))
	}
	return described
}

func mediaCollection(name string) wire.Value {
	x, y := mediaSize(name)
	return wire.Collection(wire.Attr("media-size", wire.Collection(wire.Attr("x-dimension", wire.Integer(x)), wire.Attr("y-dimension", wire.Integer(y)))))
}

// mediaSize is the size at the end of a name, in hundredths of a millimetre.
func mediaSize(name string) (x, y int) {
	size := name[strings.LastIndexByte(name, '_')+1:]
	unit := 100.0
	if strings.HasSuffix(size, "in") {
		unit = 2540
	}
	var width, height float64
	if _, err := fmt.Sscanf(size, "%gx%g", &width, &height); err != nil {
		return 0, 0
	}
	return int(math.Round(width * unit)), int(math.Round(height * unit))
}

func (p *Printer) state() int {
	switch {
	case p.modes.Stopped:
		return stopped
	case slices.ContainsFunc(p.jobs, func(j *job) bool { return j.state == jobProcessing }):
		return processing
	}
	return idle
}

func (p *Printer) reasons() []string {
	if len(p.modes.Reasons) == 0 {
		return []string{"none"}
	}
	return p.modes.Reasons
}

// upTime is the printer's time in seconds, never 0.
func (p *Printer) upTime(at time.Time) int { return max(1, int(at.Sub(p.began).Seconds())) }

// timeAt is the printer's time of something, which may not have been yet.
func (p *Printer) timeAt(at time.Time) wire.Value {
	if at.IsZero() {
		return wire.Value{Tag: wire.TagNoValue}
	}
	return wire.Integer(p.upTime(at))
}

// describeJob is a job as an answer names it.
func (p *Printer) describeJob(r request, j *job) wire.Group {
	all := []wire.Attribute{
		wire.Attr("job-id", wire.Integer(j.document.Job)),
		wire.Attr("job-uri", wire.Text(wire.TagURI, fmt.Sprintf("%s/%d", printerURI, j.document.Job))),
		wire.Attr("job-state", wire.Enum(j.state)),
		wire.Keywords("job-state-reasons", j.reason),
		wire.Attr("job-printer-uri", wire.Text(wire.TagURI, printerURI)),
		wire.Attr("job-name", wire.Text(wire.TagName, j.document.Name)),
		wire.Attr("job-originating-user-name", wire.Text(wire.TagName, j.user)),
		wire.Attr("job-printer-up-time", wire.Integer(p.upTime(p.options.Now()))),
		wire.Attr("time-at-creation", wire.Integer(p.upTime(j.made))),
		wire.Attr("time-at-processing", p.timeAt(j.began)),
		wire.Attr("time-at-completed", p.timeAt(j.ended)),
	}
	if r.Code == wire.PrintJob || r.Code == wire.CreateJob || r.Code == wire.SendDocument {
		return wire.Group{Tag: wire.JobGroup, Attributes: all[:4]}
	}
	if r.Code == wire.GetJobs && r.operation.Values("requested-attributes") == nil {
		return wire.Group{Tag: wire.JobGroup, Attributes: all[:2]}
	}
	return wire.Group{Tag: wire.JobGroup, Attributes: requested(r, all)}
}

// requested are the attributes that a request asks for; the words for groups of them mean all.
func requested(r request, all []wire.Attribute) []wire.Attribute {
	names := wire.Strings(r.operation.Values("requested-attributes"))
	if len(names) == 0 || lo.Some(names, []string{"all", "printer-description", "job-description", "job-template"}) {
		return all
	}
	return lo.Filter(all, func(a wire.Attribute, _ int) bool { return slices.Contains(names, a.Name) })
}
