package tables_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/starter/tables"
)

func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/cases/*")
	require.NoError(f, err)
	require.NotEmpty(f, files)
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(content)
	}
	f.Add([]byte(sheet(f, head+`<row r="7"><c r="A7" s="2"><v>1E+3</v></c><c t="s"><v>2</v></c></row>`)))
	for _, content := range []string{`["1",{"order":2,"connection":"c"}]`, `{"a":"b","c":1}`, "[", "order\n\"", "{", utf16("order\n1\n"), "sep=\t\norder\t\n1"} {
		f.Add([]byte(content))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, layout := range []tables.Layout{orders, bins} {
			table, err := tables.Read("f", strings.NewReader(string(content)), layout)
			if err == nil {
				err = table.Err()
			}
			if err != nil {
				var wrong *tables.Error
				require.ErrorAs(t, err, &wrong)
				require.NotEmpty(t, wrong.Error())
				continue
			}
			for _, row := range table.Rows {
				require.Len(t, row.Cells, len(layout.Columns))
				require.False(t, row.Ruined)
				require.Positive(t, row.Line)
				for _, cell := range row.Cells {
					require.LessOrEqual(t, utf8.RuneCountInString(cell), tables.MaxCell)
				}
			}
		}
	})
}
