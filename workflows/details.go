package workflows

import (
	"fmt"
	"strings"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
)

// runDetails is what people read of a run in Temporal's UI: its figures, why
// orders have no label, and a row a connection. Tables are narrow, because the
// UI gives them half a page.
func runDetails(r books.Result, reasons []books.ReasonCount) string {
	var b strings.Builder
	b.WriteString(fmt.Sprintf("**%s** · **%d of %d orders labelled**", r.State, r.Outcomes[books.Labelled], r.Requested))
	if others := othersOf(r.Outcomes); others != "" {
		b.WriteString(" · " + others)
	}
	if r.LeftOut > 0 {
		b.WriteString(fmt.Sprintf(" · %d older ones left out", r.LeftOut))
	}
	if r.Reason != "" {
		b.WriteString(fmt.Sprintf("\n\n%s", cell(r.Reason)))
	}
	for _, note := range r.Notes() {
		b.WriteString("\n\n" + note)
	}
	if len(reasons) > 0 {
		b.WriteString("\n\n| orders | without a label because | such as |\n|--:|---|---|\n")
	}
	for _, reason := range reasons {
		b.WriteString(fmt.Sprintf("| %d | **%s**: %s | %s |\n", reason.Count, reason.Outcome, cell(reason.Reason), cell(reason.Example)))
	}
	connectionTable(&b, r.Connections)
	for _, f := range r.Files {
		group := ""
		if f.Group != "" {
			group = " of " + cell(f.Group)
		}
		b.WriteString(fmt.Sprintf("\n- %d labels%s in `%s`", f.Labels, group, f.Key))
	}
	for _, l := range r.Lists {
		b.WriteString(fmt.Sprintf("\n- %s list in `%s`", l.Kind, l.Key))
	}
	for _, c := range r.Controls[:min(len(r.Controls), controlsInDetails)] {
		b.WriteString(fmt.Sprintf("\n- the control file (manifiesto) of %d labels in `%s`", c.Orders, c.Key))
	}
	if r.Manifest.CSV != "" {
		b.WriteString(fmt.Sprintf("\n- every order in `%s`", r.Manifest.CSV))
	}
	return bounded(b.String())
}

// controlsInDetails is how many control files people see in Temporal's UI.
const controlsInDetails = 20

// details are the run's, with what was changed on its labels.
func (r *labelRun) details() string {
	return bounded(runDetails(r.result, r.reasons) + changeTable(r.changes))
}

func changeTable(changes []books.ChangeCount) string {
	if len(changes) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n\n| labels | changed | such as |\n|--:|---|---|\n")
	for _, c := range changes {
		b.WriteString(fmt.Sprintf("| %d | %s | %s |\n", c.Count, cell(c.Change), cell(c.Example)))
	}
	return b.String()
}

func connectionTable(b *strings.Builder, connections []books.ConnectionResult) {
	if len(connections) == 0 {
		return
	}
	b.WriteString("\n\n| connection | labelled | state |\n|---|--:|---|\n")
	var skipped []string
	for _, c := range connections {
		if c.State == books.ConnectionSkipped && c.Requested == 0 {
			skipped = append(skipped, cell(c.Name))
			continue
		}
		state := string(c.State)
		if c.Reason != "" {
			state += ": " + cell(c.Reason)
		}
		if c.Strangers > 0 {
			state += fmt.Sprintf("; %d listed of other connections", c.Strangers)
		}
		b.WriteString(fmt.Sprintf("| %s (%s) | %d of %d | %s |\n", cell(c.Name), cell(c.Channel), c.Outcomes[books.Labelled], c.Requested, state))
	}
	if len(skipped) > 0 {
		b.WriteString(fmt.Sprintf("\nSkipped (the result says why): %s.\n", strings.Join(skipped, ", ")))
	}
}

func connectionDetails(connection activities.Connection, r ConnectionReport) string {
	text := fmt.Sprintf("**%s** (%s) · %s · %d orders · **%d labelled** · %s",
		cell(connection.Name), cell(connection.Channel), r.State, r.Requested, r.Outcomes[books.Labelled], othersOf(r.Outcomes))
	if r.Reason != "" {
		text += "\n\n" + cell(r.Reason)
	}
	for _, note := range []string{books.StrangersNote(r.Strangers), books.ElsewhereNote(r.Elsewhere)} {
		if note != "" {
			text += "\n\n" + note
		}
	}
	return bounded(text)
}

// othersOf lists the outcomes that are no label of this run.
func othersOf(outcomes map[books.Outcome]int) string {
	var parts []string
	for _, outcome := range books.Outcomes()[1:] {
		if n := outcomes[outcome]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, outcome))
		}
	}
	return strings.Join(parts, ", ")
}

// cell makes words from outside harmless in a Markdown table.
func cell(words string) string {
	return strings.NewReplacer("|", "\\|", "\n", " ", "\r", " ", "<", "‹", ">", "›", "`", "'", "[", "(", "]", ")").Replace(words)
}

// detailsLimit is under the 20 KB that Temporal keeps of details.
const detailsLimit = 18_000

func bounded(text string) string {
	if len(text) <= detailsLimit {
		return text
	}
	cut := strings.LastIndexByte(text[:detailsLimit], '\n')
	return text[:max(cut, 0)] + "\n…"
}
