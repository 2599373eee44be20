package lists

import "strings"

// Page is a page between labels, laid out for 100 × 150 mm.
type Page struct {
	title string
	lines []pageLine
	y     float64
}

// pageLine is a text on the page; its position and height are in millimetres from the top left.
type pageLine struct {
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
	// lineSpace is the distance from one line to the next, in heights of the line.
	lineSpace = 1.15
)

// bar is the black heading by which packers recognise the page among labels.
func (p *Page) bar(word string, other string) {
	p.y = labelMargin
	p.lines = append(p.lines, pageLine{left: word, right: other, x: labelMargin, y: p.y, width: textWidth, height: barHeight, inverse: true})
	p.y += barHeight
}

func (p *Page) space(millimetres float64) { p.y += millimetres }

// row is a text with another at the right margin; nothing if both are empty. A row that no longer
// fits on the page is left out.
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
	p.lines = append(p.lines, pageLine{left: shorten(left, height, room), right: right, x: labelMargin, y: p.y, width: textWidth, height: height})
	p.y += height * lineSpace
}

// room is the height left above the foot.
func (p *Page) room() float64 { return labelHeight - labelMargin - footHeight - p.y }

// wrapped is a text broken into at most most lines.
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
	p.lines = append(p.lines, pageLine{left: shorten(onPaper(text), footHeight, textWidth), x: labelMargin, y: labelHeight - labelMargin - footHeight, width: textWidth, height: footHeight})
}

// textLength is the length of a text in bold Helvetica with lines of this height. A Zebra printer's
// font 0 is narrower.
func textLength(text string, height float64) float64 {
	return face{true, height * fontOfHeight * pointsPerMillimetre}.width(encoded(text))
}

// fontOfHeight is the font's size in a line of height 1.
const fontOfHeight = 0.95

// shorten cuts a text so that it is no longer than width.
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
