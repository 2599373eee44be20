package run

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/despacho/despacho/multivende"
)

// Path is where the hub's webhooks are heard.
const Path = "/webhooks/multivende"

const (
	maxBody    = 64 << 10
	bodyWithin = 1500 * time.Millisecond
	// answerSlack is what a batch may take over its time before its notices are answered without it.
	answerSlack = 200 * time.Millisecond
)

// result is what came of a request, and how it is answered.
type result struct {
	name   string
	status int
	words  string
}

var (
	accepted        = result{"accepted", http.StatusOK, "taken"}
	otherTopic      = result{"other_topic", http.StatusOK, "not needed"}
	junk            = result{"junk", http.StatusBadRequest, "this is not a notice of the hub"}
	tooLarge        = result{"too_large", http.StatusRequestEntityTooLarge, "this is too large for a notice"}
	tooSlow         = result{"too_slow", http.StatusRequestTimeout, "the body did not come in time"}
	stranger        = result{"stranger", http.StatusForbidden, "nothing is taken from this address"}
	unknownMerchant = result{"unknown_merchant", http.StatusForbidden, "nothing is taken for this merchant"}
	wrongPath       = result{"wrong_path", http.StatusNotFound, "there is nothing here"}
	wrongMethod     = result{"wrong_method", http.StatusMethodNotAllowed, "notices come by POST"}
	busy            = result{"busy", http.StatusServiceUnavailable, "too many notices are waiting"}
	notDurable      = result{"not_durable", http.StatusServiceUnavailable, "the notice could not be made durable"}
	noStore         = result{"no_store", http.StatusServiceUnavailable, "whose notice this is could not be looked up"}

	results = []result{
		accepted, otherTopic, junk, tooLarge, tooSlow, stranger, unknownMerchant,
		wrongPath, wrongMethod, busy, notDurable, noStore,
	}
)

// webhooks answers the hub.
type webhooks struct {
	sources   sources
	merchants *merchants
	gatherer  *gatherer
	keeper    *keeper
	metrics   *metrics
	log       *slog.Logger
}

// ServeHTTP answers one request, and counts it.
func (h *webhooks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	came := h.take(w, r, began)
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("X-Content-Type-Options", "nosniff")
	switch came {
	case stranger:
		header.Set("Connection", "close")
	case wrongMethod:
		header.Set("Allow", http.MethodPost)
	}
	if came.status == http.StatusServiceUnavailable {
		header.Set("Retry-After", "5")
	}
	w.WriteHeader(came.status)
	_, _ = io.WriteString(w, came.words+"\n")
	h.metrics.observeRequest(came, time.Since(began))
}

// take reads a notice and waits until it is durable.
func (h *webhooks) take(w http.ResponseWriter, r *http.Request, began time.Time) result {
	switch {
	case !h.sources.allows(r):
		return stranger
	case r.URL.Path != Path:
		return wrongPath
	case r.Method != http.MethodPost:
		return wrongMethod
	}
	body, came := readBody(w, r, began)
	if came != accepted {
		return came
	}
	notice, err := multivende.ParseNotice(body)
	switch {
	case err != nil:
		h.log.Warn("a request was refused", "error", err, "bytes", len(body))
		return junk
	case notice.Kind == multivende.OtherNotice:
		return otherTopic
	}
	known, err := h.merchants.knows(r.Context(), notice.Merchant)
	switch {
	case err != nil:
		h.log.Error("whose notice came could not be looked up; polling will find what it told", "merchant", notice.Merchant, "error", err)
		return noStore
	case !known:
		h.log.Warn("a notice of a merchant who is not connected was refused", "merchant", notice.Merchant)
		return unknownMerchant
	}
	return h.gather(notice, h.keeper.hold(began, body))
}

// gather hands the notice over and waits for the batch that takes it.
func (h *webhooks) gather(notice multivende.Notice, raw rawNotice) result {
	b, err := h.gatherer.add(notice.Merchant, notice.Reference(), raw)
	if err != nil {
		h.keeper.release([]rawNotice{raw})
		return busy
	}
	timer := time.NewTimer(time.Until(b.until) + answerSlack)
	defer timer.Stop()
	select {
	case <-b.done:
	case <-timer.C:
		return notDurable
	}
	if b.err != nil {
		return notDurable
	}
	return accepted
}

// over is told of every batch that has ended.
func (h *webhooks) over(merchant string, b *batch) {
	h.metrics.observeBatch(b)
	h.keeper.keep(merchant, b.raw)
	if b.err != nil {
		h.log.Error("notices could not be made durable and were refused; polling will find what they told",
			"merchant", merchant, "notices", b.notices, "error", b.err)
	}
}

// readBody reads a body that is neither too large nor too slow; accepted means that it is there.
func readBody(w http.ResponseWriter, r *http.Request, began time.Time) ([]byte, result) {
	if r.ContentLength > maxBody {
		return nil, tooLarge
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(began.Add(bodyWithin))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, tooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, tooSlow
	case err != nil:
		return nil, junk
	}
	// A deadline that passes while the answer is awaited would break the connection.
	_ = control.SetReadDeadline(time.Time{})
	return body, accepted
}
