package printing

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
)

// show updates what people see of the printer in Temporal's UI.
func (p *printer) show(ctx workflow.Context) {
	workflow.SetCurrentDetails(ctx, printerDetails(p.state, p.condition))
}

// printerDetails is the Markdown text about a printer's queue.
func printerDetails(s contract.PrinterState, condition string) string {
	left, doubts := 0, 0
	for _, job := range s.Jobs {
		left += job.Total - job.Done
		doubts += job.Doubts
	}
	var b strings.Builder
	b.WriteString(fmt.Sprintf("**%d jobs · %d labels to print", len(s.Jobs), left))
	if doubts > 0 {
		b.WriteString(fmt.Sprintf(" · in doubt, a packer is asked: %d", doubts))
	}
	if condition != "" {
		b.WriteString(" · the printer needs a person: " + workflows.MarkdownCell(condition))
	}
	if s.Paused {
		b.WriteString(" · paused by a packer")
	}
	b.WriteString("**")
	if len(s.Jobs) == 0 {
		return b.String()
	}
	b.WriteString("\n\n| job | merchant | since | labels | done | out | held | in doubt |\n|---|---|---|--:|--:|--:|--:|--:|")
	for _, job := range s.Jobs {
		b.WriteString(fmt.Sprintf("\n| %s | %s | %s | %d | %d | %d | %d | %d |", workflows.MarkdownCell(job.Job), workflows.MarkdownCell(job.Merchant),
			job.At.UTC().Format("15:04:05"), job.Total, job.Done, job.Out, job.Held, job.Doubts))
	}
	return workflows.BoundedDetails(b.String())
}
