package stamp

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"golang.org/x/text/encoding/charmap"
)

// pdfMark is the key by which streams of a stamp are known, the tag of its marked
// content, and the trailer's key for where the unstamped file ends.
const pdfMark = "DespachoStamp"

// The names of a stamp's fonts on a page.
const (
	plainFontName = pdfMark + "Font"
	boldFontName  = pdfMark + "Bold"
)

// update is an incremental update of a file (ISO 32000 7.5.6): the file stays as
// it is, and what a stamp changes follows it.
type update struct {
	file        *pdfFile
	out         bytes.Buffer
	size        int // object numbers in use
	offsets     map[int]int
	plain, bold int
	wraps       map[int]int // stream that saves the state so many times
}

var trailerEntries = regexp.MustCompile(`trailer\n<</Size ([0-9]+)(/Root [0-9]+ 0 R)(/ID\[<[0-9A-F]+><[0-9A-F]+>\])?>>\nstartxref\n([0-9]+)\n%%EOF\n$`)

func newUpdate(f *pdfFile) *update {
	u := &update{file: f, offsets: map[int]int{}, wraps: map[int]int{}}
	if m := trailerEntries.FindSubmatch(f.data[max(0, len(f.data)-512):]); m != nil {
		u.size, _ = strconv.Atoi(string(m[1]))
	}
	font := "<</Type/Font/Subtype/Type1/BaseFont/%s/Encoding/WinAnsiEncoding>>"
	u.plain = u.add(fmt.Sprintf(font, "Helvetica"))
	u.bold = u.add(fmt.Sprintf(font, "Helvetica-Bold"))
	return u
}

func (u *update) add(body string) int {
	n := u.size
	u.size++
	u.write(n, body)
	return n
}

func (u *update) write(number int, body string) {
	u.offsets[number] = len(u.file.data) + u.out.Len()
	fmt.Fprintf(&u.out, "%d 0 obj\n%s\nendobj\n", number, body)
}

func (u *update) stream(content string) int {
	return u.add(fmt.Sprintf("<</%s true/Length %d>>\nstream\n%s\nendstream", pdfMark, len(content), content))
}

// saves is a stream that saves the state so many times.
func (u *update) saves(times int) int {
	if n, ok := u.wraps[times]; ok {
		return n
	}
	u.wraps[times] = u.stream(strings.Repeat("q ", times))
	return u.wraps[times]
}

// stampPage puts a stream before and one behind the page's own, so that what
// these do to the state does not reach the stamp.
func (u *update) stampPage(p pdfPage, d *pdfDrawing, texts []text) {
	saves := 1 - d.lowest
	var content strings.Builder
	content.WriteByte('\n') // the page's last stream may end in a comment
	if d.inText {
		content.WriteString("ET ")
	}
	content.WriteString(strings.Repeat("Q ", saves+d.depth))
	fmt.Fprintf(&content, "/%s BMC q %s cm ", pdfMark, numbers(p.upright()))
	writeTexts(&content, texts, p.size().bottom)
	content.WriteString("Q EMC")

	page := p.dict.Clone().(types.Dict)
	contents := types.Array{reference(u.saves(saves))}
	contents = append(contents, p.contents(u.file)...)
	page["Contents"] = append(contents, reference(u.stream(content.String())))
	resources := types.Dict{}
	if own := u.file.dict(p.dict["Resources"]); own != nil {
		resources = own.Clone().(types.Dict)
	}
	fonts := types.Dict{}
	if own := u.file.dict(resources["Font"]); own != nil {
		fonts = own.Clone().(types.Dict)
	}
	fonts[plainFontName], fonts[boldFontName] = reference(u.plain), reference(u.bold)
	resources["Font"] = fonts
	page["Resources"] = resources
	u.write(p.number, serialised(page))
}

func reference(number int) types.IndirectRef { return *types.NewIndirectRef(number, 0) }

// writeTexts shows texts on a page of a height, in points from its lower left
// corner.
func writeTexts(out *strings.Builder, texts []text, height float64) {
	const base = 0.85 // of a line of letters, from its top, in sizes
	out.WriteString("BT 0 g ")
	for _, t := range texts {
		font := plainFontName
		if t.bold {
			font = boldFontName
		}
		fmt.Fprintf(out, "/%s %.2f Tf 1 0 0 1 %.2f %.2f Tm (%s) Tj ", font, t.size, t.x, height-t.y-base*t.size, winAnsi(t.content))
	}
	out.WriteString("ET ")
}

func winAnsi(content string) string {
	var out strings.Builder
	for _, r := range content {
		b, ok := charmap.Windows1252.EncodeRune(r)
		switch {
		case !ok || b < ' ':
			out.WriteByte('?')
		case b == '(' || b == ')' || b == '\\':
			out.Write([]byte{'\\', b})
		case b >= 0x7f:
			fmt.Fprintf(&out, `\%03o`, b)
		default:
			out.WriteByte(b)
		}
	}
	return out.String()
}

func numbers(m matrix) string {
	parts := make([]string, len(m))
	for i, v := range m {
		parts[i] = strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strings.Join(parts, " ")
}

// addSlip puts a page behind the last one.
func (u *update) addSlip(size rect, texts []text) {
	var content strings.Builder
	fmt.Fprintf(&content, "/%s BMC ", pdfMark)
	writeTexts(&content, texts, size.bottom)
	content.WriteString("EMC")
	node := u.file.pages[len(u.file.pages)-1].node
	page := u.add(fmt.Sprintf("<</Type/Page/%s true/MediaBox[0 0 %.4f %.4f]/Contents %d 0 R/Resources<</Font<</%s %d 0 R/%s %d 0 R>>>>/Parent %d 0 R>>",
		pdfMark, size.right, size.bottom, u.stream(content.String()), plainFontName, u.plain, boldFontName, u.bold, node))
	for kid := page; node != 0; {
		d := u.file.dict(reference(node)).Clone().(types.Dict)
		count, _ := u.file.number(d["Count"])
		d["Count"] = types.Integer(int(count) + 1)
		if kid == page {
			d["Kids"] = append(slices.Clone(u.file.array(d["Kids"])), reference(page))
		}
		u.write(node, serialised(d))
		kid, node = node, 0
		if parent, ok := d["Parent"].(types.IndirectRef); ok {
			node = parent.ObjectNumber.Value()
		}
	}
}

// bytes is the file with its update.
func (u *update) bytes() []byte {
	out := slices.Grow(slices.Clone(u.file.data), u.out.Len()+1024)
	out = append(out, u.out.Bytes()...)
	start := len(out)
	out = append(out, "xref\n"...)
	changed := make([]int, 0, len(u.offsets))
	for n := range u.offsets {
		changed = append(changed, n)
	}
	slices.Sort(changed)
	for i := 0; i < len(changed); {
		end := i + 1
		for end < len(changed) && changed[end] == changed[end-1]+1 {
			end++
		}
		out = fmt.Appendf(out, "%d %d\n", changed[i], end-i)
		for ; i < end; i++ {
			out = fmt.Appendf(out, "%010d 00000 n \n", u.offsets[changed[i]])
		}
	}
	m := trailerEntries.FindSubmatch(u.file.data[max(0, len(u.file.data)-512):])
	return fmt.Appendf(out, "trailer\n<</Size %d%s%s/Prev %s/%s %d>>\nstartxref\n%d\n%%%%EOF\n", u.size, m[2], m[3], m[4], pdfMark, len(u.file.data), start)
}
