package intake

import (
	"github.com/despacho/despacho/contract"
)

// waitingNotifications counts the notifications not yet read.
func waitingNotifications(s contract.IntakeState) int {
	n := len(s.Pending)
	for _, b := range s.Backlog {
		n += b.Count - b.Done
		for _, read := range b.Ahead {
			n -= read.To - read.From
		}
	}
	return n
}

// isPolling says whether changes that a poll found are still being read.
func isPolling(s contract.IntakeState) bool {
	for _, b := range s.Backlog {
		if !b.Complete.IsZero() {
			return true
		}
	}
	return false
}
