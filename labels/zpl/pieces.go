package zpl

import (
	"bytes"
	"cmp"
	"slices"
)

// piece is a whole format, ^XA to ^XZ, or a download that stands outside one.
type piece struct {
	raw      []byte // shared with the file where nothing had to be changed
	classes  class  // of all its commands
	text     bool   // a field has text
	placed   bool   // and one of these stands on the label by itself
	numbered bool   // and one waits for a template's place for it (^FN)
	sets     bool   // it holds more than its start, its end and remarks
	template bool   // it is stored and not printed
	prints   bool
	carried  carried
	defines  []stored // graphics and templates that it stores
	uses     []stored // those that it recalls
	deletes  []stored
	broken   string
	repair   string

	beyondASCII bool
}

// cutter gathers tokens into pieces.
type cutter struct {
	scanner   *scanner
	data      []byte
	report    *Report
	pieces    []piece
	open      piece
	isOpen    bool
	from, to  int    // of the open format in data, as long as it is as it came
	spelt     []byte // the open format, once it is not
	indicator byte   // the escape indicator of the present field, 0 when it has none
	number    bool   // the present field has a number
	last      command
	begun     bool // the file had a start or an end of a format
	headless  bool // the open format has no start of its own
}

func cut(data []byte, report *Report) ([]piece, error) {
	s := newScanner(withoutDriverHead(data))
	c := &cutter{scanner: s, data: s.data, report: report}
	var t token
	for s.at < len(s.data) && s.err == nil {
		s.next(&t)
		c.take(&t)
	}
	c.end(true)
	return c.pieces, s.err
}

// withoutDriverHead leaves out the byte order mark and the words with which
// Zebra's drivers set the prefixes to the default ones.
func withoutDriverHead(data []byte) []byte {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	return bytes.TrimPrefix(data, []byte("CT~~CD,~CC^~CT~"))
}

func (c *cutter) take(t *token) {
	switch {
	case c.isOpen && t.class&^(barcode|marking) == drawing && t.traits&^beyondASCII == 0: // most of a label
		c.open.sets = true
		c.keep(t)
	case c.isOpen && t.is(cmdFS):
		c.indicator, c.number = 0, false
		c.bare(t)
		c.keep(t)
	case t.class&download != 0:
		c.download(*t)
	case t.is(cmdXA):
		c.start(*t)
	case !c.isOpen && t.class&drawing != 0 && t.class&bare == 0 && t.code != cmdFX:
		c.startHeadless(t)
	case !c.isOpen:
		c.begun = c.begun || t.is(cmdXZ)
		c.report.remove(*t)
	case t.is(cmdXZ):
		c.close(*t)
	default:
		c.inside(t)
	}
}

func (c *cutter) start(t token) {
	switch {
	case !c.isOpen:
	case c.headless:
		c.end(false)
	case c.open.text || c.open.classes&marking != 0:
		c.open.repair = "a format without its end (^XZ) was closed"
		c.end(false)
	default:
		c.report.mended("a doubled start of a format (^XA) was taken as one")
		return
	}
	c.begin(&t)
	c.begun = true
}

func (c *cutter) begin(t *token) {
	c.open, c.isOpen, c.indicator, c.number, c.headless = piece{}, true, 0, false, false
	c.from, c.to, c.spelt = max(t.start, 0), max(t.start, 0), nil
	c.bare(t)
	c.keep(t)
}

// startHeadless takes in a format that may lack its start.
func (c *cutter) startHeadless(t *token) {
	start := newToken(cmdXA, "")
	c.begin(&start)
	c.headless = true
	c.inside(t)
}

// close ends the open format; a line end goes along.
func (c *cutter) close(t token) {
	param := t.param()
	c.report.removeText(param)
	t.raw = t.raw[:t.begin]
	if len(param) > 0 && param[0] == '\n' {
		t.raw = t.raw[:t.begin+1]
	}
	c.keep(&t)
	c.end(false)
}

// bare takes away what follows ^XA and ^FS, except for blanks.
func (c *cutter) bare(t *token) {
	if param := t.param(); len(param) > 1 && !isBlank(param) || len(param) == 1 && param[0] > ' ' {
		c.report.removeText(param)
		t.raw = t.raw[:t.begin]
	}
}

// keep adds a token to the open format.
func (c *cutter) keep(t *token) {
	c.open.classes |= t.class
	c.last = t.code
	if c.spelt == nil && t.start == c.to && t.start >= 0 {
		c.to += len(t.raw)
		return
	}
	if c.spelt == nil {
		c.spelt = append(make([]byte, 0, c.to-c.from+1024), c.data[c.from:c.to]...)
	}
	c.spelt = append(c.spelt, t.raw...)
}

// inside takes in a token of the open format, if it may be there.
func (c *cutter) inside(t *token) {
	switch {
	case t.is(cmdID):
		c.open.deletes = append(c.open.deletes, storedName(*t))
		return
	case !c.report.allows(t):
		c.report.remove(*t)
		return
	case t.is(cmdFH):
		c.indicator = '_'
		if param := bytes.TrimSpace(t.param()); len(param) > 0 {
			c.indicator = param[0]
		}
		c.open.beyondASCII = true
	}
	c.clean(t)
	if t.traits&cutShort != 0 {
		c.open.broken = "a graphic is cut short"
	}
	c.number = c.number || t.is(cmdFN)
	if t.is(cmdFW) && bytes.IndexByte(t.param(), ',') >= 0 {
		t.class |= setsJustification
	}
	if t.class&(storing|recalling) != 0 {
		c.noteName(*t)
	}
	if t.class&setsDefaults != 0 {
		c.open.carried.note(t)
	}
	c.open.beyondASCII = c.open.beyondASCII || t.traits&beyondASCII != 0
	if (t.class&fieldData != 0 || t.code == cmdSN) && !isBlank(t.param()) {
		c.open.text = true
		c.open.numbered = c.open.numbered || c.number
		c.open.placed = c.open.placed || !c.number
	}
	c.open.sets = c.open.sets || t.code != cmdFX
	c.keep(t)
}

func (c *cutter) noteName(t token) {
	name := storedName(t)
	if len(c.open.uses) > mostStored || len(c.open.defines) > mostStored {
		c.open.broken = tooManyStored
		return
	}
	if t.class&storing != 0 {
		c.open.template = c.open.template || t.code == cmdDF || savesOnly(t)
		c.open.defines = append(c.open.defines, name)
	} else if !slices.Contains(c.open.uses, name) {
		c.open.uses = append(c.open.uses, name)
	}
}

// download keeps a graphic even where it stands within a format, before which
// it then goes: the printer takes it in at once.
func (c *cutter) download(t token) {
	if !allowsDownload(t) {
		c.report.remove(t)
		return
	}
	c.clean(&t)
	p := piece{raw: t.raw, classes: t.class, defines: []stored{storedName(t)}}
	if t.traits&cutShort != 0 {
		p.broken = "a graphic is cut short"
	}
	c.pieces = append(c.pieces, p)
}

func (c *cutter) end(ofFile bool) {
	if !c.isOpen {
		return
	}
	c.isOpen = false
	p := &c.open
	if c.headless && !c.takeHeadless() {
		return
	}
	if c.last != cmdXZ {
		if ofFile && (c.last != cmdFS || p.classes&barcode == 0) {
			p.broken = "the label is cut short: its end (^XZ) is missing"
		}
		p.repair = cmp.Or(p.repair, "a format without its end (^XZ) was closed")
		end := newToken(cmdXZ, "")
		c.keep(&end)
	}
	if p.raw = c.spelt; p.raw == nil {
		p.raw = c.data[c.from:c.to:c.to]
	}
	p.prints = p.marks() && !p.template
	c.pieces = append(c.pieces, *p)
}

// marks is true for a format that leaves something on paper.
func (p *piece) marks() bool { return p.text || p.classes&marking != 0 }

// takeHeadless mends a format without a start when it has an end, and takes out
// anything else that stands outside formats. At the beginning of a file it may
// be the rest of a label, unless a barcode came with it.
func (c *cutter) takeHeadless() bool {
	first := !c.begun
	c.begun = true
	if c.last != cmdXZ || !c.open.marks() && len(c.open.defines) == 0 {
		for t := range tokens(c.spelt) {
			if !t.is(cmdXA) {
				c.report.remove(t)
			}
		}
		return false
	}
	if first && c.open.classes&barcode == 0 {
		c.open.broken = "the label is cut short: its start (^XA) is missing"
	}
	c.open.repair = "a format without its start (^XA) was opened"
	return true
}
