package workflows

import (
	"time"

	"github.com/despacho/despacho/activities"
)

const (
	// ConfirmUpdate on an Intake takes a ConfirmRequest and answers activities.ConfirmedOrders.
	ConfirmUpdate = "confirm"

	// madeSignal tells an Intake that a run that only makes labels has ended; it takes the run's key.
	madeSignal = "made"
)

// ConfirmRequest names the orders whose stock a partner confirms, at most
// activities.ConfirmLimit: by delivery order id, checkout id, or a number of the marketplace.
type ConfirmRequest struct {
	Orders []string `json:"orders"`
}

// IntakeState is what an Intake takes along when it continues as new. Times are
// ours, but for those of windows, which are the hub's.
type IntakeState struct {
	// Pending are ids of notices that came and were not taken up.
	Pending []string `json:"pending,omitempty"`
	// Backlog are lists in the store that were not taken up to their end.
	Backlog []IntakeBacklog `json:"backlog,omitempty"`
	// Complete is the hub's time up to which every changed sale was taken up.
	Complete time.Time `json:"complete,omitzero"`
	// Window is the one that was looked through last.
	Window activities.Polled `json:"window,omitzero"`
	// Looked is how the orders stood when they were looked over last.
	Looked activities.LookedOver `json:"looked,omitzero"`
	// Making are the runs that make labels now.
	Making []IntakeMaking `json:"making,omitempty"`
	// MakingKey begins the keys of the runs that are being prepared.
	MakingKey string `json:"making_key,omitempty"`

	LastWebhook time.Time `json:"last_webhook,omitzero"`
	LastPoll    time.Time `json:"last_poll,omitzero"`
	NextPoll    time.Time `json:"next_poll,omitzero"`
	NextLook    time.Time `json:"next_look,omitzero"`
	// MakeAt is when the labels of queued orders are made; zero: none are queued.
	MakeAt time.Time `json:"make_at,omitzero"`

	// Notices and Orders count what was heard and read since the Intake began.
	Notices int `json:"notices,omitempty"`
	Orders  int `json:"orders,omitempty"`
	// PollList is the list of a poll that is not through yet.
	PollList string `json:"poll_list,omitempty"`
	// Lists counts the names that were given to lists and runs.
	Lists int `json:"lists,omitempty"`

	// Trouble is why the step named TroubleOf failed the last time; Troubles how many in a row did.
	Trouble   string `json:"trouble,omitempty"`
	TroubleOf string `json:"trouble_of,omitempty"`
	Troubles  int    `json:"troubles,omitempty"`
}

// IntakeBacklog is a list in the store of which Done of Count notices were taken up.
type IntakeBacklog struct {
	List   string                  `json:"list"`
	Source activities.IntakeSource `json:"source"`
	Done   int                     `json:"done"`
	Count  int                     `json:"count"`
	// Complete is up to when all changes are taken up once the list is; zero for other lists than a poll's.
	Complete time.Time `json:"complete,omitzero"`
}

// IntakeMaking is a run that makes labels.
type IntakeMaking struct {
	activities.Making
	Since time.Time `json:"since"`
	// Ended: it has said so, and is yet to be looked at.
	Ended bool `json:"ended,omitempty"`
}

// IntakeProgress is the answer of an Intake's progress query: its state without Pending, and with
// the first lists of its Backlog.
type IntakeProgress struct {
	Merchant string `json:"merchant"`
	IntakeState
	// Waiting counts the notices that were not taken up yet.
	Waiting int `json:"waiting"`
}

// waiting counts the notices that were not taken up yet.
func (s IntakeState) waiting() int {
	n := len(s.Pending)
	for _, b := range s.Backlog {
		n += b.Count - b.Done
	}
	return n
}

// polling says whether what a poll has found is still being taken up.
func (s IntakeState) polling() bool {
	for _, b := range s.Backlog {
		if !b.Complete.IsZero() {
			return true
		}
	}
	return false
}
