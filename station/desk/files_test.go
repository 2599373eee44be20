package desk_test

import (
	"context"
	"errors"
	"image"
	"image/png"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/client/clienttest"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/station/board/boardtest"
	"github.com/despacho/despacho/station/desk"
	"github.com/despacho/despacho/storage"
)

// artist draws a picture as wide as the dots asked for, and counts.
type artist struct{ drawn atomic.Int32 }

func (a *artist) Picture(_ context.Context, pdf []byte, page, dpi int) (*image.Gray, error) {
	a.drawn.Add(1)
	if page > 0 || string(pdf) != "%PDF" {
		return nil, errors.New("no such page")
	}
	return image.NewGray(image.Rect(0, 0, dpi, 1)), nil
}

// newFilesTable has a PDF label and a ZPL label in the store, a third that has expired, and a preview.
func newFilesTable(t testing.TB) (*table, *artist) {
	s := newTable(t)
	rows := boardtest.Rows("1", 3)
	pack, err := s.Store.PutBytes(t.Context(), storage.LabelPrefix(boardtest.Merchant, "c1"), ".pack", "application/octet-stream", []byte("%PDF^XA^XZ"))
	require.NoError(t, err)
	rows[0].Labels[0] = contract.PrintedLabel{Key: pack.Key, Bytes: 4, Format: "pdf", SHA256: "1", File: "print"}
	rows[1].Labels[0] = contract.PrintedLabel{Key: pack.Key, From: 4, Bytes: 6, Format: "zpl", SHA256: "2", File: "print"}
	s.Finish(t, "1", rows, contract.LabelRunInput{})
	s.Board.Refresh(t.Context())
	a := &artist{}
	s.desk = desk.New(desk.Settings{Site: boardtest.Site, Board: s.Board, Store: s.Station, Printers: s.Printers, Preview: a})
	s.mux = serve(s.desk)
	return s, a
}

func TestALabelIsLookedAt(t *testing.T) {
	t.Parallel()
	s, a := newFilesTable(t)
	const label = "/api/labels/m1/o-1-1/1"
	for range 3 {
		w := s.ask(t, "GET", label+"/preview.png?dpi=100", nil)
		require.Equal(t, http.StatusOK, w.Code, w.Body.String())
		assert.Equal(t, "image/png", w.Header().Get("Content-Type"))
		drawn, err := png.Decode(w.Body)
		require.NoError(t, err)
		assert.Equal(t, 100, drawn.Bounds().Dx())
	}
	assert.Equal(t, int32(1), a.drawn.Load(), "it is drawn once")
	tests := []struct {
		name, path string
		status     int
	}{
		{"another size", label + "/preview.png?dpi=203", http.StatusOK},
		{"too large", label + "/preview.png?dpi=301", http.StatusBadRequest},
		{"a page that is not there", label + "/preview.png?page=2", http.StatusUnsupportedMediaType},
		{"a page that is none", label + "/preview.png?page=0", http.StatusBadRequest},
		{"ZPL is drawn by the page", "/api/labels/m1/o-1-2/1/preview.png", http.StatusUnsupportedMediaType},
		{"a file that has expired", "/api/labels/m1/o-1-3/1/preview.png", http.StatusNotFound},
		{"an order that is not there", "/api/labels/m1/none/1/preview.png", http.StatusNotFound},
		{"a label that is not there", "/api/labels/m1/o-1-1/2/preview.png", http.StatusNotFound},
		{"a number that is none", "/api/labels/m1/o-1-1/x/preview.png", http.StatusNotFound},
	}
	for _, test := range tests {
		assert.Equal(t, test.status, s.ask(t, "GET", test.path, nil).Code, test.name)
	}
}

func TestALabelsOwnFileIsFetched(t *testing.T) {
	t.Parallel()
	s, _ := newFilesTable(t)
	w := s.ask(t, "GET", "/api/labels/m1/o-1-2/1/file", nil)
	assert.Equal(t, "^XA^XZ", w.Body.String())
	assert.Equal(t, "text/plain; charset=utf-8", w.Header().Get("Content-Type"))
	assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	assert.Equal(t, "inline; filename=etiqueta.zpl", w.Header().Get("Content-Disposition"))
	w = s.ask(t, "GET", "/api/labels/m1/o-1-1/1/file?download", nil)
	assert.Equal(t, "%PDF", w.Body.String())
	assert.Equal(t, "attachment; filename=etiqueta.pdf", w.Header().Get("Content-Disposition"))
	assert.Equal(t, http.StatusNotFound, s.ask(t, "GET", "/api/labels/m1/o-1-3/1/file", nil).Code, "it has expired")
	assert.Equal(t, http.StatusNotFound, s.ask(t, "GET", "/api/labels/m1/none/1/file", nil).Code)
}

func TestARunsFilesAreListedAndFetched(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	result := clienttest.Publish(t, s.Store, boardtest.Merchant, "7")
	s.Runs.Add(contract.RunID(boardtest.Merchant, "7"), &clienttest.Run{State: contract.RunCompleted, Result: result})
	s.Board.Refresh(t.Context())
	files := got[[]api.RunFile](t, s.ask(t, "GET", "/api/files/m1/7", nil))
	names := lo.Map(files, func(f api.RunFile, _ int) string { return f.Name })
	assert.Equal(t, []string{"etiquetas-7.zpl", "etiquetas-7.pdf", "manifest.json", "manifest.csv"}, names)
	assert.Equal(t, api.RunFile{N: 2, Name: "etiquetas-7.pdf", Format: "pdf", Bytes: 12, Labels: 1, Pages: 2}, files[1])
	w := s.ask(t, "GET", "/api/files/m1/7/2", nil)
	assert.Equal(t, "%PDF-1.7 two", w.Body.String())
	assert.Equal(t, "application/pdf", w.Header().Get("Content-Type"))
	assert.Equal(t, "12", w.Header().Get("Content-Length"))
	for _, path := range []string{"/api/files/m1/7/0", "/api/files/m1/7/5", "/api/files/m1/7/x", "/api/files/m1/8", "/api/files/m2/7/1"} {
		assert.Equal(t, http.StatusNotFound, s.ask(t, "GET", path, nil).Code, path)
	}
}

func TestALabelTellsItsHistory(t *testing.T) {
	t.Parallel()
	s := newFullTable(t)
	record := contract.PrintRecord{Merchant: boardtest.Merchant, Order: "o-1-1", Label: 1, Prints: []contract.Print{
		{Job: "before-01", Person: "Ana", Printer: "zebra-1", State: contract.PrintOut, ClaimedAt: boardtest.At},
		{Job: "again-001", Person: "Beto", Printer: "zebra-1", State: contract.PrintOut, Again: contract.AgainJam, ClaimedAt: boardtest.At.Add(time.Minute)},
	}}
	require.NoError(t, s.Store.Put(t.Context(), storage.PrintRecord(boardtest.Merchant, "o-1-1", 1), record))
	label := got[api.Label](t, s.ask(t, "GET", "/api/labels/m1/o-1-1/1", nil))
	assert.Equal(t, record.Prints, label.Prints)
	assert.Empty(t, got[api.Label](t, s.ask(t, "GET", "/api/labels/m1/o-1-2/1", nil)).Prints)
	for _, path := range []string{"/api/labels/m1/o-1-1/2", "/api/labels/m1/o-1-1/0", "/api/labels/m1/o-1-1/x", "/api/labels/m1/none/1", "/api/labels/m2/o-1-1/1"} {
		assert.Equal(t, http.StatusNotFound, s.ask(t, "GET", path, nil).Code, path)
	}
}
