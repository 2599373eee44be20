package run

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/despacho/despacho/activities/books"
)

const (
	defaultWidth  = 100
	defaultHeight = 40
	barWidth      = 16
)

// Progress shows a run while it goes on, a line a connection: in place on a
// terminal, else each line again when it has changed.
type Progress struct {
	out      io.Writer
	terminal bool
	size     func() (width, height int)

	shown map[string]string // last line of each connection, by id
	lines int               // lines on the terminal that the next Show replaces
	notes map[string]bool
	last  books.Result
}

// NewProgress shows progress on out, in place when out is a terminal.
func NewProgress(out io.Writer) *Progress {
	p := &Progress{out: out, size: func() (int, int) { return defaultWidth, defaultHeight }}
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) && os.Getenv("TERM") != "dumb" {
		p.terminal = true
		p.size = func() (int, int) {
			width, height, err := term.GetSize(int(file.Fd()))
			if err != nil || width < 20 || height < 5 {
				return defaultWidth, defaultHeight
			}
			return width, height
		}
	}
	return p
}

// Show shows where the run stands.
func (p *Progress) Show(r books.Result) {
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
func (p *Progress) redraw(r books.Result) {
	width, height := p.size()
	connections := slices.Clone(r.Connections)
	room := height - 3
	hidden := 0
	if len(connections) > room {
		slices.SortStableFunc(connections, func(a, b books.ConnectionResult) int { return busyFirst(a) - busyFirst(b) })
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
		screen.WriteString(cut(line, width-1) + "\n")
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

func busyFirst(c books.ConnectionResult) int {
	switch c.State {
	case books.ConnectionRunning:
		return 0
	case books.ConnectionWaiting:
		return 1
	case books.ConnectionDone, books.ConnectionInBackground:
		return 2
	}
	return 3
}

func connectionLine(c books.ConnectionResult) string {
	line := fmt.Sprintf("%-14s %-22s ", cut(plain(c.Channel), 14), cut(connectionName(c), 22))
	if c.State != books.ConnectionSkipped || c.Requested > 0 {
		line += bar(c.Outcomes, c.Requested) + " " + figures(c.Outcomes, c.Requested) + "  "
	}
	line += stateWords(c.State)
	if c.Reason != "" {
		line += ": " + plain(c.Reason)
	}
	return line
}

func totalLine(r books.Result) string {
	line := fmt.Sprintf("%-14s %-22s %s %s  %s", "total", "", bar(r.Outcomes, r.Requested), figures(r.Outcomes, r.Requested), r.State)
	if r.Reason != "" {
		line += ": " + plain(r.Reason)
	}
	return line
}

func connectionName(c books.ConnectionResult) string { return plain(orDefault(c.Name, c.ID)) }

func stateWords(state books.ConnectionState) string {
	return strings.ReplaceAll(plain(string(state)), "_", " ")
}

func bar(outcomes map[books.Outcome]int, requested int) string {
	if requested <= 0 {
		return "[" + strings.Repeat(" ", barWidth) + "]"
	}
	ready := outcomes[books.Labelled] + outcomes[books.AlreadyPrinted]
	other := max(books.Sum(outcomes)-ready, 0)
	full := min(ready*barWidth/requested, barWidth)
	without := min((ready+other)*barWidth/requested, barWidth) - full
	return "[" + strings.Repeat("#", full) + strings.Repeat("x", without) + strings.Repeat("·", barWidth-full-without) + "]"
}

func figures(outcomes map[books.Outcome]int, requested int) string {
	ready := outcomes[books.Labelled] + outcomes[books.AlreadyPrinted]
	words := fmt.Sprintf("%d of %d with a label", ready, requested)
	if without := books.Sum(outcomes) - ready; without > 0 {
		words += fmt.Sprintf(", %d without", without)
	}
	return words
}

// cut shortens a line to a width in characters.
func cut(line string, width int) string {
	if runes := []rune(line); len(runes) > width && width > 0 {
		return string(runes[:width-1]) + "…"
	}
	return line
}
