// Package zpl cuts files in Zebra's printer language into whole labels and
// joins labels so that none changes how the next one prints. [Split] and [Join]
// are the functions to begin with. Commands are named as in the ZPL II manual.
package zpl

import (
	"bytes"
	"fmt"
	"slices"

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

// Report tells what was found around the units and left out or mended.
type Report struct {
	Removed []Removed
	Repairs []string
	Broken  string // why the whole file cannot be cut into units
}

// Removed is a command, or text between commands, that was taken out.
type Removed struct {
	Command string // as "~JR"; "text" for text between commands
	Count   int
}

// Split cuts a file into its labels. What prints is untouched; what stands
// outside formats is left out and reported. A file without a label gives none.
func Split(data []byte) ([]Unit, Report) {
	var report Report
	tokens, err := scan(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	if err != nil {
		report.Broken = err.Error()
		return nil, report
	}
	g := grouping{stored: map[string]piece{}}
	for _, p := range cut(tokens, &report) {
		g.take(p)
		if len(g.units) > mostUnits || g.size > largestFile {
			report.Broken = fmt.Sprintf("the file holds more than %d labels or unfolds to more than %d bytes", mostUnits, largestFile)
			return nil, report
		}
	}
	return g.units, report
}

// What a file may unfold to: each label carries its own copy of what it recalls.
const (
	mostUnits   = 5_000
	largestFile = 256 << 20
	mostStored  = 200 // graphics and templates of one label
)

// grouping puts beside each printing format what it needs from before.
type grouping struct {
	units  []Unit
	setup  []piece
	stored map[string]piece
	size   int
}

// mostSetup bounds the distinct set-up formats that a file's later labels carry.
const mostSetup = 16

func (g *grouping) take(p piece) {
	switch {
	case p.prints:
		g.units = append(g.units, g.unit(p))
	case len(p.defines) > 0:
		for _, name := range p.defines {
			g.stored[name] = p
		}
	case len(p.deletes) > 0:
		for _, name := range p.deletes {
			delete(g.stored, name)
		}
	default:
		same := func(other piece) bool { return bytes.Equal(rawOf(other), rawOf(p)) }
		g.setup = lastOf(append(slices.DeleteFunc(g.setup, same), p), mostSetup)
	}
}

func lastOf(pieces []piece, most int) []piece {
	return pieces[max(0, len(pieces)-most):]
}

func (g *grouping) unit(p piece) Unit {
	var needed []piece
	broken := p.broken
	seen := map[string]bool{}
	var need func(names []string)
	need = func(names []string) {
		for _, name := range names {
			stored, known := g.stored[name]
			if !known || seen[name] {
				continue
			}
			if len(seen) == mostStored {
				broken = fmt.Sprintf("it recalls more than %d stored graphics or templates", mostStored)
				return
			}
			seen[name] = true
			need(stored.uses)
			needed = append(needed, stored)
			broken = lo.CoalesceOrEmpty(broken, stored.broken)
		}
	}
	need(p.uses)
	u := Unit{Broken: broken, pieces: append(append(slices.Clone(g.setup), needed...), p)}
	u.bringHome()
	u.Broken = lo.CoalesceOrEmpty(u.Broken, refusal(u.pieces))
	for _, piece := range u.pieces {
		if piece.repair != "" {
			u.Repairs = append(u.Repairs, piece.repair)
		}
	}
	u.Data = u.bytes()
	g.size += len(u.Data)
	return u
}

// own are the names that the unit stores itself.
func (u Unit) own() []string {
	return lo.Uniq(lo.FlatMap(u.pieces, func(p piece, _ int) []string { return p.defines }))
}

// bringHome has the unit's own names live in memory R: and notes the others.
func (u *Unit) bringHome() {
	own := u.own()
	for i, p := range u.pieces {
		for _, name := range lo.Without(p.uses, own...) {
			u.Repairs = append(u.Repairs, fmt.Sprintf("it recalls %q, which it does not bring: that part may stay blank", name))
		}
		u.pieces[i].tokens = lo.Map(p.tokens, func(t token, _ int) token {
			if resident[t.code] != "" && slices.Contains(own, storedName(t)) {
				return toMemory(t)
			}
			return t
		})
	}
}

func (u Unit) bytes() []byte {
	var out bytes.Buffer
	for _, p := range u.pieces {
		raw := rawOf(p)
		out.Write(raw)
		if !bytes.HasSuffix(raw, []byte("\n")) {
			out.WriteByte('\n')
		}
	}
	out.Write(deletion(u.own()))
	return out.Bytes()
}

func rawOf(p piece) []byte {
	return bytes.Join(lo.Map(p.tokens, func(t token, _ int) []byte { return t.raw }), nil)
}

func deletion(names []string) []byte {
	if len(names) == 0 {
		return nil
	}
	var out bytes.Buffer
	out.WriteString("^XA")
	for _, name := range names {
		out.WriteString("^IDR:" + name + "^FS")
	}
	out.WriteString("^XZ\n")
	return out.Bytes()
}

func (r *Report) repaired(what string) { r.Repairs = lo.Uniq(append(r.Repairs, what)) }

func (r *Report) remove(t token) {
	name := "text"
	if t.prefix != 0 {
		name = string(t.prefix) + t.code
	} else if len(bytes.Trim(t.param, " \t\r\n\x00\x1a\x04")) == 0 {
		return
	}
	for i := range r.Removed {
		if r.Removed[i].Command == name {
			r.Removed[i].Count++
			return
		}
	}
	r.Removed = append(r.Removed, Removed{Command: name, Count: 1})
}
