package pdf

import (
	"bytes"
	"strconv"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"github.com/samber/lo"
)

// plainFile is a file as most makers of labels write it: one table of objects as text (ISO 32000
// 7.5.4), nothing encrypted, nothing updated, no flaw in what the table leads to. Objects are by
// number; nil for one that is missing.
type plainFile struct {
	data    []byte
	offsets []int // by number; 0 for a free object
	objects []types.Object
	trailer types.Dict
	odd     bool // some name has a # of its own
	left    int  // bytes that may still be read: objects within objects could be read endlessly
}

func (f *plainFile) object(ref types.IndirectRef) types.Object {
	if n := ref.ObjectNumber.Value(); n >= 0 && n < len(f.objects) {
		return f.objects[n]
	}
	return nil
}

func (f *plainFile) numbers() []int {
	return lo.Filter(lo.Range(len(f.objects)), func(n, _ int) bool { return f.objects[n] != nil })
}

func (f *plainFile) root() types.Object { return f.trailer["Root"] }

// readPlain opens a [plainFile], several times as fast as pdfcpu does. It answers nil for any other
// file, and where anything at all is amiss: what a flawed file means is decided in one place.
func readPlain(data []byte, limits Limits) *source {
	if sniff(data, limits) != nil || !bytes.HasPrefix(data, []byte("%PDF-")) {
		return nil
	}
	f := &plainFile{data: data, left: 4 * len(data)}
	if !f.readTable(limits) {
		return nil
	}
	f.objects = make([]types.Object, len(f.offsets))
	for number, offset := range f.offsets {
		if offset > 0 && (!f.readObject(number) || f.left < 0) {
			return nil
		}
	}
	s := &source{limits: limits, fonts: map[types.IndirectRef]*font{}, objects: f, data: data, oddNames: f.odd}
	if s.findPages() != nil || len(s.pages) == 0 {
		return nil
	}
	return s
}

// readTable reads the table of objects and the trailer after it.
func (f *plainFile) readTable(limits Limits) bool {
	i := bytes.LastIndex(f.data, []byte("startxref"))
	if i < 0 {
		return false
	}
	end := &objectParser{lexer: lexer{data: f.data, at: i + len("startxref")}}
	start, ok := end.integer()
	if !ok || start <= 0 || start >= i {
		return false
	}
	p := &objectParser{lexer: lexer{data: f.data[:i], at: start}}
	if p.word() != "xref" {
		return false
	}
	for {
		p.skipBlanks()
		if c := p.peek(0); c < '0' || c > '9' {
			break
		}
		if !f.readSection(p, limits) {
			return false
		}
	}
	if p.word() != "trailer" {
		return false
	}
	o, err := p.object(0)
	f.trailer, ok = o.(types.Dict)
	_, isReference := f.trailer["Root"].(types.IndirectRef)
	return err == nil && ok && isReference && len(lo.PickByKeys(f.trailer, []string{"Encrypt", "Prev", "XRefStm"})) == 0
}

// readSection reads a part of the table: the first number and the count, then an entry of 20 bytes
// for each object.
func (f *plainFile) readSection(p *objectParser, limits Limits) bool {
	first, ok := p.integer()
	count, alsoOK := p.integer()
	p.skipBlanks()
	if !ok || !alsoOK || first != len(f.offsets) || count < 0 || count > (len(p.data)-p.at)/xrefEntry || len(f.offsets)+count > limits.Objects {
		return false
	}
	for range count {
		entry := p.data[p.at : p.at+xrefEntry]
		p.at += xrefEntry
		offset, err := strconv.Atoi(string(entry[:10]))
		if err != nil || offset >= len(p.data) || entry[10] != ' ' || entry[16] != ' ' {
			return false
		}
		switch entry[17] {
		case 'n':
			f.offsets = append(f.offsets, offset)
		case 'f':
			f.offsets = append(f.offsets, 0)
		default:
			return false
		}
	}
	return true
}

// readObject reads the object to which the table leads.
func (f *plainFile) readObject(number int) bool {
	p := &objectParser{lexer: lexer{data: f.data, at: f.offsets[number]}}
	if n, ok := p.heading(); !ok || n != number {
		return false
	}
	o, err := p.object(0)
	if err != nil || p.flawed {
		return false
	}
	if d, isDict := o.(types.Dict); isDict {
		f.odd = f.odd || hasOddName(f.data[f.offsets[number]:p.at])
		p.skipBlanks()
		if bytes.HasPrefix(p.data[p.at:], []byte("stream")) {
			if o = f.stream(p, d); o == nil {
				return false
			}
		}
	}
	p.skipBlanks()
	f.objects[number] = o
	f.left -= p.at - f.offsets[number]
	return p.word() == "endobj"
}

// heading reads an object's number, its generation and "obj".
func (p *objectParser) heading() (number int, ok bool) {
	number, ok = p.integer()
	generation, isGeneration := p.integer()
	p.skipBlanks()
	return number, ok && isGeneration && generation >= 0 && p.word() == "obj"
}

// stream reads a stream whose length leads to its end; nil for any other.
func (f *plainFile) stream(p *objectParser, d types.Dict) types.Object {
	length, isNumber := d["Length"].(types.Integer)
	if ref, isRef := d["Length"].(types.IndirectRef); isRef {
		length, isNumber = f.length(ref.ObjectNumber.Value())
	}
	p.at += len("stream")
	if p.peek(0) == '\r' {
		p.at++
	}
	if !isNumber || p.peek(0) != '\n' || length < 0 || int(length) > len(p.data)-p.at-1 {
		return nil
	}
	raw := p.data[p.at+1 : p.at+1+int(length)]
	p.at += 1 + int(length)
	p.skipBlanks()
	if p.word() != "endstream" {
		return nil
	}
	return types.StreamDict{Dict: d, Raw: raw}
}

// length reads an object that is a number.
func (f *plainFile) length(number int) (types.Integer, bool) {
	if number < 0 || number >= len(f.offsets) || f.offsets[number] == 0 {
		return 0, false
	}
	p := &objectParser{lexer: lexer{data: f.data, at: f.offsets[number]}}
	if n, ok := p.heading(); !ok || n != number {
		return 0, false
	}
	o, err := p.object(0)
	length, ok := o.(types.Integer)
	return length, err == nil && ok
}
