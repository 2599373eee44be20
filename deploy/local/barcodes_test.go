package main

import (
	"encoding/hex"
	"image"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const printerDPI = 203

// pdfReader opens PDFs as browsers do; one serves all tests.
var pdfReader = sync.OnceValues(func() (pdfium.Pool, error) {
	return webassembly.Init(webassembly.Config{MinIdle: 1, MaxIdle: 1, MaxTotal: 1})
})

// barcodesOfPDF renders every page as a label printer does and scans its barcode.
func barcodesOfPDF(t *testing.T, path string) []string {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	pool, err := pdfReader()
	require.NoError(t, err)
	reader, err := pool.GetInstance(time.Minute)
	require.NoError(t, err)
	defer func() { assert.NoError(t, reader.Close()) }()
	document, err := reader.OpenDocument(&requests.OpenDocument{File: &content})
	require.NoError(t, err)
	count, err := reader.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: document.Document})
	require.NoError(t, err)
	codes := make([]string, count.PageCount)
	for i := range codes {
		page := requests.Page{ByIndex: &requests.PageByIndex{Document: document.Document, Index: i}}
		picture, err := reader.RenderPageInDPI(&requests.RenderPageInDPI{DPI: printerDPI, Page: page})
		require.NoError(t, err)
		codes[i] = scan(t, picture.Result.RenderedImage)
		picture.Cleanup()
	}
	return codes
}

// scan reads the one barcode of a picture, lying or standing: with a quick look, then a thorough one.
func scan(t *testing.T, picture image.Image) string {
	t.Helper()
	for _, hints := range []map[gozxing.DecodeHintType]any{nil, {gozxing.DecodeHintType_TRY_HARDER: true}} {
		for _, reader := range []gozxing.Reader{oned.NewCode128Reader(), qrcode.NewQRCodeReader()} {
			bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
			require.NoError(t, err)
			if code, err := reader.Decode(bitmap, hints); err == nil {
				return code.GetText()
			}
		}
	}
	return "(no barcode)"
}

var (
	zplFormat = regexp.MustCompile(`(?s)\^XA.*?\^XZ`)
	zplField  = regexp.MustCompile(`(?s)\^(B[CQ])([^^]*)(\^FH.?)?\^FD(.*?)\^FS`)
	zplHex    = regexp.MustCompile(`_[0-9A-Fa-f]{2}`)
)

// barcodesOfZPL reads the barcode data of every format that prints something.
func barcodesOfZPL(t *testing.T, path string) []string {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	var codes []string
	for _, format := range zplFormat.FindAllString(string(content), -1) {
		if !strings.Contains(format, "^FD") {
			continue
		}
		fields := zplField.FindAllStringSubmatch(format, -1)
		if !assert.Len(t, fields, 1, "a label has one barcode") {
			continue
		}
		codes = append(codes, zplBarcode(t, fields[0][1], fields[0][3], fields[0][4]))
	}
	return codes
}

// zplBarcode is what a scanner reads of a field's data.
func zplBarcode(t *testing.T, kind, escaped, data string) string {
	t.Helper()
	if escaped != "" {
		data = zplHex.ReplaceAllStringFunc(data, func(code string) string {
			letter, err := hex.DecodeString(code[1:])
			require.NoError(t, err)
			return string(letter)
		})
	}
	if kind == "BQ" {
		// Error correction, input mode, a comma; then the data.
		_, data, _ = strings.Cut(data, ",")
		return data
	}
	return strings.TrimPrefix(data, ">:")
}
