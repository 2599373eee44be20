package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Fault is one entry of a fault plan. It chooses orders (Order; or Connection or
// Channel with Nth or Every) and says what happens to them, or it names a Route
// and how its calls are answered. README.md lists every field with an example.
type Fault struct {
	Order      string `json:"order,omitempty"`      // delivery order id or code, order number, PackageId or checkout id
	Connection string `json:"connection,omitempty"` // id, alias or name
	Channel    string `json:"channel,omitempty"`    // provider slug
	Nth        int    `json:"nth,omitempty"`        // the nth order that can be labelled, newest first, from 1
	Every      int    `json:"every,omitempty"`      // every nth order, or every nth call of a route
	Mode       string `json:"mode,omitempty"`       // with nth or every: orders of this shipping mode, labels or not
	PickUp     bool   `json:"pick_up,omitempty"`    // pick-ups are chosen instead of delivery orders

	LabelFails      Times  `json:"label_fails,omitempty"`      // it is in failedDeliveryOrders this often
	Unavailable     Times  `json:"unavailable,omitempty"`      // in ordersWithUnavailableDeliveryOrderTickets
	OnlyAvailable   Times  `json:"only_available,omitempty"`   // only in ordersWithAvailableDeliveryOrderTickets
	TaskFails       Times  `json:"task_fails,omitempty"`       // the task of its connection fails without output
	Unknown         bool   `json:"unknown,omitempty"`          // in no list of a task, and 404 when read
	CancelledDuring string `json:"cancelled_during,omitempty"` // "asked": the sale is cancelled when its label is asked for
	StatusRefused   string `json:"status_refused,omitempty"`   // failed_fatal, with these words of the channel
	StatusStuck     Times  `json:"status_stuck,omitempty"`     // this many changes never reach the channel
	StatusDelay     string `json:"status_delay,omitempty"`     // how long a status takes to reach the channel, instead of the channel's own time
	NotRequested    bool   `json:"not_requested,omitempty"`    // changes end not_requested
	File            string `json:"file,omitempty"`             // broken, empty, encrypted, mislabelled, missing, missing_in_zip, stalled, trickled
	Control         string `json:"control,omitempty"`          // (with a connection or channel alone) its requests' control file is broken, missing or unnamed
	Late            string `json:"late,omitempty"`             // it appears in the list this long (hub time) after the world began

	Route        string `json:"route,omitempty"`          // a route's name, as in the report
	Answer       Answer `json:"answer,omitempty"`         // a status from 400 on, or a word: README.md
	AnswerAs     string `json:"answer_as,omitempty"`      // of a status: "page" as a proxy's, "nothing" for an empty body
	Says         string `json:"says,omitempty"`           // of a status: its words, instead of "a fault of the plan"
	Member       string `json:"member,omitempty"`         // of without: the member that is left out, also of a list's entries
	RetryAfter   int    `json:"retry_after,omitempty"`    // seconds
	RetryAfterAs string `json:"retry_after_as,omitempty"` // "date" for a date on the hub's clock
	After        int    `json:"after,omitempty"`          // leaves the first calls alone
	Delay        string `json:"delay,omitempty"`          // of slow, and between the bytes of trickled, on our clock; 3s when not said

	Times Times `json:"times,omitempty"` // how often a file or an answer goes wrong: 1 when not said for answers, always for files
}

// Times is how often a fault strikes: a number, or "always".
type Times int

// AlwaysTimes stands for "always": more often than any client asks.
const AlwaysTimes Times = 1 << 30

// UnmarshalJSON reads a number from 1 on or the word "always".
func (t *Times) UnmarshalJSON(data []byte) error {
	if string(data) == `"always"` {
		*t = AlwaysTimes
		return nil
	}
	var number int
	if err := json.Unmarshal(data, &number); err != nil || number < 1 {
		return fmt.Errorf(`%s is no number of times: give a number from 1 on, or "always"`, data)
	}
	*t = Times(number)
	return nil
}

// MarshalJSON writes what UnmarshalJSON reads.
func (t Times) MarshalJSON() ([]byte, error) {
	if t >= AlwaysTimes {
		return []byte(`"always"`), nil
	}
	return json.Marshal(int(t))
}

// Answer is how a route's call goes wrong: a word, or a status as text.
type Answer string

// UnmarshalJSON reads a status number or a word.
func (a *Answer) UnmarshalJSON(data []byte) error {
	*a = Answer(bytes.Trim(data, `"`))
	return nil
}

// ParseFaults reads a fault plan: a JSON array of entries, or an object whose
// member faults is that array. The error names the entry that cannot be read.
func ParseFaults(source io.Reader) ([]Fault, error) {
	content, err := io.ReadAll(io.LimitReader(source, 16<<20))
	if err != nil {
		return nil, fmt.Errorf("fault plan: %w", err)
	}
	var entries []json.RawMessage
	if err := json.Unmarshal(content, &entries); err != nil {
		var plan struct {
			Faults *[]json.RawMessage `json:"faults"`
		}
		if err := json.Unmarshal(content, &plan); err != nil || plan.Faults == nil {
			return nil, errors.New(`fault plan: it is neither a JSON array of faults nor an object with the member "faults"`)
		}
		entries = *plan.Faults
	}
	faults := make([]Fault, len(entries))
	for i, entry := range entries {
		decoder := json.NewDecoder(bytes.NewReader(entry))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&faults[i]); err != nil {
			return nil, fmt.Errorf("fault %d of the plan: %w", i+1, err)
		}
		if err := faults[i].check(); err != nil {
			return nil, fmt.Errorf("fault %d of the plan: %w", i+1, err)
		}
	}
	return faults, nil
}

var controlFaults = []string{"broken", "missing", "unnamed"}

var fileFaults = []string{"broken", "empty", "encrypted", "mislabelled", "missing", "missing_in_zip", stalled, trickled}

func (f Fault) check() error {
	if f.Route != "" {
		return f.checkRoute()
	}
	chosen := f.Connection != "" || f.Channel != ""
	switch {
	case f.Order == "" && !chosen:
		return errors.New("it names no order, connection, channel or route")
	case f.Order != "" && chosen:
		return errors.New("it names an order and also a connection or channel: give one of them")
	case chosen && (f.Nth > 0) == (f.Every > 0) && !f.ofConnection():
		return errors.New("a connection or channel needs either nth or every")
	case f.Nth < 0 || f.Every < 0:
		return errors.New("nth and every count from 1")
	case f.File != "" && !slices.Contains(fileFaults, f.File):
		return fmt.Errorf("file %q is none of %s", f.File, strings.Join(fileFaults, ", "))
	case f.Control != "" && !slices.Contains(controlFaults, f.Control):
		return fmt.Errorf("control %q is none of %s", f.Control, strings.Join(controlFaults, ", "))
	case f.Control != "" && f.Order != "":
		return errors.New("control is of a connection or channel, not of an order")
	case f.CancelledDuring != "" && f.CancelledDuring != "asked":
		return fmt.Errorf("cancelled_during %q: only \"asked\" is known", f.CancelledDuring)
	case (f.PickUp || f.Mode != "") && !f.ofStatus():
		return errors.New("pick_up and mode are for faults of statuses")
	case f.name() == "":
		return errors.New("it does not say what happens to the order")
	}
	for name, text := range map[string]string{"late": f.Late, "status_delay": f.StatusDelay} {
		if _, err := time.ParseDuration(text); text != "" && err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// name is the first thing that the fault does to its orders; empty for none.
func (f Fault) name() string {
	switch {
	case f.LabelFails > 0:
		return "label_fails"
	case f.Unavailable > 0:
		return "unavailable"
	case f.OnlyAvailable > 0:
		return "only_available"
	case f.TaskFails > 0:
		return "task_fails"
	case f.Unknown:
		return "unknown"
	case f.CancelledDuring != "":
		return "cancelled_during"
	case f.StatusRefused != "":
		return "status_refused"
	case f.StatusStuck > 0:
		return "status_stuck"
	case f.NotRequested:
		return "not_requested"
	case f.StatusDelay != "":
		return "status_delay"
	case f.File != "":
		return "file_" + f.File
	case f.Control != "":
		return "control_" + f.Control
	case f.Late != "":
		return "late"
	}
	return ""
}

// ofConnection tells whether the fault concerns a connection's requests, and no orders.
func (f Fault) ofConnection() bool { return f.TaskFails > 0 || f.Control != "" }

// ofStatus tells whether the fault concerns statuses, or whether the order is known at all.
func (f Fault) ofStatus() bool {
	return f.StatusRefused != "" || f.StatusStuck > 0 || f.NotRequested || f.StatusDelay != "" || f.Unknown
}
