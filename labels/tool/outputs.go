package tool

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"

	"github.com/samber/lo"

	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/zpl"
)

// outputs are the joined files in the making, at most one a format at a time.
type outputs struct {
	place   Place
	options Options
	open    map[labels.Format]*output
	parts   map[labels.Format]int
	done    []*output
	notes   map[int][]string // by source: what was done so that a label fits its stock
}

func newOutputs(place Place, options Options) *outputs {
	return &outputs{place: place, options: options, open: map[labels.Format]*output{}, parts: map[labels.Format]int{}, notes: map[int][]string{}}
}

// output is one joined file: its bytes are counted and summed on their way.
type output struct {
	file    NewFile
	format  labels.Format
	labels  int
	pages   int
	bytes   int64
	sum     hash.Hash
	units   *zpl.Joiner
	pdf     *pdfJoin
	sources []int // of each label file in it
}

func (o *output) Write(data []byte) (int, error) {
	n, err := o.file.Write(data)
	o.sum.Write(data[:n])
	o.bytes += int64(n)
	return n, err
}

// add puts an item into the file of its format.
func (o *outputs) add(it item, source int) error {
	count := 1
	if it.format == labels.PDF {
		count = it.document.Pages
	}
	file := o.open[it.format]
	if file != nil && o.options.Part > 0 && file.labels+count > o.options.Part {
		if err := o.finish(file); err != nil {
			return err
		}
		file = nil
	}
	if file == nil {
		var err error
		if file, err = o.begin(it.format); err != nil {
			return err
		}
	}
	file.labels += count
	file.sources = append(file.sources, source)
	if it.format == labels.ZPL {
		return file.units.Add(it.unit)
	}
	return file.spoiling(file.pdf.add(it.document))
}

func (o *outputs) begin(format labels.Format) (*output, error) {
	part := 0
	layout := o.options.Layout
	if o.options.Part > 0 {
		o.parts[format]++
		if part = o.parts[format]; part > 1 {
			layout.Start = 0
		}
	}
	file, err := o.place.Create(format, part)
	if err != nil {
		return nil, err
	}
	out := &output{file: file, format: format, sum: sha256.New()}
	if format == labels.ZPL {
		out.units = zpl.NewJoiner(out)
	} else {
		out.pdf = joinPDF(out, layout)
	}
	o.open[format] = out
	return out, nil
}

func (o *outputs) finish(out *output) error {
	delete(o.open, out.format)
	o.done = append(o.done, out)
	if out.units != nil {
		return out.units.Close()
	}
	joined, err := out.pdf.end()
	out.pages = joined.Pages
	for i, place := range joined.Places {
		o.notes[out.sources[i]] = append(o.notes[out.sources[i]], place.Notes...)
	}
	return out.spoiling(err)
}

// spoiling names the source that a PDF could not be joined for.
func (o *output) spoiling(err error) error {
	var at *pdf.JoinError
	if errors.As(err, &at) && at.Index < len(o.sources) {
		return &spoiling{source: o.sources[at.Index], err: at.Err}
	}
	return err
}

// commit ends all files and puts them where they belong.
func (o *outputs) commit() ([]Output, error) {
	for _, format := range []labels.Format{labels.PDF, labels.ZPL} {
		if out := o.open[format]; out != nil {
			if err := o.finish(out); err != nil {
				return nil, err
			}
		}
	}
	files := make([]Output, 0, len(o.done))
	for _, out := range o.done {
		if err := out.file.Commit(); err != nil {
			return nil, err
		}
		files = append(files, Output{
			Out: out.file.Name(), Format: string(out.format), Labels: out.labels, Pages: out.pages,
			Bytes: out.bytes, SHA256: hex.EncodeToString(out.sum.Sum(nil)),
		})
	}
	return files, nil
}

// abort leaves nothing of what is not committed.
func (o *outputs) abort() {
	for _, out := range append(o.done, lo.Values(o.open)...) {
		if out.pdf != nil {
			_, _ = out.pdf.end() // what it wrote is thrown away
		}
		out.file.Abort()
	}
}

// pdfJoin feeds a join that draws its labels.
type pdfJoin struct {
	documents chan pdf.Document
	over      chan struct{}
	ended     bool
	joined    pdf.Joined
	err       error
}

func joinPDF(out *output, layout pdf.Layout) *pdfJoin {
	j := &pdfJoin{documents: make(chan pdf.Document), over: make(chan struct{})}
	go func() {
		defer close(j.over)
		j.joined, j.err = pdf.JoinDocuments(out, func(yield func(pdf.Document, error) bool) {
			for d := range j.documents {
				if !yield(d, nil) {
					return
				}
			}
		}, layout)
	}()
	return j
}

// add gives a document to the join, or what ended it.
func (j *pdfJoin) add(d pdf.Document) error {
	select {
	case j.documents <- d:
		return nil
	case <-j.over:
		return j.err
	}
}

func (j *pdfJoin) end() (pdf.Joined, error) {
	if !j.ended {
		close(j.documents)
		j.ended = true
	}
	<-j.over
	return j.joined, j.err
}
