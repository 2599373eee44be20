package stamp

import (
	"math"

	"github.com/despacho/despacho/labels/zpl"
)

// barcode takes the area of a field that is a barcode, with its quiet zone and the line of text
// under or above it.
func (d *zplDrawing) barcode(f zplField) {
	v := valuesOf(*f.barcode)
	if first := textOf(*f.barcode); len(first) > 0 && first[0] == ',' {
		v[0] = nil
	}
	orientation := orientationOr(v.letter(0, 0), d.orientation)
	data := zpl.Unescape(f.data, f.escape)
	length, height, known := d.symbol(f.barcode.Code[1], v, len(data))
	quiet := max(quietMargin, 10*d.module)
	if !known {
		d.takeRect(f.rest(), quiet)
		return
	}
	letters := 20 + 12*d.module
	box := f.box(orientation, length, height, 0)
	if orientation == 'R' || orientation == 'B' {
		box = box.grown(letters, 0)
	} else {
		box = box.grown(0, letters)
	}
	d.takeRect(box, 0)
	d.takeRect(f.box(orientation, length, height, 12).grown(quiet, quiet), 0)
}

// linear barcodes: which value is the height, and the largest number of modules per character;
// extra counts start, stop and check characters.
var linear = map[byte]struct {
	height  int
	modules float64
	extra   int
}{
	'1': {2, 10, 4}, '2': {1, 9, 4}, '3': {2, 16, 4}, '5': {1, 16, 4}, '8': {1, 16, 6}, '9': {1, 16, 6}, 'A': {1, 9, 6}, 'C': {1, 11, 6},
	'E': {1, 16, 8}, 'I': {1, 16, 4}, 'J': {1, 16, 4}, 'K': {2, 14, 4}, 'L': {1, 16, 5}, 'M': {2, 14, 6}, 'P': {2, 20, 8}, 'S': {1, 16, 8},
	'U': {1, 16, 8}, 'Z': {1, 20, 4},
}

// symbol is the largest possible length of a barcode along its line, and its largest height, in
// dots.
func (d *zplDrawing) symbol(kind byte, v values, characters int) (length, height float64, known bool) {
	if is, ok := linear[kind]; ok {
		return d.module * is.modules * float64(characters+is.extra), v.number(is.height, d.barHeight), true
	}
	switch kind {
	case 'Q': // QR: at most as many modules as byte mode needs at the highest correction
		side := qrModules(characters) * v.number(2, 6)
		return side, side + 12, true
	case 'X':
		if rows, columns := v.number(4, 0), v.number(3, 0); rows > 0 && columns > 0 {
			return columns * v.number(1, 10), rows * v.number(1, 10), true
		}
		side := dataMatrixModules(characters) * v.number(1, d.barHeight)
		return side, side, true
	case '0', 'O':
		side := aztecModules(characters) * max(v.number(1, 6), 1)
		return side, side, true
	case 'D': // MaxiCode has only one size, 28.14 × 26.91 mm
		const dotsPerMillimetre = 8
		scale := dotsPerMillimetre * d.measures().text / 20
		return 30 * scale, 30 * scale, true
	case '7':
		return d.pdf417(v, characters)
	}
	return 0, 0, false
}

// pdf417 is the size of a symbol with a given number of columns.
func (d *zplDrawing) pdf417(v values, characters int) (length, height float64, known bool) {
	columns, rowHeight := v.number(3, 0), v.number(1, 0)
	if columns < 1 {
		return 0, 0, false
	}
	correction := math.Pow(2, min(8, max(0, v.number(2, 0)))+1)
	rows := math.Ceil((float64(characters)*1.25+correction+4)/columns) + 1
	if stated := v.number(4, 0); stated > 0 {
		rows = max(stated, 3)
	}
	if rowHeight < 1 {
		return d.module * (17*columns + 69), max(d.barHeight, rows*3), true
	}
	return d.module * (17*columns + 69), rows * rowHeight, true
}

// qrCapacity is how many bytes each version holds at correction H (ISO 18004).
var qrCapacity = [...]int{7, 14, 24, 34, 44, 58, 64, 84, 98, 119, 137, 155, 177, 194, 220, 250, 280, 310, 338, 382,
	403, 439, 461, 511, 535, 593, 625, 658, 698, 742, 790, 842, 898, 958, 983, 1051, 1093, 1139, 1219, 1273}

func qrModules(characters int) float64 {
	for i, capacity := range qrCapacity {
		if capacity >= characters {
			return float64(4*(i+1) + 17)
		}
	}
	return 177
}

// dataMatrixSides are modules a side and data codewords (ISO 16022, squares).
var dataMatrixSides = [...][2]int{{10, 3}, {12, 5}, {14, 8}, {16, 12}, {18, 18}, {20, 22}, {22, 30}, {24, 36}, {26, 44}, {32, 62}, {36, 86},
	{40, 114}, {44, 144}, {48, 174}, {52, 204}, {64, 280}, {72, 368}, {80, 456}, {88, 576}, {96, 696}, {104, 816}, {120, 1050}, {132, 1304}, {144, 1558}}

func dataMatrixModules(characters int) float64 {
	for _, size := range dataMatrixSides {
		if size[1] >= characters+characters/4+2 {
			return float64(size[0])
		}
	}
	return 144
}

// aztecModules is a generous guess: a symbol of n layers has 15 + 4n modules.
func aztecModules(characters int) float64 {
	bits := float64(characters)*8*1.4 + 200
	return min(151, math.Ceil(math.Sqrt(bits))+19)
}
