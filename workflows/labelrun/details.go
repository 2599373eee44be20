package labelrun

import (
	"fmt"
	"strings"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
)

// runDetails is the Markdown text about a run in Temporal's UI: its figures, why orders have no label,
// and a row per connection. Tables are narrow, because the UI gives them half a page.
func runDetails(r contract.RunResult, reasons []contract.ReasonCount) string {
	var b strings.Builder
	b.WriteString(fmt.Sprintf("**%s** · **%d of %d orders labelled**", r.State, r.Outcomes[contract.Labelled], r.Requested))
	if others := othersOf(r.Outcomes); others != "" {
		b.WriteString(" · " + others)
	}
	if r.LeftOut > 0 {
		b.WriteString(fmt.Sprintf(" · %d older ones left out", r.LeftOut))
	}
	if r.Reason.Words != "" {
		b.WriteString(fmt.Sprintf("\n\n%s", workflows.MarkdownCell(r.Reason.Words)))
	}
	for _, note := range r.Notes() {
		b.WriteString("\n\n" + note)
	}
	if len(reasons) > 0 {
		b.WriteString("\n\n| orders | without a label because | such as |\n|--:|---|---|\n")
	}
	for _, reason := range reasons {
		b.WriteString(fmt.Sprintf("| %d | **%s**: %s | %s |\n", reason.Count, reason.Outcome, workflows.MarkdownCell(reason.Reason.Words), workflows.MarkdownCell(reason.Example)))
	}
	connectionTable(&b, r.Connections)
	for _, f := range r.Files {
		group := ""
		if f.Group != "" {
			group = " of " + workflows.MarkdownCell(f.Group)
		}
		b.WriteString(fmt.Sprintf("\n- %d labels%s in `%s`", f.Labels, group, f.Key))
	}
	for _, l := range r.Lists {
		b.WriteString(fmt.Sprintf("\n- %s list in `%s`", l.Kind, l.Key))
	}
	for _, c := range r.Controls[:min(len(r.Controls), controlsInDetails)] {
		b.WriteString(fmt.Sprintf("\n- control file (manifiesto) of %d labels in `%s`", c.Orders, c.Key))
	}
	if r.Manifest.CSV != "" {
		b.WriteString(fmt.Sprintf("\n- every order in `%s`", r.Manifest.CSV))
	}
	return workflows.BoundedDetails(b.String())
}

// controlsInDetails is how many control files are shown in Temporal's UI.
const controlsInDetails = 20

// details is the text about the run, with what was changed on its labels.
func (r *labelRun) details() string {
	return workflows.BoundedDetails(runDetails(r.result, r.reasons) + r.prints.line() + changeTable(r.changes))
}

func changeTable(changes []contract.ChangeCount) string {
	if len(changes) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n\n| labels | changed | such as |\n|--:|---|---|\n")
	for _, c := range changes {
		b.WriteString(fmt.Sprintf("| %d | %s | %s |\n", c.Count, workflows.MarkdownCell(c.Change), workflows.MarkdownCell(c.Example)))
	}
	return b.String()
}

func connectionTable(b *strings.Builder, connections []contract.ConnectionResult) {
	if len(connections) == 0 {
		return
	}
	b.WriteString("\n\n| connection | labelled | state |\n|---|--:|---|\n")
	var skipped []string
	for _, c := range connections {
		if c.State == contract.ConnectionSkipped && c.Requested == 0 {
			skipped = append(skipped, workflows.MarkdownCell(c.Name))
			continue
		}
		state := string(c.State)
		if c.Reason.Words != "" {
			state += ": " + workflows.MarkdownCell(c.Reason.Words)
		}
		if c.Strangers > 0 {
			state += fmt.Sprintf("; lists %d orders of other connections", c.Strangers)
		}
		b.WriteString(fmt.Sprintf("| %s (%s) | %d of %d | %s |\n", workflows.MarkdownCell(c.Name), workflows.MarkdownCell(c.Channel), c.Outcomes[contract.Labelled], c.Requested, state))
	}
	if len(skipped) > 0 {
		b.WriteString(fmt.Sprintf("\nSkipped (the result says why): %s.\n", strings.Join(skipped, ", ")))
	}
}

func connectionDetails(connection activities.Connection, r ConnectionReport) string {
	text := fmt.Sprintf("**%s** (%s) · %s · %d orders · **%d labelled** · %s",
		workflows.MarkdownCell(connection.Name), workflows.MarkdownCell(connection.Channel), r.State, r.Requested, r.Outcomes[contract.Labelled], othersOf(r.Outcomes))
	if r.Reason.Words != "" {
		text += "\n\n" + workflows.MarkdownCell(r.Reason.Words)
	}
	for _, note := range []string{contract.StrangersNote(r.Strangers), contract.ElsewhereNote(r.Elsewhere)} {
		if note != "" {
			text += "\n\n" + note
		}
	}
	return workflows.BoundedDetails(text)
}

// othersOf lists the outcomes other than labelled, with their numbers.
func othersOf(outcomes map[contract.Outcome]int) string {
	var parts []string
	for _, outcome := range contract.Outcomes()[1:] {
		if n := outcomes[outcome]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, outcome))
		}
	}
	return strings.Join(parts, ", ")
}
