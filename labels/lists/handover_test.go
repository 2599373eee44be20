package lists_test

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/lists"
	"github.com/despacho/despacho/labels/pdf"
)

func sampleHandOver(parcels int) lists.HandOver {
	return lists.HandOver{
		Title: "12", Courier: "Blue Express", Channel: "Mercado Libre", Site: "principal", Merchant: "Tienda Ñandú", ClosedBy: "Ana Pérez",
		Made: time.Date(2026, 11, 29, 10, 45, 0, 0, time.UTC),
		Parcels: lo.Times(parcels, func(i int) lists.Parcel {
			return lists.Parcel{Number: fmt.Sprintf("20000123%06d", i), Shop: "Tienda Norte", Code: fmt.Sprintf("MEL43%09dLL", i)}
		}),
	}
}

func handOverPages(t *testing.T, h lists.HandOver) []string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, lists.HandOverPDF(&out, h))
	if folder := os.Getenv("HANDOVER_PICTURES"); folder != "" {
		require.NoError(t, os.WriteFile(fmt.Sprintf("%s/%s-%d-%s.pdf", folder, strings.ReplaceAll(t.Name(), "/", "-"), len(h.Parcels), h.Language), out.Bytes(), 0o600))
	}
	pages, err := pdf.Texts(out.Bytes())
	require.NoError(t, err)
	return pages
}

func TestAHandOverSheetHasEveryParcelOnce(t *testing.T) {
	t.Parallel()
	for count, sheets := range map[int]int{1: 1, 2: 1, 21: 1, 22: 1, 23: 2, 27: 2, 30: 2, 31: 2, 300: 11} {
		h := sampleHandOver(count)
		pages := handOverPages(t, h)
		assert.Len(t, pages, sheets, "%d parcels, and the lines to sign in one piece", count)
		all := strings.Join(pages, "\n")
		for _, p := range h.Parcels {
			assert.Equal(t, 1, strings.Count(all, p.Number), p.Number)
			assert.Equal(t, 1, strings.Count(all, p.Code), p.Code)
		}
		assert.Equal(t, 2, strings.Count(all, "Firma"), "signed once by each")
		assert.Contains(t, pages[len(pages)-1], "Firma", "on the last page")
		for n, page := range pages {
			assert.Contains(t, page, fmt.Sprintf("Página %d de %d", n+1, len(pages)))
			assert.Contains(t, page, "Blue Express · Mercado Libre")
		}
	}
}

// barsOn is the picture of what labels/pdf says is painted solid on the first page, an eighth of a point a dot.
func barsOn(t *testing.T, file []byte, top, bottom float64) image.Image {
	t.Helper()
	document, err := pdf.ReadChecked(file)
	require.NoError(t, err)
	const scale = 8
	picture := image.NewGray(image.Rect(0, 0, 298*scale, int(bottom-top)*scale))
	draw.Draw(picture, picture.Bounds(), image.White, image.Point{}, draw.Src)
	require.NoError(t, document.ReadMarks(0, func(m pdf.Mark) {
		if m.Kind == pdf.Solid && m.Top >= top && m.Bottom <= bottom {
			bar := image.Rect(int(m.Left*scale+0.5), int((m.Top-top)*scale), int(m.Right*scale+0.5), int((m.Bottom-top)*scale))
			draw.Draw(picture, bar, image.Black, image.Point{}, draw.Src)
		}
	}))
	return picture
}

func TestTheBarcodesOfAHandOverSheetAreRead(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"MEL43000000001LL", "41234567890", "2000001234567890", "BX-998877-665544-33", "a1b2c3d4-e5f6-7890-ab"} {
		h := sampleHandOver(1)
		h.Parcels[0].Code = code
		var out bytes.Buffer
		require.NoError(t, lists.HandOverPDF(&out, h))
		bitmap, err := gozxing.NewBinaryBitmapFromImage(barsOn(t, out.Bytes(), 90, 130))
		require.NoError(t, err)
		read, err := oned.NewCode128Reader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
		require.NoError(t, err, code)
		assert.Equal(t, code, read.GetText())
	}
}

func TestACodeThatNoScannerReadsIsWritten(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"guía-ñ-1", strings.Repeat("TRACK-", 12)} {
		h := sampleHandOver(1)
		h.Parcels[0].Code = code
		all := strings.Join(handOverPages(t, h), "\n")
		assert.Contains(t, strings.ReplaceAll(all, "\n", ""), code, "whole")
	}
}

func TestAHandOverSheetSpeaksSpanishFirst(t *testing.T) {
	t.Parallel()
	h := sampleHandOver(2)
	h.Controls = []string{"Mercado Libre · run-1 · 50 pedidos, 2 pág."}
	h.Parcels[1].Part = "2/2"
	for language, words := range map[string][]string{
		"": {"Entrega", "Recibe", "Patente"}, "es": {"Cerrada por Ana Pérez, 2026-11-29 10:45"},
		"pt": {"Folha de entrega", "Recibe / Recebe", "Patente / Placa"}, "en": {"Hand-over sheet", "Recibe / Taken by", "Firma / Signature"},
	} {
		h.Language = language
		pages := handOverPages(t, h)
		require.Len(t, pages, 1)
		for _, one := range append(words, "Hoja de entrega", "N.º 12", "2 paquetes", "Archivos de control", "run-1 · 50 pedidos", "2/2 · Tienda Norte") {
			assert.Contains(t, pages[0], one, "in %q", language)
		}
		if language == "" || language == "es" {
			assert.NotContains(t, pages[0], " / ")
		}
	}
	h.Title, h.ClosedBy = "", ""
	assert.Contains(t, handOverPages(t, h)[0], "borrador: sin cerrar")
}
