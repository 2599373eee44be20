package contract

import "time"

// LookedOver is how a merchant's orders stand.
type LookedOver struct {
	Counts map[IntakeOrderState]int `json:"counts"`
	// Near counts the orders without a label whose deadline is near or past; NearOrders are the first of them.
	Near       int         `json:"near"`
	NearOrders []NearOrder `json:"near_orders,omitempty"`
	// TakeOut are the newest orders to be taken out of the pile.
	TakeOut []NearOrder `json:"take_out,omitempty"`
	// Queued are those whose label is to be made now.
	Queued int `json:"queued,omitempty"`
	// Promised are those held back whose stock a partner has confirmed: their label is made once they may have it.
	Promised int `json:"promised,omitempty"`
	// Again counts the notifications in List that are to be taken up again.
	Again int `json:"again,omitempty"`
}

// NearOrder is an order that somebody has to look after.
type NearOrder struct {
	Order      string           `json:"order"`
	Number     string           `json:"number,omitempty"`
	Connection string           `json:"connection,omitempty"`
	State      IntakeOrderState `json:"state"`
	Deadline   time.Time        `json:"deadline,omitzero"`
	Run        string           `json:"run,omitempty"`
}

// Making is a run that makes labels of one connection.
type Making struct {
	Run        string `json:"run"`
	Connection string `json:"connection"`
	OrdersKey  string `json:"orders_key"`
	Orders     int    `json:"orders"`
}

// Polled is what a poll has found.
type Polled struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Complete is up to when the window was seen whole; it is To but where pages never held still.
	Complete time.Time `json:"complete"`
	// List names the notifications of the sales that are not as they were; Count is how many.
	List  string `json:"list"`
	Count int    `json:"count"`
	// Listed are the sales of the window; Left those that changed but need not be read yet; WithError those that failed to register.
	Listed    int    `json:"listed"`
	Left      int    `json:"left,omitempty"`
	WithError int    `json:"with_error"`
	Note      string `json:"note,omitempty"`
}

// IntakeInput begins a merchant's Intake. Others start it with the merchant alone; the
// rest is what it takes along when it continues as new.
type IntakeInput struct {
	Merchant string      `json:"merchant"`
	State    IntakeState `json:"state,omitzero"`
}

// IntakeState is what an Intake takes along when it continues as new. Times are
// ours, but for those of windows, which are the hub's.
type IntakeState struct {
	// Pending are ids of notifications that came and were not taken up.
	Pending []string `json:"pending,omitempty"`
	// LeftSales are sales whose change was left unread; the next look has them read later.
	LeftSales []string `json:"left_sales,omitempty"`
	// Backlog are lists in the store that were not taken up to their end.
	Backlog []IntakeBacklog `json:"backlog,omitempty"`
	// Complete is the hub's time up to which every changed sale was taken up.
	Complete time.Time `json:"complete,omitzero"`
	// Window is the one that was looked through last.
	Window Polled `json:"window,omitzero"`
	// Looked is how the orders stood when they were looked over last.
	Looked LookedOver `json:"looked,omitzero"`
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

	// Notifications and Orders count what was heard and read since the Intake began.
	Notifications int `json:"notifications,omitempty"`
	Orders        int `json:"orders,omitempty"`
	// PollList is the list of a poll that is not through yet.
	PollList string `json:"poll_list,omitempty"`
	// Lists counts the names that were given to lists and runs.
	Lists int `json:"lists,omitempty"`

	// Trouble is why the step named TroubleOf failed the last time; Troubles how many in a row did.
	Trouble   string `json:"trouble,omitempty"`
	TroubleOf string `json:"trouble_of,omitempty"`
	Troubles  int    `json:"troubles,omitempty"`
}

// IntakeBacklog is a list in the store of which Done of Count notifications were taken up.
type IntakeBacklog struct {
	List   string       `json:"list"`
	Source IntakeSource `json:"source"`
	Done   int          `json:"done"`
	Count  int          `json:"count"`
	// Ahead are stretches behind Done that were taken up as well.
	Ahead []IntakeStretch `json:"ahead,omitempty"`
	// Complete is up to when all changes are taken up once the list is; zero for other lists than a poll's.
	Complete time.Time `json:"complete,omitzero"`
}

// IntakeStretch is a part of a list: from the one at From to the one before To, counted from 0.
type IntakeStretch struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// IntakeMaking is a run that makes labels.
type IntakeMaking struct {
	Making
	Since time.Time `json:"since"`
	// Ended: it has said so, and is yet to be looked at.
	Ended bool `json:"ended,omitempty"`
}

// IntakeProgress is the answer of an Intake's progress query: its state without Pending, and with
// the first lists of its Backlog.
type IntakeProgress struct {
	Merchant string `json:"merchant"`
	IntakeState
	// Waiting counts the notifications that were not taken up yet.
	Waiting int `json:"waiting"`
}
