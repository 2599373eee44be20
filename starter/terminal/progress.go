package terminal

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
)

// What is assumed of a terminal that does not say how large it is.
const (
	DefaultWidth  = 100
	defaultHeight = 40
	barWidth      = 16
)

// Progress shows a run while it goes on, one line per connection: in place on a
// terminal, else each line again when it has changed.
type Progress struct {
	out      io.Writer
	terminal bool
	size     func() (width, height int)

	shown map[string]string // last line of each connection, by id
	lines int               // lines on the terminal that the next Show replaces
	notes map[string]bool
	last  contract.RunResult
}

// NewProgress shows progress on out, in place when out is a terminal.
func NewProgress(out io.Writer) *Progress {
	p := &Progress{out: out, size: func() (int, int) { return DefaultWidth, defaultHeight }}
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) && os.Getenv("TERM") != "dumb" {
		p.terminal = true
		p.size = func() (int, int) {
			width, height, err := term.GetSize(int(file.Fd()))
			if err != nil || width < 20 || height < 5 {
				return DefaultWidth, defaultHeight
			}
			return width, height
		}
	}
	return p
}

// Show shows where the run stands.
func (p *Progress) Show(r contract.RunResult) {
	p.last = r
	if p.terminal {
		p.redraw(r)
		return
	}
	if p.shown == nil {
		p.shown = map[string]string{}
	}
	for _, c := range r.Connections {
		p.printChanged(c.ID, connectionLine(c))
	}
	p.printChanged("", totalLine(r))
}

func (p *Progress) printChanged(id, line string) {
	if p.shown[id] != line {
		p.shown[id] = line
		fmt.Fprintln(p.out, line)
	}
}

// redraw writes over what it wrote last. Connections that are done make room
// when there are more than the terminal has lines.
func (p *Progress) redraw(r contract.RunResult) {
	width, height := p.size()
	connections := slices.Clone(r.Connections)
	room := height - 3
	hidden := 0
	if len(connections) > room {
		slices.SortStableFunc(connections, func(a, b contract.ConnectionResult) int { return busyFirst(a) - busyFirst(b) })
		hidden = len(connections) - room
		connections = connections[:room]
	}
	lines := make([]string, 0, len(connections)+2)
	for _, c := range connections {
		lines = append(lines, connectionLine(c))
	}
	if hidden > 0 {
		lines = append(lines, fmt.Sprintf("… and %d more connections", hidden))
	}
	lines = append(lines, totalLine(r))

	var screen strings.Builder
	p.rewind(&screen)
	for _, line := range lines {
		screen.WriteString(Cut(line, width-1) + "\n")
	}
	p.lines = len(lines)
	_, _ = io.WriteString(p.out, screen.String())
}

// rewind goes back over the lines that are shown and clears them.
func (p *Progress) rewind(w io.Writer) {
	if p.lines > 0 {
		fmt.Fprintf(w, "\x1b[%dA\r\x1b[J", p.lines)
	}
	p.lines = 0
}

// Note says something once, above the lines of the connections.
func (p *Progress) Note(words string) {
	if p.notes[words] {
		return
	}
	if p.notes == nil {
		p.notes = map[string]bool{}
	}
	p.notes[words] = true
	redraw := p.terminal && p.lines > 0
	if redraw {
		p.rewind(p.out)
	}
	fmt.Fprintln(p.out, words)
	if redraw {
		p.redraw(p.last)
	}
}

// End leaves the last lines where they are; what is written next stands below them.
func (p *Progress) End() { p.lines = 0 }

func busyFirst(c contract.ConnectionResult) int {
	switch c.State {
	case contract.ConnectionRunning:
		return 0
	case contract.ConnectionWaiting:
		return 1
	case contract.ConnectionDone, contract.ConnectionInBackground:
		return 2
	case contract.ConnectionSkipped, contract.ConnectionNotAuthorised:
	}
	return 3
}

func connectionLine(c contract.ConnectionResult) string {
	line := fmt.Sprintf("%-14s %-22s ", Cut(Plain(c.Channel), 14), Cut(ConnectionName(c), 22))
	if c.State != contract.ConnectionSkipped || c.Requested > 0 {
		line += bar(c.Outcomes, c.Requested) + " " + figures(c.Outcomes, c.Requested) + "  "
	}
	line += stateWords(c.State)
	if c.Reason.Words != "" {
		line += ": " + Plain(c.Reason.Words)
	}
	return line
}

func totalLine(r contract.RunResult) string {
	line := fmt.Sprintf("%-14s %-22s %s %s  %s", "total", "", bar(r.Outcomes, r.Requested), figures(r.Outcomes, r.Requested), r.State)
	if r.Reason.Words != "" {
		line += ": " + Plain(r.Reason.Words)
	}
	return line
}

func bar(outcomes map[contract.Outcome]int, requested int) string {
	if requested <= 0 {
		return "[" + strings.Repeat(" ", barWidth) + "]"
	}
	ready := outcomes[contract.Labelled] + outcomes[contract.AlreadyPrinted]
	other := max(contract.SumOutcomes(outcomes)-ready, 0)
	full := min(ready*barWidth/requested, barWidth)
	without := min((ready+other)*barWidth/requested, barWidth) - full
	return "[" + strings.Repeat("#", full) + strings.Repeat("x", without) + strings.Repeat("·", barWidth-full-without) + "]"
}

func figures(outcomes map[contract.Outcome]int, requested int) string {
	ready := outcomes[contract.Labelled] + outcomes[contract.AlreadyPrinted]
	words := fmt.Sprintf("%d of %d with a label", ready, requested)
	if without := contract.SumOutcomes(outcomes) - ready; without > 0 {
		words += fmt.Sprintf(", %d without", without)
	}
	return words
}

// Follow waits for the end of a run and shows its progress meanwhile.
func Follow(ctx context.Context, runs client.Runs, id string, progress *Progress, every time.Duration) (contract.RunResult, error) {
	result, err := client.Follow(ctx, runs, id, every, func(current client.Current) {
		if note := SourceNote(current.Source); note != "" {
			progress.Note(note)
		}
		progress.Show(current.Result)
	})
	if err == nil {
		progress.Show(result)
	}
	progress.End()
	return result, err
}
