package join_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/check"
	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/join"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/zpl"
)

// FuzzJoin checks, for any file between two good ones, that the books balance and that a joined
// file, read again, has the labels that the report says.
func FuzzJoin(f *testing.F) {
	f.Add(sample.ZPL("Venta", "2001"), false)
	f.Add(sample.PDF("Orden 2000004280026175", ""), true)
	f.Add([]byte("^XA^FDx"), false)
	f.Add([]byte("PK\x03\x04"), true)
	f.Fuzz(func(t *testing.T, data []byte, sorted bool) {
		good := []check.Source{source("a", sample.ZPL("1001")), source("b", bytes.Clone(data)), source("c", sample.PDF("1002"))}
		options := join.Options{}
		if sorted {
			options.Key = byOrder
		}
		place := newMemory()
		joined, err := join.Sources(t.Context(), good, place, options)
		require.NoError(t, err)
		require.Len(t, joined.Inputs, len(good))
		told, made := 0, 0
		for _, in := range joined.Inputs {
			require.True(t, in.OK == (in.Reason == ""), "%+v", in)
			told += in.Labels
		}
		for _, file := range joined.Files {
			made += file.Labels
			again, err := zpl.Count(bytes.NewReader(place.files[file.Out]))
			if file.Format == "pdf" {
				again, err = pdf.Pages(bytes.NewReader(place.files[file.Out]))
			}
			require.NoError(t, err)
			require.Equal(t, file.Labels, again)
		}
		require.Equal(t, told, made)
	})
}
