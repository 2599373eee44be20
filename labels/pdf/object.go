package pdf

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strconv"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// objectParser reads objects as they stand in a file (ISO 32000 7.3). It takes
// what can be understood.
type objectParser struct{ lexer }

var errNoObject = errors.New("no object")

func (p *objectParser) object(depth int) (types.Object, error) {
	p.skipBlanks()
	if depth > maxDepth || p.at >= len(p.data) {
		return nil, errNoObject
	}
	switch c := p.data[p.at]; {
	case c == '<' && p.peek(1) == '<':
		return p.dictionary(depth)
	case c == '<':
		return types.NewHexLiteral(p.hexadecimal()), nil
	case c == '(':
		return p.text()
	case c == '[':
		return p.array(depth)
	case c == '/':
		return p.name(), nil
	case c >= '0' && c <= '9', c == '-', c == '+', c == '.':
		return p.numberOrReference(), nil
	}
	switch p.word() {
	case "true":
		return types.Boolean(true), nil
	case "false":
		return types.Boolean(false), nil
	case "null":
		return nil, nil
	}
	return nil, errNoObject
}

func (p *objectParser) dictionary(depth int) (types.Object, error) {
	p.at += 2
	d := types.Dict{}
	for {
		p.skipBlanks()
		switch {
		case p.peek(0) == '>':
			p.at = min(p.at+2, len(p.data))
			return d, nil
		case p.peek(0) != '/':
			return nil, errNoObject
		}
		key := p.name()
		value, err := p.object(depth + 1)
		if err != nil {
			return nil, err
		}
		if value != nil {
			d[string(key)] = value
		}
	}
}

func (p *objectParser) array(depth int) (types.Object, error) {
	p.at++
	a := types.Array{}
	for {
		p.skipBlanks()
		if p.peek(0) == ']' {
			p.at++
			return a, nil
		}
		value, err := p.object(depth + 1)
		if err != nil {
			return nil, err
		}
		a = append(a, value)
	}
}

func (p *objectParser) name() types.Name {
	p.at++
	word := p.word()
	if name, err := types.DecodeName(word); err == nil {
		return types.Name(name)
	}
	return types.Name(word)
}

// text keeps a string in round brackets as it is spelt.
func (p *objectParser) text() (types.Object, error) {
	start := p.at
	p.literal()
	if p.at > len(p.data) || p.data[p.at-1] != ')' || p.at-start < 2 {
		return nil, errNoObject
	}
	return types.StringLiteral(p.data[start+1 : p.at-1]), nil
}

func (p *objectParser) numberOrReference() types.Object {
	word := p.word()
	n, err := strconv.Atoi(word)
	if err != nil {
		f, _ := strconv.ParseFloat(word, 64) // an odd number is 0, as readers have it
		return types.Float(f)
	}
	if generation, end, ok := p.referenceTail(); ok && n >= 0 {
		p.at = end
		return *types.NewIndirectRef(n, generation)
	}
	return types.Integer(n)
}

// integer reads a whole number; it always moves on.
func (p *objectParser) integer() (int, bool) {
	p.skipBlanks()
	n, err := strconv.Atoi(p.word())
	if err != nil {
		p.at++
	}
	return n, err == nil
}

// referenceTail looks for the generation and the R of a reference.
func (p *objectParser) referenceTail() (generation, end int, ok bool) {
	ahead := objectParser{lexer{data: p.data[:min(len(p.data), p.at+24)], at: p.at}}
	ahead.skipBlanks()
	generation, err := strconv.Atoi(ahead.word())
	if err != nil || generation < 0 {
		return 0, 0, false
	}
	ahead.skipBlanks()
	ok = ahead.word() == "R"
	return generation, ahead.at, ok
}

// stream reads what follows a dictionary that is a stream's; ok is false when
// its end is missing. A wrong length gives way to the word that ends it.
func (p *objectParser) stream(d types.Dict) (raw []byte, ok bool) {
	const begin, end = "stream", "endstream"
	p.skipBlanks()
	if !bytes.HasPrefix(p.data[p.at:], []byte(begin)) {
		return nil, true
	}
	p.at += len(begin)
	if p.peek(0) == '\r' {
		p.at++
	}
	if p.peek(0) == '\n' {
		p.at++
	}
	rest := p.data[p.at:]
	if n, isNumber := d["Length"].(types.Integer); isNumber && n >= 0 && int(n) <= len(rest) {
		after := bytes.TrimLeft(rest[n:min(len(rest), int(n)+32)], "\r\n \t")
		if bytes.HasPrefix(after, []byte(end)) || bytes.HasPrefix(after, []byte("endobj")) {
			p.at += int(n)
			return rest[:n], true
		}
	}
	n := bytes.Index(rest, []byte(end))
	if n < 0 {
		return nil, false
	}
	p.at += n
	raw = bytes.TrimSuffix(bytes.TrimSuffix(rest[:n], []byte("\n")), []byte("\r"))
	return raw, true
}

// value gives the bytes that a string object stands for.
func value(o types.Object) ([]byte, bool) {
	switch o := o.(type) {
	case types.StringLiteral:
		l := &lexer{data: []byte("(" + string(o) + ")")}
		return l.literal(), true
	case types.HexLiteral:
		b, err := hex.DecodeString(string(o) + "0"[:len(o)%2])
		return b, err == nil
	}
	return nil, false
}
