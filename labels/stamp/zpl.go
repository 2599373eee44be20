package stamp

import (
	"bytes"
	"errors"
	"fmt"
	"math"

	"github.com/despacho/despacho/labels/zpl"
)

// The comments between which a stamp stands in ZPL.
const (
	zplBegin = "^FX DESPACHO-BEGIN^FS"
	zplEnd   = "^FX DESPACHO-END^FS"
)

var errManyUnits = errors.New("the file holds more than one label: stamp each by itself")

// ZPL stamps one unit of [zpl.Split]. Each of its fields stays as it was, byte by
// byte; a slip is a label of its own behind it. An error says that the label
// cannot be printed, holds several, or the stamp's number is none.
func ZPL(label []byte, s Stamp) (Stamped, error) {
	s, err := s.prepared()
	if err != nil {
		return Stamped{}, err
	}
	label, err = oneUnit(label)
	if err != nil {
		return Stamped{}, fmt.Errorf("stamp a ZPL label: %w", err)
	}
	if s.empty() {
		return Stamped{Data: label}, nil
	}
	drawn := readZPL(label)
	m := drawn.measures()
	if reason := drawn.unmeasured; reason != "" {
		return drawn.withSlip(label, s, m, reason), nil
	}
	g := drawn.grid(m)
	found, ok := findStrip(g, m)
	if !ok {
		return drawn.withSlip(label, s, m, "no strip is free"), nil
	}
	texts, left := layout(s, found.rect, m)
	stamped := make([]byte, 0, len(label)+512)
	stamped = append(stamped, label[:drawn.end]...)
	stamped = append(stamped, zplBegin...)
	stamped = drawn.appendFields(stamped, texts)
	stamped = append(stamped, zplEnd...)
	stamped = append(stamped, label[drawn.end:]...)
	return Stamped{Data: stamped, Where: found.place, Notes: shortenedNote(left)}, nil
}

func shortenedNote(left int) []string {
	if left == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%d lines had no room on the label", left)}
}

// oneUnit gives the label in default prefixes and without an earlier stamp. That
// is taken away first: what else the label holds may depend on all of it.
func oneUnit(label []byte) ([]byte, error) {
	units, report := zpl.Split(withoutStamps(label))
	switch {
	case report.Broken != "":
		return nil, errors.New(report.Broken)
	case len(units) == 0:
		return nil, zpl.ErrNothingToPrint
	case len(units) > 1:
		return nil, errManyUnits
	case units[0].Broken != "":
		return nil, errors.New(units[0].Broken)
	}
	return units[0].Data, nil
}

// withoutStamps takes away slips and what stands between our comments, if it is
// all of the kind that a stamp is made of.
func withoutStamps(label []byte) []byte {
	if !bytes.Contains(label, []byte(zplBegin)) {
		return label
	}
	var kept []byte
	copied, begin := 0, -1
	for t := range zplTokens(label) {
		switch {
		case t.is("FX") && bytes.HasPrefix(label[t.start:], []byte(zplBegin)):
			begin = t.start
		case begin >= 0 && t.is("FX") && bytes.HasPrefix(label[t.start:], []byte(zplEnd)):
			from, to := wholeFormat(label, begin, t.start+len(zplEnd))
			kept = append(kept, label[copied:from]...)
			copied, begin = to, -1
		case !bytes.Contains([]byte("FS CI LH FO A0 FH FD PO PM LR FW JM MU LS PW LL"), t.code[:]):
			begin = -1
		}
	}
	return append(kept, label[copied:]...)
}

// wholeFormat widens a stamp to the format around it when there is nothing else
// in that.
func wholeFormat(label []byte, from, to int) (int, int) {
	before, opened := bytes.CutSuffix(label[:from], []byte("^XA"))
	after, closed := bytes.CutPrefix(label[to:], []byte("^XZ"))
	if !opened || !closed {
		return from, to
	}
	return len(before), len(label) - len(bytes.TrimPrefix(after, []byte("\n")))
}

// appendFields writes a stamp's texts as fields in UTF-8 from the label's corner,
// and sets encoding and origin back to the label's.
func (d *zplDrawing) appendFields(out []byte, texts []text) []byte {
	out = append(out, "^CI28^LH0,0"...)
	for _, t := range texts {
		size := int(t.size)
		out = fmt.Appendf(out, "^FO%d,%d,0^A0N,%d,%d^FH^FD", int(math.Ceil(t.x)), int(math.Ceil(t.y)), size, size)
		out = appendEscaped(out, t.content)
		out = append(out, "^FS"...)
	}
	return fmt.Appendf(out, "^CI%s^LH%d,%d", d.encoding, int(d.home.x), int(d.home.y))
}

// appendEscaped spells what is not plain as ^FH escapes.
func appendEscaped(out []byte, content string) []byte {
	for _, c := range []byte(content) {
		switch {
		case c >= '0' && c <= '9', c|0x20 >= 'a' && c|0x20 <= 'z', bytes.IndexByte([]byte(" -./,:+()"), c) >= 0:
			out = append(out, c)
		default:
			out = fmt.Appendf(out, "_%02X", c)
		}
	}
	return out
}

// withSlip puts a label of the same size behind the label.
func (d *zplDrawing) withSlip(label []byte, s Stamp, m measures, reason string) Stamped {
	area := d.area(m)
	texts, left := slipLayout(s, area, m)
	out := append(make([]byte, 0, len(label)+1024), label...)
	out = append(out, "^XA"+zplBegin+"^PON^PMN^LRN^FWN^JMA^MUD^LS0"...)
	if d.width > 0 {
		out = fmt.Appendf(out, "^PW%d", int(d.width))
	}
	if d.length > 0 {
		out = fmt.Appendf(out, "^LL%d", int(d.length))
	}
	out = d.appendFields(out, texts)
	out = append(out, zplEnd+"^XZ\n"...)
	return Stamped{Data: out, Where: slip, Notes: append([]string{"on a slip: " + reason}, shortenedNote(left)...)}
}
