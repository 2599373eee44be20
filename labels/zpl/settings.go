package zpl

import (
	"bytes"
	"slices"
)

// setting is a command whose effect lasts beyond its label. isFirst says that nothing of the label
// depended on it before.
type setting struct {
	code    command
	param   []byte
	isFirst bool
}

// settings are what a file has set so far, in order. A printer keeps each of them, within formats and
// outside, until it is set again or switched off (ZPL II manual), and software that makes labels
// relies on it. What was set again in full is left out, so there are never many.
type settings []setting

const (
	mostSettings = 200
	wholeLabel   = class(0) // the last one of a label counts for all of it
	anyField     = placing | fieldData | marking | barcode | recalling
)

// dependants are the commands that a setting has an effect on.
func (c command) dependants() class {
	switch c {
	case cmdPO, cmdPM, cmdLT, cmdPW, cmdLL:
		return wholeLabel
	case cmdBY, cmdCV:
		return barcode | recalling
	case cmdCI, cmdSE, cmdPA, cmdCF, cmdCW, cmdFL, cmdFW:
		return fieldData | barcode | recalling
	case cmdMU:
		return measured | recalling
	}
	return anyField
}

// noteSetting records what a command of the open format sets.
func (c *cutter) noteSetting(t *token) {
	depends := c.open.classes&t.code.dependants() != 0
	c.open.settings = append(c.open.settings, setting{t.code, bytes.TrimSpace(t.param()), !depends})
}

// add takes over what a format, or a command outside of one, leaves set.
func (s settings) add(more settings) settings {
	for _, next := range more {
		kept := s[:0]
		for _, old := range s {
			if old.code == cmdMU || !next.replaces(old) {
				kept = append(kept, old)
			}
		}
		s = withoutIdleUnits(append(kept, next))
	}
	return s[max(0, len(s)-mostSettings):]
}

// withoutIdleUnits removes units (^MU) in which nothing was set.
func withoutIdleUnits(s settings) settings {
	kept := s[:0]
	for _, next := range s {
		for len(kept) > 0 && next.code == cmdMU && next.replaces(kept[len(kept)-1]) {
			kept = kept[:len(kept)-1]
		}
		kept = append(kept, next)
	}
	return kept
}

// replaces reports whether nothing of an earlier setting has an effect any more.
func (s setting) replaces(old setting) bool {
	if s.code != old.code {
		return false
	}
	if s.code == cmdCI {
		return true
	}
	values, oldValues := bytes.Split(s.param, []byte(",")), bytes.Split(old.param, []byte(","))
	for i, value := range oldValues {
		if isKey := s.code == cmdCW && i == 0 || s.code == cmdFL && i < 2; isKey {
			if i >= len(values) || !bytes.EqualFold(value, values[i]) {
				return false
			}
		} else if !isBlank(value) && (i >= len(values) || isBlank(values[i])) {
			return false
		}
	}
	return true
}

// before is a format with the settings on which p depends and which it does not set itself, as they
// were set; nil if there are none.
func (s settings) before(p piece) []byte {
	var needed settings
	for _, next := range s {
		used := next.code.dependants()
		switch {
		case next.code == cmdMU:
			needed = append(needed, next)
			continue
		case used != wholeLabel && p.classes&used == 0, (next.code == cmdCI || next.code == cmdSE) && !p.needsEncoding(next):
			continue
		case p.setsFirst(next):
			continue
		}
		needed = append(needed, next)
	}
	needed = withoutIdleUnits(needed)
	for last := len(needed) - 1; last >= 0 && needed[last].code == cmdMU && p.setsFirst(needed[last]); last-- {
		needed = needed[:last]
	}
	if len(needed) == 0 {
		return nil
	}
	out := []byte("^XA")
	for _, next := range needed {
		out = append(append(append(out, '^'), next.code.String()...), next.param...)
	}
	return append(out, "^XZ"...)
}

// setsFirst reports whether p sets something itself before anything in it depends on it.
func (p *piece) setsFirst(s setting) bool {
	return slices.ContainsFunc(p.settings, func(own setting) bool {
		return own.replaces(s) && (own.isFirst || own.code.dependants() == wholeLabel)
	})
}

// needsEncoding reports whether p shows text that looks different in another encoding: letters and
// digits are the same in all of them, unless characters are exchanged (^CI with pairs).
func (p *piece) needsEncoding(s setting) bool {
	if p.beyondASCII || p.classes&recalling != 0 || bytes.IndexByte(s.param, ',') >= 0 {
		return true
	}
	for t := range tokens(p.raw) {
		if t.class&fieldData != 0 && bytes.ContainsAny(t.param(), "#$@[\\]^`{|}~") {
			return true
		}
	}
	return false
}

// settingFormat is a format that sets what a label depends on, as a piece.
func settingFormat(raw []byte) piece {
	p := piece{raw: raw}
	for t := range tokens(raw) {
		p.classes |= t.class | t.setsMore()
	}
	return p
}

// setsMore is what ^FW and ^MU set with more than one value.
func (t *token) setsMore() class {
	switch {
	case t.prefix != '^' || t.code != cmdFW && t.code != cmdMU || bytes.IndexByte(t.param(), ',') < 0:
		return 0
	case t.code == cmdFW:
		return setsJustification
	}
	return setsScale
}
