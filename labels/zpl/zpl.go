// Package zpl cuts files in Zebra's printer language into whole labels and joins labels so that
// none changes how the next one prints.
//
// Begin with [Split], which cuts and cleans a file, and [Join]. [Commands] yields the commands of a
// label, for code that examines what it prints. Commands have the names of the ZPL II manual.
//
// The package promises that a unit prints what its file printed, that nothing but drawing commands
// reaches a printer, and that units can be joined in any order.
package zpl

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/labels/budget"
)

// Unit is one label: one printing format with the graphics and templates that it recalls, the
// settings that it depends on and the deletion of what it stored. Data can be printed on its own and
// uses the default prefixes. Broken says in plain words why it must not be printed, Repairs what
// was repaired.
type Unit struct {
	Data    []byte
	Broken  string
	Repairs []string

	pieces []piece
}

// Split cuts a file into its labels. What prints is unchanged; what is outside formats is removed
// and reported. A file without a label gives none.
func Split(data []byte) ([]Unit, Report) { return SplitWithin(nil, data) }

// SplitWithin is [Split] within a budget, which bounds what all files of a bundle may cost.
func SplitWithin(within *budget.Budget, data []byte) ([]Unit, Report) {
	const bytesPerStep = 8
	if err := within.Work(int64(len(data) / bytesPerStep)); err != nil {
		return nil, Report{Broken: err.Error()}
	}
	var report Report
	pieces, err := cutPieces(within, data, &report)
	if err != nil {
		return nil, Report{Broken: err.Error()}
	}
	g := grouping{report: &report, stored: map[stored]piece{}, mostBytes: unfoldedTimes*len(data) + mostUnfolded}
	g.units = make([]Unit, 0, len(pieces))
	for _, p := range pieces {
		size := g.size
		g.takePiece(p)
		if err := within.Unpack(int64(g.size - size)); err != nil {
			return nil, Report{Broken: err.Error()}
		}
		if why := g.overfull(); why != "" {
			return nil, Report{Broken: why}
		}
	}
	report.close()
	return g.units, report
}

// Bounds on what a file may grow to: each label carries its own copy of what it recalls.
const (
	mostUnits     = 50_000
	unfoldedTimes = 16
	mostUnfolded  = 32 << 20 // bytes beyond that many times those of the file
	mostRecalled  = 200_000  // graphics and templates of all labels together
	mostStored    = 200      // of one label
	mostSweeps    = 200      // deletions with wildcards that are followed

	tooManyStored = "it stores or recalls more than 200 graphics or templates"
)

// grouping combines each printing format with what it needs from before.
type grouping struct {
	report   *Report
	units    []Unit
	settings settings
	stored   map[stored]piece
	// What has been used of the bounds.
	sweeps, size, recalled int
	mostBytes              int
}

// overfull says which bound is exceeded; "" if none is.
func (g *grouping) overfull() string {
	switch {
	case len(g.units) > mostUnits:
		return fmt.Sprintf("the file holds more than %d labels: split it", mostUnits)
	case g.size > g.mostBytes || g.recalled > mostRecalled:
		return "its labels recall so many graphics and templates that the result would be too large: split the file"
	}
	return ""
}

func (g *grouping) takePiece(p piece) {
	if p.prints {
		g.addUnits(p)
	}
	for _, name := range p.defines {
		g.stored[name.at()] = g.storedOnly(p)
	}
	switch {
	case bytes.Equal(bytes.TrimSuffix(p.raw, []byte("\n")), []byte(reset[:len(reset)-1])):
		g.settings = nil
	case !p.recorded:
		g.settings = g.settings.add(p.settings)
	}
	for _, name := range p.deletes {
		g.deleteStored(name)
	}
}

// deleteStored drops a name that the file stored. It may not delete a name that it did not store.
func (g *grouping) deleteStored(name stored) {
	own := false
	switch {
	case !strings.Contains(name.name, "*"):
		_, own = g.stored[name.at()]
		delete(g.stored, name.at())
	case g.sweeps < mostSweeps:
		g.sweeps++
		for key := range g.stored {
			if name.covers(key) {
				delete(g.stored, key)
				own = true
			}
		}
	}
	if !own {
		g.report.remove(newToken(cmdID, ""))
	}
}

// addUnits adds a printing format: as one unit, or as several if its copies differ.
func (g *grouping) addUnits(p piece) {
	pieces, broken := g.gather(p)
	var asked copies
	for _, p := range pieces {
		if p.copies.quantity > 0 {
			asked = p.copies
		}
	}
	numbered, err := asked.numbered(pieces)
	switch {
	case err != nil:
		broken = cmp.Or(broken, err.Error())
	case asked.quantity > 1:
		g.report.addRepair(asked.describe(numbered))
	}
	for i := range numbered {
		if g.overfull() == "" {
			g.units = append(g.units, g.unit(numberedPieces(pieces, i, numbered), broken))
		}
	}
}

// gather returns a format with what it recalls and what it depends on, and why it must not be printed.
func (g *grouping) gather(p piece) (pieces []piece, broken string) {
	broken = p.broken
	before := g.settings.before(p)
	if p.classes&recalling != 0 {
		n := needs{stored: g.stored, seen: map[stored]bool{}}
		n.add(p.uses)
		for _, recalled := range n.pieces {
			if len(recalled.raw) > 0 {
				pieces = append(pieces, recalled)
			} else {
				p.damage = cmp.Or(p.damage, recalled.damage)
			}
		}
		g.recalled += len(n.pieces)
		for _, recalled := range n.pieces {
			if recalled.recorded {
				g.settings = g.settings.add(recalled.settings)
			}
		}
		broken = cmp.Or(broken, n.broken, n.lacking(p))
	}
	if before != nil {
		pieces = append(pieces, settingFormat(before))
	}
	pieces = append(pieces, p)
	return pieces, cmp.Or(broken, whyRefused(pieces))
}

// numberedPieces are the pieces with the serial numbers of one of several labels.
func numberedPieces(pieces []piece, index, labels int) []piece {
	pieces = slices.Clone(pieces)
	for i := range pieces {
		if p := &pieces[i]; labels > 1 && p.classes&serial != 0 {
			p.raw, _ = p.advanced(index) // tried before
		}
	}
	return pieces
}

// unit makes a unit of pieces of its own.
func (g *grouping) unit(pieces []piece, broken string) Unit {
	u := Unit{Broken: broken, pieces: pieces}
	var own []string
	if u.Broken == "" {
		own = u.nameUniquely()
	}
	for _, piece := range u.pieces {
		if piece.damage != "" {
			u.Repairs = append(u.Repairs, piece.damage)
		}
		u.Repairs = append(u.Repairs, piece.repairs...)
	}
	u.Data = u.bytes(own)
	g.size += len(u.Data)
	return u
}

// needs collects what a format recalls, and what that recalls in turn.
type needs struct {
	stored map[stored]piece
	seen   map[stored]bool
	pieces []piece
	absent []stored
	broken string
}

func (n *needs) add(names []stored) {
	for _, name := range names {
		place, known := lo.Find(name.places(), func(place stored) bool { _, there := n.stored[place]; return there })
		if !known && len(n.absent) < mostStored {
			n.absent = append(n.absent, name)
		}
		if !known || n.seen[place] {
			continue
		}
		if len(n.seen) == mostStored {
			n.broken = tooManyStored
			return
		}
		n.seen[place] = true
		piece := n.stored[place]
		n.add(piece.uses)
		n.pieces = append(n.pieces, piece)
		n.broken = cmp.Or(n.broken, piece.broken)
	}
}

// lacking says which recalled item is missing, if all that a format shows, or its numbered fields,
// would stay blank.
func (n *needs) lacking(p piece) string {
	alone := p.placed || p.classes&graphic != 0 || len(n.seen) > 0
	for _, name := range n.absent {
		if !alone || p.numbered && strings.HasSuffix(name.name, ".ZPL") {
			return "it recalls " + quoted(name.name) + ", which is not in the file, so it would print blank"
		}
	}
	return ""
}

// storedOnly is the piece reduced to storing again what it stored, without printing.
func (g *grouping) storedOnly(p piece) piece {
	if p.recorded || p.classes&download != 0 {
		return p
	}
	before := g.settings.before(p)
	raw := append(make([]byte, 0, len(before)+len(p.raw)), before...)
	for t := range tokens(p.raw) {
		if t.is(cmdIS) {
			t = t.with(append(bytes.Clone(firstValue(t.param())), ",N"...))
		}
		raw = append(raw, t.raw...)
	}
	p.raw, p.prints, p.template = raw, false, true
	p.classes |= settingFormat(before).classes
	return p
}

func (u Unit) bytes(own []string) []byte {
	if len(u.pieces) == 1 && len(own) == 0 && bytes.HasSuffix(u.pieces[0].raw, []byte("\n")) {
		return u.pieces[0].raw
	}
	size := 0
	for _, p := range u.pieces {
		size += len(p.raw) + 1
	}
	data := make([]byte, 0, size+len(own)*len("^IDR:12345678.GRF^FS")+len("^XA^XZ\n"))
	for _, p := range u.pieces {
		data = append(data, p.raw...)
		if len(p.raw) > 0 && data[len(data)-1] != '\n' {
			data = append(data, '\n')
		}
	}
	if len(own) == 0 {
		return data
	}
	data = append(data, "^XA"...)
	for _, name := range own {
		data = append(append(append(data, "^IDR:"...), name...), "^FS"...)
	}
	return append(data, "^XZ\n"...)
}
