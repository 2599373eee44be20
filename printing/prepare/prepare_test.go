package prepare_test

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/raster"
	"github.com/despacho/despacho/labels/zpl"
	"github.com/despacho/despacho/multivende/sandbox/paper"
	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/prepare"
)

var engine = sync.OnceValue(func() *raster.Engine { return raster.New("") })

func TestMain(m *testing.M) {
	code := m.Run()
	_ = engine().Close()
	os.Exit(code)
}

var (
	zebra  = printing.Printer{Name: "zebra", Kind: printing.Raw, DPI: 203, Stock: "4x6in"}
	office = printing.Printer{Name: "oficina", Kind: printing.IPP, Stock: "a6"}
	lprint = printing.Printer{Name: "lprint", Kind: printing.IPP, ZPL: true, Stock: "10x15cm"}
)

func pdfLabel(t *testing.T, parcels int) []byte {
	t.Helper()
	var labels []paper.Label
	for i := range parcels {
		labels = append(labels, paper.Label{
			Title: "Falabella", Sender: []string{"Tienda"}, Receiver: []string{"Persona de pruebas"}, Tracking: "ABC123456789", Code: "ABC123456789012",
			References: []paper.Reference{{Caption: "Orden", Value: "20001"}}, Parcel: i + 1, Parcels: parcels,
		})
	}
	data, err := paper.PDF(paper.FourBySix, false, labels...)
	require.NoError(t, err)
	return data
}

const zplLabel = "~SD25^XA^MD10^PR14^MNN^MTT^MMC^JUS^PQ3^FO20,20^A0N,30,30^FDOrden 20001^FS^FO50,100^BY3^BCN,120^FD>:20001^FS^XZ~JR"

func prepared(t *testing.T, printer printing.Printer, job contract.JobLabel, data []byte) (printing.Document, []string, error) {
	t.Helper()
	job.Run, job.Position, job.OrderNumber = "r-1", 7, "20001"
	return prepare.New(engine()).Prepare(t.Context(), printer, job, data)
}

func TestEachLabelIsPreparedForItsPrinter(t *testing.T) {
	t.Parallel()
	stamped := &contract.LabelStamp{Number: 7, Of: 9, Lines: []string{"2 × SKU-1"}}
	for name, test := range map[string]struct {
		printer printing.Printer
		job     contract.JobLabel
		data    []byte
		kind    string
		pieces  int
	}{
		"ZPL on a label printer":        {zebra, contract.JobLabel{Format: "zpl", Stamp: stamped}, []byte(zplLabel), prepare.TypeZPL, 1},
		"ZPL by IPP":                    {lprint, contract.JobLabel{Format: "zpl"}, []byte(zplLabel), prepare.TypeZPL, 1},
		"several ZPL labels":            {zebra, contract.JobLabel{Format: "zpl"}, []byte(zplLabel + zplLabel), prepare.TypeZPL, 2},
		"PDF on a label printer":        {zebra, contract.JobLabel{Format: "pdf", Stamp: stamped}, pdfLabel(t, 1), prepare.TypeZPL, 1},
		"PDF by IPP on a label printer": {lprint, contract.JobLabel{Format: "pdf"}, pdfLabel(t, 2), prepare.TypeZPL, 2},
		"PDF on an office printer":      {office, contract.JobLabel{Format: "pdf", Stamp: stamped}, pdfLabel(t, 2), prepare.TypePDF, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			document, _, err := prepared(t, test.printer, test.job, test.data)
			require.NoError(t, err)
			assert.Equal(t, []any{"r-1-7", test.kind, test.pieces}, []any{document.Name, document.Type, document.Pieces})
			var shown string
			if test.kind == prepare.TypePDF {
				texts, err := pdf.Texts(document.Data)
				require.NoError(t, err)
				assert.Len(t, texts, test.pieces)
				shown = strings.Join(texts, "\n")
			} else {
				onlyDraws(t, document.Data)
				count, err := zpl.Count(strings.NewReader(string(document.Data)))
				require.NoError(t, err)
				assert.Equal(t, test.pieces, count)
				shown = string(document.Data)
			}
			if test.job.Stamp != nil && test.job.Format == "zpl" || test.kind == prepare.TypePDF && test.job.Stamp != nil {
				assert.Contains(t, shown, "SKU-1")
			}
			if test.job.Format == "pdf" && test.kind == prepare.TypeZPL {
				assert.Contains(t, shown, "^GFA,")
			}
		})
	}
}

// onlyDraws checks that nothing of a label changes what is set at a printer.
func onlyDraws(t *testing.T, data []byte) {
	t.Helper()
	for c := range zpl.Commands(data) {
		assert.NotContains(t, []string{"^MD", "~SD", "^PR", "^MN", "^MT", "^MM", "^JU", "~JR"}, string(c.Prefix)+string(c.Code[:]))
		if c.Is("PQ") {
			assert.Regexp(t, `^1?(,|$)`, string(c.Param))
		}
	}
}

func TestWhatAPrinterCannotPrintIsHeld(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		printer printing.Printer
		format  string
		data    []byte
		code    contract.ReasonCode
	}{
		"ZPL on an office printer": {office, "zpl", []byte(zplLabel), contract.WhyPrinterWithoutZPL},
		"a damaged ZPL":            {zebra, "zpl", []byte("^XA^FDx"), contract.WhyLabelNotPrintable},
		"a damaged PDF":            {zebra, "pdf", []byte("%PDF-1.4 half"), contract.WhyLabelNotPrintable},
		"neither":                  {office, "png", []byte("x"), contract.WhyLabelNotPrintable},
	} {
		_, _, err := prepared(t, test.printer, contract.JobLabel{Format: test.format}, test.data)
		var held *prepare.HeldError
		require.ErrorAs(t, err, &held, name)
		assert.Equal(t, test.code, held.Reason.Code, name)
	}
}

func TestASettingOfThePrinterIsNoFaultOfTheLabel(t *testing.T) {
	t.Parallel()
	var held *prepare.HeldError
	wrong := zebra
	wrong.Stock = "a4-4up"
	_, _, err := prepared(t, wrong, contract.JobLabel{Format: "pdf"}, pdfLabel(t, 1))
	require.ErrorContains(t, err, "a label printer has one")
	assert.NotErrorAs(t, err, &held)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = prepare.New(engine()).Prepare(ctx, zebra, contract.JobLabel{Format: "pdf"}, pdfLabel(t, 1))
	require.Error(t, err)
	assert.NotErrorAs(t, err, &held)
}
