package zpl

import (
	"bytes"

	"github.com/samber/lo"
)

// piece is a whole format, ^XA to ^XZ, or a download that stands outside one.
type piece struct {
	tokens  []token
	prints  bool
	defines []string // graphics and templates that it stores
	uses    []string // those that it recalls
	deletes []string
	broken  string
	repair  string
}

// cutter gathers tokens into pieces.
type cutter struct {
	pieces  []piece
	open    *piece
	report  *Report
	drawn   bool
	barcode bool
}

func cut(tokens []token, report *Report) []piece {
	c := &cutter{report: report}
	for _, t := range tokens {
		c.take(t)
	}
	c.end(true)
	return c.pieces
}

func (c *cutter) take(t token) {
	switch {
	case t.is("XA") && c.open == nil:
		c.begin(t)
	case t.is("XA"):
		if c.drawn {
			c.open.repair = "a format without its end (^XZ) was closed"
			c.end(false)
			c.begin(t)
			return
		}
		c.report.repaired("a doubled start of a format (^XA) was taken as one")
	case t.prefix == '~' && downloads[t.code]:
		c.download(t)
	case c.open == nil:
		c.report.remove(t)
	case t.is("XZ"):
		c.open.tokens = append(c.open.tokens, t)
		c.end(false)
	default:
		c.inside(t)
	}
}

// inside takes in a token of the open format, if it may be there. ^ID is left
// out silently: a unit deletes its own names after it has printed.
func (c *cutter) inside(t token) {
	if t.is("ID") {
		c.open.deletes = append(c.open.deletes, storedName(t))
		return
	}
	t, allowed := c.report.clean(t)
	if allowed {
		c.open.tokens = append(c.open.tokens, t)
		c.drawn = c.drawn || marks[t.code] || t.fieldData() && len(bytes.TrimSpace(t.param)) > 0
		c.barcode = c.barcode || isBarcode(t)
	}
}

func (c *cutter) begin(t token) {
	c.open, c.drawn, c.barcode = &piece{tokens: []token{t}}, false, false
}

// download keeps a graphic even where it stands within a format, before which
// it then goes: the printer takes it in at once.
func (c *cutter) download(t token) {
	if !c.report.cleanDownload(t) {
		return
	}
	p := piece{tokens: []token{t}, defines: []string{storedName(t)}}
	if t.short {
		p.broken = "a graphic is cut short"
	}
	c.pieces = append(c.pieces, p)
}

func (c *cutter) end(ofFile bool) {
	if c.open == nil {
		return
	}
	p := *c.open
	c.open = nil
	if last := p.tokens[len(p.tokens)-1]; !last.is("XZ") {
		if ofFile && (!last.is("FS") && last.prefix != 0 || !c.barcode) {
			p.broken = "the label is cut short: its end (^XZ) is missing"
		}
		if p.repair == "" {
			p.repair = "a format without its end (^XZ) was closed"
		}
		p.tokens = append(p.tokens, spelt(token{prefix: '^', code: "XZ"}))
	}
	describe(&p)
	c.pieces = append(c.pieces, p)
}

// describe finds out what a format does: print, store, recall, delete.
func describe(p *piece) {
	template, drawn := false, false
	for _, t := range p.tokens {
		switch {
		case t.short:
			p.broken = "a graphic is cut short"
		case t.is("DF"):
			template = true
			p.defines = append(p.defines, storedName(t))
		case t.is("IS"):
			template = template || savesOnly(t)
			p.defines = append(p.defines, storedName(t))
		case t.is("XG", "XF", "IL", "IM"):
			p.uses = append(p.uses, storedName(t))
		}
		drawn = drawn || t.prefix == '^' && marks[t.code]
		drawn = drawn || t.fieldData() && len(bytes.TrimSpace(t.param)) > 0 || t.is("SN")
	}
	p.uses = lo.Uniq(p.uses)
	p.prints = drawn && !template
}

func isBarcode(t token) bool {
	return t.prefix == '^' && len(t.code) == 2 && t.code[0] == 'B' && t.code != "BY"
}
