package pdf

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strconv"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// objectParser reads objects as they are in a file (ISO 32000 7.3). It accepts everything that can
// be understood.
type objectParser struct {
	lexer
	flawed bool // something was skipped that is no object
}

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
		case p.at >= len(p.data):
			return nil, errNoObject
		case p.peek(0) == '>':
			p.at = min(p.at+2, len(p.data))
			return d, nil
		case p.peek(0) != '/':
			if p.skipJunk() {
				continue
			}
			if bytes.HasPrefix(p.data[p.at:], []byte("obj")) { // another object begins
				return nil, errNoObject
			}
			return d, nil
		}
		key := p.name()
		value, err := p.object(depth + 1)
		switch {
		case err != nil && p.at >= len(p.data):
			return nil, err
		case err != nil:
			p.flawed = true
		case value != nil:
			d[string(key)] = value
		}
	}
}

// skipJunk skips a word where a key or an item should be; ok is false if the object ends there.
func (p *objectParser) skipJunk() (ok bool) {
	p.flawed = true
	for _, end := range []string{"endobj", "stream", "obj"} {
		if bytes.HasPrefix(p.data[p.at:], []byte(end)) {
			return false
		}
	}
	if p.word() == "" {
		p.at++
	}
	return true
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
		switch {
		case err != nil && (p.at >= len(p.data) || p.peek(0) == '>' || !p.skipJunk()):
			return nil, err
		case err == nil:
			a = append(a, value)
		}
	}
}

func (p *objectParser) name() types.Name {
	p.at++
	return types.Name(decodeName(p.word()))
}

// text keeps a string in round brackets as it is written.
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
		f, _ := strconv.ParseFloat(word, 64) // a malformed number is 0, as in PDF readers
		return types.Float(f)
	}
	if generation, end, ok := p.referenceTail(); ok && n >= 0 {
		p.at = end
		return *types.NewIndirectRef(n, generation)
	}
	return types.Integer(n)
}

// integer reads a whole number; it always advances.
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
	ahead := objectParser{lexer: lexer{data: p.data[:min(len(p.data), p.at+24)], at: p.at}}
	ahead.skipBlanks()
	generation, err := strconv.Atoi(ahead.word())
	if err != nil || generation < 0 {
		return 0, 0, false
	}
	ahead.skipBlanks()
	ok = ahead.word() == "R"
	return generation, ahead.at, ok
}

// value returns the bytes that a string object stands for.
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
