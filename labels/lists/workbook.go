package lists

import (
	"io"
	"strings"
	"time"

	"github.com/samber/lo"
	"github.com/xuri/excelize/v2"
)

// PickingWorkbook writes the picking list as XLSX: one row per bin and SKU with its quantity over
// all orders.
func PickingWorkbook(w io.Writer, p Pile) error { return p.workbook(w, p.pickingTable()) }

// PackingWorkbook writes the packing list as XLSX: one row per item, in the order of the pile.
func PackingWorkbook(w io.Writer, p Pile) error { return p.workbook(w, p.packingTable()) }

// workbook writes a table as the only sheet of a workbook. Texts are text cells, so that none is
// taken for a formula.
func (p Pile) workbook(w io.Writer, t table) (err error) {
	book := excelize.NewFile()
	defer func() {
		if closing := book.Close(); err == nil {
			err = closing
		}
	}()
	if err := book.SetSheetName(book.GetSheetName(0), t.title.Spanish); err != nil {
		return err
	}
	if err := p.describe(book, t); err != nil {
		return err
	}
	sheet, err := book.NewStreamWriter(book.GetSheetName(0))
	if err != nil {
		return err
	}
	if err := t.writeTo(book, sheet); err != nil {
		return err
	}
	if err := sheet.Flush(); err != nil {
		return err
	}
	return book.Write(w)
}

// describe sets the workbook's properties, without the current time.
func (p Pile) describe(book *excelize.File, t table) error {
	made := p.Made.UTC().Format(time.RFC3339)
	err := book.SetDocProps(&excelize.DocProperties{
		Title: t.title.Spanish + " " + p.Run, Subject: SortWords(t.sort).Spanish, Creator: "despacho", LastModifiedBy: "despacho",
		Created: made, Modified: made, Language: "es",
	})
	if err != nil {
		return err
	}
	name := book.GetSheetName(0)
	if err := book.SetPageLayout(name, &excelize.PageLayoutOptions{Size: ptr(9), Orientation: ptr("landscape"), FitToWidth: ptr(1), FitToHeight: ptr(0)}); err != nil {
		return err
	}
	fit := true
	if err := book.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	headerRow := &excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: "'" + name + "'!$1:$1", Scope: name} // on each printed page
	if err := book.SetDefinedName(headerRow); err != nil {
		return err
	}
	heading := strings.ReplaceAll(cleanText(t.title.String()+" · "+p.Run), "&", "&&")
	return book.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddHeader: "&L" + heading, OddFooter: "&RPágina &P de &N"})
}

func (t table) writeTo(book *excelize.File, sheet *excelize.StreamWriter) error {
	bold, err := book.NewStyle(&excelize.Style{
		Font:      &excelize.Font{Bold: true},
		Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"},
		Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8ECF1"}},
	})
	if err != nil {
		return err
	}
	text, err := book.NewStyle(&excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}) // "@": stays text when it is edited
	if err != nil {
		return err
	}
	number, err := book.NewStyle(&excelize.Style{Alignment: &excelize.Alignment{Vertical: "top"}})
	if err != nil {
		return err
	}
	for i, c := range t.columns {
		if err := sheet.SetColWidth(i+1, i+1, c.chars); err != nil {
			return err
		}
	}
	if err := sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	header := make([]any, len(t.columns))
	for i, c := range t.columns {
		header[i] = excelize.Cell{StyleID: bold, Value: c.heading.String()}
	}
	if err := sheet.SetRow("A1", header, excelize.RowOpts{Height: 30}); err != nil {
		return err
	}
	for i, row := range append(t.rows, t.totals...) {
		total := i >= len(t.rows)
		cells := lo.Map(row, func(value any, _ int) any {
			if words, ok := value.(string); ok {
				return excelize.Cell{StyleID: lo.Ternary(total, bold, text), Value: cleanText(words)}
			}
			return excelize.Cell{StyleID: lo.Ternary(total, bold, number), Value: value}
		})
		at, err := excelize.CoordinatesToCellName(1, i+2)
		if err != nil {
			return err
		}
		if err := sheet.SetRow(at, cells); err != nil {
			return err
		}
	}
	return nil
}

func ptr[T any](value T) *T { return &value }
