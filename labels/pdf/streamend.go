package pdf

import (
	"bytes"
	"regexp"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// misspelt is an endstream with letters missing or wrong.
const misspelt = `(?:end?s?[a-z]{0,8}|[a-z]{0,5}ream)`

var (
	// streamEnds matches what may stand where a stream's length leads.
	streamEnds = regexp.MustCompile(`^[\x00\s]*(?:endstream|endobj|` + misspelt + `\s+endobj|[0-9]+ [0-9]+ obj\b)`)
	// endOfStream finds the end of a stream whose length is wrong.
	endOfStream = regexp.MustCompile(`endstream|` + misspelt + `\s+endobj|[\r\n]endobj\s+(?:[0-9]+\s+[0-9]+\s+obj|xref|trailer)\b`)
)

// endsStream reports whether a stream may end before this text.
func endsStream(after []byte) bool {
	const reach = 48
	after = bytes.TrimLeft(after[:min(len(after), reach)], "\x00\t\f\r\n ")
	return bytes.HasPrefix(after, []byte("endstream")) || streamEnds.Match(after)
}

// stream reads what follows a stream's dictionary; ok is false if its end is missing. If the length
// is wrong, the endstream keyword decides.
func (p *objectParser) stream(d types.Dict) (raw []byte, ok bool) {
	const begin = "stream"
	p.skipBlanks()
	if !bytes.HasPrefix(p.data[p.at:], []byte(begin)) {
		return nil, true
	}
	p.at += len(begin)
	p.skipLineEnd()
	rest := p.data[p.at:]
	if n, isNumber := d["Length"].(types.Integer); isNumber && n >= 0 && int(n) <= len(rest) && endsStream(rest[n:]) {
		p.at += int(n)
		return rest[:n], true
	}
	end := endOfStream.FindIndex(rest)
	if end == nil {
		return nil, false
	}
	p.at += end[0]
	raw = bytes.TrimSuffix(bytes.TrimSuffix(rest[:end[0]], []byte("\n")), []byte("\r"))
	return raw, true
}

// skipLineEnd skips a line end, also behind spaces.
func (p *objectParser) skipLineEnd() {
	blanks := 0
	for p.peek(blanks) == ' ' {
		blanks++
	}
	if c := p.peek(blanks); c == '\r' || c == '\n' {
		p.at += blanks
	}
	if p.peek(0) == '\r' {
		p.at++
	}
	if p.peek(0) == '\n' {
		p.at++
	}
}
