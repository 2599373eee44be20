package sandbox

import (
	"net/http"
	"time"
)

// How a server fails whoever waits for it, without an error: it says nothing at all, sends the head and
// half of the body, or sends the body byte by byte.
const (
	silent   = "silent"
	stalled  = "stalled"
	trickled = "trickled"

	// trickleDelay is between the bytes of a document that trickles.
	trickleDelay = 3 * time.Second
)

// slowly makes an answer come as a fault of its route says; other faults leave it as it is.
func (a answer) slowly(fault *routeFault) answer {
	if fault == nil {
		return a
	}
	switch fault.Answer {
	case silent, stalled, trickled:
		a.pace = string(fault.Answer)
		a.delay, _ = fault.delay() // check has parsed it
	}
	return a
}

// writeSlowly writes an answer that never ends by itself, or not for a long time.
func (h *Hub) writeSlowly(w http.ResponseWriter, r *http.Request, given answer) {
	if given.pace != silent {
		content := h.writeHead(w, given)
		half := content[:len(content)/2]
		if given.pace == trickled {
			trickle(w, r, content, given.delay)
			return
		}
		_, _ = w.Write(half) // the client may have gone
		_ = http.NewResponseController(w).Flush()
	}
	<-r.Context().Done()
	panic(http.ErrAbortHandler)
}

func trickle(w http.ResponseWriter, r *http.Request, content []byte, delay time.Duration) {
	for i := range content {
		_, _ = w.Write(content[i : i+1]) // as above
		_ = http.NewResponseController(w).Flush()
		select {
		case <-time.After(delay):
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
}
