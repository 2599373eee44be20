package sandbox

import (
	"net/http"
	"slices"
	"time"

	"github.com/samber/lo"
)

// failureWords is what the hub says of a sale that it could not register: a stack trace.
const failureWords = `StatusCodeError: 404 - {"cause":"","message":"Order do not exists","error":"order_not_found","status":404}
    at new StatusCodeError (/app/node_modules/request-promise/lib/errors.js:32:15)
    at Request.RP$callback [as _callback] (/app/node_modules/request-promise/lib/rp.js:77:29)
    at process.processTicksAndRejections (node:internal/process/task_queues:83:21)`

type failureView struct {
	ID              string  `json:"_id"`
	ExternalID      string  `json:"externalId"`
	ExternalContent any     `json:"externalContent"`
	Error           string  `json:"error"`
	Archived        string  `json:"archived"`
	Count           int     `json:"count"`
	Status          *string `json:"status"`
	EventStatus     string  `json:"eventStatus"`
	Type            *string `json:"type"`
	CreatedAt       *string `json:"createdAt"`
	UpdatedAt       *string `json:"updatedAt"`
	MerchantID      string  `json:"MerchantId"`
	ConnectionID    string  `json:"MarketplaceConnectionId"`
	CreatedByID     string  `json:"CreatedById"`
	UpdatedByID     string  `json:"UpdatedById"`
}

// ReportFailure is a sale that failed to register.
type ReportFailure struct {
	ID         string     `json:"id"`
	ExternalID string     `json:"external_id"`
	Connection string     `json:"connection"`
	At         time.Time  `json:"at"`
	RepairedAs string     `json:"repaired_as,omitempty"` // the checkout that it became
	RepairedAt *time.Time `json:"repaired_at,omitempty"`
}

// foundFailures are the sales of the world's beginning that never were registered.
func (h *Hub) foundFailures() {
	for _, s := range slices.Backward(h.sales) {
		if s.unregistered {
			h.failures = append(h.failures, &failure{id: s.id, externalID: s.externalID, connection: s.connection, at: s.updatedAt})
		}
	}
}

// listFailures lists the sales that failed to register, newest first; of those that were repaired
// every other one has left the list.
func (h *Hub) listFailures(r *http.Request) answer {
	query := r.URL.Query()
	updated, err := windowOf(query, "_updated_at")
	if err != nil {
		return problem(http.StatusBadRequest, "BadRequestError", err.Error())
	}
	h.lock()
	defer h.mutex.Unlock()
	id := query.Get("_marketplace_connection_id")
	shown := lo.Filter(h.failures, func(f *failure, i int) bool {
		return (f.repaired == "" || i%2 == 0) && (id == "" || f.connection.id == id) && updated.holds(f.changedAt()) && allowed(r, readCheckouts, f.connection)
	})
	slices.Reverse(shown)
	return fine(paged(shown, r.PathValue("page"), h.options.PageSize, h.failureView))
}

func (f *failure) changedAt() time.Time {
	if f.repaired != "" {
		return f.repairedAt
	}
	return f.at
}

func (h *Hub) failureView(f *failure) failureView {
	return failureView{
		ID: f.id, ExternalID: f.externalID, Error: failureWords, Archived: "disabled", EventStatus: "error",
		CreatedAt: stamp(f.at), UpdatedAt: stamp(f.changedAt()), MerchantID: h.options.MerchantID, ConnectionID: f.connection.id,
		CreatedByID: h.id("user"), UpdatedByID: h.id("user"),
	}
}

func (h *Hub) failuresReport() []ReportFailure {
	return lo.Map(h.failures, func(f *failure, _ int) ReportFailure {
		report := ReportFailure{ID: f.id, ExternalID: f.externalID, Connection: f.connection.id, At: f.at, RepairedAs: f.repaired}
		if f.repaired != "" {
			report.RepairedAt = lo.ToPtr(f.repairedAt)
		}
		return report
	})
}
