package intakebook

// TakenNotifications is what became of notifications, in figures.
type TakenNotifications struct {
	// Orders are the delivery orders that were read; New those never heard of before.
	Orders int `json:"orders"`
	New    int `json:"new,omitempty"`
	// Queued are those whose label is to be made now; Confirmed those of them that a partner confirmed.
	Queued    int `json:"queued,omitempty"`
	Confirmed int `json:"confirmed,omitempty"`
	// Unread are sales whose answer could not be read; they are asked for again.
	Unread int `json:"unread,omitempty"`
	// Through is how many of the ids were taken up where the step left the rest for later; 0 means all.
	Through int `json:"through,omitempty"`
	// Left are those whose sale is past the gate: the next poll says whether it has to be read.
	Left int `json:"left,omitempty"`
	// LeftSales are those sales, where the step returns them in place of marking them.
	LeftSales []string `json:"left_sales,omitempty"`
	// PickUps are pick-up orders of which something new is known.
	PickUps int `json:"pick_ups,omitempty"`
	// Ignored are ids that name nothing that can have a label.
	Ignored int `json:"ignored,omitempty"`
}
