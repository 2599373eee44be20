package pdf

import (
	"regexp"
	"slices"
	"strings"

	"github.com/samber/lo"
)

// verdict is how sure it is that the parts of a sheet are labels.
type verdict int

const (
	oneLabel     verdict = iota // or none
	maybeSeveral                // to be kept whole
	likelyLabels                // most of them alike
	surelyLabels                // all alike, or each in a frame of its own
)

// judgement is a verdict on a way to divide a sheet. Groups are the cells that were made alike.
type judgement struct {
	verdict verdict
	cells   []cell
	groups  []alikeGroup
}

// alikeGroup is cells, by index, made from one template, and the corner where they begin.
type alikeGroup struct {
	cells []int
	at    corner
}

// judge says what the parts of a sheet are. textOf gives what is printed on a part.
func (p painting) judge(cells []cell, textOf func(box) string) judgement {
	j := judgement{cells: cells}
	if len(cells) < 2 || p.isNarrowColumn(cells) {
		return j
	}
	if !lo.EveryBy(cells, cell.mayBeLabel) {
		j.verdict = lo.Ternary(p.someAreLabels(cells), maybeSeveral, oneLabel)
		return j
	}
	j.groups = p.groupAlike(cells)
	texts := textsOf(cells, textOf)
	span := p.spanSheet(cells)
	switch own := haveOwnIdentity(cells, texts); {
	case len(j.groups) == 1 && !lo.EveryBy(cells, func(c cell) bool { return c.showsMore(span) }):
	case len(j.groups) == 1 && (!own || lo.SomeBy(cells, func(c cell) bool { return p.isPair(c, textOf) })):
		j.verdict = maybeSeveral
	case len(j.groups) == 1:
		j.verdict = surelyLabels
	case own && p.areDifferent(j, texts):
		j.verdict = lo.Ternary(framed(cells), surelyLabels, likelyLabels)
	case span && haveOwnNumbers(texts) && lo.EveryBy(cells, cell.mayBeWhole) && !lo.SomeBy(texts, invoice.MatchString):
		j.verdict = maybeSeveral
	}
	if j.verdict > oneLabel && lo.SomeBy(cells, p.isList) {
		j.verdict = oneLabel
	}
	return j
}

// someAreLabels reports whether several of the frames on a sheet, all of one size, hold labels: the
// barcodes of the others may be of a kind that is not recognised.
func (p painting) someAreLabels(cells []cell) bool {
	labels := lo.CountBy(cells, func(c cell) bool { return c.mayBeLabel() && c.isLarge() })
	return labels > 1 && framed(cells) && framedApart(cells, 0) && sameSize(lo.Map(cells, func(c cell, _ int) box { return *c.frame })) && p.spanSheet(cells)
}

// isNarrowColumn recognises rows that are as low as those of lists: small labels stand in several
// columns, or in frames that are apart from each other.
func (p painting) isNarrowColumn(cells []cell) bool {
	const lowest = 35 * millimetre
	low := func(c cell) bool { return min(c.ink[2]-c.ink[0], c.ink[3]-c.ink[1]) < lowest }
	above := lo.EveryBy(cells[1:], func(c cell) bool { return c.ink[0] < cells[0].ink[2] && c.ink[2] > cells[0].ink[0] })
	beside := lo.EveryBy(cells[1:], func(c cell) bool { return c.ink[1] < cells[0].ink[3] && c.ink[3] > cells[0].ink[1] })
	return (above || beside) && lo.SomeBy(cells, low) && !framedApart(cells, 3*millimetre)
}

func framed(cells []cell) bool {
	return lo.EveryBy(cells, func(c cell) bool { return c.frame != nil })
}

func framedApart(cells []cell, gap float64) bool {
	return lo.EveryBy(cells, func(c cell) bool {
		return c.frame != nil && lo.EveryBy(cells, func(o cell) bool { return o.frame == c.frame || c.frame.apart(*o.frame) >= gap })
	})
}

// showsMore reports whether there is more on a cell than a barcode and its number: a frame around
// them, or lines of text. Few are enough if the cells span the sheet. A picture may show anything.
func (c cell) showsMore(span bool) bool {
	const few, many = 2, 4
	return c.frame != nil || c.isPicture() || c.others() >= lo.Ternary(span, few, many)
}

// isPicture recognises a picture as large as a label whose pixels were not examined.
func (c cell) isPicture() bool {
	return c.isLarge() && slices.ContainsFunc(c.marks, func(m mark) bool { return m.image != 0 })
}

// others is the number of marks that are not of barcodes or rules.
func (c cell) others() int {
	return lo.CountBy(c.marks, func(m mark) bool { return m.bars == 0 && !m.isRule && !m.mayShowBarcode() })
}

// isLarge is the size from which something may be a label though it looks like no other one.
func (c cell) isLarge() bool {
	return min(c.ink[2]-c.ink[0], c.ink[3]-c.ink[1]) >= pictureLabel
}

// mayBeWhole reports whether a cell that looks like no other has what a label has.
func (c cell) mayBeWhole() bool {
	const fewest = 2
	return c.isLarge() && c.others() >= fewest
}

// spanSheet reports whether parts take up most of the sheet's width or height, as those of one
// label in a corner do not.
func (p painting) spanSheet(cells []cell) bool {
	const most = 0.6
	around := cells[0].ink
	for _, c := range cells[1:] {
		around = around.union(c.ink)
	}
	return around[2]-around[0] > most*(p.sheet[2]-p.sheet[0]) || around[3]-around[1] > most*(p.sheet[3]-p.sheet[1])
}

// invoice is printed on invoices, which may have several barcodes.
var invoice = regexp.MustCompile(`(?i)\b(factura|boleta|nota fiscal|danfe|invoice)`)

// otherPaper begins what comes with a label and is none: a list, an invoice, instructions.
var otherPaper = regexp.MustCompile(`(?i)\b(factura|boleta|nota fiscal|danfe|packing|picking|lista|resumen|resumo|detalle|cantidad|quantidade|qty|sku|subtotal|total|instruc|instru[cç]|declara|contenido|conte[uú]do|remito|manifiesto|romaneio|recibo|recorte|comprobante|devoluci[oó]n|invoice|customs|aduana)`)

// areDifferent reports whether parts that are not all alike are labels nevertheless: in frames of
// their own or with most of them alike, and none of them a paper that belongs to a label.
func (p painting) areDifferent(j judgement, texts []string) bool {
	whole := lo.EveryBy(j.cells, func(c cell) bool { return c.mayBeWhole() || c.isPicture() })
	if !whole || !p.spanSheet(j.cells) || lo.SomeBy(texts, otherPaper.MatchString) || sharesNumbers(j.groups, texts) {
		return false
	}
	if framed(j.cells) {
		same := sameSize(lo.Map(j.cells, func(c cell, _ int) box { return *c.frame }))
		return framedApart(j.cells, lo.Ternary(same, 0.7*millimetre, 3*millimetre))
	}
	most := lo.MaxBy(j.groups, func(a, b alikeGroup) bool { return len(a.cells) > len(b.cells) })
	return 2*len(most.cells) > len(j.cells) && sameSize(lo.Map(j.cells, func(c cell, _ int) box { return c.ink }))
}

func sameSize(boxes []box) bool {
	const near = 0.06
	width, height := boxes[0][2]-boxes[0][0], boxes[0][3]-boxes[0][1]
	return lo.EveryBy(boxes[1:], func(b box) bool {
		dx, dy := b[2]-b[0]-width, b[3]-b[1]-height
		return max(dx, -dx) < near*width && max(dy, -dy) < near*height
	})
}

func (p painting) groupAlike(cells []cell) (groups []alikeGroup) {
	if at, ok := p.madeAlike(cells); ok {
		return []alikeGroup{{lo.Range(len(cells)), at}}
	}
	left := lo.Range(len(cells))
	for len(left) > 0 {
		first, group := left[0], alikeGroup{cells: left[:1:1], at: corners[0]}
		for _, at := range corners {
			same := lo.Filter(left, func(i int, _ int) bool {
				if i == first {
					return true
				}
				return p.alike([]cell{cells[first], cells[i]}, at)
			})
			if len(same) > len(group.cells) {
				group = alikeGroup{same, at}
			}
		}
		groups = append(groups, group)
		left = lo.Without(left, group.cells...)
	}
	return groups
}

var (
	longNumber  = regexp.MustCompile(`[0-9](?:[ -]?[0-9]){7,}`)
	shortNumber = regexp.MustCompile(`[0-9]{4,}`)
)

func textsOf(cells []cell, textOf func(box) string) []string {
	return lo.Map(cells, func(c cell, _ int) string { return textOf(c.bounds) })
}

// haveOwnIdentity reports whether each cell has a number that no other one has or, if none has any
// number in text, barcodes or pictures of its own.
func haveOwnIdentity(cells []cell, texts []string) bool {
	return haveOwnNumbers(texts) || !lo.SomeBy(texts, shortNumber.MatchString) && haveOwnCodes(cells)
}

// haveOwnNumbers reports whether each text has a number that no other one has: of eight digits or,
// if none has such a number, of four.
func haveOwnNumbers(texts []string) bool {
	for _, pattern := range []*regexp.Regexp{longNumber, shortNumber} {
		numbers, owners := numbersOf(texts, pattern)
		withOwn := lo.CountBy(numbers, func(of []string) bool {
			return lo.SomeBy(of, func(n string) bool { return len(owners[n]) == 1 })
		})
		if withOwn > 0 {
			return withOwn == len(texts)
		}
	}
	return false
}

// numbersOf are the numbers of each text and, for each number, the texts that have it.
func numbersOf(texts []string, pattern *regexp.Regexp) (numbers [][]string, owners map[string][]int) {
	owners = map[string][]int{}
	for i, text := range texts {
		found := lo.Map(pattern.FindAllString(text, -1), func(n string, _ int) string {
			return strings.NewReplacer(" ", "", "-", "").Replace(n)
		})
		numbers = append(numbers, lo.Uniq(found))
		for _, n := range numbers[i] {
			owners[n] = append(owners[n], i)
		}
	}
	return numbers, owners
}

// sharesNumbers reports whether parts that are not alike have a number in common, as a label and
// what comes with it do. A number of three or more labels that all of them have is the sender's.
func sharesNumbers(groups []alikeGroup, texts []string) bool {
	_, owners := numbersOf(texts, longNumber)
	return lo.SomeBy(lo.Values(owners), func(of []int) bool {
		sender := len(of) == len(texts) && len(texts) > 2
		return len(of) > 1 && !sender && !lo.SomeBy(groups, func(g alikeGroup) bool { return lo.Every(g.cells, of) })
	})
}

// haveOwnCodes reports whether the barcodes and pictures of each cell differ from those of all
// others.
func haveOwnCodes(cells []cell) bool {
	codes := lo.Map(cells, func(c cell, _ int) ownCode { return c.ownCode() })
	for i, own := range codes {
		if len(own.code) == 0 && len(own.images) == 0 || slices.ContainsFunc(codes[:i], own.equals) {
			return false
		}
	}
	return true
}

// ownCode is what tells labels without text from each other: where the bars of a cell are, measured
// from the first, and its pictures.
type ownCode struct {
	code   []float64
	images []uint64
}

func (c cell) ownCode() (own ownCode) {
	var bars []box
	for _, m := range c.marks {
		if m.bars > 0 {
			bars = append(bars, m.box)
			own.code = append(own.code, m.code...)
		}
		if m.image != 0 {
			own.images = append(own.images, m.image)
		}
	}
	own.code = append(own.code, codeOf(bars)...)
	return own
}

func (a ownCode) equals(b ownCode) bool {
	const near = 1 // a point: pictures are not exact
	return slices.Equal(a.images, b.images) && slices.EqualFunc(a.code, b.code, func(x, y float64) bool { return max(x-y, y-x) <= near })
}
