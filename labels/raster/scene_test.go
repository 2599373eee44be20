package raster

import (
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/pdf"
)

var engine = sync.OnceValues(func() (*Engine, error) {
	folder, err := os.MkdirTemp("", "pdfium-*")
	return Open(folder), err
})

func TestMain(m *testing.M) {
	code := m.Run()
	if e, err := engine(); err == nil {
		_ = e.Close()
		_ = os.RemoveAll(e.quick.folder)
	}
	os.Exit(code)
}

// running is the engine that the tests share.
func running(t testing.TB) *Engine {
	t.Helper()
	e, err := engine()
	require.NoError(t, err)
	require.NoError(t, e.Ready(t.Context()))
	return e
}

func layout(t testing.TB, name string) pdf.Layout {
	t.Helper()
	stock, err := pdf.ParseStock(name)
	require.NoError(t, err)
	return pdf.Layout{Stock: stock}
}
