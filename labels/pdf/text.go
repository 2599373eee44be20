package pdf

import (
	"bytes"
	"cmp"
	"errors"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/filter"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"github.com/samber/lo"
)

// Content is what a page shows in its visible part: its text in the order of the file, with a line
// break for each move to another line, and whether it paints nothing at all. Notes say what people
// must know of it, such as that a picture is not whole.
type Content struct {
	Text  string
	Blank bool
	Notes []string

	broken error // why the page cannot be printed
}

// Content reads page i, counted from 0. What cannot be read is left out.
func (d Document) Content(i int) (content Content) {
	if read := d.source.pages[i].content; read != nil {
		return *read
	}
	p := &d.source.pages[i]
	r := d.source.reader(*p, identity)
	defer func() {
		if recover() != nil { // the library panicked on a malformed object: keep what was read
			r.markUnread(errUnreadable)
		}
		r.settle(p)
		content = *p.content
	}()
	r.page()
	return content
}

// words are the texts of a page in the order of the file, each with its position.
type words struct {
	runs    []run
	pending string // the separator before the next run
	length  int    // of all texts
}

// run is a text without separators; before are the blanks and line ends that precede it.
type run struct {
	before, text string
	at           point
}

func (w *words) separate(by string) {
	if !isApart(w.pending, by) {
		w.pending += by
	}
}

// isApart reports whether a text already ends in the separator.
func isApart(text, by string) bool {
	return strings.HasSuffix(text, "\n") || by == " " && strings.HasSuffix(text, " ")
}

func (w *words) write(text string, at point) {
	if text == "" || w.length > longestText {
		return
	}
	w.runs = append(w.runs, run{w.pending, text, at})
	w.length += len(w.pending) + len(text)
	w.pending = ""
}

// within returns the text that begins within a part of the page.
func (w *words) within(part box) string {
	const slack = 1
	part = part.grown(slack)
	var out []byte
	separate := func(by string) {
		for _, c := range []byte(by) {
			last := out[max(0, len(out)-1):]
			if len(out) > 0 && !isApart(string(last), string(rune(c))) {
				out = append(out, c)
			}
		}
	}
	for _, r := range w.runs {
		separate(r.before)
		if part.holds(r.at.x, r.at.y) {
			out = append(out, r.text...)
		}
	}
	separate(w.pending)
	return string(out)
}

// Texts returns the readable text of each page.
func Texts(data []byte) ([]string, error) {
	d, err := Check(data, Limits{})
	if err != nil {
		return nil, err
	}
	texts := make([]string, d.Pages)
	for i := range texts {
		texts[i] = d.Content(i).Text
	}
	return texts, nil
}

// contents joins a page's content streams. With an error it returns what could be unpacked.
func (s *source) contents(o types.Object) ([]byte, error) {
	switch o := s.resolve(o).(type) {
	case types.StreamDict:
		return s.unpack(o)
	case types.Array:
		var all bytes.Buffer
		var failed error
		for _, part := range o {
			stream, ok := s.resolve(part).(types.StreamDict)
			if !ok {
				continue
			}
			data, err := s.unpack(stream)
			failed = cmp.Or(failed, err)
			all.Write(data)
			all.WriteByte('\n')
			if int64(all.Len()) > s.limits.StreamBytes {
				return all.Bytes(), newError(TooLarge, "the drawing of a page unpacks to more than %d bytes", s.limits.StreamBytes)
			}
		}
		return all.Bytes(), failed
	}
	return nil, nil
}

// decoded unpacks a stream; the result is empty if that fails.
func (s *source) decoded(stream types.StreamDict) []byte {
	data, err := s.unpack(stream)
	if err != nil {
		return nil
	}
	return data
}

func (s *source) unpack(stream types.StreamDict) ([]byte, error) {
	return s.unpackTo(stream, s.limits.StreamBytes)
}

// unpackTo unpacks a stream to no more than most bytes.
func (s *source) unpackTo(stream types.StreamDict, most int64) ([]byte, error) {
	if err := s.limits.Budget.Check(); err != nil {
		return nil, newError(TooCostly, "%w", err)
	}
	left := s.limits.DrawnBytes - s.drawn
	if left <= 0 {
		return nil, newError(TooLarge, "the pages unpack to more than %d bytes", s.limits.DrawnBytes)
	}
	if stream.FilterPipeline == nil {
		stream = s.withFilters(stream)
	}
	if len(stream.FilterPipeline) > 0 && stream.FilterPipeline[0].Name == "Crypt" { // it says how the stream was encrypted; it is decrypted now
		stream.FilterPipeline = stream.FilterPipeline[1:]
	}
	if len(stream.FilterPipeline) == 0 {
		stream.FilterPipeline = nil
	}
	err := stream.DecodeWithLimit(min(left, most))
	unpacked := int64(max(len(stream.Raw), len(stream.Content)))
	tooLarge := errors.Is(err, filter.ErrDecodeLimitExceeded)
	switch {
	case tooLarge:
		unpacked = min(left, most)
	case err != nil:
		unpacked += most / 8 // it is not known how much was unpacked before the failure
	}
	s.drawn += unpacked
	if spent := cmp.Or(s.limits.Budget.Unpack(unpacked), s.limits.Budget.Work(stepsToUnpack(stream, unpacked))); spent != nil {
		return nil, newError(TooCostly, "%w", spent)
	}
	if err != nil {
		return nil, newError(lo.Ternary(tooLarge, TooLarge, Damaged), "a stream: %w", err)
	}
	return stream.Content, nil
}
