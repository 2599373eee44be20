package zpl

import (
	"bytes"
	"slices"
)

// piece is a whole format, ^XA to ^XZ, or a download that stands outside one.
type piece struct {
	raw      []byte // shared with the file where nothing had to be changed
	classes  class  // of all its commands
	text     bool   // a field has text
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
	data      []byte
	report    *Report
	pieces    []piece
	open      piece
	isOpen    bool
	from, to  int    // of the open format in data, as long as it is as it came
	spelt     []byte // the open format, once it is not
	indicator byte   // the escape indicator of the present field, 0 when it has none
	last      command
}

func cut(data []byte, report *Report) ([]piece, error) {
	s := newScanner(withoutDriverHead(data))
	c := &cutter{data: s.data, report: report}
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
		c.indicator = 0
		c.bare(t)
		c.keep(t)
	case t.class&download != 0:
		c.download(*t)
	case t.is(cmdXA):
		c.start(*t)
	case !c.isOpen:
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
	case c.open.text || c.open.classes&marking != 0:
		c.open.repair = "a format without its end (^XZ) was closed"
		c.end(false)
	default:
		c.report.mended("a doubled start of a format (^XA) was taken as one")
		return
	}
	c.open, c.isOpen, c.indicator = piece{}, true, 0
	c.from, c.to, c.spelt = max(t.start, 0), max(t.start, 0), nil
	c.bare(&t)
	c.keep(&t)
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
	if t.class&(storing|recalling) != 0 {
		c.noteName(*t)
	}
	if t.class&setsDefaults != 0 {
		c.open.carried.note(t)
	}
	c.open.beyondASCII = c.open.beyondASCII || t.traits&beyondASCII != 0
	c.open.text = c.open.text || (t.class&fieldData != 0 || t.code == cmdSN) && !isBlank(t.param())
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
	if c.last != cmdXZ {
		if ofFile && (c.last != cmdFS || c.open.classes&barcode == 0) {
			c.open.broken = "the label is cut short: its end (^XZ) is missing"
		}
		if c.open.repair == "" {
			c.open.repair = "a format without its end (^XZ) was closed"
		}
		end := newToken(cmdXZ, "")
		c.keep(&end)
	}
	p := c.open
	if p.raw = c.spelt; p.raw == nil {
		p.raw = c.data[c.from:c.to:c.to]
	}
	p.prints = (p.text || p.classes&marking != 0) && !p.template
	c.pieces = append(c.pieces, p)
}
