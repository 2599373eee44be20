// Package raster turns pages of labels into ZPL graphics: black dots as a label printer of 203 or 300 dpi
// puts them on paper.
//
// Begin with [Open], which starts PDFium, and [Engine.Units], which lays a label onto its stock and returns
// it as ZPL; [Engine.Label] also tells its barcodes, [Dots.PNG] is what a printer would put on paper as a picture, and [Engine.Picture] a page as people see it. A program opens one engine
// and shares it.
//
// The package promises:
//
//   - Each barcode that can be read on the page is read again, with the same value, from the dots that are
//     sent; otherwise the label is an [UnreadableError].
//   - What is sent sets no darkness, speed, media or number of copies: those are the printer's.
//   - A file takes no more memory or time than the limits of this package, and a page on which PDFium
//     fails costs no other page anything.
//   - The same page gives the same bytes.
package raster
