package tables

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/client/clienttest"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/starter/usage"
)

func TestParseOrdersReads(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		file     string
		want     []contract.OrderReference
		repeated int
	}{
		"comma-separated values":                    {"order,connection\n1001,c1\n1002,\n", clienttest.References("1001@c1", "1002"), 0},
		"semicolons, as Excel in Chile writes":      {"order;connection\r\n1001;c1\r\n", clienttest.References("1001@c1"), 0},
		"tabs":                                      {"connection\torder\nc1\t1001\n", clienttest.References("1001@c1"), 0},
		"a byte order mark":                         {"\ufefforder\n1001\n", clienttest.References("1001"), 0},
		"quotes, with separators inside":            {"order,note\n\"A-10,01\",\"a \"\"b\"\"\nc\"\n1002,x\n", clienttest.References("A-10,01", "1002"), 0},
		"columns in any order and any case":         {"Note; Order ;x\nhello;1001;y\n", clienttest.References("1001"), 0},
		"empty lines and rows":                      {"order,connection\n\n,\n1001,\n  ,\n", clienttest.References("1001"), 0},
		"rows shorter than the header":              {"order,connection\n1001\n", clienttest.References("1001"), 0},
		"an apostrophe that marks a text":           {"order\n'0001\n", clienttest.References("0001"), 0},
		"leading zeros":                             {"order\n0001\n", clienttest.References("0001"), 0},
		"repeated orders once, and counts them":     {"order\n1\n2\n1\n1\n", clienttest.References("1", "2"), 2},
		"one order in two connections as two":       {"order,connection\n1,a\n1,b\n", clienttest.References("1@a", "1@b"), 0},
		"a JSON array of texts":                     {` ["1001", "1002"]`, clienttest.References("1001", "1002"), 0},
		"a JSON array of objects":                   {`[{"order":"1001","connection":"c1"},{"order":"1002","connection":null,"other":{}}]`, clienttest.References("1001@c1", "1002"), 0},
		"a JSON array of texts and objects":         {`["1001",{"order":"1002"}]`, clienttest.References("1001", "1002"), 0},
		"long numbers in JSON, digit by digit":      {`[2000012345678901234567, {"order": 9007199254740993}]`, clienttest.References("2000012345678901234567", "9007199254740993"), 0},
		"a JSON array behind a byte order mark":     {"\ufeff[\"1001\"]", clienttest.References("1001"), 0},
		"repeated orders of a JSON array only once": {`["1","1"]`, clienttest.References("1"), 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, err := ParseOrders("orders.csv", strings.NewReader(c.file))
			require.NoError(t, err)
			assert.Equal(t, c.want, file.Orders)
			assert.Equal(t, c.repeated, file.Repeated)
		})
	}
}

func TestParseOrdersRefuses(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ file, want string }{
		"an empty file":                           {"", "orders.txt is empty"},
		"a header alone":                          {"order,connection\n", "orders.txt names no order"},
		"an empty array":                          {"[]", "orders.txt names no order"},
		"a file without the column":               {"folio,connection\n1,2\n", `orders.txt, line 1: the header has no column "order"`},
		"two columns of the name":                 {"order,x,order\n1,2,3\n", "orders.txt, line 1: the header has two columns"},
		"a row without an order":                  {"order,connection\n1001,c1\n,c1\n", "orders.txt, line 3: there is no order"},
		"a number that a spreadsheet has rounded": {"order\n1001\n\n2.00001E+15\n", "orders.txt, line 4, column order: \"2.00001E+15\" is a long number that a spreadsheet has rounded"},
		"a rounded number with a comma":           {"order;x\n2,00001E+15;\n", "orders.txt, line 2, column order: \"2,00001E+15\" is a long number"},
		"a quote that does not close":             {"order\n1001\n\"1002\n", "orders.txt, line 3: "},
		"text in another encoding":                {"order\nni\x8eo\n", "orders.txt is neither UTF-8 nor Windows-1252"},
		"UTF-16":                                  {"\xff\xfeo\x00x", "orders.txt says that it is UTF-16"},
		"an order that is too long":               {"order\n" + strings.Repeat("1", 129) + "\n", "orders.txt, line 2: an order or connection has more than 128 characters"},
		"characters that cannot be seen":          {"order\n10\u202e01\n", "orders.txt, line 2: an order or connection holds characters that cannot be seen"},
		"a JSON object":                           {`{"order":"1"}`, "orders.txt holds a JSON object, not an array"},
		"JSON that ends too early":                {"[\"1\",\n\"2\"", "orders.txt, line 2: the JSON ends too early"},
		"JSON with an error":                      {"[\"1\",\n\n x]", "orders.txt, line 3: invalid character"},
		"more after the array":                    {"[\"1\"]\n[\"2\"]", "orders.txt, line 2: there is more after the array"},
		"an entry that names nothing":             {"[\n\"1\",\n{\"id\":\"2\"}]", "orders.txt, line 3, column order: the entry has no member"},
		"an entry that is null":                   {"[null]", "orders.txt, line 1, column order: an entry is a text or an object"},
		"a number with a fraction":                {"[1.5]", "orders.txt, line 1, column order: an entry is a text or an object"},
		"an empty text":                           {"[\"1\",\n\"\"]", "orders.txt, line 2: there is no order"},
		"too many rows":                           {"order\n" + strings.Repeat("1\n", maxOrdersRows+1), "orders.txt has more than 100000 rows"},
		"too many entries":                        {"[1" + strings.Repeat(",1", maxOrdersRows) + "]", "orders.txt has more than 100000 rows"},
		"a file that is too large":                {"order\n" + strings.Repeat("x", MaxBytes), "orders.txt is larger than 16 MiB"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseOrders("orders.txt", strings.NewReader(c.file))
			require.ErrorContains(t, err, c.want)
			var wrong *usage.Error
			require.ErrorAs(t, err, &wrong)
			assert.NotEmpty(t, wrong.Hint)
		})
	}
}

func FuzzParseOrders(f *testing.F) {
	for _, seed := range []string{"order,connection\n1,c1\n", "\ufefforder;x\n\"1\";\n", `["1",{"order":2,"connection":"c"}]`, "[", "order\n\"", "{"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file string) {
		read, err := ParseOrders("file", strings.NewReader(file))
		if err != nil {
			var wrong *usage.Error
			require.ErrorAs(t, err, &wrong)
			return
		}
		require.NotEmpty(t, read.Orders)
		require.GreaterOrEqual(t, read.Repeated, 0)
		for _, reference := range read.Orders {
			require.Empty(t, CheckReference(reference), fmt.Sprintf("%q", reference))
		}
	})
}
