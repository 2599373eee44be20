package desk

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/despacho/despacho/station/board"
)

// maxLabels is how many labels a page of a list has.
const maxLabels = 500

func (d *Desk) labels(w http.ResponseWriter, r *http.Request) {
	from, limit := number(r, "from", 0), number(r, "limit", maxLabels)
	if from < 0 || limit < 1 || limit > maxLabels {
		d.refuse(w, r, fail(http.StatusBadRequest, wordRequest, errors.New("from or limit is out of range")))
		return
	}
	labels, there := d.Board.Labels(r.PathValue("merchant"), r.PathValue("run"), from, limit, identityOf(r.Context()).Language)
	if !there {
		d.refuse(w, r, fail(http.StatusNotFound, wordNoRun, board.ErrNoRun))
		return
	}
	writeJSON(w, http.StatusOK, labels)
}

// number is a number of the query; -1 when it is none.
func number(r *http.Request, name string, otherwise int) int {
	text := r.URL.Query().Get(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return -1
	}
	return n
}
