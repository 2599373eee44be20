package tool

import (
	"bytes"
	"regexp"
	"strconv"

	"github.com/despacho/despacho/labels/pdf"
)

var rotation = regexp.MustCompile(`/Type ?/Page\b[^s].*?/Rotate ([0-9]+)|/Rotate ([0-9]+)[^\n]*?/Type ?/Page\b`)

// rotationOf is by how many degrees a file turns a page, as it stands in the page
// written alone. A file that nowhere speaks of it, and packs no objects, turns none.
func rotationOf(data []byte, document pdf.Document, page int) int {
	if !bytes.Contains(data, []byte("/Rotate")) && !bytes.Contains(data, []byte("/ObjStm")) {
		return 0
	}
	alone, err := document.Extract(page)
	if err != nil {
		return 0
	}
	found := rotation.FindSubmatch(alone)
	if found == nil {
		return 0
	}
	degrees, err := strconv.Atoi(string(append(found[1], found[2]...)))
	if err != nil {
		return 0
	}
	return degrees
}
