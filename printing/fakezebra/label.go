package fakezebra

import (
	"slices"
	"time"
)

// Label is a piece of paper that came out.
type Label struct {
	// Number counts the labels of this printer from 1.
	Number int
	At     time.Time
	// Data is its format, from ^XA to ^XZ, as it was sent.
	Data []byte
	// Graphics are the ~DG commands that it draws from.
	Graphics []byte
	// Copy counts the copies that ^PQ asked for, from 1.
	Copy int
	// Darkness and Speed are what the printer was set to.
	Darkness int
	Speed    int
}

// format is a label description that waits to be printed.
type format struct {
	data     []byte
	graphics []byte
	copies   int
	done     int
}

// drawing are the commands that put something on paper; without any, a format prints nothing.
var drawing = []string{"^FD", "^FV", "^GB", "^GF", "^GC", "^GD", "^GE", "^GS", "^XG", "^IM", "^IL", "^XF", "^SN", "^SF"}

// obeyFormat obeys the settings of a format, and returns it if it prints; one that is stored (^DF) does not.
func (p *Printer) obeyFormat(data []byte) (f *format) {
	f = &format{data: data, copies: 1}
	draws, isStored := false, false
	for c := range commands(data) {
		switch c.name {
		case "^PR":
			p.speed = c.number(0, p.speed)
		case "^LL":
			p.length = c.number(0, p.length)
		case "^JZ":
			p.leaveOut = string(c.value(0)) == "N"
		case "^PQ":
			f.copies = c.number(0, 1)
		case "^XG", "^IM", "^IL":
			f.graphics = append(f.graphics, p.graphics[nameOf(c.value(0))]...)
		case "^DF":
			isStored = true
		}
		draws = draws || slices.Contains(drawing, c.name)
	}
	if !draws || isStored || f.copies < 1 {
		return nil
	}
	return f
}
