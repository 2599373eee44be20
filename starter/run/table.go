package run

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
)

// WriteTable writes a run's closing table: a line a connection with what was
// requested and each outcome that occurs, then what was skipped and why, then the files.
func WriteTable(w io.Writer, r books.Result) error {
	r = complete(r)
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	taken, skipped := lo.FilterReject(r.Connections, func(c books.ConnectionResult, _ int) bool {
		return c.State != books.ConnectionSkipped || c.Requested > 0
	})
	writeConnections(out, r, taken)
	writeSkipped(out, skipped)
	writeNotes(out, r.Connections)
	writeFiles(out, r)
	for _, note := range r.Notes() {
		fmt.Fprintf(out, "\n%s\n", note)
	}
	return out.Flush()
}

func writeConnections(w io.Writer, r books.Result, connections []books.ConnectionResult) {
	outcomes := lo.Filter(books.Outcomes(), func(o books.Outcome, _ int) bool {
		return o == books.Labelled || r.Outcomes[o] > 0 ||
			lo.SomeBy(connections, func(c books.ConnectionResult) bool { return c.Outcomes[o] > 0 })
	})
	header := lo.Map(outcomes, func(o books.Outcome, _ int) string { return string(o) })
	writeCells(w, append(append([]string{"connection", "channel", "requested"}, header...), "state")...)
	elsewhere := books.ConnectionResult{Requested: r.Requested, Outcomes: map[books.Outcome]int{}}
	for _, o := range outcomes {
		elsewhere.Outcomes[o] = r.Outcomes[o]
	}
	for _, c := range connections {
		state := stateWords(c.State)
		if c.Reason != "" {
			state += ": " + plain(c.Reason)
		}
		writeConnection(w, connectionName(c), plain(c.Channel), state, c, outcomes)
		elsewhere.Requested -= c.Requested
		for _, o := range outcomes {
			elsewhere.Outcomes[o] -= c.Outcomes[o]
		}
	}
	if elsewhere.Requested > 0 {
		writeConnection(w, "(none)", "", "orders of no connection", elsewhere, outcomes)
	}
	total := string(r.State)
	if r.Reason != "" {
		total += ": " + plain(r.Reason)
	}
	writeConnection(w, "total", "", total, books.ConnectionResult{Requested: r.Requested, Outcomes: r.Outcomes}, outcomes)
}

func writeConnection(w io.Writer, name, channel, state string, c books.ConnectionResult, outcomes []books.Outcome) {
	cells := []string{name, channel, fmt.Sprint(c.Requested)}
	for _, o := range outcomes {
		cells = append(cells, lo.Ternary(c.Outcomes[o] == 0, "-", fmt.Sprint(c.Outcomes[o])))
	}
	writeCells(w, append(cells, state)...)
}

func writeSkipped(w io.Writer, connections []books.ConnectionResult) {
	if len(connections) == 0 {
		return
	}
	writeCells(w, "")
	writeCells(w, "skipped", "channel", "reason")
	for _, c := range connections {
		writeCells(w, connectionName(c), plain(c.Channel), plain(c.Reason))
	}
}

func writeNotes(w io.Writer, connections []books.ConnectionResult) {
	noted := lo.Filter(connections, func(c books.ConnectionResult, _ int) bool { return c.Note != "" })
	if len(noted) == 0 {
		return
	}
	writeCells(w, "")
	writeCells(w, "note on", "channel", "")
	for _, c := range noted {
		writeCells(w, connectionName(c), plain(c.Channel), plain(c.Note))
	}
}

func writeFiles(w io.Writer, r books.Result) {
	if len(r.Files) == 0 && r.Manifest.JSON == "" {
		return
	}
	writeCells(w, "")
	columns := []string{"file", "labels", "pages", "size", "sha256"}
	if lo.SomeBy(r.Files, func(f books.PrintFile) bool { return f.Group != "" }) {
		columns = append(columns, "group")
	}
	writeCells(w, columns...)
	for _, f := range r.Files {
		pages := lo.Ternary(f.Pages == 0, "-", fmt.Sprint(f.Pages))
		cells := []string{plain(f.Key), fmt.Sprint(f.Labels), pages, sizeWords(f.Bytes), cut(plain(f.SHA256), 12), plain(f.Group)}
		writeCells(w, cells[:len(columns)]...)
	}
	for _, l := range r.Lists {
		writeCells(w, plain(l.Key), plain(l.Kind)+" list", "-", sizeWords(l.Bytes), cut(plain(l.SHA256), 12))
	}
	for _, c := range r.Controls {
		writeCells(w, plain(c.Key), fmt.Sprintf("control file, %s", count(c.Orders, "order")), fmt.Sprint(c.Pages), sizeWords(c.Bytes), cut(plain(c.SHA256), 12))
	}
	for _, key := range []string{r.Manifest.JSON, r.Manifest.CSV} {
		if key != "" {
			writeCells(w, plain(key))
		}
	}
}

func writeCells(w io.Writer, cells ...string) { fmt.Fprintln(w, strings.Join(cells, "\t")) }

// sizeWords writes a number of bytes for people.
func sizeWords(bytes int64) string {
	switch {
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20))
	case bytes >= 1<<10:
		return fmt.Sprintf("%.0f kB", float64(bytes)/(1<<10))
	}
	return fmt.Sprintf("%d B", bytes)
}

// writePlan says what a run would do.
func writePlan(w io.Writer, r books.Result) {
	if r.Plan == nil {
		return
	}
	fmt.Fprintf(w, "\nThis run would work on %s: send a status for %s, ask for %s, take %s from the store. Nothing was sent or asked.\n",
		count(r.Plan.Connections, "connection"), count(r.Plan.Statuses, "order"), count(r.Plan.Labels, "label"), count(r.Plan.FromStore, "label"))
}
