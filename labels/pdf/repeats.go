package pdf

import (
	"bytes"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// mostCompared is how many bytes of pages with equal drawings are compared.
const mostCompared = 16 << 20

// Repeats maps each page, counted from 0, that prints the same as one before it to the first such
// page: a packer would stick two labels. Labels that were cut from a sheet are not compared.
func (d Document) Repeats() map[int]int {
	repeats := map[int]int{}
	alike := map[[16]byte][]int{} // by what their drawings hold; their pictures may differ
	var several [][16]byte
	for i := range d.source.pages {
		d.Content(i) // tells whether the page can be printed
		if p := d.source.pages[i]; p.broken == nil && p.label == 0 && d.Pages > 1 {
			key := d.source.digestOfContents(p)
			if alike[key] = append(alike[key], i); len(alike[key]) == 2 {
				several = append(several, key)
			}
		}
	}
	left := mostCompared
	for _, key := range several {
		first := map[[16]byte]int{}
		for _, i := range alike[key] {
			if left <= 0 {
				return repeats
			}
			data, err := d.Extract(i)
			if err != nil {
				continue
			}
			left -= len(data)
			whole := digest(data)
			if of, ok := first[whole]; ok {
				repeats[i] = of
			} else {
				first[whole] = i
			}
		}
	}
	return repeats
}

func (s *source) digestOfContents(p page) [16]byte {
	var all bytes.Buffer
	for _, o := range s.contentStreams(p) {
		if stream, ok := s.resolve(o).(types.StreamDict); ok {
			all.Write(stream.Raw)
		}
	}
	return digest(all.Bytes())
}
