package pdf

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"github.com/samber/lo"
)

// copier writes a source's pages, and nothing that they do not need, into a
// file. What two pages share, and what is equal in two sources, is written once.
type copier struct {
	from    *source
	to      *file
	numbers map[int]int // the source's object number → the one in the file
	open    map[int]bool
}

func (f *file) copier(from *source) *copier {
	return &copier{from: from, to: f, numbers: map[int]int{}, open: map[int]bool{}}
}

// addPage writes a page. Only what is printed goes along: no actions, scripts,
// attachments, thumbnails or private data.
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
	body, err := c.serialise(d, 0)
	if err != nil {
		return err
	}
	return c.to.addPage(body)
}

func (c *copier) resources(p page) types.Object {
	return lo.Ternary[types.Object](c.from.dict(p.resources) == nil, types.Dict{}, p.resources)
}

// reference writes the object behind a reference and gives its number in the
// file.
func (c *copier) reference(ref types.IndirectRef, depth int) (int, error) {
	number := ref.ObjectNumber.Value()
	if n, ok := c.numbers[number]; ok {
		return n, nil
	}
	if off, ok := c.from.off[number]; ok {
		return c.to.layer(off)
	}
	if c.open[number] { // it holds itself: it needs its number before it is written
		c.numbers[number] = c.to.reserve()
		return c.numbers[number], nil
	}
	c.open[number] = true
	defer delete(c.open, number)
	body, err := c.serialise(c.from.get(ref), depth+1)
	if err != nil {
		return 0, err
	}
	if n, ok := c.numbers[number]; ok {
		return n, c.to.write(n, body)
	}
	n, err := c.to.share(body)
	c.numbers[number] = n
	return n, err
}

func (c *copier) serialise(o types.Object, depth int) ([]byte, error) {
	var out bytes.Buffer
	err := c.put(&out, o, depth)
	return out.Bytes(), err
}

func (c *copier) put(out *bytes.Buffer, o types.Object, depth int) error {
	if depth > 4*maxDepth {
		return refuse(Damaged, "objects nested more than %d deep", 4*maxDepth)
	}
	switch o := o.(type) {
	case types.IndirectRef:
		if c.from.get(o) == nil || c.from.isPage(o) {
			out.WriteString("null")
			return nil
		}
		n, err := c.reference(o, depth)
		fmt.Fprintf(out, "%d 0 R", n)
		return err
	case types.Dict:
		return c.putDict(out, o, depth)
	case types.Array:
		return c.putArray(out, o, depth)
	case types.StreamDict:
		return c.putStream(out, o, depth)
	case types.Name, types.Integer, types.Boolean, types.StringLiteral, types.HexLiteral:
		out.WriteString(o.PDFString())
	case types.Float:
		out.WriteString(strconv.FormatFloat(float64(o), 'f', -1, 64))
	default:
		out.WriteString("null")
	}
	return nil
}

func (c *copier) putDict(out *bytes.Buffer, d types.Dict, depth int) error {
	keys := lo.Keys(d)
	slices.Sort(keys)
	out.WriteString("<<")
	for _, key := range keys {
		out.WriteString("/" + types.EncodeName(key) + " ")
		if err := c.put(out, d[key], depth+1); err != nil {
			return err
		}
	}
	out.WriteString(">>")
	return nil
}

func (c *copier) putArray(out *bytes.Buffer, a types.Array, depth int) error {
	out.WriteByte('[')
	for i, o := range a {
		if i > 0 {
			out.WriteByte(' ')
		}
		if err := c.put(out, o, depth+1); err != nil {
			return err
		}
	}
	out.WriteByte(']')
	return nil
}

// putStream leaves out what a stream may carry beside its data, and the keys
// that would have a reader fetch the data from another file.
func (c *copier) putStream(out *bytes.Buffer, stream types.StreamDict, depth int) error {
	d := lo.OmitByKeys(stream.Dict, []string{
		"F", "FFilter", "FDecodeParms", "DL", "Metadata", "PieceInfo", "StructParent", "StructParents", "OPI", "AF", "LastModified"})
	d["Length"] = types.Integer(len(stream.Raw))
	if err := c.putDict(out, d, depth); err != nil {
		return err
	}
	out.WriteString("\nstream\n")
	out.Write(stream.Raw)
	out.WriteString("\nendstream")
	return nil
}

func (s *source) isPage(ref types.IndirectRef) bool {
	d, ok := s.get(ref).(types.Dict)
	if !ok {
		return false
	}
	kind := s.name(d["Type"])
	return kind == "Page" || kind == "Pages" || kind == "Catalog"
}

// printedAnnotations are those that show something on paper, as stamps: without
// what they do when clicked, and without a form that they were fields of.
func (s *source) printedAnnotations(p page) types.Array {
	var kept types.Array
	for _, o := range s.array(p.dict["Annots"]) {
		d := s.dict(o)
		if d == nil || !s.isPrinted(d) || s.dict(s.appearance(d)) == nil || s.hides(d["OC"]) {
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

// isPrinted tells whether an annotation is for paper (ISO 32000 12.5.3). One that
// says nothing of it is, unless it is there to be clicked.
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
	if states, ok := s.get(normal).(types.Dict); ok {
		return states[s.name(annotation["AS"])]
	}
	return normal
}

func digest(body []byte) [16]byte {
	sum := sha256.Sum256(body)
	return [16]byte(sum[:16])
}
