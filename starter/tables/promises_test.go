package tables

import (
	"testing"

	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheseLimits(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/partners.md", "At most %v MiB, %v columns, %v characters a cell; a part of a workbook at most %v MiB unzipped", MaxBytes>>20, MaxColumns, MaxCell, MaxUnzipped>>20)
	promised.Says(t, "docs/partners.md", "a spreadsheet keeps %v digits", keptDigits)
	promised.Says(t, "docs/partners.md", "whole numbers of up to %v digits", keptDigits)
	promised.Says(t, "docs/partners.md", "optionally `connection`; at most %v rows", maxOrdersRows)
}
