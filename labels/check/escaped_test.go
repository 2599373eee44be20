package check_test

import (
	"encoding/base64"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/check"
	"github.com/despacho/despacho/labels/internal/sample"
)

func TestAnEscapedFileIsCheckedAsItIsMeant(t *testing.T) {
	t.Parallel()
	read := func(name string) []byte {
		data, err := os.ReadFile("testdata/" + name)
		require.NoError(t, err)
		return data
	}
	for name, test := range map[string]struct {
		data   []byte
		change string
		want   []string
	}{
		"JSON":            {read("f05-json-escaped.zpl"), "unescaped: a JSON string", []string{"Señor Peña", "MLC4400112233"}},
		"line ends":       {read("f05-json-escaped-rn.zpl"), "unescaped: backslash escapes", []string{"Señor Peña", "MLC4400112233"}},
		"a PDF in Base64": {[]byte(base64.StdEncoding.EncodeToString(sample.PDF("Orden 2001"))), "unescaped: Base64", []string{"Orden 2001"}},
		"in a zip":        {sample.Zip(t, "a.txt", read("f05-json-escaped.zpl")), "a.txt: unescaped: a JSON string", []string{"Señor Peña", "MLC4400112233"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for c := range check.All(t.Context(), []check.Source{source("given", test.data)}, check.Whole, nil) {
				assert.True(t, c.OK, c.Reason)
				assert.Contains(t, c.Changes, test.change)
				require.Len(t, c.Printable, 1)
				assert.Subset(t, c.Printable[0].Texts, test.want)
			}
		})
	}
}
