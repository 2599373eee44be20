// Package zpl cuts files in Zebra's printer language into whole labels and
// joins labels so that none changes how the next one prints. [Split] and [Join]
// are the functions to begin with. Commands are named as in the ZPL II manual.
package zpl

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/samber/lo"
)

// Unit is one label: one printing format with the graphics and templates that
// it recalls, the set-up formats that came before it and the deletion of what
// it stored. Data stands alone and uses the default prefixes. Broken says in
// plain words why it must not be printed; Repairs what was mended.
type Unit struct {
	Data    []byte
	Broken  string
	Repairs []string

	pieces []piece
}

// Split cuts a file into its labels. What prints is untouched; what stands
// outside formats is left out and reported. A file without a label gives none.
func Split(data []byte) ([]Unit, Report) {
	var report Report
	pieces, err := cut(data, &report)
	if err != nil {
		return nil, Report{Broken: err.Error()}
	}
	g := grouping{report: &report, stored: map[stored]piece{}}
	g.units = make([]Unit, 0, len(pieces))
	for _, p := range pieces {
		g.take(p)
		switch {
		case len(g.units) > mostUnits:
			return nil, Report{Broken: fmt.Sprintf("the file holds more than %d labels: split it", mostUnits)}
		case g.size > len(data)+mostUnfolded || g.recalled > mostRecalled:
			return nil, Report{Broken: "its labels recall so many graphics and templates that they unfold to too much: split the file"}
		}
	}
	report.close()
	return g.units, report
}

// What a file may unfold to: each label carries its own copy of what it recalls.
const (
	mostUnits    = 100_000
	mostUnfolded = 128 << 20 // bytes beyond those of the file
	mostRecalled = 200_000   // graphics and templates of all labels together
	mostStored   = 200       // of one label
	mostSetup    = 16        // distinct set-up formats that a file's later labels carry
	mostSweeps   = 200       // deletions with wildcards that are followed

	tooManyStored = "it stores or recalls more than 200 graphics or templates"
)

// grouping puts beside each printing format what it needs from before.
type grouping struct {
	report  *Report
	units   []Unit
	setup   []piece
	carried carried // of printed formats
	stored  map[stored]piece
	// What has been spent of the bounds.
	sweeps, size, recalled int
}

func (g *grouping) take(p piece) {
	if p.prints {
		g.units = append(g.units, g.unit(p))
		g.carried.add(p.carried)
	} else if len(p.defines) == 0 {
		g.setUp(p)
	}
	for _, name := range p.defines {
		g.stored[name.at()] = p.storedOnly()
	}
	for _, name := range p.deletes {
		g.delete(name)
	}
}

// setUp keeps a format that changes how later ones print.
func (g *grouping) setUp(p piece) {
	p.raw = bytes.TrimSuffix(p.raw, []byte("\n"))
	if bytes.Equal(p.raw, []byte(reset[:len(reset)-1])) {
		g.setup, g.carried = nil, carried{}
		return
	}
	if !p.sets {
		return
	}
	g.carried.forget(p.carried)
	g.setup = append(slices.DeleteFunc(slices.Clone(g.setup), func(other piece) bool { return bytes.Equal(other.raw, p.raw) }), p)
	g.setup = g.setup[max(0, len(g.setup)-mostSetup):]
}

// delete forgets a name that the file stored. A name that it did not store is
// not its own to delete.
func (g *grouping) delete(name stored) {
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

func (g *grouping) unit(p piece) Unit {
	u := Unit{Broken: p.broken, pieces: slices.Clone(g.setup)}
	if missing := g.carried.missingIn(p); missing != nil {
		u.pieces = append(u.pieces, piece{raw: slices.Concat([]byte("^XA"), missing, []byte("^XZ")), classes: setsFont})
	}
	if p.classes&recalling != 0 {
		n := needs{stored: g.stored, seen: map[stored]bool{}}
		n.add(p.uses)
		u.pieces = append(u.pieces, n.pieces...)
		g.recalled += len(n.pieces)
		u.Broken = lo.CoalesceOrEmpty(u.Broken, n.broken, n.lacking(p))
	}
	u.pieces = append(u.pieces, p)
	u.Broken = lo.CoalesceOrEmpty(u.Broken, refusal(u.pieces))
	var own []string
	if u.Broken == "" {
		own = u.nameUniquely()
	}
	for _, piece := range u.pieces {
		if piece.repair != "" {
			u.Repairs = append(u.Repairs, piece.repair)
		}
	}
	u.Data = u.bytes(own)
	g.size += len(u.Data)
	return u
}

// needs gathers what a format recalls, and what that recalls in turn.
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
		n.broken = lo.CoalesceOrEmpty(n.broken, piece.broken)
	}
}

// lacking says what a format recalls in vain, when all of it, or its numbered
// fields, would stay blank.
func (n *needs) lacking(p piece) string {
	alone := p.placed || p.classes&graphic != 0 || len(n.seen) > 0
	for _, name := range n.absent {
		if !alone || p.numbered && strings.HasSuffix(name.name, ".ZPL") {
			return "it recalls " + quoted(name.name) + ", which the file does not bring, and would print blank"
		}
	}
	return ""
}

// storedOnly is the piece as it stores again what it stored, without a print.
func (p piece) storedOnly() piece {
	if !p.prints {
		return p
	}
	var raw []byte
	for t := range tokens(p.raw) {
		if t.is(cmdIS) {
			t = t.with(append(bytes.Clone(firstValue(t.param())), ",N"...))
		}
		raw = append(raw, t.raw...)
	}
	p.raw, p.prints, p.template = raw, false, true
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
		if data[len(data)-1] != '\n' {
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
