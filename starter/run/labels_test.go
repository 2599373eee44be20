package run

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/contract/manifestcsv"
	"github.com/despacho/despacho/labels"
)

func TestPathsComeFromStdinFoldersAndPatterns(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, name := range []string{"e10.pdf", "e2.pdf", "in/x.zpl"} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), nil, 0o644))
	}
	list := "\ufeff" + filepath.Join(folder, "e*.pdf") + "\r\n\n" + folder + "\nnot there.pdf\n"
	paths, err := readPaths("-", strings.NewReader(list))
	require.NoError(t, err)
	in := func(name string) string { return filepath.Join(folder, name) }
	assert.Equal(t, []string{in("e2.pdf"), in("e10.pdf"), in("e2.pdf"), in("e10.pdf"), in("in/x.zpl"), "not there.pdf"}, paths)
}

func TestJoinedFilesAreNamedAfterTheOneAskedFor(t *testing.T) {
	t.Parallel()
	for out, want := range map[string][2]string{
		"x.pdf":   {"x.pdf", "x-2.zpl"},
		"x.zpl":   {"x.pdf", "x-2.zpl"},
		"a.b/x":   {"a.b/x.pdf", "a.b/x-2.zpl"},
		"x.txt":   {"x.pdf", "x-2.txt"},
		"x.1.PDF": {"x.1.pdf", "x.1-2.zpl"},
	} {
		place := newJoinPlace(out)
		assert.Equal(t, want, [2]string{place.name(labels.PDF, ""), place.name(labels.ZPL, "-2")}, out)
	}
}

func TestAManifestIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	moment := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	manifest := contract.Manifest{Rows: []contract.ManifestRow{
		books.RowOf(books.Entry{Order: books.Order{
			ID: "d1", Code: "OD1", OrderNumber: "=2001", ConnectionID: "c", Channel: "paris", TrackingNumber: "T,1", Courier: "Starken",
			ShippingMode: "Dropshipping", WarehouseID: "w", HandlingDeadline: moment, SoldAt: moment,
			WarehouseName: "-1; piso", PartlyCancelled: true,
			Items: []contract.Item{{SKU: "A; B", Quantity: 2}, {SKU: "3×C", Quantity: 1}, {SKU: "X;=1+1;Y", Quantity: 1}, {SKU: "Z; 3×Q", Quantity: 1}},
		}}),
		books.RowOf(books.Entry{Order: books.Order{ID: "'d3", OrderNumber: "-7,=8;\t@9|＋1", Courier: "\"=2\"", TrackingNumber: "'0012", Items: []contract.Item{{SKU: `say "hi"`, Quantity: 1}}}}),
		books.RowOf(books.Entry{Order: books.Order{ID: "d2", OrderNumber: "2000012345678900", TrackingNumber: "123456789012345000000", Items: []contract.Item{{SKU: "MUG", Quantity: 1}}}}),
	}}
	folder := t.TempDir()
	text, err := json.Marshal(manifest)
	require.NoError(t, err)
	var table bytes.Buffer
	require.NoError(t, manifestcsv.Write(&table, manifest))
	for name, data := range map[string][]byte{"manifest.json": text, "manifest.csv": table.Bytes(), "saved.csv": append([]byte("\ufeff"), table.Bytes()...)} {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, data, 0o600))
		orders, err := readOrdersManifest(path)
		require.NoError(t, err, name)
		require.Len(t, orders, 3, name)
		for i, row := range manifest.Rows {
			assert.Equal(t, books.OrderOf(row), orders[i], name)
		}
	}
}

func TestAnAbandonedJoinLeavesNothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	place := newJoinPlace(filepath.Join(folder, "x.pdf"))
	file, err := place.Create(labels.PDF, 0)
	require.NoError(t, err)
	_, err = file.Write([]byte("half"))
	require.NoError(t, err)
	scratch, err := place.Scratch()
	require.NoError(t, err)
	file.Abort()
	require.NoError(t, scratch.Close())
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Empty(t, left)
}
