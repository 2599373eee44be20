package books

import (
	"strings"
	"unicode"
)

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

// ChannelStatus says how the status that a run had to send stands on the channel.
type ChannelStatus string

// The statuses, as a manifest names them.
const (
	StatusNone      ChannelStatus = "none"
	StatusSynced    ChannelStatus = "synced"
	StatusNotNeeded ChannelStatus = "not_needed"
	StatusRefused   ChannelStatus = "refused"
	// StatusLate: sent as often as allowed, and the channel never confirmed it.
	StatusLate ChannelStatus = "not_synced"
)

const reasonLimit = 200

// Reason cleans words that came from outside: one line, no control
// characters, at most 200 characters.
func Reason(words string) string {
	cleaned := strings.Join(strings.FieldsFunc(words, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == unicode.ReplacementChar
	}), " ")
	if runes := []rune(cleaned); len(runes) > reasonLimit {
		return string(runes[:reasonLimit-1]) + "…"
	}
	return cleaned
}
