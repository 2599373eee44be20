package zpl

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/despacho/despacho/labels/budget"
)

// piece is a whole format, ^XA to ^XZ, or a download outside of one.
type piece struct {
	raw      []byte // shared with the file if nothing had to be changed
	classes  class  // of all its commands
	text     bool   // a field has text
	placed   bool   // and one of these is printed without a template
	numbered bool   // and one is for a template's numbered field (^FN)
	template bool   // it is stored and not printed
	recorded bool   // its commands are stored, to be carried out when it is recalled (^DF)
	prints   bool
	settings settings
	copies   copies
	defines  []stored // graphics and templates that it stores
	uses     []stored // those that it recalls
	deletes  []stored
	broken   string
	damage   string // of a graphic
	repairs  []string

	beyondASCII bool
}

// cutter collects tokens into pieces.
type cutter struct {
	within    *budget.Budget
	scanner   *scanner
	data      []byte
	report    *Report
	pieces    []piece
	open      piece
	isOpen    bool
	from, to  int    // of the open format in data, while it is unchanged
	spelt     []byte // the open format, once it was changed
	units     byte   // of ^MU: d, m or i; 0 until it is set
	indicator byte   // the escape indicator of the present field, 0 when it has none
	number    bool   // the present field has a number
	last      command
	begun     bool // the file had a start or an end of a format
	headless  bool // the open format has no start of its own
}

func cutPieces(within *budget.Budget, data []byte, report *Report) ([]piece, error) {
	s := newScanner(withoutDriverHead(data))
	c := &cutter{within: within, scanner: s, data: s.data, report: report}
	var t token
	for s.at < len(s.data) && s.err == nil {
		s.next(&t)
		c.takeToken(&t)
		if len(c.pieces) > mostUnits {
			s.err = fmt.Errorf("the file holds more than %d labels: split it", mostUnits)
		}
	}
	c.end(true)
	return c.pieces, s.err
}

// withoutDriverHead removes the byte order mark and the words with which Zebra's drivers set the
// prefixes to the default ones.
func withoutDriverHead(data []byte) []byte {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	return bytes.TrimPrefix(data, []byte("CT~~CD,~CC^~CT~"))
}

func (c *cutter) takeToken(t *token) {
	switch {
	case c.isOpen && t.class&^(barcode|marking|placing|measured) == drawing && t.traits&^beyondASCII == 0: // most of a label
		c.keepToken(t)
	case c.isOpen && t.is(cmdFS):
		c.indicator, c.number = 0, false
		c.bare(t)
		c.keepToken(t)
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
		c.open.addRepair("a format without its end (^XZ) was closed")
		c.end(false)
	default:
		c.report.addRepair("a repeated format start (^XA) was ignored")
		return
	}
	c.begin(&t)
	c.begun = true
}

func (c *cutter) begin(t *token) {
	c.open, c.isOpen, c.indicator, c.number, c.headless = piece{}, true, 0, false, false
	c.from, c.to, c.spelt = max(t.start, 0), max(t.start, 0), nil
	c.bare(t)
	c.keepToken(t)
}

// startHeadless begins a format that may lack its start.
func (c *cutter) startHeadless(t *token) {
	start := newToken(cmdXA, "")
	c.begin(&start)
	c.headless = true
	c.inside(t)
}

// close ends the open format, including a line end after it.
func (c *cutter) close(t token) {
	param := t.param()
	c.report.removeText(param)
	t.raw = t.raw[:t.begin]
	if len(param) > 0 && param[0] == '\n' {
		t.raw = t.raw[:t.begin+1]
	}
	c.keepToken(&t)
	c.end(false)
}

// bare removes what follows ^XA and ^FS, except blanks.
func (c *cutter) bare(t *token) {
	if param := t.param(); len(param) > 1 && !isBlank(param) || len(param) == 1 && param[0] > ' ' {
		c.report.removeText(param)
		t.raw = t.raw[:t.begin]
	}
}

// keepToken adds a token to the open format.
func (c *cutter) keepToken(t *token) {
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

// inside processes a token of the open format, if it may be there.
func (c *cutter) inside(t *token) {
	switch {
	case t.is(cmdID):
		c.open.deletes = append(c.open.deletes, storedName(*t))
		return
	case !c.report.allows(t):
		c.report.remove(*t)
		return
	case t.is(cmdFH):
		c.indicator = indicatorOf(*t)
		c.open.beyondASCII = true
	}
	if c.cleanParameter(t, &c.open); len(t.raw) == 0 {
		return
	}
	c.number = c.number || t.is(cmdFN)
	t.class |= t.setsMore()
	if t.class&(storing|recalling) != 0 {
		c.noteName(*t)
	}
	if t.class&lasting != 0 {
		if !c.fitsPaper(t) {
			return
		}
		c.noteSetting(t)
	}
	c.open.beyondASCII = c.open.beyondASCII || t.class&(fieldData|serial) != 0 && t.traits&beyondASCII != 0
	if (t.class&fieldData != 0 || t.code == cmdSN) && !isBlank(t.param()) {
		c.open.text = true
		c.open.numbered = c.open.numbered || c.number
		c.open.placed = c.open.placed || !c.number
	}
	c.keepToken(t)
}

func (c *cutter) noteName(t token) {
	name := storedName(t)
	if len(c.open.uses) > mostStored || len(c.open.defines) > mostStored {
		c.open.broken = tooManyStored
		return
	}
	if t.class&storing != 0 {
		c.open.recorded = c.open.recorded || t.code == cmdDF
		c.open.template = c.open.recorded || savesOnly(t)
		c.open.defines = append(c.open.defines, name)
	} else if !slices.Contains(c.open.uses, name) {
		c.open.uses = append(c.open.uses, name)
	}
}

// download keeps a graphic even if it is within a format, and puts it before that format: the
// printer stores it at once.
func (c *cutter) download(t token) {
	if !allowsDownload(t) {
		c.report.remove(t)
		return
	}
	p := piece{defines: []stored{storedName(t)}}
	c.cleanParameter(&t, &p)
	p.raw, p.classes = t.raw, t.class
	p.prints = p.broken != "" // refused like a label, because labels may be lost with it
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
		p.addRepair("a format without its end (^XZ) was closed")
		end := newToken(cmdXZ, "")
		c.keepToken(&end)
	}
	if p.raw = c.spelt; p.raw == nil {
		p.raw = c.data[c.from:c.to:c.to]
	}
	p.prints = p.marks() && !p.template
	if !p.prints && len(p.settings)+len(p.defines)+len(p.deletes) == 0 {
		return
	}
	c.pieces = append(c.pieces, *p)
}

// addRepair notes once what was repaired.
func (p *piece) addRepair(what string) {
	const most = 20
	if len(p.repairs) < most && !slices.Contains(p.repairs, what) {
		p.repairs = append(p.repairs, what)
	}
}

// marks reports whether a format leaves something on paper.
func (p *piece) marks() bool { return p.text || p.classes&marking != 0 }

// takeHeadless repairs a format without a start if it has an end. Of anything else that is outside
// formats it keeps what is set. At the beginning of a file it may be the rest of a label that was
// cut, unless it has a barcode.
func (c *cutter) takeHeadless() bool {
	first := !c.begun
	c.begun = true
	if c.last != cmdXZ || !c.open.marks() && len(c.open.defines) == 0 {
		for t := range tokens(c.spelt) {
			if !t.is(cmdXA) && t.class&lasting == 0 {
				c.report.remove(t)
			}
		}
		c.pieces = append(c.pieces, piece{settings: c.open.settings})
		return false
	}
	if first && c.open.classes&barcode == 0 {
		c.open.broken = "the label is cut short: its start (^XA) is missing"
	}
	c.open.addRepair("a format without its start (^XA) was opened")
	return true
}
