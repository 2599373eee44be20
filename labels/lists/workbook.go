package lists

import (
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// PickingWorkbook writes the picking list as XLSX: a row for each bin and SKU
// with its quantity over all orders.
func PickingWorkbook(w io.Writer, p Pile) error { return p.workbook(w, p.pickingTable()) }

// PackingWorkbook writes the packing list as XLSX: a row an item, in the order
// of the pile.
func PackingWorkbook(w io.Writer, p Pile) error { return p.workbook(w, p.packingItems()) }

// workbook writes a table as the one sheet of a workbook. Texts are text cells,
// so none is taken for a formula.
func (p Pile) workbook(w io.Writer, t table) (err error) {
	book := excelize.NewFile()
	defer func() {
		if closing := book.Close(); err == nil {
			err = closing
		}
	}()
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

// describe sets what the workbook says of itself, without any clock.
func (p Pile) describe(book *excelize.File, t table) error {
	made := p.Made.UTC().Format(time.RFC3339)
	err := book.SetDocProps(&excelize.DocProperties{
		Title: t.title.Spanish + " " + p.Run, Subject: SortWords(p.Sort).Spanish, Creator: "despacho", LastModifiedBy: "despacho",
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
	heading := strings.ReplaceAll(plain(t.title.String()+" · "+p.Run), "&", "&&")
	return book.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddHeader: "&L" + heading, OddFooter: "&R&P / &N"})
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
	text, err := book.NewStyle(&excelize.Style{NumFmt: 49}) // "@": stays text when it is edited
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
	for i, row := range t.rows {
		cells := make([]any, len(row))
		for j, value := range row {
			cells[j] = value
			if words, ok := value.(string); ok {
				cells[j] = excelize.Cell{StyleID: text, Value: plain(words)}
			}
		}
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
