package contract

import "time"

// StatusInTime is how long a status may take to its channel before it is sent again (guide: 10 minutes).
const StatusInTime = 10 * time.Minute

// ChannelFigures are a status change in numbers, for one channel.
type ChannelFigures struct {
	Channel string `json:"channel"`
	// Ended counts the rows that have ended; Sent those of them whose status was sent.
	Ended int `json:"ended"`
	Sent  int `json:"sent"`
	// Synced are on the channel, InTime of them within 10 minutes; Again were sent more than once,
	// Never were sent as often as allowed and are not on the channel.
	Synced int `json:"synced"`
	InTime int `json:"in_time"`
	Again  int `json:"again"`
	Never  int `json:"never"`
	// Seconds is how long those that are synced took, together; the hub's time.
	Seconds float64 `json:"seconds"`
}

// StatusResult is what a status change came to, or where it stands.
type StatusResult struct {
	Key      string   `json:"key"`
	Merchant string   `json:"merchant"`
	To       string   `json:"to"`
	PickUp   bool     `json:"pickup,omitempty"`
	State    RunState `json:"state"`
	Reason
	Requested int                   `json:"requested"`
	Outcomes  map[StatusOutcome]int `json:"outcomes"`
	Channels  []ChannelFigures      `json:"channels"`
	// Rows is the key of the object with how every row ended, a List; empty while it is running.
	Rows string `json:"rows_key,omitempty"`
}

// StatusList is how every row of a status change ended, in the order of the request.
type StatusList struct {
	Requested int                   `json:"requested"`
	Outcomes  map[StatusOutcome]int `json:"outcomes"`
	Rows      []StatusListRow       `json:"rows"`
}

// StatusListRow is how a row ended.
type StatusListRow struct {
	Order string `json:"delivery_order_id"`
	// Name is what the request calls the order, where that is not its id.
	Name    string        `json:"order,omitempty"`
	Outcome StatusOutcome `json:"outcome"`
	Reason
	Seconds float64 `json:"seconds"`
}
