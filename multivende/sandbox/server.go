package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// answer is what a route says: a body as JSON, or bytes as they are.
type answer struct {
	status   int
	body     any
	raw      []byte
	kind     string    // the content type of raw
	name     string    // the file name of raw
	retry    string    // Retry-After
	location string    // of a redirect
	id       string    // of what was read, for the report
	at       time.Time // when it was read; zero for the time of the answer

	pace  string        // how it is sent (stalls.go); empty for at once
	delay time.Duration // between the bytes of one that trickles
}

func fine(body any) answer { return answer{status: http.StatusOK, body: body} }

// problem is an error in the hub's style: a name, a message, the status.
func problem(status int, name, message string) answer {
	return answer{status: status, body: map[string]any{"name": name, "message": message, "status": status}}
}

// bodyLimit is the longest request that is read.
const bodyLimit = 1 << 20

func (h *Hub) routing() *http.ServeMux {
	mux := http.NewServeMux()
	for _, route := range routes {
		if route.pattern == "" {
			continue
		}
		mux.HandleFunc(route.pattern, func(w http.ResponseWriter, r *http.Request) { h.serve(route, w, r) })
	}
	mux.HandleFunc("POST /oauth/access-token", h.accessToken)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		h.write(w, noRoute)
	})
	return mux
}

// noRoute is the answer to a path that the hub does not have.
var noRoute = answer{status: http.StatusNotFound, kind: "text/html; charset=utf-8",
	raw: []byte("<!DOCTYPE html>\n<html><head><title>Error</title></head><body><pre>Cannot find this route</pre></body></html>\n")}

// ServeHTTP answers one call.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.mux.ServeHTTP(w, h.moved(r)) }

func (h *Hub) serve(route route, w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
	r, refusal, refused := h.refused(route, r)
	if refused {
		h.called(route, refusal)
		h.write(w, refusal)
		return
	}
	if h.movedAway(route, r) {
		h.called(route, noRoute)
		h.write(w, noRoute)
		return
	}
	fault := h.strike(route)
	if instead, done := h.faulty(fault, r); done {
		h.called(route, instead)
		h.write(w, instead)
		return
	}
	given := route.handle(h, r).slowly(fault)
	if fault != nil && fault.Answer == "shift" {
		h.shift(given.id)
	}
	if fault != nil {
		given = fault.reshape(given)
	}
	if fault != nil && fault.Answer == "cut_after" {
		h.called(route, answer{id: given.id})
		panic(http.ErrAbortHandler)
	}
	h.called(route, given)
	if given.pace != "" {
		h.writeSlowly(w, r, given)
		return
	}
	h.write(w, given)
}

// refused is the answer to a call without the right to make it; otherwise the
// request knows what the caller's token is granted.
func (h *Hub) refused(route route, r *http.Request) (*http.Request, answer, bool) {
	given := r.Header.Get("Authorization")
	switch route.access {
	case byLink:
		if given != "" {
			return r, xmlError(http.StatusBadRequest, "InvalidArgument", "Only one auth mechanism allowed"), true
		}
		return r, answer{}, false
	case byAll, byClient:
		return r, answer{}, false
	case byToken:
	}
	scheme, text, _ := strings.Cut(given, " ")
	granted, accepted := h.accepts(text)
	if !strings.EqualFold(scheme, "bearer") || !accepted {
		return r, problem(http.StatusUnauthorized, "UnauthorizedError", "invalid token"), true
	}
	if merchant := r.PathValue("merchant"); merchant != "" && merchant != h.options.MerchantID {
		return r, problem(http.StatusForbidden, "ForbiddenError", "the application has no access to this merchant"), true
	}
	if !granted.anywhere(route.scope) {
		return r, forbidden(route.scope), true
	}
	return withScopes(r, granted), answer{}, false
}

// strike is the fault of this call; nil for none.
func (h *Hub) strike(route route) *routeFault {
	faults := h.routeFaults[route.name]
	if len(faults) == 0 {
		return nil
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	var struck *routeFault
	counted := entry{At: h.clock.now(), Kind: "strike", Route: route.name}
	for _, fault := range faults {
		if fault.strikes(struck == nil) {
			struck, counted.Fault = fault, fault.index+1
		}
	}
	_ = h.record(counted) // a lost count is no reason to withhold the answer
	return struck
}

// faulty is the answer that a fault puts in the place of the real one.
func (h *Hub) faulty(fault *routeFault, r *http.Request) (instead answer, done bool) {
	if fault == nil {
		return answer{}, false
	}
	switch fault.Answer {
	case "cut_after", "shift", silent, stalled, trickled, "wrapped", "without":
		return answer{}, false
	case "cut_before":
		return answer{}, true
	case "slow":
		delay, _ := fault.delay() // check has parsed it
		select {
		case <-time.After(delay):
		case <-r.Context().Done():
		}
		return answer{}, false
	case "html":
		return answer{status: http.StatusOK, kind: "text/html; charset=utf-8",
			raw: []byte("<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>")}, true
	case "empty":
		return answer{status: http.StatusOK, kind: "application/json", raw: []byte{}}, true
	}
	status, _ := strconv.Atoi(string(fault.Answer)) // check has parsed it
	instead = fault.problem(status)
	if fault.RetryAfter > 0 {
		instead.retry = strconv.Itoa(fault.RetryAfter)
		if fault.RetryAfterAs == "date" {
			instead.retry = h.clock.now().Add(time.Duration(fault.RetryAfter) * time.Second).Format(http.TimeFormat)
		}
	}
	return instead, true
}

// called counts a call; an answer without a status is one that was cut.
func (h *Hub) called(route route, given answer) {
	if route.access == byAll {
		return
	}
	if given.at.IsZero() {
		given.at = h.clock.now()
	}
	call := entry{At: given.at, Kind: "call", Route: route.name, Status: given.status, ID: given.id}
	h.mutex.Lock()
	h.count(call)
	h.mutex.Unlock()
	_ = h.record(call) // a lost count is no reason to withhold the answer
}

func (h *Hub) write(w http.ResponseWriter, given answer) {
	if given.status == 0 {
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(h.writeHead(w, given)) // the client may have gone
}

// writeHead writes the head of an answer, and returns its body.
func (h *Hub) writeHead(w http.ResponseWriter, given answer) []byte {
	content, kind := given.raw, given.kind
	if content == nil {
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(given.body); err != nil {
			given.status, out = http.StatusInternalServerError, *bytes.NewBufferString(`{"name":"InternalServerError"}`)
		}
		content, kind = out.Bytes(), "application/json; charset=utf-8"
	}
	header := w.Header()
	header.Set("Date", h.clock.now().Format(http.TimeFormat))
	header.Set("Content-Type", kind)
	header.Set("Content-Length", strconv.Itoa(len(content)))
	if given.retry != "" {
		header.Set("Retry-After", given.retry)
	}
	if given.location != "" {
		header.Set("Location", given.location)
	}
	if given.name != "" {
		header.Set("Content-Disposition", `attachment; filename="`+given.name+`"`)
	}
	w.WriteHeader(given.status)
	return content
}
