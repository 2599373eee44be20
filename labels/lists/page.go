package lists

import (
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/text/encoding/charmap"
)

// Page is a page between labels, laid out for 100 × 150 mm.
type Page struct {
	title string
	lines []line
	y     float64
}

// line is a text on the page; its place and height in millimetres from the top left.
type line struct {
	left, right string
	x, y        float64
	width       float64
	height      float64
	inverse     bool // white on black
}

// Measures of a page, in millimetres.
const (
	labelWidth, labelHeight = 100.0, 150.0
	labelMargin             = 5.0
	textWidth               = labelWidth - 2*labelMargin
	barHeight               = 16.0
	footHeight              = 4.0
	// lineSpace is a line's distance to the next one, by its height.
	lineSpace = 1.15
)

// bar is the black heading that tells this page from labels at a glance.
func (p *Page) bar(word string, others Text) {
	p.y = labelMargin
	p.lines = append(p.lines, line{left: word, right: others.others(), x: labelMargin, y: p.y, width: textWidth, height: barHeight, inverse: true})
	p.y += barHeight
}

func (p *Page) space(millimetres float64) { p.y += millimetres }

// row is a text, and one at the right margin; nothing when both are empty. What
// does not fit on the page any more is left out.
func (p *Page) row(left, right string, height float64) {
	left, right = onPaper(left), onPaper(right)
	if left+right == "" || height > p.room() {
		return
	}
	room := textWidth
	if right != "" {
		right = shorten(right, height, textWidth*0.6)
		room -= textLength(right, height) + 2
	}
	p.lines = append(p.lines, line{left: shorten(left, height, room), right: right, x: labelMargin, y: p.y, width: textWidth, height: height})
	p.y += height * lineSpace
}

// room is the height that is left above the foot.
func (p *Page) room() float64 { return labelHeight - labelMargin - footHeight - p.y }

// wrapped is a text over several lines, at most so many.
func (p *Page) wrapped(text string, height float64, most int) {
	words := strings.Fields(onPaper(text))
	for n := 1; len(words) > 0; n++ {
		taken := 1
		for taken < len(words) && (n == most || textLength(strings.Join(words[:taken+1], " "), height) <= textWidth) {
			taken++
		}
		p.row(strings.Join(words[:taken], " "), "", height)
		words = words[taken:]
	}
}

func (p *Page) foot(text string) {
	p.lines = append(p.lines, line{left: shorten(onPaper(text), footHeight, textWidth), x: labelMargin, y: labelHeight - labelMargin - footHeight, width: textWidth, height: footHeight})
}

// symbolWidths are the widths of bold Helvetica's symbols in Windows-1252, in
// thousandths of the height.
var symbolWidths = func() (widths [256]int) {
	doc, _ := newDocument(Pile{}, fpdf.SizeType{Wd: labelWidth, Ht: labelHeight})
	doc.SetFont(font, "B", 10)
	for c := range widths {
		widths[c] = doc.GetStringSymbolWidth(string([]byte{byte(c)}))
	}
	return widths
}()

// textLength is how long a text is in bold Helvetica whose lines are so high.
// A Zebra printer's font 0 is narrower.
func textLength(text string, height float64) float64 {
	sum := 0
	for _, r := range onPaper(text) {
		symbol, _ := charmap.Windows1252.EncodeRune(r)
		sum += symbolWidths[symbol]
	}
	return float64(sum) / 1000 * height * fontOfHeight
}

// fontOfHeight is the font's size in a line of height 1.
const fontOfHeight = 0.95

// shorten cuts a text so that it is not longer than width.
func shorten(text string, height, width float64) string {
	if textLength(text, height) <= width {
		return text
	}
	letters := []rune(text)
	for len(letters) > 0 && textLength(string(letters)+"…", height) > width {
		letters = letters[:len(letters)-1]
	}
	return strings.TrimSpace(string(letters)) + "…"
}
