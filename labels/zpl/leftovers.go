package zpl

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// leftovers is what the last label set and what has no neutral value, so that it is reset only
// after a label that set it: to no other resolution, to the print head of a 4 in printer and 6 in of
// length at 8 dots/mm, to no shift, plain layout, justification by the script and the printer's fonts.
type leftovers struct {
	set   class
	fonts []string // the commands that reset fonts
}

var leftoverCommands = []struct {
	class    class
	command  string
	forWhole bool // it counts for the whole label, wherever the label sets it
}{{setsScale, "^MUD,200,200", false}, {setsWidth, "^PW832", true}, {setsLength, "^LL1218", true}, {setsTop, "^LT0", true}, {setsLayout, "^PA0,0,0,0", false}, {setsJustification, "^FWN,2", false}}

const leavesBehind = setsScale | setsWidth | setsLength | setsTop | setsLayout | setsJustification | setsFont | linksFont

// before is a format that resets what the label before u set and u does not set itself. It comes
// before the general reset, so that it is not taken for a part of u when the file is joined again.
func (l *leftovers) before(u Unit) string {
	var sets class
	for _, p := range u.pieces {
		sets |= p.classes
	}
	if (l.set|sets)&leavesBehind == 0 {
		return ""
	}
	var back strings.Builder
	for _, leftover := range leftoverCommands {
		if l.set&leftover.class != 0 && (sets&leftover.class == 0 || !leftover.forWhole) {
			back.WriteString(leftover.command)
		}
	}
	back.WriteString(strings.Join(l.fonts, ""))
	l.set, l.fonts = sets, nil
	if sets&(setsFont|linksFont) != 0 {
		l.noteFonts(u)
	}
	if back.Len() == 0 {
		return ""
	}
	return "^XA^MUD" + back.String() + "^XZ\n"
}

// noteFonts records letters that were assigned another font (^CW) and fonts that were linked (^FL).
func (l *leftovers) noteFonts(u Unit) {
	for _, p := range u.pieces {
		for t := range tokens(p.raw) {
			values := bytes.Split(bytes.TrimSpace(t.param()), []byte(","))
			switch {
			case t.is(cmdCW) && len(values[0]) == 1 && isLetterOrDigit(values[0][0]):
				l.noteFont("^CW" + string(values[0]) + ",Z:" + builtIn(capital(values[0][0])) + ".FNT")
			case t.is(cmdFL) && len(values) > 1 && isFontName(values[0]) && isFontName(values[1]):
				l.noteFont("^FL" + string(values[0]) + "," + string(values[1]) + ",0")
			}
		}
	}
}

func (l *leftovers) noteFont(command string) {
	if !slices.Contains(l.fonts, command) {
		l.fonts = append(l.fonts, command)
	}
}

// builtIn is the printer's own font for a letter; A if it has none.
func builtIn(letter byte) string {
	if strings.IndexByte("0ABCDEFGHPQRSTUV", letter) >= 0 {
		return string(letter)
	}
	return "A"
}

func isFontName(name []byte) bool { return fontName.Match(name) }

var fontName = regexp.MustCompile(`^([A-Za-z]:)?[A-Za-z0-9_-]{1,16}\.[A-Za-z]{3}$`)
