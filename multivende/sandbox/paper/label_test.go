package paper

import (
	"fmt"
	"image"
	"strings"
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

func sampleLabel() Label {
	return Label{
		Title: "Ripley - cl", Sender: []string{"Remitente: Vendedor de Ejemplo", "Bodega Ñuñoa"},
		Receiver:   []string{"Compradora Ficticia Núñez", "Pasaje Los Ñirres (fondo) 12, Peñalolén"},
		References: []Reference{{"Número de Orden", "7123456789-A"}},
		Tracking:   "RPL812345678901", Code: "RPL812345678901", Notes: []string{"1 x A-10 Calcetín <niño>"}, Parcel: 1, Parcels: 2,
	}
}

func flexLabel() Label {
	label := sampleLabel()
	label.QR, label.Code = true, `{"id":"43123456789","sender_id":"5550001"}`
	return label
}

func openPDFium(t *testing.T) pdfium.Pdfium {
	t.Helper()
	pool, err := webassembly.Init(webassembly.Config{MinIdle: 1, MaxIdle: 1, MaxTotal: 1})
	require.NoError(t, err)
	instance, err := pool.GetInstance(time.Minute)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, pool.Close()) })
	return instance
}

// seen is a page as a 203 dpi printer would print it, and its text.
func seen(t *testing.T, instance pdfium.Pdfium, content []byte, nth int) (image.Image, string) {
	t.Helper()
	doc, err := instance.OpenDocument(&requests.OpenDocument{File: &content})
	require.NoError(t, err)
	page := requests.Page{ByIndex: &requests.PageByIndex{Document: doc.Document, Index: nth}}
	picture, err := instance.RenderPageInDPI(&requests.RenderPageInDPI{DPI: DotsPerInch, Page: page})
	require.NoError(t, err)
	text, err := instance.GetPageText(&requests.GetPageText{Page: page})
	require.NoError(t, err)
	return picture.Result.RenderedImage, text.Text
}

func decoded(t *testing.T, reader gozxing.Reader, picture image.Image) string {
	t.Helper()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
	require.NoError(t, err)
	result, err := reader.Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	require.NoError(t, err)
	return result.GetText()
}

func TestPDFLabels(t *testing.T) {
	t.Parallel()
	instance := openPDFium(t)
	stocks := map[string]Stock{
		"4x6": FourBySix, "4x6 rotated": FourBySixRotated, "10x15": TenByFifteen, "A4": A4, "10x15 on A4": TenByFifteenOnA4,
	}
	for name, stock := range stocks {
		t.Run("a label on "+name+" can be read by a scanner and as text", func(t *testing.T) {
			content, err := PDF(stock, name == "A4", sampleLabel(), flexLabel())
			require.NoError(t, err)

			bars, text := seen(t, instance, content, 0)
			assert.Equal(t, "RPL812345678901", decoded(t, oned.NewCode128Reader(), bars))
			for _, words := range []string{"Número de Orden: 7123456789-A", "Tracking: RPL812345678901", "Núñez", "Pasaje Los Ñirres (fondo) 12, Peñalolén", "Bulto 1 de 2"} {
				assert.Contains(t, text, words)
			}
			assert.InDelta(t, stock.Width/72*DotsPerInch, bars.Bounds().Dx(), 2, "what is seen is as wide as the stock")
			assert.InDelta(t, stock.Height/72*DotsPerInch, bars.Bounds().Dy(), 2, "and as high")

			square, _ := seen(t, instance, content, 1)
			assert.Equal(t, flexLabel().Code, decoded(t, qrcode.NewQRCodeReader(), square))
		})
	}
	t.Run("a control sheet has a line for each order, over several pages", func(t *testing.T) {
		lines := make([]string, 60)
		for i := range lines {
			lines[i] = fmt.Sprintf("pedido %d", i)
		}
		content := Control("Control de envíos", lines)
		_, first := seen(t, instance, content, 0)
		_, second := seen(t, instance, content, 1)
		assert.Contains(t, first, "Control de envíos")
		assert.Contains(t, second, "pedido 59")
	})
	t.Run("an encrypted file does not open without its password", func(t *testing.T) {
		content, err := PDF(FourBySix, false, sampleLabel())
		require.NoError(t, err)
		closed, err := Encrypt(content, "secret")
		require.NoError(t, err)
		_, err = instance.OpenDocument(&requests.OpenDocument{File: &closed})
		require.Error(t, err)
		password := "secret"
		_, err = instance.OpenDocument(&requests.OpenDocument{File: &closed, Password: &password})
		require.NoError(t, err)
	})
}

func TestPDFIsReproducible(t *testing.T) {
	t.Parallel()
	for _, compress := range []bool{false, true} {
		first, err := PDF(TenByFifteen, compress, sampleLabel())
		require.NoError(t, err)
		second, err := PDF(TenByFifteen, compress, sampleLabel())
		require.NoError(t, err)
		assert.Equal(t, first, second)
	}
}

func TestCodeThatDoesNotFit(t *testing.T) {
	t.Parallel()
	label := sampleLabel()
	label.Code = strings.Repeat("A1", 30)
	_, err := PDF(FourBySix, false, label)
	require.ErrorContains(t, err, "wider than a label")
	label.Code = "ñ\u4e00"
	_, err = PDF(FourBySix, false, label)
	require.ErrorContains(t, err, "code 128")
}
