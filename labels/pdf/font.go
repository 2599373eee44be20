package pdf

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// font turns the bytes of shown strings into text.
type font struct {
	drawn     bool // its glyphs are drawings of its own, that of the space too
	unicode   *cmap
	composite bool
	barcode   bool        // its glyphs are bars
	table     [256]string // of a simple font
	widths    widths
}

var barcodeFont = regexp.MustCompile(`(?i)barcode|code ?-?(128|39|93)|3 ?of ?9|2 ?of ?5|idautomation|datamatrix`)

func (s *source) font(o types.Object) *font {
	d := s.dict(o)
	f := &font{composite: s.name(d["Subtype"]) == "Type0", drawn: s.drawsAnything(d),
		barcode: barcodeFont.MatchString(s.name(d["BaseFont"])), widths: s.widths(d)}
	if stream, ok := s.get(d["ToUnicode"]).(types.StreamDict); ok {
		f.unicode = parseCMap(s.decoded(stream))
	}
	if !f.composite {
		f.fillTable(s, d["Encoding"])
	}
	return f
}

// drawsAnything tells fonts whose codes say nothing of what is drawn.
func (s *source) drawsAnything(d types.Dict) bool {
	const symbolic = 1 << 2
	flags, _ := s.number(s.dict(d["FontDescriptor"])["Flags"])
	return s.name(d["Subtype"]) == "Type3" || s.get(d["Encoding"]) == nil && int(flags)&symbolic != 0
}

func (f *font) fillTable(s *source, encoding types.Object) {
	base := s.name(encoding)
	differences := s.dict(encoding)
	if differences != nil {
		base = s.name(differences["BaseEncoding"])
	}
	page := charmap.Windows1252
	if base == "MacRomanEncoding" {
		page = charmap.Macintosh
	}
	for c := range f.table {
		if c >= ' ' {
			f.table[c] = string(page.DecodeByte(byte(c)))
		}
	}
	at := 0
	for _, o := range s.array(differences["Differences"]) {
		if n, ok := s.number(o); ok {
			at = int(n)
		} else if name := s.name(o); name != "" && at >= 0 && at < len(f.table) {
			f.table[at] = glyphText(name)
			at++
		}
	}
}

func (f *font) text(shown []byte) string {
	var out strings.Builder
	for len(shown) > 0 {
		n, text := f.first(shown)
		out.WriteString(text)
		shown = shown[n:]
	}
	return out.String()
}

// paints tells whether codes are more than spaces. Of a simple font's only the
// code counts: what ToUnicode says of it need not be true.
func (f *font) paints(codes []byte, text string) bool {
	switch {
	case len(codes) == 0:
		return false
	case f.drawn:
		return true
	case f.composite:
		return text == "" || strings.TrimSpace(text) != ""
	}
	const space, noBreak = 0x20, 0xa0
	return slices.ContainsFunc(codes, func(c byte) bool {
		return c != space && c != noBreak || strings.TrimSpace(f.table[c]) != "" || f.table[c] == ""
	})
}

// first decodes the first code of a string and tells how many bytes it has.
func (f *font) first(shown []byte) (int, string) {
	if !f.composite {
		if f.unicode != nil {
			if text, ok := f.unicode.lookup(uint32(shown[0]), 1); ok {
				return 1, text
			}
		}
		return 1, f.table[shown[0]]
	}
	if f.unicode != nil {
		for width := 1; width <= min(4, len(shown)); width++ {
			if !f.unicode.widths[width] {
				continue
			}
			if text, ok := f.unicode.lookup(code(shown[:width]), width); ok {
				return width, text
			}
		}
	}
	return min(2, len(shown)), ""
}

var glyphs = map[string]string{
	"space": " ", "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
	"eight": "8", "nine": "9", "hyphen": "-", "minus": "-", "period": ".", "comma": ",", "colon": ":", "semicolon": ";",
	"slash": "/", "backslash": `\`, "underscore": "_", "numbersign": "#", "parenleft": "(", "parenright": ")",
	"bracketleft": "[", "bracketright": "]", "braceleft": "{", "braceright": "}", "plus": "+", "equal": "=",
	"asterisk": "*", "ampersand": "&", "at": "@", "percent": "%", "dollar": "$", "exclam": "!", "question": "?",
	"quotesingle": "'", "quoteright": "’", "quotedbl": `"`, "degree": "°", "ordmasculine": "º", "ordfeminine": "ª",
	"bar": "|", "less": "<", "greater": ">", "germandbls": "ß", "ntilde": "ñ", "Ntilde": "Ñ", "endash": "–", "emdash": "—",
}

var accents = map[string]string{
	"acute": "\u0301", "grave": "\u0300", "circumflex": "\u0302", "dieresis": "\u0308",
	"tilde": "\u0303", "cedilla": "\u0327", "ring": "\u030a", "caron": "\u030c",
}

// glyphText reads a glyph's name as the Adobe Glyph List does, for what stands
// on labels.
func glyphText(name string) string {
	name, _, _ = strings.Cut(name, ".")
	if text, ok := glyphs[name]; ok {
		return text
	}
	if len(name) == 1 {
		return name
	}
	if digits, ok := strings.CutPrefix(name, "uni"); ok && len(digits) >= 4 {
		if v, err := strconv.ParseUint(digits[:4], 16, 16); err == nil {
			return string(rune(v))
		}
	}
	if len(name) > 1 {
		if accent, ok := accents[name[1:]]; ok {
			return norm.NFC.String(name[:1] + accent)
		}
	}
	return ""
}
