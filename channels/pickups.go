package channels

import (
	"strings"

	"github.com/samber/lo"
)

// The statuses of a pick-up order, besides Pending, Handling and Cancelled.
const (
	ReceivedByStore Status = "received_by_store"
	Completed       Status = "completed"
)

// pickUpStatuses holds the hub's code and the rank of each status of a pick-up order (guide,
// "Actualizar el estado de una orden con retiro en tienda"). The ranks are inferred.
var pickUpStatuses = []statusRow{
	{Pending, "pick_up_order_status_pending", 0},
	{Handling, "pick_up_order_status_handling", 1},
	{ReceivedByStore, "pick_up_order_status_received_by_store", 2},
	{Completed, "pick_up_order_status_completed", 3},
	{Cancelled, "pick_up_order_status_cancelled", 3},
}

// ParsePickUpStatus parses a status of a pick-up order as ParseStatus does one of a delivery order.
func ParsePickUpStatus(code string) (Status, bool) {
	word := strings.ToLower(strings.TrimSpace(code))
	word = strings.Trim(strings.NewReplacer("-", "_", " ", "_").Replace(word), "_")
	word = strings.TrimPrefix(word, "pick_up_order_status_")
	row, known := rowOfStatus(pickUpStatuses, Status(word))
	return row.status, known
}

// PickUpCode is the hub's code for a pick-up order's status; "" if pick-up orders do not have that
// status.
func (s Status) PickUpCode() string {
	row, _ := rowOfStatus(pickUpStatuses, s)
	return row.code
}

// PickUpBefore is Before for pick-up orders: nothing follows cancelled, and cancelled may follow
// everything except completed.
func (s Status) PickUpBefore(present Status) bool {
	there, known := rowOfStatus(pickUpStatuses, present)
	sent, _ := rowOfStatus(pickUpStatuses, s)
	switch {
	case s == present || !known:
		return false
	case present == Cancelled:
		return true
	case s == Cancelled:
		return present == Completed
	}
	return sent.rank < there.rank
}

func rowOfStatus(rows []statusRow, status Status) (statusRow, bool) {
	return lo.Find(rows, func(row statusRow) bool { return row.status == status })
}
