package raster

import (
	"image"

	"github.com/makiuchi-d/gozxing"
)

// Barcode is a barcode on a label: its kind, such as Code 128 or QR, what it says, and where it is, in dots.
type Barcode struct {
	Kind  string
	Value string
	Place image.Rectangle
}

// kinds are the names of barcodes for people.
var kinds = map[gozxing.BarcodeFormat]string{
	gozxing.BarcodeFormat_CODE_128: "Code 128", gozxing.BarcodeFormat_CODE_39: "Code 39", gozxing.BarcodeFormat_CODE_93: "Code 93",
	gozxing.BarcodeFormat_ITF: "ITF", gozxing.BarcodeFormat_CODABAR: "Codabar", gozxing.BarcodeFormat_EAN_13: "EAN-13",
	gozxing.BarcodeFormat_EAN_8: "EAN-8", gozxing.BarcodeFormat_UPC_A: "UPC-A", gozxing.BarcodeFormat_UPC_E: "UPC-E",
	gozxing.BarcodeFormat_QR_CODE: "QR", gozxing.BarcodeFormat_DATA_MATRIX: "Data Matrix",
}

// place is where a barcode may be: bars that follow each other to the right, or downwards when turned, or a square.
type place struct {
	at       image.Rectangle
	isSquare bool
	turned   bool
}

// places finds where on a page barcodes may be; turned is the page on its side. Scale is how many pixels of the page a dot has.
func places(page, turned bitmap, scale int) []place {
	found := append(barsOf(page, scale, false), barsOf(turned, scale, true)...)
	return append(found, squaresOf(page, scale, found)...)
}

// readAt reads the barcode at a place.
func readAt(page bitmap, p place) (kind gozxing.BarcodeFormat, value string, ok bool) {
	if p.isSquare {
		return readSquare(page, p.at)
	}
	return readBars(page, p)
}

// scaled is the place on a picture of another scale.
func (p place) scaled(by, of int) place {
	p.at = image.Rect(p.at.Min.X*by/of, p.at.Min.Y*by/of, (p.at.Max.X*by+of-1)/of, (p.at.Max.Y*by+of-1)/of)
	return p
}

// upright is where the place is on the page as it is read by people.
func (p place) upright() image.Rectangle {
	if p.turned {
		return image.Rect(p.at.Min.Y, p.at.Min.X, p.at.Max.Y, p.at.Max.X)
	}
	return p.at
}
