package contract

import (
	"fmt"
	"slices"
	"strings"
)

// How a PDF page that is larger than the room for a label gets there; labels/pdf does it.
const (
	// FitContent cuts it to what is printed on it, and shrinks that only if it is too large.
	FitContent = "content"
	// FitPage shrinks the whole page.
	FitPage = "page"
	// FitLabel is FitContent, and leaves out what stands apart from the part with the barcode.
	FitLabel = "label"
)

// Fits lists the names that [ParseFit] takes.
func Fits() []string { return []string{FitContent, FitPage, FitLabel} }

// ParseFit reads how large pages are fitted, in capitals or small letters; an empty one is the
// default of the stock.
func ParseFit(name string) (string, error) {
	name = strings.ToLower(strings.TrimSpace(name))
	if name != "" && !slices.Contains(Fits(), name) {
		return "", fmt.Errorf("there is no fit %q; there are %s", name, strings.Join(Fits(), ", "))
	}
	return name, nil
}
