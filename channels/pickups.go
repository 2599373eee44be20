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
// "Actualizar el estado de una orden con retiro en tienda"). Its ranks are inferred.
var pickUpStatuses = []statusRow{
	{Pending, "pick_up_order_status_pending", 0},
	{Handling, "pick_up_order_status_handling", 1},
	{ReceivedByStore, "pick_up_order_status_received_by_store", 2},
	{Completed, "pick_up_order_status_completed", 3},
	{Cancelled, "pick_up_order_status_cancelled", 3},
}

// PickUpStatuses lists every status of a pick-up order, in the order of its life.
func PickUpStatuses() []Status {
	return lo.Map(pickUpStatuses, func(row statusRow, _ int) Status { return row.status })
}

// ParsePickUpStatus reads a status of a pick-up order as ParseStatus reads one of a delivery order.
func ParsePickUpStatus(code string) (Status, bool) {
	word := strings.ToLower(strings.TrimSpace(code))
	word = strings.Trim(strings.NewReplacer("-", "_", " ", "_").Replace(word), "_")
	word = strings.TrimPrefix(word, "pick_up_order_status_")
	row, known := rowOfStatus(pickUpStatuses, Status(word))
	return row.status, known
}

// PickUpCode is the hub's code of a pick-up order's status; "" for a status that it does not have.
func (s Status) PickUpCode() string {
	row, _ := rowOfStatus(pickUpStatuses, s)
	return row.code
}

// PickUpBefore is Before for a pick-up order: nothing follows cancelled, and cancelled follows
// everything but completed.
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
