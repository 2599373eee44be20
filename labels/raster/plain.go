package raster

import (
	"bytes"
	"regexp"
	"strconv"

	"github.com/despacho/despacho/labels/pdf"
)

// What a plain page has at most. PDFium paints a page all over in about 2 ms, and a part of it that shines through in 15 ms.
const (
	mostPlainBytes   = 2 << 20
	mostPlainSteps   = 200_000
	mostPlainPainted = 4_000
	mostPlainDashed  = 200
	mostPlainShown   = 200
	mostPlainGroups  = 20
	mostPlainPixels  = 8_000_000
)

// costly are the names of objects that can keep PDFium busy with few operators: they compute their colours, repeat themselves,
// or are packed in ways that unpack slowly.
var costly = [][]byte{
	[]byte("/Pattern"), []byte("/Shading"), []byte("/Type3"), []byte("/JBIG2Decode"), []byte("/JPXDecode"), []byte("/FunctionType 4"),
}

// groups are the names of what is painted apart and then laid over the page.
var groups = [][]byte{[]byte("/Group"), []byte("/SMask")}

var pictureSide = regexp.MustCompile(`/(Width|Height) (\d{1,9})`)

// isPlain reports whether nothing in a file that package pdf wrote can take PDFium long, so that it may be drawn where nobody
// can interrupt it. In such a file, names are spelt in one way and dictionaries are not packed.
func isPlain(file []byte, label pdf.Document) bool {
	if len(file) > mostPlainBytes {
		return false
	}
	for _, name := range costly {
		if bytes.Contains(file, name) {
			return false
		}
	}
	sides := pictureSide.FindAllSubmatch(file, -1)
	longest := 0
	for _, side := range sides {
		n, err := strconv.Atoi(string(side[2]))
		if err != nil {
			return false
		}
		longest = max(longest, n)
	}
	if longest*longest > mostPlainPixels || len(sides) > 2*mostPlainShown {
		return false
	}
	shown := mostPlainShown
	for _, name := range groups {
		if bytes.Contains(file, name) {
			shown = mostPlainGroups
		}
	}
	for i := range label.Pages {
		w, err := label.Work(i)
		painted := mostPlainPainted
		if w.Dashed {
			painted = mostPlainDashed
		}
		if err != nil || w.Steps > mostPlainSteps || w.Painted > painted || w.Shown > shown {
			return false
		}
	}
	return true
}
