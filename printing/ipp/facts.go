package ipp

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/despacho/despacho/printing/ipp/wire"
)

// facts are what a printer says of itself.
type facts struct {
	state     int // 3 idle, 4 processing, 5 stopped; 0 not said
	reasons   []string
	message   string
	accepting bool
	formats   []string
	model     string
	device    string // where a CUPS queue sends, if it says so
	ready     []wire.Value
	sizes     []wire.Value
	names     []string
}

// factNames are the attributes that facts are read from.
var factNames = []string{
	"printer-state", "printer-state-reasons", "printer-state-message", "printer-is-accepting-jobs",
	"document-format-supported", "printer-make-and-model", "device-uri",
	"media-col-ready", "media-size-supported", "media-ready", "media-supported",
}

const (
	stateIdle       = 3
	stateProcessing = 4
	stateStopped    = 5
)

func (c *client) readFacts(ctx context.Context) (facts, journey, error) {
	answer, way, err := c.ask(ctx, wire.GetPrinterAttributes, wire.Attr("requesting-user-name", wire.Text(wire.TagName, userName)),
		wire.Keywords("requested-attributes", factNames...))
	if err != nil {
		return facts{}, way, err
	}
	group := answer.Group(wire.PrinterGroup)
	f := facts{
		reasons: wire.Strings(group.Values("printer-state-reasons")),
		message: group.First("printer-state-message").String(),
		formats: wire.Strings(group.Values("document-format-supported")),
		model:   group.First("printer-make-and-model").String(),
		device:  group.First("device-uri").String(),
		ready:   group.Values("media-col-ready"),
		sizes:   group.Values("media-size-supported"),
		names:   slices.Concat(wire.Strings(group.Values("media-ready")), wire.Strings(group.Values("media-supported"))),
	}
	f.state, _ = group.First("printer-state").Int()
	accepting, said := group.First("printer-is-accepting-jobs").Bool()
	f.accepting = accepting || !said
	return f, way, nil
}

// takes says that the printer takes documents of a type; one that lists none is believed to.
func (f facts) takes(documentType string) bool {
	return len(f.formats) == 0 || slices.ContainsFunc(f.formats, func(format string) bool {
		format, _, _ = strings.Cut(format, ";")
		return strings.EqualFold(strings.TrimSpace(format), documentType)
	})
}

// provesNothing says that the printer is a queue that calls a job completed once its bytes were sent on, as
// CUPS does over raw sockets: nothing tells whether a label came out.
func (f facts) provesNothing() bool {
	scheme, _, _ := strings.Cut(f.device, ":")
	return slices.Contains([]string{"socket", "lpd", "file", "parallel", "serial"}, scheme) ||
		strings.Contains(strings.ToLower(f.model), "raw printer") || strings.Contains(strings.ToLower(f.model), "raw queue")
}

// said is the answer as one line.
func (f facts) said() string {
	words := map[int]string{stateIdle: "idle", stateProcessing: "processing", stateStopped: "stopped"}
	parts := []string{words[f.state]}
	if parts[0] == "" {
		parts[0] = fmt.Sprintf("printer-state %d", f.state)
	}
	if !f.accepting {
		parts = append(parts, "accepts no jobs")
	}
	for _, reason := range f.reasons {
		if reason != "none" {
			parts = append(parts, reason)
		}
	}
	if f.message != "" && !strings.EqualFold(strings.TrimSuffix(f.message, "."), parts[0]) {
		parts = append(parts, f.message)
	}
	if f.provesNothing() {
		parts = append(parts, "this queue cannot tell whether a label came out")
	}
	return strings.Join(parts, "; ")
}

// oneLine is a text of somebody else's on one line of at most 200 characters.
func oneLine(text string) string {
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "?"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if runes := []rune(text); len(runes) > 200 {
		return string(runes[:199]) + "…"
	}
	return text
}
