package desk

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/storage"
)

// label answers a label with the history of its prints.
func (d *Desk) label(w http.ResponseWriter, r *http.Request) {
	merchant, order, n := r.PathValue("merchant"), r.PathValue("order"), pathNumber(r, "label")
	label, there := d.Board.Label(merchant, order, n, identityOf(r.Context()).Language)
	if !there || n < 1 {
		d.refuse(w, r, fail(http.StatusNotFound, wordNoOrder, nil))
		return
	}
	var record contract.PrintRecord
	err := d.Store.Get(r.Context(), storage.PrintRecord(merchant, order, n), &record)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		d.refuse(w, r, fail(http.StatusServiceUnavailable, wordStore, err))
		return
	}
	label.Prints = record.Prints
	writeJSON(w, http.StatusOK, label)
}

// labelFile answers the label's own file.
func (d *Desk) labelFile(w http.ResponseWriter, r *http.Request) {
	file, there := d.Board.File(r.PathValue("merchant"), r.PathValue("order"), pathNumber(r, "label"))
	if !there {
		d.refuse(w, r, fail(http.StatusNotFound, wordNoOrder, nil))
		return
	}
	d.stream(w, r, placeOf(file), "etiqueta."+file.Format)
}

// placeOf is where the file of a label stands.
func placeOf(l contract.PrintedLabel) storage.Place {
	return storage.Place{Key: l.Key, From: l.From, Bytes: l.Bytes}
}

// files lists the files of a run.
func (d *Desk) files(w http.ResponseWriter, r *http.Request) {
	all, err := d.filesOf(r)
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	list := []api.RunFile{}
	for i, file := range all {
		list = append(list, api.RunFile{
			N: i + 1, Name: file.Name, Format: strings.TrimPrefix(path.Ext(file.Name), "."), Bytes: file.Bytes,
			Labels: file.Print.Labels, Pages: max(file.Print.Pages, file.Control.Pages),
		})
	}
	writeJSON(w, http.StatusOK, list)
}

// file answers one of them.
func (d *Desk) file(w http.ResponseWriter, r *http.Request) {
	all, err := d.filesOf(r)
	n := pathNumber(r, "n")
	switch {
	case err != nil:
		d.refuse(w, r, err)
	case n < 1 || n > len(all):
		d.refuse(w, r, fail(http.StatusNotFound, wordNoFile, nil))
	default:
		d.stream(w, r, storage.Place{Key: all[n-1].Key}, all[n-1].Name)
	}
}

func (d *Desk) filesOf(r *http.Request) ([]client.File, error) {
	result, there := d.Board.Result(r.PathValue("merchant"), r.PathValue("run"))
	if !there {
		return nil, fail(http.StatusNotFound, wordNoRun, nil)
	}
	return client.Files(result), nil
}

// contentTypes are those that a browser shows or prints; every other file is downloaded.
var contentTypes = map[string]string{".pdf": "application/pdf", ".zpl": "text/plain; charset=utf-8", ".json": "application/json", ".csv": "text/csv; charset=utf-8"}

// stream answers a file of the store as it is.
func (d *Desk) stream(w http.ResponseWriter, r *http.Request, place storage.Place, name string) {
	body, size, err := d.Store.PlaceReader(r.Context(), place)
	if errors.Is(err, storage.ErrNotFound) {
		d.refuse(w, r, fail(http.StatusNotFound, wordNoFile, err))
		return
	}
	if err != nil {
		d.refuse(w, r, fail(http.StatusServiceUnavailable, wordStore, err))
		return
	}
	defer body.Close()
	kind, shown := contentTypes[path.Ext(name)]
	disposition := "inline"
	if !shown || r.URL.Query().Has("download") {
		disposition = "attachment"
	}
	if !shown {
		kind = "application/octet-stream"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": name}))
	w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "private, no-store")
	_, _ = io.Copy(w, body)
}

// pathNumber is a number of the path; -1 when it is none.
func pathNumber(r *http.Request, name string) int {
	n, err := strconv.Atoi(r.PathValue(name))
	if err != nil {
		return -1
	}
	return n
}
