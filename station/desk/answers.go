package desk

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"

	"github.com/despacho/despacho/station/api"
)

// maxBody bounds what the page may send.
const maxBody = 64 << 10

// failure is an answer that is not 2xx: its code is also the key of its words.
type failure struct {
	status int
	code   wordKey
	err    error
}

func (f *failure) Error() string {
	if f.err != nil {
		return string(f.code) + ": " + f.err.Error()
	}
	return string(f.code)
}

func (f *failure) Unwrap() error { return f.err }

// fail is a failure with its cause, which only the log gets to see.
func fail(status int, code wordKey, err error) error { return &failure{status, code, err} }

// answer writes a value, or the failure.
func (d *Desk) answer(w http.ResponseWriter, r *http.Request, value any, err error) {
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, value)
}

func (d *Desk) refuse(w http.ResponseWriter, r *http.Request, err error) {
	var f *failure
	if !errors.As(err, &f) {
		f = &failure{http.StatusBadGateway, wordStore, err}
	}
	if f.status >= http.StatusInternalServerError {
		d.Log.Warn("the page was not answered", "route", r.Pattern, "error", err)
	}
	writeJSON(w, f.status, api.Failure{Code: string(f.code), Words: f.code.in(identityOf(r.Context()).Language)})
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

// readJSON reads what the page sent; fields that are not known are refused.
func readJSON(w http.ResponseWriter, r *http.Request, value any) error {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(value)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return fail(http.StatusRequestEntityTooLarge, wordLarge, err)
	case err != nil:
		return fail(http.StatusBadRequest, wordRequest, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return fail(http.StatusBadRequest, wordRequest, err)
	}
	return nil
}

// maxID is how long an id of the page may be.
const maxID = 64

var idPattern = regexp.MustCompile(fmt.Sprintf(`^[A-Za-z0-9._-]{8,%d}$`, maxID))

// checkID says whether the page's id may name an object.
func checkID(id string) error {
	if !idPattern.MatchString(id) {
		return fail(http.StatusBadRequest, wordRequest, errors.New("the id is not 8 to 64 letters, digits, dots, hyphens or underscores"))
	}
	return nil
}
