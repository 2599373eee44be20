package pdf

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/samber/lo"
)

const (
	apart        = 4 * millimetre // the white between two blocks
	mostNested   = 32             // blocks in blocks
	nearlyFits   = 0.95           // shrunk no more than this
	nearlyAcross = 0.85           // of a page: a line for folding or cutting
)

// label is the part of a page with the barcode, without the blocks that stand apart from it; leftOut
// names their sides. A block is left out only if the barcode's does not fit on a slot together with
// it, and if it has no barcode and no order number. If there is no such block, or if the rest does not
// fit either, label is everything that is printed.
func (v view) label(slot Size) (part box, leftOut string) {
	const mostBlocks = 200
	blocks := v.blocks()
	if len(blocks) > mostBlocks {
		return v.content, ""
	}
	isKept := func(b box, _ int) bool { return !v.mayBeLeftOut(b) }
	core, others := lo.FilterReject(blocks, isKept)
	if len(core) == 0 || len(others) == 0 || !slices.ContainsFunc(core, v.hasBarcode) {
		return v.content, ""
	}
	around := unionOf(core)
	near, far := lo.FilterReject(others, func(b box, _ int) bool { return around.union(b).nearlyFits(slot) })
	part = unionOf(append(near, around))
	if len(far) == 0 || !part.nearlyFits(slot) || slices.ContainsFunc(far, part.overlaps) {
		return v.content, ""
	}
	sides := lo.Uniq(lo.Map(far, func(b box, _ int) string { return part.sideOf(b) }))
	slices.Sort(sides)
	return part, strings.Join(sides, " and ") + " the label"
}

// blocks are the parts of what is printed that white stripes separate. Lines for folding or cutting
// belong to none. A page that is not a sheet, or has too many marks, is one block.
func (v view) blocks() []box {
	if !v.page.size().isSheet() || len(v.parts) > mostParts || len(v.reader.marks) > mostMarks {
		return nil
	}
	return blocksOf(lo.Reject(v.parts, func(b box, _ int) bool { return v.isFold(b) }), 0)
}

func blocksOf(parts []box, depth int) []box {
	for axis := range 2 {
		if groups := inStripes(parts, axis); len(groups) > 1 && depth < mostNested {
			return lo.FlatMap(groups, func(group []box, _ int) []box { return blocksOf(group, depth+1) })
		}
	}
	if len(parts) == 0 {
		return nil
	}
	return []box{unionOf(parts)}
}

// inStripes groups parts that no stripe of white across an axis separates.
func inStripes(parts []box, axis int) (groups [][]box) {
	slices.SortFunc(parts, func(a, b box) int { return cmp.Compare(a[axis], b[axis]) })
	first, to := 0, 0.0
	for i, b := range parts {
		if i > first && b[axis]-to >= apart {
			groups = append(groups, parts[first:i])
			first, to = i, b[axis+2]
		}
		to = max(to, b[axis+2])
	}
	return append(groups, parts[first:])
}

// isFold recognises a line for folding or cutting: thin, and nearly as long as the page.
func (v view) isFold(b box) bool {
	const thin = 4
	return min(b[2]-b[0], b[3]-b[1]) < thin && (b[2]-b[0] > nearlyAcross*(v.page[2]-v.page[0]) || b[3]-b[1] > nearlyAcross*(v.page[3]-v.page[1]))
}

// mayBeLeftOut reports whether a block has no barcode, and its text can be read and names no order.
func (v view) mayBeLeftOut(block box) bool {
	text := v.reader.words.within(block)
	hasText := slices.ContainsFunc(v.marksIn(block), func(m mark) bool { return m.kind == textMark })
	return !v.hasBarcode(block) && !longNumber.MatchString(text) && !captionedNumber.MatchString(text) &&
		(!hasText || strings.TrimSpace(text) != "")
}

func (v view) hasBarcode(block box) bool { return cell{marks: v.marksIn(block)}.hasBarcode() }

func (v view) marksIn(block box) []mark {
	return lo.Filter(v.reader.marks, func(m mark, _ int) bool {
		return block.grown(1).holds((m.box[0]+m.box[2])/2, (m.box[1]+m.box[3])/2)
	})
}

// captionedNumber is a number that its caption makes the number of an order or a parcel.
var captionedNumber = regexp.MustCompile(`(?i)\b(?:orden|order|pedido|venta|pack|paquete|env[ií]o|ref|referencia|gu[ií]a|folio|tracking|seguimiento|shipment|rastreio)\b[^\n]{0,20}[0-9]{3}`)

func unionOf(boxes []box) box {
	return lo.Reduce(boxes, func(sum, b box, _ int) box { return sum.union(b) }, boxes[0])
}

func (b box) overlaps(c box) bool {
	both := b.intersect(c)
	return both[0] < both[2] && both[1] < both[3]
}

func (b box) nearlyFits(slot Size) bool {
	size := b.size()
	return max(size.factorOn(slot, exactSlack), size.turned().factorOn(slot, exactSlack)) >= nearlyFits
}

// sideOf says on which side of a box another one is, on a page as a person sees it.
func (b box) sideOf(other box) string {
	switch {
	case other[0] >= b[2]:
		return "right of"
	case other[2] <= b[0]:
		return "left of"
	case other[1] >= b[3]:
		return "below"
	}
	return "above"
}
