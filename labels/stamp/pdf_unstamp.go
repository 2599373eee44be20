package stamp

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

	"github.com/despacho/despacho/labels/pdf"
)

var stampedTrailer = regexp.MustCompile(`/` + pdfMark + ` ([0-9]{1,12})>>\nstartxref\n[0-9]+\n%%EOF\n$`)

// unstampedPDF gives the label as labels/pdf writes it, without an earlier stamp:
// the update is cut off, or, where the pages were copied since, its streams and
// slip are taken out.
func unstampedPDF(label []byte) ([]byte, error) {
	if m := stampedTrailer.FindSubmatch(label[max(0, len(label)-512):]); m != nil {
		if end, err := strconv.Atoi(string(m[1])); err == nil && end < len(label) && trailerEntries.Match(label[max(0, end-512):end]) {
			return label[:end], nil
		}
	}
	d, err := pdf.Check(label, pdf.Limits{})
	if err != nil {
		return nil, err
	}
	base, err := d.Extract(upTo(d.Pages)...)
	if err != nil || !bytes.Contains(base, []byte("/"+pdfMark)) {
		return base, err
	}
	return withoutStampedParts(base)
}

func upTo(n int) []int {
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = i
	}
	return numbers
}

func withoutStampedParts(data []byte) ([]byte, error) {
	f, err := openPDF(data)
	if err != nil {
		return nil, err
	}
	u := newUpdate(f)
	var kept []int
	for i, p := range f.pages {
		own := slices.DeleteFunc(slices.Clone(p.contents(f)), func(o types.Object) bool {
			_, marked := f.dict(o)[pdfMark]
			return marked
		})
		if isSlip := i > 0 && len(own) == 0 && len(p.contents(f)) == 1; isSlip {
			continue
		}
		kept = append(kept, i)
		page := p.dict.Clone().(types.Dict)
		page["Contents"] = own
		page["Resources"] = withoutStampFonts(f, page["Resources"])
		u.write(p.number, serialised(page))
	}
	d, err := pdf.Check(u.bytes(), pdf.Limits{})
	if err != nil {
		return nil, err
	}
	return d.Extract(kept...)
}

func withoutStampFonts(f *pdfFile, o types.Object) types.Object {
	fonts := f.dict(f.dict(o)["Font"])
	if fonts == nil {
		return o
	}
	resources := f.dict(o).Clone().(types.Dict)
	kept := types.Dict{}
	for name, font := range fonts {
		if !strings.HasPrefix(name, pdfMark) {
			kept[name] = font
		}
	}
	resources["Font"] = kept
	if len(kept) == 0 {
		delete(resources, "Font")
	}
	return resources
}
