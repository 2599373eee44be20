package bundle_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/unicode"

	"github.com/despacho/despacho/labels/bundle"
	"github.com/despacho/despacho/labels/internal/sample"
)

// label has a backslash for everything that a label may have one for.
const label = "^XA\r\n^CI28\r\n^FO50,40^A0N,40,40^FH\\^FDSe\\C3\\B1or \"a\" & b^FS\r\n^FO50,90^FB300,2,0,C^FDone\\&two^FS\r\n" +
	"^BY3^FO60,200^BCN,100,Y,N^FD>:MLC4400112233^FS\r\n^BQN,2,5^FDQA,{\"id\":\"4400112233\"}^FS\r\n^XZ\r\n"

func inJSON(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(quoted)
}

func withoutQuotes(text string) string { return text[1 : len(text)-1] }

func inBase64(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// lines breaks text into lines.
func lines(text string) string {
	var out strings.Builder
	for len(text) > 76 {
		out.WriteString(text[:76] + "\r\n")
		text = text[76:]
	}
	return out.String() + text
}

// numeric writes everything but letters, digits and blanks as entities.
func numeric(text string) string {
	var out strings.Builder
	for _, c := range text {
		if c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c == ' ' {
			out.WriteRune(c)
			continue
		}
		fmt.Fprintf(&out, "&#x%X;", c)
	}
	return out.String()
}

func utf16(t *testing.T, text string, endian unicode.Endianness, mark unicode.BOMPolicy) string {
	t.Helper()
	out, err := unicode.UTF16(endian, mark).NewEncoder().String(text)
	require.NoError(t, err)
	return out
}

func TestAnEscapedLabelIsReadAsItIsMeant(t *testing.T) {
	t.Parallel()
	doc := string(sample.PDF("2001"))
	docAsText := func() string {
		var out strings.Builder
		for _, c := range []byte(doc) {
			out.WriteRune(rune(c))
		}
		return out.String()
	}()
	for name, test := range map[string]struct{ file, want, undone string }{
		"JSON":                                {inJSON(label), label, "a JSON string"},
		"JSON twice":                          {inJSON(inJSON(label)), label, "a JSON string"},
		"JSON three times":                    {inJSON(inJSON(inJSON(label))), label, "a JSON string"},
		"JSON without quotes":                 {withoutQuotes(inJSON(label)), label, "backslash escapes"},
		"JSON twice without quotes":           {withoutQuotes(inJSON(withoutQuotes(inJSON(label)))), label, "backslash escapes"},
		"JSON behind a byte order mark":       {"\xef\xbb\xbf" + inJSON(label) + "\r\n", label, "a JSON string"},
		"a program's text":                    {strconv.QuoteToASCII(label), label, "a JSON string"},
		"line ends as letters":                {strings.NewReplacer("\r", `\r`, "\n", `\n`).Replace(label), label, "backslash escapes"},
		"line ends as letters, twice":         {strings.NewReplacer("\r", `\\r`, "\n", `\\n`).Replace(label), label, "backslash escapes"},
		"line ends as letters, single quotes": {"'" + strings.NewReplacer("\r", `\r`, "\n", `\n`).Replace(label) + "'", label, "quotes"},
		"a letter in a barcode":               {strings.Replace(label, ">:", `\u003e:`, 1), label, "backslash escapes"},
		"a letter in a barcode, as bytes":     {strings.Replace(label, ">:", `\x3e:`, 1), label, "backslash escapes"},
		"prefixes as letters":                 {strings.ReplaceAll(label, "^", `\u005e`), label, "backslash escapes"},
		"JSON with one label":                 {`{"ok":true,"label":` + inJSON(label) + `,"n":1}`, label, "JSON"},
		"JSON with two labels":                {`{"labels":[` + inJSON(label) + `,` + inJSON(label) + `]}`, label + "\n" + label, "JSON"},
		"JSON with a PDF in Base64":           {`{"format":"pdf","data":"` + strings.ReplaceAll(inBase64(doc), "/", `\/`) + `"}`, doc, "JSON"},
		"HTML":                                {html.EscapeString(label), label, "HTML entities"},
		"HTML twice":                          {html.EscapeString(html.EscapeString(label)), label, "HTML entities"},
		"HTML three times":                    {html.EscapeString(html.EscapeString(html.EscapeString(label))), label, "HTML entities"},
		"HTML with numbers":                   {numeric(label), label, "HTML entities"},
		"HTML with numbers twice":             {html.EscapeString(numeric(label)), label, "HTML entities"},
		"HTML in JSON":                        {inJSON(html.EscapeString(label)), label, "a JSON string, HTML entities"},
		"JSON in HTML":                        {html.EscapeString(inJSON(label)), label, "HTML entities, a JSON string"},
		"HTML within a barcode":               {strings.Replace(label, ">:MLC", "12&gt;6AB&gt;5", 1), strings.Replace(label, ">:MLC", "12>6AB>5", 1), "HTML entities"},
		"HTML in a code's JSON":               {strings.Replace(label, `{"id":"4400112233"}`, "{&quot;id&quot;:&quot;4400112233&quot;}", 1), label, "HTML entities"},
		"a field of CSV":                      {`"` + strings.ReplaceAll(label, `"`, `""`) + `"`, label, "quotes"},
		"mail":                                {strings.NewReplacer("\r\n", "=0D=0A", ">", "=3E", "=", "=3D").Replace(label), label, "quoted-printable"},
		"percents":                            {url.PathEscape(label), label, "percent escapes"},
		"percents twice":                      {url.PathEscape(url.PathEscape(label)), label, "percent escapes"},
		"a form":                              {url.QueryEscape(label), label, "percent escapes"},
		"Base64":                              {inBase64(label), label, "Base64"},
		"Base64 over lines":                   {lines(inBase64(label)), label, "Base64"},
		"Base64 twice":                        {inBase64(inBase64(label)), label, "Base64"},
		"Base64 in JSON":                      {inJSON(inBase64(label)), label, "a JSON string, Base64"},
		"JSON in Base64":                      {inBase64(inJSON(label)), label, "Base64, a JSON string"},
		"a data address":                      {"data:text/plain;charset=utf-8;base64," + inBase64(label), label, "a data address"},
		"a data address with percents":        {"data:text/plain," + url.PathEscape(label), label, "a data address"},
		"a data address in quotes":            {inJSON("data:application/zpl;base64," + inBase64(label)), label, "a JSON string, a data address"},
		"UTF-16 in JSON":                      {utf16(t, inJSON(label), unicode.LittleEndian, unicode.IgnoreBOM), label, "a JSON string"},
		"letters without an encoding":         {`"^XA\n^FDSe\u00f1or^FS\n^XZ"`, "^CI28\n^XA\n^FDSeñor^FS\n^XZ", "a JSON string"},

		"a PDF in Base64":                       {inBase64(doc), doc, "Base64"},
		"a PDF in Base64 over lines":            {lines(inBase64(doc)), doc, "Base64"},
		"a PDF in Base64 of addresses":          {base64.RawURLEncoding.EncodeToString([]byte(doc)), doc, "Base64"},
		"a PDF in Base64 in quotes":             {`"` + strings.ReplaceAll(inBase64(doc), "/", `\/`) + `"`, doc, "a JSON string, Base64"},
		"a PDF in Base64 over lines in JSON":    {inJSON(lines(inBase64(doc))), doc, "a JSON string, Base64"},
		"a PDF in a data address":               {"data:application/pdf;base64," + inBase64(doc), doc, "a data address"},
		"a PDF in a data address in quotes":     {inJSON("data:application/pdf;base64," + inBase64(doc)), doc, "a JSON string, a data address"},
		"a PDF in a data address with percents": {"data:application/pdf;base64," + url.QueryEscape(inBase64(doc)), doc, "a data address"},
		"a PDF with percents in a data address": {"data:application/pdf," + url.PathEscape(doc), doc, "a data address"},
		"a PDF in Base64 twice":                 {inBase64(inBase64(doc)), doc, "Base64"},
		"a PDF in JSON":                         {inJSON(docAsText), doc, "a JSON string"},
		"a PDF in XML":                          {"<?xml version=\"1.0\"?><label>\n" + lines(inBase64(doc)) + "</label>", doc, "Base64"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files, err := open(t, []byte(test.file), bundle.Limits{})
			require.NoError(t, err)
			require.Len(t, files, 1)
			assert.Empty(t, files[0].WhyDamaged)
			assert.Equal(t, strings.TrimSpace(test.want), strings.TrimSpace(string(files[0].Data)))
			assert.Equal(t, test.undone, files[0].Unescaped)
		})
	}
}

func TestAGoodLabelStaysAsItIs(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"itself":                       label,
		"an entity in a text":          "^XA^FDM&amp;M &gt; &quot;x&quot; &#39;&eacute;^FS^XZ",
		"a line end of a block":        `^XA^FB300,2^FDone\&two\n three\\four\r^FS^XZ`,
		"escapes of a field":           `^XA^FH\^FD\0d\0a\5e\7e\22^FS^XZ`,
		"another indicator":            `^XA^FHn^FDn5eXA^FS^XZ`,
		"a percent in a text":          "^XA^FD100%5E of 20%25^FS^XZ",
		"escapes in a code's JSON":     `^XA^BQN,2,5^FDQA,{"name":"Se\u00f1or","a":"\n"}^FS^XZ`,
		"a path":                       `^XA^FDC:\new\report\u00^FS^XZ`,
		"a file in Windows-1252":       "^XA^FDSe\xf1or &amp; \\n^FS^XZ",
		"a byte order mark":            "\xef\xbb\xbf^XA^FD&amp;^FS^XZ",
		"zero bytes around it":         "\x00\x00^XA^FDa^FS^XZ" + strings.Repeat("\x00", 600),
		"a text like Base64":           "XlhBXlhaXlhBXlhaXlhB is what it says ^XA^FDa^FS^XZ",
		"a text that begins in quotes": "\"a\" ^XA^FDa^FS^XZ",
		"a PDF":                        string(sample.PDF(`^XA\n &gt; \u003e:`)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files, err := open(t, []byte(file), bundle.Limits{})
			require.NoError(t, err)
			require.Len(t, files, 1)
			assert.Empty(t, files[0].Unescaped)
			assert.Empty(t, files[0].WhyDamaged)
			assert.Equal(t, file, string(files[0].Data))
		})
	}
}

func TestAFormThatIsNotReadIsNamed(t *testing.T) {
	t.Parallel()
	doc := sample.PDF("2001")
	for name, test := range map[string]struct{ file, want string }{
		"digits":                  {hex.EncodeToString(doc), "hexadecimal dump"},
		"a dump":                  {hex.Dump([]byte(label)), "hexadecimal dump"},
		"digits of a ZPL file":    {strings.ToUpper(hex.EncodeToString([]byte(label))), "hexadecimal dump"},
		"digits with 0x":          {"0x5e, 0x58, 0x41, 0x0a", "hexadecimal dump"},
		"Base64 with other signs": {inBase64(string(doc))[:400] + "*" + inBase64(string(doc))[400:], "Base64 that is damaged"},
		"a damaged data address":  {"data:application/pdf;base64,JVBERi0*", "damaged"},
		"JSON with two PDFs":      {`["` + inBase64(string(doc)) + `","` + inBase64(string(doc)) + `"]`, "JSON with labels"},
		"XML with two PDFs":       {"<a><b>" + inBase64(string(doc)) + "</b><b>" + inBase64(string(doc)) + "</b></a>", "holds labels in Base64"},
	} {
		files, err := open(t, []byte(test.file), bundle.Limits{})
		require.NoError(t, err)
		require.Len(t, files, 1, name)
		assert.Contains(t, files[0].WhyDamaged, test.want, name)
	}
	files, err := open(t, []byte(`{"message":"no label yet"}`), bundle.Limits{})
	require.NoError(t, err)
	assert.Empty(t, files[0].WhyDamaged)
	assert.Equal(t, bundle.Unknown, files[0].Kind)
}

func TestLayersUponLayersTakeNoLongerThanTheFile(t *testing.T) {
	t.Parallel()
	deep := label
	for range 40 {
		deep = inBase64(deep)
		if len(deep) > 1<<20 {
			break
		}
	}
	for _, file := range []string{deep, strings.Repeat(`[`, 1<<20), `["` + strings.Repeat(`","`, 1<<18) + `"]`, strings.Repeat(`\`, 1<<20) + "^XA", strings.Repeat(`^FD\u`, 1<<17), strings.Repeat("&amp;", 1<<18) + "^XA", strings.Repeat("%25", 1<<18) + "5EXA"} {
		files, err := open(t, []byte(file), bundle.Limits{})
		require.NoError(t, err)
		require.Len(t, files, 1)
	}
}

func TestUTF16IsReadWithAndWithoutAMark(t *testing.T) {
	t.Parallel()
	for _, endian := range []unicode.Endianness{unicode.LittleEndian, unicode.BigEndian} {
		for _, mark := range []unicode.BOMPolicy{unicode.UseBOM, unicode.IgnoreBOM} {
			for _, text := range []string{label, "\r\n" + label, "~DGR:A.GRF,1,1,F0" + label} {
				files, err := open(t, []byte(utf16(t, text, endian, mark)), bundle.Limits{})
				require.NoError(t, err)
				assert.Equal(t, text, string(files[0].Data))
			}
		}
	}
}
