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
	drawn     bool // its glyphs are drawings, even the space
	unicode   *cmap
	composite bool
	barcode   bool     // its glyphs are bars
	table     *letters // of a simple font
	widths    widths
	vertical  bool
	cost      int                   // in steps, to read it
	letters   map[byte]types.Object // the drawings of a drawn font
	costs     map[byte]int          // of those that were drawn, in steps
	resources types.Dict            // of the drawings
	low, high float64               // how far its letters reach, at size 1
}

// The size assumed for a font that does not say it.
const lowest, highest = -0.4, 1.1

// noFont stands for a font that is missing from the file.
var noFont = &font{table: &letters{}, widths: widths{standard: standardWidths("Helvetica"), most: 1}, low: lowest, high: highest}

var barcodeFont = regexp.MustCompile(`(?i)barcode|code ?-?(128|39|93)|3 ?of ?9|2 ?of ?5|idautomation|datamatrix`)

func (s *source) font(o types.Object) *font {
	d := s.dict(o)
	f := &font{composite: s.name(d["Subtype"]) == "Type0", drawn: s.drawsAnything(d),
		barcode: barcodeFont.MatchString(s.name(d["BaseFont"])), widths: s.widths(d)}
	f.vertical = f.composite && s.isVertical(d["Encoding"])
	f.low, f.high = s.heights(d)
	f.cost = len(s.array(s.dict(d["Encoding"])["Differences"])) + len(f.widths.ofCodes)
	if stream, ok := s.resolve(d["ToUnicode"]).(types.StreamDict); ok {
		data := s.decoded(stream)
		f.cost += len(data) / bytesPerStep
		f.unicode = parseCMap(data)
	}
	if s.name(d["Subtype"]) == "Type3" {
		f.readLetters(s, d)
	}
	if !f.composite {
		f.fillTable(s, d["Encoding"])
	}
	return f
}

// drawsAnything recognises fonts whose codes do not say what is drawn.
func (s *source) drawsAnything(d types.Dict) bool {
	const symbolic = 1 << 2
	flags, _ := s.number(s.dict(d["FontDescriptor"])["Flags"])
	return s.name(d["Subtype"]) == "Type3" || s.resolve(d["Encoding"]) == nil && int(flags)&symbolic != 0
}

func (s *source) isVertical(encoding types.Object) bool {
	name := s.name(encoding)
	mode, _ := s.number(s.dict(encoding)["WMode"])
	return strings.HasSuffix(name, "-V") || name == "V" || mode == 1
}

func (f *font) fillTable(s *source, encoding types.Object) {
	base := s.name(encoding)
	differences := s.dict(encoding)
	if differences != nil {
		base = s.name(differences["BaseEncoding"])
	}
	f.table = &winAnsi
	if base == "MacRomanEncoding" {
		f.table = &macRoman
	}
	changes := s.array(differences["Differences"])
	if len(changes) > 0 {
		own := *f.table
		f.table = &own
	}
	at := 0
	for _, o := range changes {
		if n, ok := s.number(o); ok {
			at = int(n)
		} else if name := s.name(o); name != "" && at >= 0 && at < len(f.table) {
			f.table[at] = glyphText(name)
			at++
		}
	}
}

// letters are the texts of the codes of a simple font.
type letters [256]string

var winAnsi, macRoman = lettersOf(charmap.Windows1252), lettersOf(charmap.Macintosh)

func lettersOf(page *charmap.Charmap) (of letters) {
	for c := ' '; int(c) < len(of); c++ {
		of[c] = string(page.DecodeByte(byte(c)))
	}
	return of
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

// usualHeights are how far the letters of a text font extend. The heights that it states are those of
// its largest letters, which are often symbols far larger than the others.
func (f *font) usualHeights() (low, high float64) {
	const usualLow, usualHigh = -0.3, 1.05
	if f.drawn || f.barcode {
		return f.low, f.high
	}
	return max(f.low, usualLow), min(f.high, usualHigh)
}

// paints reports whether codes are more than spaces. For a simple font only the code counts: its
// ToUnicode may be wrong.
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

// first decodes the first code of a string and returns its length in bytes.
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

// glyphText converts a glyph's name to text as the Adobe Glyph List does, for the letters found on
// labels.
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
