package channels

import (
	"strings"

	"github.com/samber/lo"
)

// Status is a shipment status of a delivery order, in one short word.
type Status string

// The statuses that the hub knows (guide, "Estados de una orden según el tipo de entrega").
const (
	Pending            Status = "pending"
	Handling           Status = "handling"
	ReadyToShip        Status = "ready_to_ship"
	Reschedule         Status = "reschedule"
	Shipped            Status = "shipped"
	Delivered          Status = "delivered"
	NotDelivered       Status = "not_delivered"
	Cancelled          Status = "cancelled"
	UnderReview        Status = "under_review"
	PartiallyCancelled Status = "partial_cancelled"
)

type statusRow struct {
	status Status
	code   string
	rank   int
}

// statuses holds the hub's code and the rank of each status, in the order of a shipment's life. The
// guide ranks nothing; that reschedule, under_review and partial_cancelled rank with handling is
// inferred.
var statuses = []statusRow{
	{Pending, "_delivery_order_status_pending_", 0},
	{Handling, "_delivery_order_status_handling_", 1},
	{Reschedule, "_delivery_order_reschedule_", 1},
	{UnderReview, "_delivery_order_status_under_review_", 1},
	{PartiallyCancelled, "_delivery_order_status_partial_cancelled_", 1},
	{ReadyToShip, "_delivery_order_status_ready_to_ship_", 2},
	{Shipped, "_delivery_order_status_shipped_", 3},
	{Delivered, "_delivery_order_status_delivered_", 4},
	{NotDelivered, "_delivery_order_status_not_delivered_", 4},
	{Cancelled, "_delivery_order_status_cancelled_", 4},
}

// Statuses lists every status, in the order of a shipment's life.
func Statuses() []Status {
	return lo.Map(statuses, func(row statusRow, _ int) Status { return row.status })
}

// ParseStatus parses a status, given as a short word or as the hub's code, with or without the
// code's prefix and outer underscores, in any case. The hub itself sometimes drops underscores.
func ParseStatus(code string) (Status, bool) {
	word := strings.ToLower(strings.TrimSpace(code))
	word = strings.NewReplacer("-", "_", " ", "_").Replace(word)
	word = strings.Trim(word, "_")
	for _, prefix := range []string{"delivery_order_status_", "delivery_order_"} {
		if rest, found := strings.CutPrefix(word, prefix); found {
			word = rest
			break
		}
	}
	status := Status(word)
	if !status.known() {
		return "", false
	}
	return status, true
}

// Code is the hub's code of a status, spelt exactly as the hub does; "" for an unknown status.
func (s Status) Code() string {
	for _, row := range statuses {
		if row.status == s {
			return row.code
		}
	}
	return ""
}

// Rank is how far a status is in a shipment's life: 0 entered … 4 ended; -1 for an unknown one.
func (s Status) Rank() int {
	for _, row := range statuses {
		if row.status == s {
			return row.rank
		}
	}
	return -1
}

// Before reports whether s comes before the present status, so that sending it would move the order
// backwards. Nothing follows cancelled, and cancelled may follow everything except delivered.
func (s Status) Before(present Status) bool {
	switch {
	case s == present || !present.known():
		return false
	case present == Cancelled:
		return true
	case s == Cancelled:
		return present == Delivered
	}
	return s.Rank() < present.Rank()
}

// Ended reports whether nothing more can happen to the order: it is cancelled. A delivered order
// can still come back (not_delivered).
func (s Status) Ended() bool { return s == Cancelled }

// PastLabel reports whether the hub no longer makes a label: the order is shipped or later, or
// cancelled (guide, "¿Cómo generar y consultar etiquetas?").
func (s Status) PastLabel() bool { return s.Rank() >= Shipped.Rank() }

func (s Status) known() bool { return s.Rank() >= 0 }
