package tables_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

func zipped(t testing.TB, parts map[string]string) string {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for name, content := range parts {
		part, err := archive.Create(name)
		require.NoError(t, err)
		_, err = part.Write([]byte(content))
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	return out.String()
}

// sheet is a workbook with the rows of a sheet as they are stored.
func sheet(t testing.TB, rows string) string {
	return zipped(t, parts(`<worksheet><sheetData>`+rows+`</sheetData></worksheet>`))
}

func parts(worksheet string) map[string]string {
	return map[string]string{
		"[Content_Types].xml":        `<Types/>`,
		"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="Oculta" sheetId="1" state="hidden" r:id="rId1"/><sheet name="Hoja" sheetId="2" r:id="rId2"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Target="worksheets/none.xml"/><Relationship Id="rId2" Target="/xl/worksheets/sheet2.xml"/></Relationships>`,
		"xl/sharedStrings.xml":       `<sst><si><t>order</t></si><si><r><t>conn</t></r><r><t>ection</t></r><rPh><t>x</t></rPh></si><si><t>2000012345678901</t></si></sst>`,
		"xl/styles.xml":              `<styleSheet><numFmts><numFmt numFmtId="170" formatCode="00000000"/><numFmt numFmtId="171" formatCode="dd\-mm&quot;x&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/><xf numFmtId="11"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet2.xml":   worksheet,
	}
}

const head = `<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>`

func TestCellsOfAWorkbook(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ cell, want, wrong string }{
		"a text":                                 {cell: `<c r="A7" t="s"><v>2</v></c>`, want: "2000012345678901"},
		"a text in the cell":                     {cell: `<c r="A7" t="inlineStr"><is><t>00123</t></is></c>`, want: "00123"},
		"a text that ends in zeros":              {cell: `<c r="A7" t="inlineStr"><is><t>2000012345678900</t></is></c>`, want: "2000012345678900"},
		"a formula that gave a text":             {cell: `<c r="A7" t="str"><f>A1&amp;"x"</f><v>0012</v></c>`, want: "0012"},
		"a number":                               {cell: `<c r="A7"><v>123456789012345</v></c>`, want: "123456789012345"},
		"a number with an exponent":              {cell: `<c r="A7"><v>1.23456789012345E+14</v></c>`, want: "123456789012345"},
		"a number that is shown with one":        {cell: `<c r="A7" s="4"><v>794212000111</v></c>`, want: "794212000111"},
		"a number as programs write it":          {cell: `<c r="A7"><v>1001.0</v></c>`, want: "1001"},
		"a formula that gave a number":           {cell: `<c r="A7"><f>B1+1</f><v>42</v></c>`, want: "42"},
		"a cell without a name":                  {cell: `<c><v>42</v></c>`, want: "42"},
		"a rounded number":                       {cell: `<c r="A7"><v>2.00001234567891E+15</v></c>`, wrong: "f, cell A7: \"2.00001234567891E+15\" is a number of more than 15 digits"},
		"a long number to the letter":            {cell: `<c r="A7"><v>2000012345678901</v></c>`, wrong: "f, cell A7: "},
		"an absurd exponent":                     {cell: `<c r="A7"><v>1E999</v></c>`, wrong: "f, cell A7: "},
		"a number with decimals":                 {cell: `<c r="A7"><v>1.5</v></c>`, wrong: "f, cell A7: \"1.5\" is a number with decimals"},
		"a date":                                 {cell: `<c r="A7" s="1"><v>45000</v></c>`, wrong: "f, cell A7: the cell holds a date"},
		"a date of a format of its own":          {cell: `<c r="A7" s="3"><v>45000</v></c>`, wrong: "f, cell A7: the cell holds a date"},
		"zeros that only the format shows":       {cell: `<c r="A7" s="2"><v>1234</v></c>`, wrong: "f, cell A7: 1234 is shown with zeros before it"},
		"an error":                               {cell: `<c r="A7" t="e"><v>#N/A</v></c>`, wrong: "f, cell A7: \"#N/A\" is an error"},
		"a formula whose value was not saved":    {cell: `<c r="A7"><f>B1</f></c>`, wrong: "f, cell A7: the cell holds a formula whose value was not saved"},
		"a formula as text":                      {cell: `<c r="A7" t="inlineStr"><is><t>="001"</t></is></c>`, wrong: "f, cell A7: \"=\\\"001\\\"\" is a formula"},
		"a number in exponents as text":          {cell: `<c r="A7" t="inlineStr"><is><t>2,00E+15</t></is></c>`, wrong: "f, cell A7: \"2,00E+15\" is a long number"},
		"a text that the workbook does not hold": {cell: `<c r="A7" t="s"><v>99</v></c>`, wrong: "f, cell A7: the cell names a text"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table, err := read(sheet(t, head+`<row r="7">`+c.cell+`<c r="ZZZ7"><v>1</v></c></row>`), orders)
			if c.wrong != "" {
				require.ErrorContains(t, err, c.wrong)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, [][]string{{c.want, ""}}, cells(table))
			assert.Equal(t, 7, table.Rows[0].Line)
		})
	}
}

func TestSheetsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	hidden := parts("")
	hidden["xl/workbook.xml"] = `<workbook xmlns:r="r"><sheet state="veryHidden" r:id="rId2"/></workbook>`
	for want, file := range map[string]string{
		"whose first sheet is empty":                       sheet(t, ""),
		"all of them are hidden":                           zipped(t, hidden),
		`line 1: the header has no column "order"`:         sheet(t, `<row r="1"><c r="A1" t="inlineStr"><is><t>folio</t></is></c></row>`),
		"line 4: 1 row is hidden, as by a filter: show it": sheet(t, head+`<row r="3"><c r="A3"><v>1</v></c></row><row r="4" hidden="1"><c r="A4"><v>2</v></c></row>`),
		"line 3: from here on, 2 rows are hidden, as by a": sheet(t, head+`<row r="3" hidden="1"><c r="A3"><v>1</v></c></row><row r="4" hidden="1"><c r="A4"><v>2</v></c></row>`),
		"damaged: its elements do not nest":                zipped(t, parts(`</worksheet>`)),
		"damaged: XML syntax error":                        zipped(t, parts(`<worksheet><`)),
		"is a workbook that is damaged: EOF":               zipped(t, parts(`<worksheet>`)),
		"has more than 1000 rows":                          sheet(t, head+strings.Repeat(`<row><c><v>1</v></c></row>`, 1001)),
		"damaged: one of its elements is too long":         zipped(t, parts(`<worksheet `+strings.Repeat(`a="" `, 1<<19)+`>`)),
		"is a workbook with a part of more than 64 MiB":    zipped(t, parts(`<worksheet>`+strings.Repeat(`<row spans="1:16384"/>`, 4<<20)+`</worksheet>`)),
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			_, err := read(file, orders)
			require.ErrorContains(t, err, want)
		})
	}
}

// TestAHostileWorkbookTakesNoMemory: a row far down, cells far right, deep nesting: what is not there is not made.
func TestAHostileWorkbookTakesNoMemory(t *testing.T) {
	file := sheet(t, head+`<row r="1048576"><c r="XFD1048576"><v>1</v></c><c r="A1048576"><v>5</v></c></row>`+strings.Repeat("<a>", 1<<20)+strings.Repeat("</a>", 1<<20))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	table, err := read(file, orders)
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	assert.Equal(t, [][]string{{"5", ""}}, cells(table))
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(512<<20))
}

func TestAWorkbookOfExcelizeIsRead(t *testing.T) {
	t.Parallel()
	book := excelize.NewFile()
	for cell, value := range map[string]any{"A1": "Pedido", "B1": "Conexión", "C1": "Fecha", "A2": "2000012345678901", "B2": "c1", "C2": time.Now(), "A3": 1002} {
		require.NoError(t, book.SetCellValue("Sheet1", cell, value))
	}
	var out bytes.Buffer
	require.NoError(t, book.Write(&out))
	table, err := read(out.String(), orders)
	require.NoError(t, err)
	assert.Equal(t, [][]string{{"2000012345678901", "c1"}, {"1002", ""}}, cells(table))
	assert.Equal(t, []string{"Fecha"}, table.LeftAlone)
	require.NoError(t, book.SetCellValue("Sheet1", "A4", 2000012345678901))
	out.Reset()
	require.NoError(t, book.Write(&out))
	_, err = read(out.String(), orders)
	require.ErrorContains(t, err, fmt.Sprintf("cell A4: %q", "2000012345678901"))
}
