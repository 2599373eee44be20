package pdf

import (
	"sort"
	"unicode/utf16"
)

// cmap maps character codes to text: a font's ToUnicode (ISO 32000 9.10.3).
type cmap struct {
	ranges []codeRange
	widths [5]bool // how many bytes a code may have
}

type codeRange struct {
	width       int
	first, last uint32
	text        []uint16   // of first; the last unit is incremented for the others
	texts       [][]uint16 // or one for each code
}

const (
	mostRanges   = 1 << 16
	mostOverlaps = 16 // ranges that begin before a code and may hold it
)

func parseCMap(data []byte) *cmap {
	m := &cmap{}
	l := &lexer{data: data}
	for {
		operator, operands, ok := l.next()
		if !ok {
			break
		}
		switch operator {
		case "endcodespacerange":
			for i := 0; i+1 < len(operands); i += 2 {
				if n := len(operands[i].text); n >= 1 && n <= 4 {
					m.widths[n] = true
				}
			}
		case "endbfchar":
			for i := 0; i+1 < len(operands); i += 2 {
				m.add(operands[i].text, operands[i].text, operands[i+1])
			}
		case "endbfrange":
			for i := 0; i+2 < len(operands); i += 3 {
				m.add(operands[i].text, operands[i+1].text, operands[i+2])
			}
		}
	}
	sort.SliceStable(m.ranges, func(i, j int) bool { return m.ranges[i].first < m.ranges[j].first })
	return m
}

func (m *cmap) add(first, last []byte, to operand) {
	if len(first) == 0 || len(first) > 4 || len(m.ranges) >= mostRanges {
		return
	}
	r := codeRange{width: len(first), first: code(first), last: code(last)}
	if to.kind == isArray {
		for _, text := range to.list {
			r.texts = append(r.texts, units(text.text))
		}
	} else {
		r.text = units(to.text)
	}
	m.ranges = append(m.ranges, r)
	m.widths[len(first)] = m.widths[len(first)] || m.widths == [5]bool{}
}

func (m *cmap) lookup(value uint32, width int) (string, bool) {
	i := sort.Search(len(m.ranges), func(i int) bool { return m.ranges[i].first > value })
	for steps := 0; i > 0 && steps < mostOverlaps; steps++ {
		i--
		r := m.ranges[i]
		if r.width != width || value > r.last {
			continue
		}
		if r.texts != nil {
			if n := int(value - r.first); n < len(r.texts) {
				return string(utf16.Decode(r.texts[n])), true
			}
			continue
		}
		if len(r.text) == 0 {
			return "", true
		}
		text := append([]uint16(nil), r.text...)
		text[len(text)-1] += uint16(value - r.first)
		return string(utf16.Decode(text)), true
	}
	return "", false
}

func code(b []byte) uint32 {
	var v uint32
	for _, c := range b[:min(len(b), 4)] {
		v = v<<8 | uint32(c)
	}
	return v
}

func units(b []byte) []uint16 {
	const longest = 64
	out := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b) && len(out) < longest; i += 2 {
		out = append(out, uint16(b[i])<<8|uint16(b[i+1]))
	}
	if len(b) == 1 {
		out = append(out, uint16(b[0]))
	}
	return out
}
