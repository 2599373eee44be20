package pdf

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"github.com/samber/lo"
)

// overlayTags is how the tag of every overlay begins.
const overlayTags = "Despacho"

// Overlay is what is drawn over the pages of a document. It is found and removed again by its tag,
// which must begin with "Despacho". Fonts maps the font names that the
// drawings use, each beginning with the tag, to standard fonts.
type Overlay struct {
	Tag   string
	Fonts map[string]string
	// Over has the drawings by page, counted from 0: operators in points from the lower left corner
	// of the page as a person sees it.
	Over map[int]string
	// Behind is the drawing of an extra page after the last one, as large as the first; "" for
	// none.
	Behind string
}

// WithOverlay returns the document with an overlay, for [Document.Extract] and [Joiner.Add]; it has
// no Data. What its pages draw is unchanged. Each page that is drawn over must have been read with
// [Document.ReadMarks] before.
func (d Document) WithOverlay(o Overlay) (changed Document, err error) {
	defer recoverAsError(&err)
	e := d.edit()
	fonts := types.Dict{}
	for name, font := range o.Fonts {
		fonts[name] = inserted{types.Dict{"Type": types.Name("Font"), "Subtype": types.Name("Type1"),
			"BaseFont": types.Name(font), "Encoding": types.Name("WinAnsiEncoding")}}
	}
	for i := range e.source.pages {
		p := &e.source.pages[i]
		if err := p.sound(); err != nil {
			return Document{}, err
		}
		if drawing, ok := o.Over[i]; ok {
			e.drawOver(p, o.Tag, drawing)
			p.resources = e.withFonts(p.resources, fonts)
		}
	}
	if o.Behind != "" {
		size := e.source.pages[0].size()
		sheet := box{0, 0, rounded(size.Width), rounded(size.Height)}
		content := tagged(o.Tag, fmt.Sprintf("/%s BMC %sEMC", o.Tag, o.Behind))
		e.source.pages = append(e.source.pages, page{dict: types.Dict{"Contents": content}, resources: types.Dict{"Font": fonts},
			media: sheet, crop: sheet, unit: 1, number: len(e.source.pages) + 1})
	}
	return e.document(), nil
}

// WithoutOverlay returns the document without the overlay that has this tag, and without the extra
// page that came with it.
func (d Document) WithoutOverlay(tag string) Document {
	e := d.edit()
	isTagged := func(o types.Object) bool { _, is := e.source.dict(o)[tag]; return is }
	changed := false
	e.source.pages = lo.Filter(e.source.pages, func(p page, i int) bool {
		contents := e.source.contentStreams(p)
		return i == 0 || len(contents) != 1 || !isTagged(contents[0])
	})
	for i := range e.source.pages {
		p := &e.source.pages[i]
		contents := e.source.contentStreams(*p)
		own := lo.Reject(contents, func(o types.Object, _ int) bool { return isTagged(o) })
		if len(own) == len(contents) {
			continue
		}
		changed = true
		p.dict = maps.Clone(p.dict)
		p.dict["Contents"] = own
		p.resources = e.withoutFonts(p.resources, tag)
		p.content, p.ending = nil, nil
	}
	if !changed && len(e.source.pages) == d.Pages {
		return d
	}
	return e.document()
}

// editing changes a copy of a document's pages.
type editing struct {
	of     Document
	source *source
}

func (d Document) edit() *editing {
	changed := *d.source
	changed.pages = slices.Clone(changed.pages)
	return &editing{of: d, source: &changed}
}

func (e *editing) document() Document {
	d := e.of.of(e.source)
	d.Data = nil
	return d
}

// inserted is an object that is not in any file yet. It is written as an object of its own.
type inserted struct{ types.Object }

// Clone returns an inserted object, so that copies remain inserted.
func (i inserted) Clone() types.Object { return inserted{i.Object.Clone()} }

func tagged(tag, content string) inserted {
	return inserted{types.StreamDict{Dict: types.Dict{tag: types.Boolean(true)}, Raw: []byte(content)}}
}

// drawOver puts one stream before and one after the page's own, so that changes that the page makes
// to the state do not affect the drawing.
func (e *editing) drawOver(p *page, tag, drawing string) {
	before := *cmp.Or(p.ending, &ending{})
	saves := 1 - before.lowest
	var out strings.Builder
	out.WriteByte('\n') // because the page's last stream may end in a comment
	if before.inText {
		out.WriteString("ET ")
	}
	out.WriteString(strings.Repeat("Q ", saves+before.open))
	fmt.Fprintf(&out, "/%s BMC q %s cm %sQ EMC", tag, exact(p.upright()), drawing)
	contents := types.Array{tagged(tag, strings.Repeat("q ", saves))}
	contents = append(contents, e.source.contentStreams(*p)...)
	p.dict = maps.Clone(p.dict)
	p.dict["Contents"] = append(contents, tagged(tag, out.String()))
	p.content, p.ending = nil, nil
}

func (e *editing) withFonts(o types.Object, fonts types.Dict) types.Object {
	resources, all := e.resources(o)
	for name, font := range fonts {
		all[name] = font
	}
	resources["Font"] = all
	return resources
}

func (e *editing) withoutFonts(o types.Object, tag string) types.Object {
	resources, all := e.resources(o)
	for name := range all {
		if strings.HasPrefix(name, tag) {
			delete(all, name)
		}
	}
	if resources["Font"] = all; len(all) == 0 {
		delete(resources, "Font")
	}
	return resources
}

// resources copies resources and the fonts among them.
func (e *editing) resources(o types.Object) (resources, fonts types.Dict) {
	copied := func(o types.Object) types.Dict {
		if d := e.source.dict(o); d != nil {
			return maps.Clone(d)
		}
		return types.Dict{}
	}
	resources = copied(o)
	return resources, copied(resources["Font"])
}

// contentStreams are a page's content streams.
func (s *source) contentStreams(p page) types.Array {
	o, ok := p.dict["Contents"]
	if !ok || s.resolve(o) == nil {
		return nil
	}
	if a := s.array(o); a != nil {
		return a
	}
	return types.Array{o}
}

// rounded is a length with four decimals.
func rounded(length float64) float64 {
	n, _ := strconv.ParseFloat(strconv.FormatFloat(length, 'f', 4, 64), 64) // always a number
	return n
}

// exact writes a transformation without loss.
func exact(m matrix) string {
	parts := make([]string, len(m))
	for i, v := range m {
		parts[i] = strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strings.Join(parts, " ")
}
