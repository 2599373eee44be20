package pdf

import (
	"bytes"
	"encoding/hex"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// decodeName reads a name as it is written in a file (ISO 32000 7.3.5). A # without two hexadecimal
// digits after it, or with 00, stands for itself, as in PDF readers.
func decodeName(written string) string {
	if strings.IndexByte(written, '#') < 0 {
		return written
	}
	var out strings.Builder
	for i := 0; i < len(written); i++ {
		c := written[i]
		if isEscape(written[i:]) {
			var decoded [1]byte
			_, _ = hex.Decode(decoded[:], []byte(written[i+1:i+3])) // they are digits
			c = decoded[0]
			i += 2
		}
		out.WriteByte(c)
	}
	return out.String()
}

func isEscape(s string) bool {
	return len(s) > 2 && s[0] == '#' && isDigit[s[1]] && isDigit[s[2]] && s[1:3] != "00"
}

// putName writes a name so that all readers understand it alike.
func putName(out *bytes.Buffer, name string) {
	out.WriteByte('/')
	for i := range len(name) {
		if c := name[i]; c == '#' || endsAWord[c] || c < '!' || c > '~' {
			out.WriteByte('#')
			out.WriteString(hex.EncodeToString([]byte{c}))
		} else {
			out.WriteByte(c)
		}
	}
}

// withCleanNames writes the odd names of a drawing as others are, as their resources are written.
func withCleanNames(drawing []byte) []byte {
	if !hasOddName(drawing) {
		return drawing
	}
	var out bytes.Buffer
	done := 0
	l := &lexer{data: drawing}
	l.onName = func(from, to int) {
		if hasOddName(drawing[from:to]) {
			out.Write(drawing[done:from])
			putName(&out, decodeName(string(drawing[from+1:to])))
			done = to
		}
	}
	for _, _, ok := l.next(); ok; _, _, ok = l.next() {
	}
	out.Write(drawing[done:])
	return out.Bytes()
}

// hasOddName reports whether a text of objects has a name with a # that pdfcpu cannot read: it would
// drop the entry of that name.
func hasOddName(text []byte) bool {
	for {
		i := bytes.IndexByte(text, '#')
		if i < 0 {
			return false
		}
		text = text[i:]
		if !isEscape(string(text[:min(3, len(text))])) {
			return true
		}
		text = text[3:]
	}
}

// isFlawed reports whether an object has anything in it that is none. pdfcpu then skips more than that,
// such as all values that begin on a line of their own.
func isFlawed(text []byte) bool {
	p := &objectParser{lexer: lexer{data: text}}
	p.heading()
	_, err := p.object(0)
	return err != nil || p.flawed
}

// rereadFlawed reads again the objects whose names or entries pdfcpu could not read, and reports
// whether there may be odd names.
func (t table) rereadFlawed() (odd bool) {
	for _, entry := range t.Table {
		if entry == nil {
			continue
		}
		if packed, ok := entry.Object.(types.LazyObjectStreamObject); ok {
			text, err := packed.GetData()
			odd = odd || err == nil && hasOddName(text)
		}
	}
	for number, entry := range t.Table {
		if entry == nil || entry.Free || entry.Offset == nil || *entry.Offset <= 0 || *entry.Offset >= int64(len(t.data)) {
			continue
		}
		text := t.data[*entry.Offset:]
		switch o := entry.Object.(type) {
		case types.StreamDict:
			text = text[:min(max(0, o.StreamOffset-*entry.Offset), int64(len(text)))]
		case types.Dict:
			text = text[:max(0, bytes.Index(text, []byte("endobj")))]
		default:
			continue
		}
		oddName := hasOddName(text)
		if odd = odd || oddName; oddName || isFlawed(text) {
			t.readAgain(number)
		}
	}
	return odd
}

// readPacked reads an object of an object stream if pdfcpu cannot read its names.
func (t table) readPacked(number int) {
	entry := t.Table[number]
	if entry == nil || t.reread.objects[number] != nil {
		return
	}
	packed, ok := entry.Object.(types.LazyObjectStreamObject)
	if !ok {
		return
	}
	if text, err := packed.GetData(); err == nil {
		p := &objectParser{lexer: lexer{data: text}}
		if o, err := p.object(0); err == nil && (p.flawed || hasOddName(text)) {
			t.reread.objects[number] = o
		}
	}
}
