package tables

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// MistakesShown bounds how many mistakes an Error tells.
const MistakesShown = 50

// Mistake is something wrong in a file.
type Mistake struct {
	// Line is the line of the file or the row of the sheet; 0 for the whole file.
	Line int
	// Where is the place in words: "line 7, column tracking_number", "cell B7".
	Where   string
	Message string
}

// Error tells the mistakes of a file.
type Error struct {
	Name     string
	Mistakes []Mistake
}

// Error tells a line for each mistake, at most MistakesShown.
func (e *Error) Error() string {
	var lines []string
	for _, m := range e.Mistakes[:min(len(e.Mistakes), MistakesShown)] {
		if m.Where == "" {
			lines = append(lines, e.Name+" "+m.Message)
			continue
		}
		lines = append(lines, fmt.Sprintf("%s, %s: %s", e.Name, m.Where, m.Message))
	}
	if more := len(e.Mistakes) - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}

// Err is an *Error with all mistakes, in the order of the file; nil when there are none.
func (t *Table) Err() error {
	if len(t.mistakes) == 0 {
		return nil
	}
	slices.SortStableFunc(t.mistakes, func(a, b Mistake) int { return cmp.Compare(a.Line, b.Line) })
	return &Error{Name: t.Name, Mistakes: t.mistakes}
}

// Refuse adds what a caller finds wrong with a row.
func (t *Table) Refuse(row Row, format string, arguments ...any) {
	t.mistakes = append(t.mistakes, Mistake{Line: row.Line, Where: fmt.Sprintf("line %d", row.Line), Message: fmt.Sprintf(format, arguments...)})
}

// refuse adds what is wrong with a row's cell of a column.
func (t *Table) refuse(row *Row, column int, message string) {
	row.Ruined = true
	where := fmt.Sprintf("line %d, column %s", row.Line, t.layout.Columns[column].Names[0])
	if place := row.places[column]; place != "" {
		where = "cell " + place
	}
	t.mistakes = append(t.mistakes, Mistake{Line: row.Line, Where: where, Message: message})
}

// whole is the error of a file that cannot be read at all.
func (t *Table) whole(format string, arguments ...any) error {
	return &Error{Name: t.Name, Mistakes: append(t.mistakes, Mistake{Message: fmt.Sprintf(format, arguments...)})}
}

// stopAt is the error of a file that cannot be read on from a line.
func (t *Table) stopAt(line int, format string, arguments ...any) error {
	return &Error{Name: t.Name, Mistakes: append(t.mistakes, Mistake{Line: line, Where: fmt.Sprintf("line %d", line), Message: fmt.Sprintf(format, arguments...)})}
}
