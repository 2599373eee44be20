package pdf

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"github.com/samber/lo"
)

// copier writes a source's pages, and nothing that they do not need, into a file. Objects shared by
// two pages, or equal in two sources, are written once.
type copier struct {
	from    *source
	to      *file
	numbers map[use]int // an object of the source → its number in the file
	open    map[use]bool
	told    *activity // counts what is left out; nil if nobody asks
}

// use is an object of the source and what it is used for.
type use struct {
	number int
	as     *kind
}

func (f *file) copier(from *source) *copier {
	return &copier{from: from, to: f, numbers: map[use]int{}, open: map[use]bool{}}
}

// addPage writes a page. Only what is printed is copied: no actions, scripts, attachments,
// thumbnails or private data.
func (c *copier) addPage(p page) error {
	d := types.Dict{"Type": types.Name("Page"), "MediaBox": p.media.array()}
	if p.crop != p.media {
		d["CropBox"] = p.crop.array()
	}
	if p.rotate != 0 {
		d["Rotate"] = types.Integer(p.rotate)
	}
	d["Resources"] = c.resources(p)
	for _, key := range []string{"Contents", "Group", "UserUnit"} {
		if o, ok := p.dict[key]; ok {
			d[key] = o
		}
	}
	if annotations := c.from.printedAnnotations(p); len(annotations) > 0 {
		d["Annots"] = annotations
	}
	body, err := c.serialiseAs(d, pageKind, 0)
	if err != nil {
		return err
	}
	return c.to.addPage(body)
}

func (c *copier) resources(p page) types.Object {
	return lo.Ternary[types.Object](c.from.dict(p.resources) == nil, types.Dict{}, p.resources)
}

// reference writes the form behind a reference and returns its number in the file.
func (c *copier) reference(ref types.IndirectRef, depth int) (int, error) {
	return c.referenceAs(ref, xobjectKind, depth)
}

// referenceAs writes the object behind a reference and returns its number in the file.
func (c *copier) referenceAs(ref types.IndirectRef, as *kind, depth int) (int, error) {
	it := use{ref.ObjectNumber.Value(), as}
	if n, ok := c.numbers[it]; ok {
		return n, nil
	}
	if off, ok := c.from.off[it.number]; ok {
		return c.to.layer(off)
	}
	if c.open[it] { // it contains itself, so it needs a number before it is written
		c.numbers[it] = c.to.reserve()
		return c.numbers[it], nil
	}
	c.open[it] = true
	defer delete(c.open, it)
	body, err := c.serialiseAs(c.from.resolve(ref), as, depth+1)
	if err != nil {
		return 0, err
	}
	if n, ok := c.numbers[it]; ok {
		return n, c.to.write(n, body)
	}
	n, err := c.to.share(body)
	c.numbers[it] = n
	return n, err
}

// serialise writes a form.
func (c *copier) serialise(form types.Object, depth int) ([]byte, error) {
	return c.serialiseAs(form, xobjectKind, depth)
}

func (c *copier) serialiseAs(o types.Object, as *kind, depth int) ([]byte, error) {
	var out bytes.Buffer
	err := c.put(&out, o, as, depth)
	return out.Bytes(), err
}

func (c *copier) put(out *bytes.Buffer, o types.Object, as *kind, depth int) error {
	if depth > 4*maxDepth {
		return newError(Damaged, "objects nested more than %d deep", 4*maxDepth)
	}
	switch o := o.(type) {
	case types.IndirectRef:
		if c.from.resolve(o) == nil || c.from.isPage(o) {
			out.WriteString("null")
			return nil
		}
		n, err := c.referenceAs(o, as, depth)
		fmt.Fprintf(out, "%d 0 R", n)
		return err
	case inserted:
		body, err := c.serialiseAs(o.Object, ours, depth+1)
		if err != nil {
			return err
		}
		n, err := c.to.share(body)
		fmt.Fprintf(out, "%d 0 R", n)
		return err
	case types.Dict:
		return c.putDict(out, o, as, depth)
	case types.Array:
		return c.putArray(out, o, as, depth)
	case types.StreamDict:
		if !as.isStream && !as.isOurs {
			return c.putDict(out, o.Dict, as, depth)
		}
		return c.putStream(out, o, as, depth)
	case types.Name:
		putName(out, string(o))
	case types.Integer, types.Boolean, types.StringLiteral, types.HexLiteral:
		out.WriteString(o.PDFString())
	case types.Float:
		out.WriteString(strconv.FormatFloat(float64(o), 'f', -1, 64))
	default:
		out.WriteString("null")
	}
	return nil
}

// entry is what an entry of a dictionary is used for; nil if it is left out.
func (c *copier) entry(key string, o types.Object, as *kind) *kind {
	of := as.each
	switch {
	case as.isOurs:
		return ours
	case of == nil:
		of = as.entries[key]
	}
	if (key == "Type" || key == "Subtype" || key == "S") && c.from.isNoDrawing(o) {
		return nil
	}
	if of == nil && as.isDrawing && o == types.Boolean(true) && strings.HasPrefix(key, overlayTags) {
		return plain
	}
	if of != nil && of.isObject && !c.isDrawable(o, of) {
		return nil
	}
	return of
}

// isNoDrawing recognises the kinds of what acts or is attached.
func (s *source) isNoDrawing(kind types.Object) bool {
	name := s.name(kind)
	return actions[name] != "" || slices.Contains(mediaAnnotations, name) ||
		slices.Contains([]string{"Action", "Filespec", "EmbeddedFile", "FileAttachment", "Link", "Widget"}, name)
}

// isDrawable reports whether something is a stream that a page may draw. PostScript would run in the
// printer.
func (c *copier) isDrawable(o types.Object, of *kind) bool {
	if list, ok := c.from.resolve(o).(types.Array); ok { // the colours that a picture leaves out
		return of == xobjectKind && len(list) > 0 && c.from.dict(list[0]) == nil
	}
	stream, ok := c.from.resolve(o).(types.StreamDict)
	return ok && (of != xobjectKind || c.from.name(stream.Dict["Subtype"]) != "PS" && c.from.name(stream.Dict["Subtype2"]) != "PS")
}

func (c *copier) putDict(out *bytes.Buffer, d types.Dict, as *kind, depth int) error {
	keys := make([]string, 0, len(d))
	for key, o := range d {
		if c.entry(key, o, as) != nil {
			keys = append(keys, key)
		} else if c.told != nil {
			c.told.leftOut(key, o)
		}
	}
	slices.Sort(keys)
	out.WriteString("<<")
	for _, key := range keys {
		putName(out, key)
		out.WriteByte(' ')
		if err := c.put(out, d[key], c.entry(key, d[key], as), depth+1); err != nil {
			return err
		}
	}
	out.WriteString(">>")
	return nil
}

func (c *copier) putArray(out *bytes.Buffer, a types.Array, as *kind, depth int) error {
	out.WriteByte('[')
	for i, o := range a {
		if i > 0 {
			out.WriteByte(' ')
		}
		if err := c.put(out, o, as, depth+1); err != nil {
			return err
		}
	}
	out.WriteByte(']')
	return nil
}

// putStream writes a stream's data as they are packed.
func (c *copier) putStream(out *bytes.Buffer, stream types.StreamDict, as *kind, depth int) error {
	d := stream.Dict
	noKind := as == xobjectKind && c.from.name(d["Subtype"]) == ""
	if noKind || c.from.oddNames || d["Length"] != types.Integer(len(stream.Raw)) {
		d = maps.Clone(d)
		d["Length"] = types.Integer(len(stream.Raw))
	}
	if noKind {
		d["Subtype"] = subtypeOf(d)
	}
	if c.from.oddNames && (as == drawingKind || as == patternKind || d["Subtype"] == types.Name("Form")) {
		stream.Dict = d
		if content, err := c.from.unpack(stream); err == nil && hasOddName(content) {
			stream.Raw = withCleanNames(content)
			delete(d, "Filter")
			delete(d, "DecodeParms")
			d["Length"] = types.Integer(len(stream.Raw))
		}
	}
	if err := c.putDict(out, d, as, depth); err != nil {
		return err
	}
	out.WriteString("\nstream\n")
	out.Write(stream.Raw)
	out.WriteString("\nendstream")
	return nil
}

// subtypeOf is what a stream without a kind must be to be drawn.
func subtypeOf(d types.Dict) types.Name {
	if _, isForm := d["BBox"]; isForm {
		return "Form"
	}
	return "Image"
}

func (s *source) isPage(ref types.IndirectRef) bool {
	d, ok := s.resolve(ref).(types.Dict)
	if !ok {
		return false
	}
	kind := s.name(d["Type"])
	return kind == "Page" || kind == "Pages" || kind == "Catalog"
}

// printedAnnotations are those that show something on paper, as stamps: without what they do when
// clicked, and without the form to which they belonged as fields.
func (s *source) printedAnnotations(p page) types.Array {
	var kept types.Array
	for _, o := range s.array(p.dict["Annots"]) {
		d := s.dict(o)
		if d == nil || !s.isPrinted(d) || s.dict(s.appearance(d)) == nil || s.isHidden(d["OC"]) {
			continue
		}
		flags, _ := s.number(d["F"])
		kept = append(kept, types.Dict{"Type": types.Name("Annot"), "Subtype": types.Name("Stamp"),
			"Rect": d["Rect"], "F": types.Integer(printedFlag | int(flags)&noRotateFlag), "AP": types.Dict{"N": s.appearance(d)}})
	}
	return kept
}

const (
	hiddenFlag   = 1 << 1
	printedFlag  = 1 << 2
	noRotateFlag = 1 << 4
)

// isPrinted reports whether an annotation is meant for paper (ISO 32000 12.5.3). One that does not
// say is, unless it is made to be clicked.
func (s *source) isPrinted(annotation types.Dict) bool {
	flags, ok := s.number(annotation["F"])
	if !ok {
		const pushbutton = 1 << 16
		field, _ := s.number(annotation["Ff"])
		return !slices.Contains([]string{"Link", "Popup", "Text", "FileAttachment"}, s.name(annotation["Subtype"])) && int(field)&pushbutton == 0
	}
	return int(flags)&printedFlag != 0 && int(flags)&hiddenFlag == 0
}

// appearance is what a printed annotation shows in its present state.
func (s *source) appearance(annotation types.Dict) types.Object {
	normal := s.dict(annotation["AP"])["N"]
	if states, ok := s.resolve(normal).(types.Dict); ok {
		return states[s.name(annotation["AS"])]
	}
	return normal
}

func digest(body []byte) [16]byte {
	sum := sha256.Sum256(body)
	return [16]byte(sum[:16])
}
