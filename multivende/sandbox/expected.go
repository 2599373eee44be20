package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"
)

// How often the client of Expected tries.
const (
	labelTries     = 5
	statusSends    = 3
	statusWindow   = 10 * time.Minute
	statusPatience = statusSends * statusWindow
)

// expected is how the order ends with a client that does everything right: asks
// for a label five times at most, sends a status three times at most, and takes
// only orders of the last seven days that the hub does not list as printed.
func (o *order) expected() string {
	switch o.fate {
	case FateOld, FatePrinted:
		return "left_out"
	case FateUnpaid, FateUnregistered:
		return "held_back"
	case FateCancelled:
		return "cancelled"
	case FateShipped:
		return "rejected"
	case FateUnsupported:
		return "unsupported"
	case FateShop:
		return "skipped"
	case FateLabelable:
	}
	switch {
	case o.cancel && o.sales[0].life == LifeCancelledLater && o.given == 0:
		return "cancelled"
	case o.cancelledDuring():
		return "cancelled"
	case o.channel().first != "" && o.neverThere():
		return "status_not_synced"
	case o.has(func(f Fault) bool { return f.Unknown }):
		return "unknown_order"
	}
	failing := o.fault(func(f Fault) Times { return f.LabelFails })
	unavailable := o.fault(func(f Fault) Times { return f.Unavailable + f.OnlyAvailable })
	unavailable += o.connection.taskFails
	switch {
	case failing+unavailable >= labelTries:
		if unavailable == 0 {
			return "rejected"
		}
		return "gave_up"
	case o.badFiles() >= labelTries-failing-unavailable:
		if o.has(func(f Fault) bool { return f.File == "missing" || f.File == stalled || f.File == trickled }) {
			return "gave_up"
		}
		return "corrupt_label"
	}
	return "labelled"
}

// cancelledDuring says whether one of its sales has a delivery that is cancelled
// when asked for: the sale is cancelled as a whole.
func (o *order) cancelledDuring() bool {
	return slices.ContainsFunc(o.sales, func(s *sale) bool {
		return slices.ContainsFunc(s.orders, func(o *order) bool {
			return o.has(func(f Fault) bool { return f.CancelledDuring != "" })
		})
	})
}

// neverThere says whether no status of the order reaches the channel.
func (o *order) neverThere() bool {
	return o.has(func(f Fault) bool { return f.StatusRefused != "" }) || o.stuck() >= statusSends
}

// badFiles is how many times the order's files come back wrong.
func (o *order) badFiles() Times {
	return o.fault(func(f Fault) Times {
		switch {
		case f.File == "" || f.File == "missing_in_zip":
			return 0
		case f.Times == 0:
			return AlwaysTimes
		}
		return f.Times
	})
}

// readExpected tells for every delivery order, or with pick_ups=true for every pick-up, how a change
// to a status ends; the status is a short word or a code.
func (h *Hub) readExpected(r *http.Request) answer {
	to, pickUps := r.URL.Query().Get("to"), r.URL.Query().Get("pick_ups") == "true"
	row, known := lo.Find(lo.Ternary(pickUps, pickUpCatalogue, catalogue), func(row statusRow) bool {
		return to != "" && (row.Code == to || strings.HasSuffix(strings.Trim(row.Code, "_"), "order_status_"+to))
	})
	if !known {
		return problem(http.StatusBadRequest, "BadRequestError", "to is no status")
	}
	h.lock()
	defer h.mutex.Unlock()
	expected := map[string]string{}
	for _, t := range h.travellers(pickUps) {
		expected[t.name()] = h.expectedStatus(t, row.Code)
	}
	return fine(expected)
}

func (h *Hub) travellers(pickUps bool) []traveller {
	if pickUps {
		return lo.Map(h.pickUps, func(p *pickUp, _ int) traveller { return p })
	}
	return lo.Map(h.orders, func(o *order, _ int) traveller { return o })
}
