package pdf

import (
	"bytes"
	"errors"

	"github.com/pdfcpu/pdfcpu/pkg/filter"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"github.com/samber/lo"
)

// Content is what a page shows within its visible part: its text in the order of
// the file, a line for each move to another line, and whether it paints nothing
// at all.
type Content struct {
	Text  string
	Blank bool
}

// Content reads page i, counted from 0. What cannot be read is left out.
func (d Document) Content(i int) (content Content) {
	if read := d.source.pages[i].content; read != nil {
		return *read
	}
	r := d.source.reader(d.source.pages[i])
	defer func() {
		if recover() != nil { // the library met an odd object: keep what was read
			r.doubt(true)
			content = r.content()
		}
	}()
	r.page()
	return r.content()
}

// Texts gives the readable text of each page.
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

// contents puts a page's content streams after each other. With an error comes
// what could be unpacked.
func (s *source) contents(o types.Object) ([]byte, error) {
	switch o := s.get(o).(type) {
	case types.StreamDict:
		return s.unpack(o)
	case types.Array:
		var all bytes.Buffer
		var failed error
		for _, part := range o {
			stream, ok := s.get(part).(types.StreamDict)
			if !ok {
				continue
			}
			data, err := s.unpack(stream)
			failed = lo.CoalesceOrEmpty(failed, err)
			all.Write(data)
			all.WriteByte('\n')
			if int64(all.Len()) > s.limits.StreamBytes {
				return all.Bytes(), refuse(TooLarge, "the drawing of a page unpacks to more than %d bytes", s.limits.StreamBytes)
			}
		}
		return all.Bytes(), failed
	}
	return nil, nil
}

// decoded unpacks a stream; one that cannot be unpacked is empty.
func (s *source) decoded(stream types.StreamDict) []byte {
	data, err := s.unpack(stream)
	if err != nil {
		return nil
	}
	return data
}

func (s *source) unpack(stream types.StreamDict) ([]byte, error) {
	left := s.limits.DrawnBytes - s.drawn
	if left <= 0 {
		return nil, refuse(TooLarge, "the pages unpack to more than %d bytes", s.limits.DrawnBytes)
	}
	if stream.FilterPipeline == nil {
		stream = s.withFilters(stream)
	}
	if len(stream.FilterPipeline) > 0 && stream.FilterPipeline[0].Name == "Crypt" { // how it was encrypted: it is no more
		stream.FilterPipeline = stream.FilterPipeline[1:]
	}
	if len(stream.FilterPipeline) == 0 {
		stream.FilterPipeline = nil
	}
	if err := stream.DecodeWithLimit(min(left, s.limits.StreamBytes)); err != nil {
		s.drawn += s.limits.StreamBytes / 8 // what was unpacked before it failed is not known
		return nil, refuse(lo.Ternary(errors.Is(err, filter.ErrDecodeLimitExceeded), TooLarge, Damaged), "a stream: %w", err)
	}
	s.drawn += int64(len(stream.Content))
	return stream.Content, nil
}
