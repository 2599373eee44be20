package pdf

import (
	"bytes"
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strconv"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// openFile reads a file by its table of objects. A file that is cut short, whose table leads nowhere or
// that pdfcpu refuses is salvaged. Of two readings with broken pages, the one with more sound pages
// is used.
func openFile(data []byte, limits Limits) (best *source, err error) {
	limits = limits.withDefaults(data)
	if s := readPlain(data, limits); s != nil {
		switch failed := s.markBroken(); {
		case failed == nil && s.sound == len(s.pages):
			return s.orMore(data), nil
		case failed != nil && !salvageable(data, failed):
			return nil, failed
		}
	}
	ways := []func([]byte, Limits) (*source, error){readBytes, salvage}
	switch {
	case cutShort(data), overstatesLengths(data):
		ways = ways[1:]
	case !tableAt(data, 0), misleads(data):
		slices.Reverse(ways)
	}
	for _, read := range ways {
		s, failed := read(data, limits)
		if failed == nil {
			failed = s.markBroken()
		}
		switch {
		case failed == nil && s.sound == len(s.pages):
			return s.orMore(data), nil
		case failed == nil && (best == nil || s.sound > best.sound):
			best = s
		case !salvageable(data, failed):
			return nil, failed
		}
		err = bothReasons(err, failed)
	}
	if best != nil {
		return best, nil
	}
	return nil, err
}

// orMore is the file read by its objects' headings, if that finds objects of which the table knows
// nothing although others refer to them: pdfcpu overlooks some when it mends a table itself.
func (s *source) orMore(data []byte) *source {
	t, ok := s.objects.(table)
	if !ok {
		return s
	}
	lacking := t.lacking()
	if len(lacking) == 0 {
		return s
	}
	more, err := salvage(data, s.limits)
	if err != nil || more.markBroken() != nil || more.sound < s.sound {
		return s
	}
	for number := range lacking {
		if more.objects.object(*types.NewIndirectRef(number, 0)) != nil {
			return more
		}
	}
	return s
}

// lacking are the objects of which the table knows nothing, though other objects refer to them.
func (t table) lacking() map[int]bool {
	lacking := map[int]bool{}
	var walk func(o types.Object)
	walk = func(o types.Object) {
		switch o := o.(type) {
		case types.IndirectRef:
			if number := o.ObjectNumber.Value(); t.Table[number] == nil {
				lacking[number] = true
			}
		case types.Array:
			for _, item := range o {
				walk(item)
			}
		case types.Dict:
			for _, item := range o {
				walk(item)
			}
		case types.StreamDict:
			walk(o.Dict)
		}
	}
	for number := range t.Table {
		walk(t.object(*types.NewIndirectRef(number, 0)))
	}
	return lacking
}

// bothReasons returns the more informative reason, with the causes of both. That a file is
// protected by a password explains everything else that is wrong with it.
func bothReasons(first, second error) error {
	var a, b *Error
	if !errors.As(first, &a) || !errors.As(second, &b) {
		return cmp.Or(first, second)
	}
	reason := a.Reason
	if b.Reason == Encrypted || a.Reason == NoPages {
		reason = b.Reason
	}
	return &Error{Reason: reason, Cause: errors.Join(a.Cause, b.Cause)}
}

func salvageable(data []byte, err error) bool {
	var refused *Error
	if !errors.As(err, &refused) {
		return true
	}
	switch refused.Reason {
	case Empty, TooLarge, TooManyPage, TooCostly, FormInXML:
		return false
	case NotPDF:
		return bytes.Contains(data, []byte("endobj"))
	case Encrypted, NoPages, Damaged:
	}
	return true
}

// cutShort reports whether a file ends within its last object: the rest of that object could print
// half a label.
func cutShort(data []byte) bool {
	const tail = 2048
	if bytes.Contains(data[max(0, len(data)-tail):], []byte("startxref")) {
		return false
	}
	end := max(bytes.LastIndex(data, []byte("endobj")), bytes.LastIndex(data, []byte("xref")))
	return objectStart.Match(data[end+1:])
}

var startOfTable = regexp.MustCompile(`startxref\s+([0-9]{1,19})`)

// tableAt reports whether the last startxref of a file leads to a table of objects, at a byte that is
// not before least. If it does not, pdfcpu finds objects that a later update replaced.
func tableAt(data []byte, least int) bool {
	i := bytes.LastIndex(data, []byte("startxref"))
	if i < 0 {
		return false
	}
	m := startOfTable.FindSubmatch(data[i:])
	if m == nil {
		return false
	}
	at, err := strconv.Atoi(string(m[1]))
	const reach = 64
	if err != nil || at < least || at >= len(data) {
		return false
	}
	table := bytes.TrimLeft(data[at:min(len(data), at+reach)], "\x00\t\f\r\n ")
	if bytes.HasPrefix(table, []byte("xref")) {
		return true
	}
	stream := objectStart.FindIndex(table)
	return stream != nil && stream[0] == 0
}

// misleads reports whether a table of objects as text leads to something else than objects. pdfcpu
// then looks for them itself, and overlooks some.
func misleads(data []byte) bool {
	i := bytes.LastIndex(data, []byte("startxref"))
	at := &objectParser{lexer: lexer{data: data, at: i + len("startxref")}}
	start, ok := at.integer()
	if !ok || start <= 0 || start >= i {
		return false
	}
	p := &objectParser{lexer: lexer{data: data[:i], at: start}}
	if p.skipBlanks(); p.word() != "xref" {
		return false
	}
	for {
		p.skipBlanks()
		if c := p.peek(0); c < '0' || c > '9' {
			return false
		}
		first, _ := p.integer()
		count, _ := p.integer()
		for number := first; number < first+count && p.at < len(p.data); number++ {
			offset, _ := p.integer()
			_, _ = p.integer()
			p.skipBlanks()
			if p.word() != "n" || offset == 0 {
				continue
			}
			object := &objectParser{lexer: lexer{data: data, at: min(offset, len(data))}}
			if n, ok := object.heading(); !ok || n != number {
				return true
			}
		}
	}
}
