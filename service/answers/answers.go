// Package answers holds what handlers learn of answers: their status, and what a route would have answered.
package answers

import "net/http"

// Recorder passes an answer on and remembers its status.
type Recorder struct {
	http.ResponseWriter
	// Status is that of the answer: 200 as long as nobody has said another.
	Status int
	// Written tells that the answer has begun.
	Written bool
}

// Record is a Recorder of what is written to w.
func Record(w http.ResponseWriter) *Recorder {
	return &Recorder{ResponseWriter: w, Status: http.StatusOK}
}

// WriteHeader is http.ResponseWriter's.
func (r *Recorder) WriteHeader(status int) {
	if !r.Written {
		r.Status, r.Written = status, true
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *Recorder) Write(data []byte) (int, error) {
	r.Written = true
	return r.ResponseWriter.Write(data)
}

// Unwrap lets http.ResponseController reach the connection: event streams are flushed.
func (r *Recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// HeaderOnly takes an answer's status and header, and drops its body.
type HeaderOnly struct {
	Status int
	header http.Header
}

// Header is http.ResponseWriter's.
func (h *HeaderOnly) Header() http.Header {
	if h.header == nil {
		h.header = http.Header{}
	}
	return h.header
}

func (h *HeaderOnly) Write(data []byte) (int, error) { return len(data), nil }

// WriteHeader is http.ResponseWriter's.
func (h *HeaderOnly) WriteHeader(status int) { h.Status = status }
