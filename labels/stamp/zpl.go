package stamp

import (
	"bytes"
	"errors"
	"fmt"
	"math"

	"github.com/despacho/despacho/labels/zpl"
)

// The comments around a stamp in ZPL.
const (
	zplBegin = "^FX DESPACHO-BEGIN^FS"
	zplEnd   = "^FX DESPACHO-END^FS"
)

var errManyUnits = errors.New("the file holds more than one label: stamp each by itself")

// ZPL stamps one unit of [zpl.Split]. Each of its fields is unchanged, byte by byte; a slip is an
// extra label after it. The error says that the label cannot be printed, that there are several, or
// that the stamp's number is invalid.
func ZPL(label []byte, s Stamp) (Stamped, error) {
	s, err := s.validate()
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
		return drawn.withSlip(label, s, m, "there is no free strip"), nil
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
	return []string{fmt.Sprintf("%d lines did not fit on the label", left)}
}

// oneUnit returns the label with default prefixes and without an earlier stamp. The stamp is
// removed first, because the rest of the label must not depend on it.
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

// withoutStamps removes slips, and what is between our comments if all of it is what a stamp is
// made of.
func withoutStamps(label []byte) []byte {
	if !bytes.Contains(label, []byte(zplBegin)) {
		return label
	}
	var kept []byte
	copied, begin := 0, -1
	for t := range zpl.Commands(label) {
		switch {
		case t.Is("FX") && bytes.HasPrefix(label[t.Start:], []byte(zplBegin)):
			begin = t.Start
		case begin >= 0 && t.Is("FX") && bytes.HasPrefix(label[t.Start:], []byte(zplEnd)):
			from, to := wholeFormat(label, begin, t.Start+len(zplEnd))
			kept = append(kept, label[copied:from]...)
			copied, begin = to, -1
		case !isOfStamp(t):
			begin = -1
		}
	}
	return append(kept, label[copied:]...)
}

// isOfStamp reports whether a stamp may contain the command.
func isOfStamp(t zpl.Command) bool {
	if t.Code == [2]byte{'A'} {
		return bytes.HasPrefix(t.Param, []byte("0"))
	}
	return t.Prefix == '^' && bytes.Contains([]byte("FS CI LH FO FH FD PO PM LR FW JM MU LS PW LL"), t.Code[:])
}

// wholeFormat extends a stamp to the format around it if there is nothing else in that format.
func wholeFormat(label []byte, from, to int) (int, int) {
	before, opened := bytes.CutSuffix(label[:from], []byte("^XA"))
	after, closed := bytes.CutPrefix(label[to:], []byte("^XZ"))
	if !opened || !closed {
		return from, to
	}
	return len(before), len(label) - len(bytes.TrimPrefix(after, []byte("\n")))
}

// appendFields writes a stamp's texts as fields in UTF-8 from the label's corner, and resets
// encoding and origin to the label's.
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

// appendEscaped writes letters that are not plain ASCII as ^FH escapes.
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

// withSlip adds a label of the same size after the label.
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
