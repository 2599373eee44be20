package stamp

import (
	"fmt"
	"strings"
)

// text is one line of a stamp: its upper left corner and the size of its letters.
type text struct {
	x, y, size float64
	bold       bool
	content    string
}

const (
	lineHeight = 1.2  // of a line, in sizes of its letters
	digits     = 0.95 // height of a line of digits, in sizes
	between    = "  ·  "
)

// layout arranges a stamp in a strip: the running number large on the left, the lines beside it. It
// returns how many lines did not fit.
func layout(s Stamp, r rect, m measures) (texts []text, left int) {
	number := s.number()
	x := r.left
	if number != "" {
		size := r.height() / digits
		if len(s.Lines) > 0 {
			size = max(m.text, min(size, 0.42*r.width()/widthOf(number)))
		} else {
			size = min(size, r.width()/widthOf(number))
		}
		texts = append(texts, text{x: x, y: r.top + (r.height()-size*digits)/2, size: size, bold: true, content: number})
		x += widthOf(number)*size + m.text
	}
	if len(s.Lines) == 0 {
		return texts, 0
	}
	rows, size, left := flow(s.Lines, r.right-x, r.height(), m.text)
	y := r.top + (r.height()-float64(len(rows))*size*lineHeight)/2
	for _, row := range rows {
		texts = append(texts, text{x: x, y: y, size: size, content: row})
		y += size * lineHeight
	}
	return texts, left
}

// flow sets items in the largest letters in which all fit; in the smallest ones it returns how many
// do not.
func flow(items []string, width, height, smallest float64) (rows []string, size float64, left int) {
	for _, times := range []float64{2, 1.7, 1.4, 1.2, 1} {
		size = times * smallest
		most := max(1, int(height/(size*lineHeight)+0.05))
		if len(items) <= most && fits(items, width/size) {
			return items, size, 0
		}
		if rows, left = rowsOf(items, width/size, most); left == 0 && fits(rows, width/size) {
			return rows, size, 0
		}
	}
	most := max(1, int(height/(size*lineHeight)+0.05))
	return shortened(items, width/size, most, size)
}

func fits(rows []string, width float64) bool {
	for _, row := range rows {
		if widthOf(row) > width {
			return false
		}
	}
	return true
}

// rowsOf puts items next to each other while there is room.
func rowsOf(items []string, width float64, most int) (rows []string, left int) {
	for i, item := range items {
		last := len(rows) - 1
		switch {
		case last >= 0 && widthOf(rows[last]+between+item) <= width:
			rows[last] += between + item
		case len(rows) == most:
			return rows, len(items) - i
		default:
			rows = append(rows, item)
		}
	}
	return rows, 0
}

// shortened leaves room for the note of how many items are missing, and cuts an item that is longer
// than a row.
func shortened(items []string, width float64, most int, size float64) ([]string, float64, int) {
	shown := make([]string, len(items))
	for i, item := range items {
		shown[i] = cut(item, width)
	}
	rows, left := rowsOf(shown, width, most)
	for kept := len(items) - left; left > 0 && kept > 0; kept-- {
		note := moreNote(len(items) - kept)
		if rows, left := rowsOf(append(shown[:kept:kept], note), width, most); left == 0 {
			return rows, size, len(items) - kept
		}
	}
	if left == 0 {
		return rows, size, 0
	}
	note := between + moreNote(len(items)-1)
	return []string{cut(items[0], width-widthOf(note)) + note}, size, len(items) - 1
}

func moreNote(n int) string { return fmt.Sprintf("+%d más", n) }

// cut shortens a text at its end, because a SKU begins with what distinguishes it.
func cut(item string, width float64) string {
	if widthOf(item) <= width {
		return item
	}
	letters := []rune(item)
	for len(letters) > 1 && widthOf(string(letters)+"…") > width {
		letters = letters[:len(letters)-1]
	}
	return strings.TrimSpace(string(letters)) + "…"
}
