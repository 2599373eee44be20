package workflows

import (
	"fmt"
	"strings"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
)

// runDetails is what people read of a run in Temporal's UI: its state, its
// figures, and a row a connection.
func runDetails(r books.Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** · %d orders · **%d labelled**", r.State, r.Requested, r.Outcomes[books.Labelled])
	for _, outcome := range books.Outcomes()[1:] {
		if n := r.Outcomes[outcome]; n > 0 {
			fmt.Fprintf(&b, " · %d %s", n, outcome)
		}
	}
	if r.LeftOut > 0 {
		fmt.Fprintf(&b, " · %d older ones left out", r.LeftOut)
	}
	if r.Reason != "" {
		fmt.Fprintf(&b, "\n\n%s", cell(r.Reason))
	}
	b.WriteString("\n\n| connection | channel | state | requested | labelled | others | why |\n|---|---|---|--:|--:|---|---|\n")
	for _, c := range r.Connections {
		fmt.Fprintf(&b, "| %s | %s | %s | %d | %d | %s | %s |\n",
			cell(c.Name), cell(c.Channel), c.State, c.Requested, c.Outcomes[books.Labelled], othersOf(c.Outcomes), cell(c.Reason))
	}
	for _, f := range r.Files {
		fmt.Fprintf(&b, "\n- `%s`: %d labels", f.Key, f.Labels)
	}
	return bounded(b.String())
}

func connectionDetails(connection activities.Connection, r ConnectionReport) string {
	text := fmt.Sprintf("**%s** (%s) · %s · %d orders · **%d labelled** · %s",
		cell(connection.Name), cell(connection.Channel), r.State, r.Requested, r.Outcomes[books.Labelled], othersOf(r.Outcomes))
	if r.Reason != "" {
		text += "\n\n" + cell(r.Reason)
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
