package raster

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/pdf"
)

// usualLabel is a label of 4 × 6 inches as marketplaces make them: addresses, a Code 128 and a QR.
func usualLabel(t testing.TB, number string) []byte {
	content := ""
	for i, line := range []string{
		"MERCADO ENVIOS", "Remitente: Tienda de pruebas SpA", "Av. Providencia 1234, Santiago", "Orden " + number, "Venta " + number,
		"Destinatario: Persona de pruebas", "Calle Larga 567, Depto 89, Comuna de Maipu", "Region Metropolitana, Chile", "Tel +56 9 0000 0000", "Bulto 1 de 1",
	} {
		content += fmt.Sprintf("BT /F1 %d Tf 14 %d Td (%s) Tj ET\n", 9+i%3, 415-14*i, line)
	}
	bars, square := symbols[0], symbols[6]
	bars.value = number
	content += "q 1 0 0 1 30 160 cm " + bars.bars(t, 3*72/203.2, 90, true) + "Q q 1 0 0 1 180 20 cm " + square.bars(t, 3*72/203.2, 0, false) + "Q 14 150 260 0.5 re f 14 268 260 0.5 re f"
	return page(content)
}

// BenchmarkLabel says how many labels of 4 × 6 inches a core turns into ZPL, by the processor time of the whole process.
func BenchmarkLabel(b *testing.B) {
	stock, err := pdf.ParseStock("4x6in")
	require.NoError(b, err)
	d, err := pdf.ReadChecked(usualLabel(b, "42000000017"))
	require.NoError(b, err)
	for _, dpi := range []int{203, 300} {
		for _, check := range []bool{true, false} {
			b.Run(fmt.Sprintf("%d dpi, barcodes read back %v", dpi, check), func(b *testing.B) {
				e := running(b)
				size := 0
				before := processorTime(b)
				for b.Loop() {
					pages, _, err := e.label(b.Context(), d, pdf.Layout{Stock: stock}, dpi, check)
					require.NoError(b, err)
					size = len(pages[0].ZPL)
				}
				spent := processorTime(b) - before
				var memory runtime.MemStats
				runtime.ReadMemStats(&memory)
				b.ReportMetric(float64(b.N)/spent.Seconds(), "labels/s/core")
				b.ReportMetric(float64(spent.Milliseconds())/float64(b.N), "ms-cpu/label")
				b.ReportMetric(float64(size)/1000, "kB/label")
				b.ReportMetric(float64(memory.Sys)/(1<<20), "MB")
			})
		}
	}
}

func processorTime(t testing.TB) time.Duration {
	var used syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkMemory says how much memory the process takes after 200 labels and after 2,000.
func BenchmarkMemory(b *testing.B) {
	e := running(b)
	l := layout(b, "4x6in")
	resident := func() float64 {
		status, err := os.ReadFile("/proc/self/status")
		if err != nil {
			b.Skip("there is no /proc")
		}
		var kilobytes float64
		_, after, _ := strings.Cut(string(status), "VmRSS:")
		_, err = fmt.Sscan(after, &kilobytes)
		require.NoError(b, err)
		return kilobytes / 1024
	}
	for b.Loop() {
		for i := range 2000 {
			d, err := pdf.ReadChecked(usualLabel(b, fmt.Sprint(42_000_000_000+i)))
			require.NoError(b, err)
			_, _, err = e.Label(b.Context(), d, l, 203)
			require.NoError(b, err)
			if i == 200 {
				b.ReportMetric(resident(), "MB-after-200")
			}
		}
		b.ReportMetric(resident(), "MB-after-2000")
	}
}
