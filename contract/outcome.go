package contract

// Outcome says how an order's label ended in a run. Every order that a run
// takes up ends with exactly one.
type Outcome string

// The outcomes, as a manifest and a result name them.
const (
	// Labelled: in this run's files, made now or earlier.
	Labelled Outcome = "labelled"
	// AlreadyPrinted: in a file that an earlier run published.
	AlreadyPrinted Outcome = "already_printed"
	// HeldBack: not paid, not verified, or its sale is not registered.
	HeldBack Outcome = "held_back"
	// NotReady: no label yet; the reason says when to ask again.
	NotReady Outcome = "not_ready"
	// Cancelled: the sale or the delivery was cancelled.
	Cancelled Outcome = "cancelled"
	// Unsupported: a mode or channel without labels.
	Unsupported Outcome = "unsupported"
	// StatusNotSynced: the status that comes before the label did not reach the channel.
	StatusNotSynced Outcome = "status_not_synced"
	// Rejected: refused on the last try, or the hub's words are final.
	Rejected Outcome = "rejected"
	// UnknownOrder: the hub does not know the id.
	UnknownOrder Outcome = "unknown_order"
	// CorruptLabel: the last file was broken, empty, locked, or another order's.
	CorruptLabel Outcome = "corrupt_label"
	// NotAuthorised: the hub does not let us work on the order's connection.
	NotAuthorised Outcome = "not_authorised"
	// GaveUp: tries used up with the order unavailable, in no list, or without a file.
	GaveUp Outcome = "gave_up"
)

// Outcomes lists every outcome in the order in which people read them.
func Outcomes() []Outcome {
	return []Outcome{
		Labelled, AlreadyPrinted, HeldBack, NotReady, Cancelled, Unsupported, StatusNotSynced,
		Rejected, UnknownOrder, CorruptLabel, NotAuthorised, GaveUp,
	}
}

// IsMissing says that an order should have a label and has none: it was neither labelled, nor printed
// earlier, nor cancelled, nor is it one that never gets a label of its channel.
func (o Outcome) IsMissing() bool {
	switch o {
	case Labelled, AlreadyPrinted, Cancelled, Unsupported:
		return false
	case HeldBack, NotReady, StatusNotSynced, Rejected, UnknownOrder, CorruptLabel, NotAuthorised, GaveUp:
	}
	return true
}

// StatusOutcome says how it ended with a status that was to be set: of a status change's row, or one
// that a run had to send for its label. Every row of a status change ends with exactly one.
type StatusOutcome string

// How it ended with a status, as a manifest and a status change's list name it.
const (
	// StatusNone: a run had no status to send.
	StatusNone StatusOutcome = "none"
	// StatusSynced: the status is on the channel.
	StatusSynced StatusOutcome = "synced"
	// StatusNotNeeded: the order was there already, or the status is not one that goes to the channel.
	StatusNotNeeded StatusOutcome = "not_needed"
	// StatusRefused: by the channel or the hub; the reason has their words where there are any.
	StatusRefused StatusOutcome = "refused"
	// StatusNotAllowed: not sent, because of the rule in the reason.
	StatusNotAllowed StatusOutcome = "not_allowed"
	// StatusLate: sent as often as allowed, and the channel never confirmed it.
	StatusLate StatusOutcome = "not_synced"
	// StatusUnknownOrder: neither the hub nor the intake knows the id or name.
	StatusUnknownOrder StatusOutcome = "unknown_order"
)

// SumOutcomes adds up outcomes.
func SumOutcomes(outcomes map[Outcome]int) int {
	n := 0
	for _, outcome := range Outcomes() {
		n += outcomes[outcome]
	}
	return n
}

// StatusOutcomes lists how a status change's row can end, in the order in which people read it.
func StatusOutcomes() []StatusOutcome {
	return []StatusOutcome{StatusSynced, StatusNotNeeded, StatusRefused, StatusNotAllowed, StatusLate, StatusUnknownOrder}
}
