package tables_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/starter/tables"
)

// read reads a table, with all its mistakes.
func read(content string, layout tables.Layout) (*tables.Table, error) {
	table, err := tables.Read("f", strings.NewReader(content), layout)
	if err == nil {
		err = table.Err()
	}
	return table, err
}

func utf16(text string) string {
	var out strings.Builder
	for _, r := range "\ufeff" + text {
		out.WriteByte(byte(r))
		out.WriteByte(byte(r >> 8))
	}
	return out.String()
}

func TestTextTablesAreRead(t *testing.T) {
	t.Parallel()
	two := [][]string{{"1001", "c1"}, {"1002", ""}}
	cases := map[string]struct {
		file string
		want [][]string
	}{
		"commas":                                   {"order,connection\n1001,c1\n1002,\n", two},
		"semicolons and a byte order mark":         {"\ufefforder;connection\r\n1001;c1\r\n1002;\r\n", two},
		"tabs":                                     {"order\tconnection\n1001\tc1\n1002\n", two},
		"bars":                                     {"order|connection\n1001|c1\n1002|\n", two},
		"UTF-16, as Excel's Unicode text":          {utf16("order\tconnection\r\n1001\tc1\r\n1002\t\r\n"), two},
		"carriage returns alone":                   {"order;connection\r1001;c1\r1002;", two},
		"a quoted separator line":                  {"\"sep=|\"\norder|connection\n1001|c1\n1002|\n", two},
		"empty cells between tabs":                 {"note\torder\tconnection\n\t1001\tc1\nx\t1002\t\n", two},
		"separators in quoted names":               {"\"a;b;c;d\",order,connection\n1,1001,c1\n2,1002,\n", two},
		"line breaks in quotes":                    {"note,order,connection\n\"a\r\nb\",1001,c1\n\"c\rd\",1002,\n", two},
		"line feeds in quotes, returns elsewhere":  {"note,order,connection\r\"a\nb\",1001,c1\rc,1002,\r", two},
		"Spanish names":                            {"N° de Pedido;Conexión\n1001;c1\n1002;\n", two},
		"names in Windows-1252":                    {"NÚMERO_DE_ORDEN;Conexi\xf3n\n1001;c1\n1002;\n", nil},
		"our name before people's":                 {"pedido,order,connection\nx,1001,c1\ny,1002,\n", two},
		"spaces and invisible characters around":   {"order,connection\n\u202a1001\u202c , c1\n\u00a01002\u200b,\n", two},
		"apostrophes that mark a text":             {"order,connection\n'1001,'c1\n'1002,\n", two},
		"empty rows":                               {"order,connection\n\n,\n1001,c1\n  ,\n1002,\n", two},
		"more separators behind the last cell":     {"order,connection\n1001,c1,,\n1002,,\n", two},
		"one column in which nothing is separated": {"order\n1001\n1002\n", [][]string{{"1001", ""}, {"1002", ""}}},
		"JSON":                                 {`[{"order":1001,"connection":"c1"},{"Pedido":"1002","connection":null}]`, two},
		"JSON texts":                           {"\ufeff[\"1001\", 1002]", [][]string{{"1001", ""}, {"1002", ""}}},
		"long numbers in JSON, digit by digit": {`[2000012345678901234567]`, [][]string{{"2000012345678901234567", ""}}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.want == nil {
				c.file, c.want = strings.ReplaceAll(c.file, "Ú", "\xda"), two
			}
			table, err := read(c.file, orders)
			require.NoError(t, err)
			assert.Equal(t, c.want, cells(table))
		})
	}
}

func TestTablesThatCannotBeReadAreRefusedWithTheTrueReason(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, want string }{
		"nothing":                      {"", "f is empty"},
		"a byte order mark alone":      {"\ufeff\r\n", "f is empty"},
		"an old workbook":              {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1xyz", "old Excel (.xls)"},
		"a locked workbook":            {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.TrimPrefix(utf16("EncryptedPackage"), "\xff\xfe"), "locked with a password"},
		"a broken archive":             {"PK\x03\x04xyz", "damaged"},
		"a PDF":                        {"%PDF-1.7\n", "is a PDF"},
		"a web page":                   {" \n<HTML><table>", "is a web page or XML"},
		"zero bytes":                   {"o\x00r\x00d\x00e\x00r\x00", "no text, or UTF-16 without a byte order mark"},
		"an odd UTF-16":                {"\xff\xfeo\x00r", "says that it is UTF-16 and is not"},
		"an old Mac's text":            {"order;nota\n1;env\x92o se\x96or \x8e\n", "neither UTF-8 nor Windows-1252"},
		"two encodings in one":         {"order;nota\n1;ñandú\n2;se\xf1or\n", "partly UTF-8"},
		"a separator of another make":  {"sep=!\norder!x\n", `f, line 1: the separator '!' is not one of`},
		"a header without the column":  {"folio;cliente\n1;2\n", `f, line 1: the header has no column "order" (also: pedido, orden); it has "folio", "cliente"`},
		"two columns of a name":        {"order,x,Order\n1,2,3\n", `f, line 1: the header has two columns "order"`},
		"two columns that may be it":   {"pedido,orden\n1,2\n", `the columns "pedido" and "orden" may both be order`},
		"too many columns":             {"order" + strings.Repeat(",x", 256) + "\n", "more than 256 columns"},
		"more cells than the header":   {"order,connection\n1001,c1\n1002,c1,x\n", "f, line 3: the row has 3 cells and the header 2"},
		"a quote that does not close":  {"order\n1001\n\"1002\n", "f, line 3: a quoted cell does not end"},
		"a quote inside of a cell":     {"order;nota\n1;5\" x\n", "f, line 2: a cell holds a quote"},
		"too many rows":                {"order\n" + strings.Repeat("1\n", 1001), "f has more than 1000 rows"},
		"a file that is too large":     {"order\n" + strings.Repeat("x", tables.MaxBytes), "f is larger than 16 MiB"},
		"a cell that is too long":      {"order\n" + strings.Repeat("x", tables.MaxCell+1), "f, line 2, column order: the cell has more than 4096"},
		"a JSON object":                {`{"order":"1"}`, "f holds a JSON object, not an array"},
		"JSON that ends too early":     {"[\"1\",\n\"2\"", "f, line 2: the JSON ends too early"},
		"JSON with an error":           {"[\"1\",\n\n x]", "f, line 3: invalid character"},
		"more after the array":         {"[\"1\"]\n[\"2\"]", "f, line 2: there is more after the array"},
		"an entry without the member":  {"[\n\"1\",\n{\"id\":\"2\"}]", `f, line 3, column order: the entry has no member "order" (also: pedido, orden); it has "id"`},
		"an entry that is no text":     {"[true]", `f, line 1, column order: an entry is a text or an object with "order"`},
		"a number with a fraction":     {"[1.5]", "f, line 1, column order: an entry is"},
		"a member that is no text":     {`[{"order":[]}]`, "f, line 1, column order: it is not a text"},
		"a number that JSON rounded":   {`[123456789012345680000]`, "ends in zeros"},
		"too many entries":             {"[1" + strings.Repeat(",1", 1000) + "]", "more than 1000 rows"},
		"an archive that is no table":  {zipped(t, map[string]string{"a.txt": "x"}), "is a zip archive, not a table"},
		"a LibreOffice document":       {zipped(t, map[string]string{"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), ".ods"},
		"a document of Apple Numbers":  {zipped(t, map[string]string{"Index/Document.iwa": "x"}), "Apple Numbers"},
		"a binary workbook":            {zipped(t, map[string]string{"xl/workbook.bin": "x"}), ".xlsb"},
		"an entry of other members":    {`[{"Pedido":"1","orden":"2"}]`, "may both be order"},
		"an object where there are no": {`[{"order":"1"},7.5]`, "f, line 1, column order: an entry is a text"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := read(c.file, orders)
			require.ErrorContains(t, err, c.want)
			var wrong *tables.Error
			assert.ErrorAs(t, err, &wrong)
		})
	}
}

func TestWhatASpreadsheetHasRuinedIsRefused(t *testing.T) {
	t.Parallel()
	const number, code, text = 1, 2, 3
	for value, refused := range map[string]int{ // from which kind on: number, code as well, text as well
		"2.00001E+15": code, "7,94212E+11": code, "2E+15": code, "1.5e9": code, "12E34": 0, "7E-05": code,
		"123456789012.0": code, "1001.0": number, "1.5": 0, "10,5": number, "2.000.012.345": number, "2,000,012,345": number,
		"01-may": code, "5-dic": code, "ene-05": code, "21-11-2026": code, "2026-11-21": code, "21/11/2026": code, "A-01": 0, "1-05": 0, "01/02/03": 0,
		"=A1": text, "=\"001\"": text, "#N/A": text, "#¡REF!": text, "#¿NOMBRE?": text, "######": text, "#1001": 0,
		"123456789012345": 0, "1234567890123450": code, "'1234567890123450": 0, "123456789012345000000": code, "'123456789012345000000": 0,
		"1234567890123456": 0, "000123": 0, "2000012345678901-01": 0, "JD0146000038123456789": 0,
	} {
		for kind, at := range map[tables.Kind]int{tables.Number: number, tables.Code: code, tables.Text: text} {
			layout := tables.Layout{Columns: []tables.Column{{Names: []string{"id"}, Kind: kind}, {Names: []string{"x"}}}}
			_, err := read("id;x\n\""+strings.ReplaceAll(value, `"`, `""`)+"\";1\n", layout)
			if at <= refused {
				assert.ErrorContains(t, err, "f, line 2, column id", "%s as kind %d", value, kind)
			} else {
				assert.NoError(t, err, "%s as kind %d", value, kind)
			}
		}
	}
}

func TestAZeroAtTheEndIsNoFaultWhereTheColumnKeepsItsDigits(t *testing.T) {
	t.Parallel()
	_, err := read("order\n2000012345678901\n2000012345678902\n2000012345678910\n2000012345678903\n", orders)
	require.NoError(t, err)
	_, err = read("order\n2000012345678900\n2000012345678910\n2000012345678903\n", orders)
	require.ErrorContains(t, err, "line 2, column order")
	require.ErrorContains(t, err, "line 3, column order")
	assert.NotContains(t, err.Error(), "line 4")
	_, err = read("order\n20000123456789011\n20000123456789012\n20000123456789013\n200001234567890000000\n", orders)
	require.ErrorContains(t, err, "line 5, column order", "so many zeros are no chance")
}

func TestAllMistakesOfAFileAreToldTogetherAndInItsOrder(t *testing.T) {
	t.Parallel()
	table, err := tables.Read("f", strings.NewReader("pedido;nota\n1E+15;\n1001;\n01-may;\n2000012345678900;\n"), orders)
	require.NoError(t, err)
	assert.Equal(t, []string{"nota"}, table.LeftAlone)
	table.Refuse(table.Rows[1], "it is %s", "unknown")
	assert.True(t, table.Rows[0].Ruined)
	require.Error(t, table.Err())
	lines := strings.Split(table.Err().Error(), "\n")
	require.Len(t, lines, 4)
	for i, start := range []string{"f, line 2, column order: ", "f, line 3: it is unknown", "f, line 4, column order: ", "f, line 5, column order: "} {
		assert.True(t, strings.HasPrefix(lines[i], start), lines[i])
	}
	_, err = read("order\n"+strings.Repeat("1E+15\n", 60), orders)
	assert.Len(t, strings.Split(err.Error(), "\n"), tables.MistakesShown+1)
	assert.ErrorContains(t, err, "and 10 more")
}
