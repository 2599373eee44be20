package terminal

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/samber/lo"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
)

// WriteTable writes a run's closing table: one line per connection with what was
// requested and each outcome that occurs, then what was skipped and why, then the files.
func WriteTable(w io.Writer, r contract.RunResult) error {
	r = client.FillIn(r)
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	taken, skipped := lo.FilterReject(r.Connections, func(c contract.ConnectionResult, _ int) bool {
		return c.State != contract.ConnectionSkipped || c.Requested > 0
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

func writeConnections(w io.Writer, r contract.RunResult, connections []contract.ConnectionResult) {
	outcomes := lo.Filter(contract.Outcomes(), func(o contract.Outcome, _ int) bool {
		return o == contract.Labelled || r.Outcomes[o] > 0 ||
			lo.SomeBy(connections, func(c contract.ConnectionResult) bool { return c.Outcomes[o] > 0 })
	})
	header := lo.Map(outcomes, func(o contract.Outcome, _ int) string { return string(o) })
	WriteCells(w, append(append([]string{"connection", "channel", "requested"}, header...), "state")...)
	elsewhere := contract.ConnectionResult{Requested: r.Requested, Outcomes: map[contract.Outcome]int{}}
	for _, o := range outcomes {
		elsewhere.Outcomes[o] = r.Outcomes[o]
	}
	for _, c := range connections {
		state := stateWords(c.State)
		if c.Reason.Words != "" {
			state += ": " + Plain(c.Reason.Words)
		}
		writeConnection(w, ConnectionName(c), Plain(c.Channel), state, c, outcomes)
		elsewhere.Requested -= c.Requested
		for _, o := range outcomes {
			elsewhere.Outcomes[o] -= c.Outcomes[o]
		}
	}
	if elsewhere.Requested > 0 {
		writeConnection(w, "(none)", "", "orders of no connection", elsewhere, outcomes)
	}
	total := string(r.State)
	if r.Reason.Words != "" {
		total += ": " + Plain(r.Reason.Words)
	}
	writeConnection(w, "total", "", total, contract.ConnectionResult{Requested: r.Requested, Outcomes: r.Outcomes}, outcomes)
}

func writeConnection(w io.Writer, name, channel, state string, c contract.ConnectionResult, outcomes []contract.Outcome) {
	cells := []string{name, channel, fmt.Sprint(c.Requested)}
	for _, o := range outcomes {
		cells = append(cells, lo.Ternary(c.Outcomes[o] == 0, "-", fmt.Sprint(c.Outcomes[o])))
	}
	WriteCells(w, append(cells, state)...)
}

func writeSkipped(w io.Writer, connections []contract.ConnectionResult) {
	if len(connections) == 0 {
		return
	}
	WriteCells(w, "")
	WriteCells(w, "skipped", "channel", "reason")
	for _, c := range connections {
		WriteCells(w, ConnectionName(c), Plain(c.Channel), Plain(c.Reason.Words))
	}
}

func writeNotes(w io.Writer, connections []contract.ConnectionResult) {
	noted := lo.Filter(connections, func(c contract.ConnectionResult, _ int) bool { return c.Note != "" })
	if len(noted) == 0 {
		return
	}
	WriteCells(w, "")
	WriteCells(w, "note on", "channel", "")
	for _, c := range noted {
		WriteCells(w, ConnectionName(c), Plain(c.Channel), Plain(c.Note))
	}
}

func writeFiles(w io.Writer, r contract.RunResult) {
	if len(r.Files) == 0 && r.Manifest.JSON == "" {
		return
	}
	WriteCells(w, "")
	columns := []string{"file", "labels", "pages", "size", "sha256"}
	if lo.SomeBy(r.Files, func(f contract.PrintFile) bool { return f.Group != "" }) {
		columns = append(columns, "group")
	}
	WriteCells(w, columns...)
	for _, f := range r.Files {
		pages := lo.Ternary(f.Pages == 0, "-", fmt.Sprint(f.Pages))
		cells := []string{Plain(f.Key), fmt.Sprint(f.Labels), pages, SizeWords(f.Bytes), Cut(Plain(f.SHA256), 12), Plain(f.Group)}
		WriteCells(w, cells[:len(columns)]...)
	}
	for _, l := range r.Lists {
		WriteCells(w, Plain(l.Key), Plain(l.Kind)+" list", "-", SizeWords(l.Bytes), Cut(Plain(l.SHA256), 12))
	}
	for _, c := range r.Controls {
		WriteCells(w, Plain(c.Key), fmt.Sprintf("control file, %s", Count(c.Orders, "order")), fmt.Sprint(c.Pages), SizeWords(c.Bytes), Cut(Plain(c.SHA256), 12))
	}
	for _, key := range []string{r.Manifest.JSON, r.Manifest.CSV} {
		if key != "" {
			WriteCells(w, Plain(key))
		}
	}
}

// WriteCells writes a row whose cells stand below those of others.
func WriteCells(w io.Writer, cells ...string) { fmt.Fprintln(w, strings.Join(cells, "\t")) }

// WritePlan says what a run would do.
func WritePlan(w io.Writer, r contract.RunResult) {
	if r.Plan == nil {
		return
	}
	fmt.Fprintf(w, "\nThis run would work on %s: send a status for %s, ask for %s, take %s from the store. Nothing was sent or asked.\n",
		Count(r.Plan.Connections, "connection"), Count(r.Plan.Statuses, "order"), Count(r.Plan.Labels, "label"), Count(r.Plan.FromStore, "label"))
}
