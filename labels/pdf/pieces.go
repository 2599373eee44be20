package pdf

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"github.com/samber/lo"
)

// pieces are the PDFs of one file, one behind the other, and what else it holds: a web page or
// headers of a message before or behind them.
type pieces struct {
	pdfs   [][]byte
	before []byte
	behind []byte
}

var header = []byte("%PDF-")

// splitFile finds the PDFs of a file. Nearly always it is one, from the first byte to the last.
func splitFile(data []byte) pieces {
	start := bytes.Index(data[:min(len(data), headerWithin)], header)
	if start < 0 {
		return pieces{pdfs: [][]byte{data}}
	}
	p := pieces{before: data[:start]}
	if bytes.Contains(data[start+1:], header) {
		starts := beginnings(data[start:])
		for i, from := range starts {
			to := len(data) - start
			if i+1 < len(starts) {
				to = starts[i+1]
			}
			p.pdfs = append(p.pdfs, data[start+from:start+to])
		}
	}
	if len(p.pdfs) <= 1 {
		p.pdfs = [][]byte{fromHeader(data, start)}
	}
	last := p.pdfs[len(p.pdfs)-1]
	if _, behind, ok := cutLast(last, []byte("%%EOF")); ok && !objectStart.Match(behind) {
		p.behind = behind
	}
	return p
}

func cutLast(data, separator []byte) (before, after []byte, found bool) {
	i := bytes.LastIndex(data, separator)
	if i < 0 {
		return data, nil, false
	}
	return data[:i], data[i+len(separator):], true
}

// fromHeader is a file without what stands before its header. Offsets in it may be counted from its
// header or, as others do, from its first byte: then blanks are put there.
func fromHeader(data []byte, start int) []byte {
	switch {
	case start == 0:
		return data
	case tableAt(data[start:], 0) || !tableAt(data, 0):
		return data[start:]
	}
	const version = len("%PDF-1.4")
	blanked := bytes.Clone(data)
	n := copy(blanked, data[start:min(len(data), start+version)])
	for i := n; i < start+n; i++ {
		blanked[i] = '\n'
	}
	return blanked
}

// beginnings finds where the PDFs of a file begin. A header within a stream begins an attachment, one
// before an update of the same file nothing.
func beginnings(data []byte) []int {
	starts := []int{0}
	add := func(from, to int) {
		for at := max(1, from); at < to; {
			i := bytes.Index(data[at:to], header)
			if i < 0 {
				return
			}
			if starts = append(starts, at+i); len(starts) > mostPieces {
				return
			}
			at += i + len(header)
		}
	}
	for at, left := 0, 4*len(data); left > 0 && len(starts) <= mostPieces; {
		m := objectStart.FindSubmatchIndex(data[at:])
		if m == nil {
			add(at, len(data))
			break
		}
		add(at, at+m[2])
		p := &objectParser{lexer: lexer{data: data, at: at + m[1]}}
		at += m[1]
		left -= m[1]
		switch from, whole := p.skipObject(); {
		case whole:
			left -= p.at - at
			at = p.at
		case from > 0: // the rest of the file was cut off before the next one began
			add(from, p.at)
			left -= p.at - at
			at = p.at
		default:
			left -= max(0, p.at-at)
		}
	}
	pdfs := starts[:1]
	for i, start := range starts[1:] {
		end := len(data)
		if i+2 < len(starts) {
			end = starts[i+2]
		}
		piece := data[start:end]
		isUpdate := !tableAt(piece, 0) && tableAt(data[pdfs[len(pdfs)-1]:end], start-pdfs[len(pdfs)-1])
		if bytes.Contains(piece, []byte("endobj")) && !isUpdate {
			pdfs = append(pdfs, start)
		}
	}
	return pdfs
}

// Bounds of how many PDFs of one file are looked for, and of how many of them may be unusable.
const (
	mostPieces   = 1000
	mostFailures = 10
)

// skipObject reads an object with its stream. If the stream's length is wrong, from is where another
// file may begin in it.
func (p *objectParser) skipObject() (from int, whole bool) {
	o, err := p.object(0)
	d, isDict := o.(types.Dict)
	if err != nil || !isDict || p.flawed {
		return 0, err == nil && !p.flawed
	}
	begin := p.at
	raw, ended := p.stream(d)
	length, isNumber := d["Length"].(types.Integer)
	if ended && raw != nil && isNumber && int(length) != len(raw) {
		return begin + len("stream\r\n") + 1, false
	}
	return 0, ended
}

// checkSeveral checks PDFs that stand one behind the other and puts their pages together. One that
// cannot be used is a broken page of the whole.
func checkSeveral(p pieces, limits Limits) (Document, error) {
	var out bytes.Buffer
	f := newFile(&out)
	var all []page
	var failed error
	failures := 0
	d := Document{Repaired: fmt.Sprintf("it holds %d PDFs, one behind the other: their pages were put together", len(p.pdfs))}
	counts := map[string]int{}
	for i, data := range p.pdfs {
		s, err := openFile(data, limits)
		if err != nil {
			if failed = lo.Ternary(failed == nil, err, failed); failures == mostFailures {
				return Document{}, failed
			}
			failures++
			all = append(all, notUsed(fmt.Sprintf("PDF %d of the file", i+1), err))
			continue
		}
		for _, r := range s.active() {
			counts[r.What] += r.Count
		}
		all = append(all, s.pages...)
		if len(all) > limits.Pages {
			return Document{}, newError(TooManyPage, "more than %d", limits.Pages)
		}
		c := f.copier(s)
		for _, page := range s.pages {
			if page.broken != nil {
				continue
			}
			if err := c.addPage(page); err != nil {
				return Document{}, err
			}
		}
	}
	if f.pages == 0 {
		return Document{}, failed
	}
	if err := f.close(); err != nil {
		return Document{}, err
	}
	d.Data, d.Removed = out.Bytes(), removedOf(counts)
	s, err := openFile(d.Data, limits)
	if err != nil {
		return Document{}, err
	}
	sound := s.pages
	for i := range all {
		if all[i].broken == nil {
			all[i], sound = sound[0], sound[1:]
		}
		all[i].number = i + 1
	}
	s.pages = all
	return d.of(s), nil
}

// notUsed stands for a part of the file that cannot be used.
func notUsed(what string, why error) page {
	return page{what: what, media: letter, crop: letter, unit: 1, broken: why}
}

var errLabelBehind = errors.New("it is a label in ZPL behind a PDF: it must be a file of its own")

// tell adds what a file holds besides its PDFs to a document.
func (p pieces) tell(d Document) Document {
	blank := func(text []byte) bool { return len(bytes.Trim(text, "\x00\t\f\r\n \x1a\xef\xbb\xbf")) == 0 }
	if !blank(p.before) {
		d.Removed = append(d.Removed, Removed{What: "text before the PDF", Count: 1})
	}
	switch {
	case blank(p.behind):
	case bytes.Contains(p.behind, []byte("^XA")):
		last := notUsed("the end of the file", errLabelBehind)
		last.number = d.Pages + 1
		d.source.pages = append(d.source.pages, last)
		d = d.of(d.source)
	default:
		d.Removed = append(d.Removed, Removed{What: "text behind the PDF", Count: 1})
	}
	return d
}
