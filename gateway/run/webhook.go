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

// Path is the path of the hub's webhooks.
const Path = "/webhooks/multivende"

const (
	maxBody    = 64 << 10
	bodyWithin = 1500 * time.Millisecond
	// answerSlack is how much longer than planned a batch may take before its notifications are answered anyway.
	answerSlack = 200 * time.Millisecond
)

// result is how a request ended, and how it is answered.
type result struct {
	name   string
	status int
	words  string
}

var (
	accepted         = result{"accepted", http.StatusOK, "accepted"}
	otherTopic       = result{"other_topic", http.StatusOK, "not needed"}
	notANotification = result{"junk", http.StatusBadRequest, "this is not a notification of the hub"}
	tooLarge         = result{"too_large", http.StatusRequestEntityTooLarge, "this is too large for a notification"}
	tooSlow          = result{"too_slow", http.StatusRequestTimeout, "the body did not come in time"}
	stranger         = result{"stranger", http.StatusForbidden, "notifications from this address are refused"}
	unknownMerchant  = result{"unknown_merchant", http.StatusForbidden, "notifications for this merchant are refused"}
	wrongPath        = result{"wrong_path", http.StatusNotFound, "there is nothing here"}
	wrongMethod      = result{"wrong_method", http.StatusMethodNotAllowed, "send notifications by POST"}
	tooBusy          = result{"busy", http.StatusServiceUnavailable, "too many notifications are waiting"}
	notDurable       = result{"not_durable", http.StatusServiceUnavailable, "the notification could not be stored"}
	noStore          = result{"no_store", http.StatusServiceUnavailable, "the merchant could not be looked up"}

	results = []result{
		accepted, otherTopic, notANotification, tooLarge, tooSlow, stranger, unknownMerchant,
		wrongPath, wrongMethod, tooBusy, notDurable, noStore,
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
	came := h.acceptNotification(w, r, began)
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

// acceptNotification reads a notification and waits until it is durable.
func (h *webhooks) acceptNotification(w http.ResponseWriter, r *http.Request, began time.Time) result {
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
	notification, err := multivende.ParseNotification(body)
	switch {
	case err != nil:
		h.log.Warn("a request that is not a notification was refused", "error", err, "bytes", len(body))
		return notANotification
	case notification.Kind == multivende.OtherNotification:
		return otherTopic
	}
	known, err := h.merchants.knows(r.Context(), notification.Merchant)
	switch {
	case err != nil:
		h.log.Error("a notification was refused because the label store did not say whether the merchant is connected; the next poll finds the change", "merchant", notification.Merchant, "error", err)
		return noStore
	case !known:
		h.log.Warn("a notification of a merchant who is not connected was refused", "merchant", notification.Merchant)
		return unknownMerchant
	}
	return h.gather(notification, h.keeper.hold(began, body))
}

// gather hands the notification over and waits for the batch that takes it.
func (h *webhooks) gather(notification multivende.Notification, raw rawNotification) result {
	b, err := h.gatherer.add(notification.Merchant, notification.Reference(), raw)
	if err != nil {
		h.keeper.release([]rawNotification{raw})
		return tooBusy
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

// finishBatch counts a batch that has ended, keeps its bodies, and logs its error.
func (h *webhooks) finishBatch(merchant string, b *batch) {
	h.metrics.observeBatch(b)
	h.keeper.keep(merchant, b.raw)
	if b.err != nil {
		h.log.Error("notifications were refused because Temporal did not take them; the next poll finds the changes",
			"merchant", merchant, "notifications", b.notifications, "error", b.err)
	}
}

// readBody reads a body; the result is accepted unless it was too large, too slow or broken.
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
		return nil, notANotification
	}
	// Left in place, the deadline would break the connection while the answer is awaited.
	_ = control.SetReadDeadline(time.Time{})
	return body, accepted
}
