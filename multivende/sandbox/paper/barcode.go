package paper

import (
	"fmt"
	"image/color"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/qr"
)

// quiet is the white margin on each side of a Code 128, in modules.
const quiet = 10

// code128Modules are the bars of a Code 128, true for black, without quiet zones.
func code128Modules(data string) ([]bool, error) {
	code, err := code128.Encode(data)
	if err != nil {
		return nil, fmt.Errorf("code 128 of %q: %w", data, err)
	}
	return row(code, 0), nil
}

// qrModules are the rows of a QR code, true for black, without quiet zone.
func qrModules(data string) ([][]bool, error) {
	code, err := qr.Encode(data, qr.M, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("QR code of %q: %w", data, err)
	}
	rows := make([][]bool, code.Bounds().Dy())
	for y := range rows {
		rows[y] = row(code, y)
	}
	return rows, nil
}

func row(code barcode.Barcode, y int) []bool {
	modules := make([]bool, code.Bounds().Dx())
	for x := range modules {
		modules[x] = code.At(x, y) == color.Black
	}
	return modules
}

// runs calls draw for each stretch of black modules.
func runs(modules []bool, draw func(start, length int)) {
	for x := 0; x < len(modules); {
		start := x
		for x < len(modules) && modules[x] {
			x++
		}
		if x > start {
			draw(start, x-start)
		} else {
			x++
		}
	}
}
