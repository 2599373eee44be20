package contract

import (
	"slices"
	"time"
)

// PrinterType is the workflow that holds a printer: it takes a PrinterInput and runs on StationTaskQueue.
const PrinterType = "Printer"

// Updates of a Printer, each answered once it is recorded; ProgressQuery answers a PrinterProgress.
const (
	// PrintUpdate takes a PrintRequest and answers a PrintAnswer. The job's id is the update's id.
	PrintUpdate = "print"
	// ControlUpdate takes a PrinterControl.
	ControlUpdate = "control"
	// SettleUpdate takes a SettleRequest: what became of labels in doubt.
	SettleUpdate = "settle"
)

// ConditionSignal on a Printer takes the printing.Condition that its printer needs a person for, or "" when all
// is well again; from the step under way.
const ConditionSignal = "condition"

// PrintedSignal on a LabelRun takes a PrintedNews: how many labels of the run printers have put out.
const PrintedSignal = "printed"

// StationTaskQueue is the queue on which the station of a site works.
func StationTaskQueue(site string) string { return "despacho-station-" + site }

// PrinterID is the workflow id of a printer: printer/<site>/<printer>.
func PrinterID(site, printer string) string { return "printer/" + site + "/" + printer }

// PrintState says where one print of a label stands.
type PrintState string

// The states of a print, in their order.
const (
	// PrintQueued: a job names it, and nothing was sent yet.
	PrintQueued PrintState = "queued"
	// PrintSending: claimed; from now on it may have reached the printer.
	PrintSending PrintState = "sending"
	// PrintSent: the printer has taken all of it.
	PrintSent PrintState = "sent"
	// PrintOut: the printer's counter moved, or its buffer is empty and nothing is wrong.
	PrintOut PrintState = "out"
	// PrintConfirmed: a packer has the label in hand.
	PrintConfirmed PrintState = "confirmed"
	// PrintUnknown: after a crash, a cut or silence nobody knows whether it came out; a packer is asked.
	PrintUnknown PrintState = "unknown"
	// PrintHeld: not sent, for the reason beside it.
	PrintHeld PrintState = "held"
	// PrintStopped: not sent, because somebody stopped its job.
	PrintStopped PrintState = "stopped"
	// PrintLost: a packer said that it did not come out.
	PrintLost PrintState = "lost"
)

// PrintStates lists the states of a print.
func PrintStates() []PrintState {
	return []PrintState{
		PrintQueued, PrintSending, PrintSent, PrintOut, PrintConfirmed, PrintUnknown, PrintHeld, PrintStopped, PrintLost,
	}
}

// IsOnPaper says that the label came out of a printer, as far as anybody knows.
func (s PrintState) IsOnPaper() bool { return s == PrintOut || s == PrintConfirmed }

// MayBeOnPaper says that the label came out, or may have: it is not printed again without a reason.
func (s PrintState) MayBeOnPaper() bool {
	return slices.Contains([]PrintState{PrintSending, PrintSent, PrintOut, PrintConfirmed, PrintUnknown}, s)
}

// AgainReason says why a label is printed once more.
type AgainReason string

// The reasons to choose from; AgainOther needs a text.
const (
	AgainJam       AgainReason = "jam"
	AgainUnread    AgainReason = "unreadable"
	AgainDamaged   AgainReason = "damaged"
	AgainLost      AgainReason = "lost"
	AgainWrongItem AgainReason = "repacked"
	AgainNewLabel  AgainReason = "new_label"
	AgainOther     AgainReason = "other"
)

// AgainReasons lists the reasons in the order in which people read them.
func AgainReasons() []AgainReason {
	return []AgainReason{AgainJam, AgainUnread, AgainDamaged, AgainLost, AgainWrongItem, AgainNewLabel, AgainOther}
}

// PrintRecord is the history of one label's prints; it stands at storage.PrintRecord, and each print is
// claimed in it by a conditional write before it is sent. Label is its place among its order's labels, from 1.
type PrintRecord struct {
	Merchant string  `json:"merchant"`
	Order    string  `json:"delivery_order_id"`
	Label    int     `json:"label"`
	Prints   []Print `json:"prints"`
}

// Print is one print of a label: what was printed, for which job, by whom, where, and how it ended.
type Print struct {
	Job string `json:"job"`
	// Claim tells this claim from every other, so that its writer knows it again.
	Claim    string `json:"claim,omitempty"`
	Run      string `json:"run"`
	Position int    `json:"position"`
	SHA256   string `json:"sha256"`
	Site     string `json:"site"`
	Printer  string `json:"printer"`
	// Station is the paired device, Person who printed.
	Station string `json:"station,omitempty"`
	Person  string `json:"person"`
	// Again says why it was printed once more, Text in the person's own words; empty for the first print.
	Again AgainReason `json:"again,omitempty"`
	Text  string      `json:"text,omitempty"`
	State PrintState  `json:"state"`
	Reason
	ClaimedAt time.Time `json:"claimed_at"`
	ChangedAt time.Time `json:"changed_at"`
	// SettledBy is who said what became of it, where that was in doubt.
	SettledBy string `json:"settled_by,omitempty"`
}

// Last is the newest print; the zero value where there is none.
func (r PrintRecord) Last() Print {
	if len(r.Prints) == 0 {
		return Print{}
	}
	return r.Prints[len(r.Prints)-1]
}

// PrintJob is what somebody asked a printer for: labels in the order in which they come out. It stands at
// storage.PrintJob; put once, so that the same id asks for nothing twice.
type PrintJob struct {
	ID       string      `json:"id"`
	Merchant string      `json:"merchant"`
	Site     string      `json:"site"`
	Printer  string      `json:"printer"`
	Station  string      `json:"station,omitempty"`
	Person   string      `json:"person"`
	Again    AgainReason `json:"again,omitempty"`
	Text     string      `json:"text,omitempty"`
	At       time.Time   `json:"at"`
	Labels   []JobLabel  `json:"labels"`
}

// JobLabel is a label of a job, as the manifest of its run has it.
type JobLabel struct {
	Run         string `json:"run"`
	Order       string `json:"delivery_order_id"`
	OrderNumber string `json:"order_number,omitempty"`
	// Label is its place among its order's labels, from 1.
	Label    int `json:"label"`
	Position int `json:"position"`
	// Key, From and Bytes are where its file stands, as in [PrintedLabel].
	Key    string `json:"key"`
	From   int64  `json:"from,omitempty"`
	Bytes  int64  `json:"bytes,omitempty"`
	Format string `json:"format"`
	SHA256 string `json:"sha256"`
	// Stamp is what the run stamps on it; nil when it stamps nothing.
	Stamp *LabelStamp `json:"stamp,omitempty"`
}

// LabelStamp is a label's number in its pile and what goes into the parcel, a line for each product.
type LabelStamp struct {
	Number int      `json:"number"`
	Of     int      `json:"of"`
	Lines  []string `json:"lines,omitempty"`
}

// PrintPage is what became of up to 50 labels of a job; it stands at storage.PrintPage, in the log of its day.
type PrintPage struct {
	Job      string       `json:"job"`
	Merchant string       `json:"merchant"`
	Page     int          `json:"page"`
	Labels   []PrintEvent `json:"labels"`
}

// PrintEvent is a print in the log of a day.
type PrintEvent struct {
	Order       string `json:"delivery_order_id"`
	OrderNumber string `json:"order_number,omitempty"`
	Label       int    `json:"label"`
	Print
}

// PrinterInput begins a Printer; others start it with Site and Printer, the rest is what it takes along
// when it continues as new.
type PrinterInput struct {
	Site    string       `json:"site"`
	Printer string       `json:"printer"`
	State   PrinterState `json:"state,omitzero"`
}

// PrinterState is a printer's queue.
type PrinterState struct {
	Jobs []QueuedJob `json:"jobs,omitempty"`
	// Paused: somebody on the page paused it.
	Paused bool `json:"paused,omitempty"`
	// Ended are the ids of the newest jobs that ended; asked for again, they print nothing.
	Ended []string `json:"ended,omitempty"`
}

// QueuedJob is a job in a printer's queue: Done of its Total labels need no more work.
type QueuedJob struct {
	Merchant string    `json:"merchant"`
	Job      string    `json:"job"`
	At       time.Time `json:"at"`
	Total    int       `json:"total"`
	Done     int       `json:"done"`
	// Out, Held and Doubts count how its labels ended so far.
	Out    int `json:"out,omitempty"`
	Held   int `json:"held,omitempty"`
	Doubts int `json:"doubts,omitempty"`
	// Next is the first label of the job that no step has taken up, counted from 0; Pages how many pages
	// of the log its steps have left.
	Next  int `json:"next,omitempty"`
	Pages int `json:"pages,omitempty"`
	// Redo are earlier labels that are still to be printed, before Next; InDoubt those that a packer is asked
	// about.
	Redo    []LabelRef `json:"redo,omitempty"`
	InDoubt []LabelRef `json:"in_doubt,omitempty"`
	// Stopped: somebody stopped it; it ends as soon as nothing of it is in doubt.
	Stopped bool `json:"stopped,omitempty"`
}

// PrintRequest puts a stored job into a printer's queue.
type PrintRequest struct {
	Merchant string    `json:"merchant"`
	Job      string    `json:"job"`
	At       time.Time `json:"at"`
	Labels   int       `json:"labels"`
}

// PrintAnswer says how many labels come out before those of the job.
type PrintAnswer struct {
	Ahead int `json:"ahead"`
}

// PrinterAction is what somebody wants of a printer's queue.
type PrinterAction string

// The actions: PausePrinter ends with the label under way, StopJob takes a job's labels out that were not sent.
const (
	PausePrinter    PrinterAction = "pause"
	ContinuePrinter PrinterAction = "continue"
	StopJob         PrinterAction = "stop"
)

// PrinterControl is an action; Job names the job of StopJob.
type PrinterControl struct {
	Action PrinterAction `json:"action"`
	Job    string        `json:"job,omitempty"`
}

// SettleRequest says what became of the labels in doubt of a job: those of CameOut did, those of NotOut did
// not and are printed again, before the rest of the job, those of LeaveOut did not and are left.
type SettleRequest struct {
	Merchant string     `json:"merchant"`
	Job      string     `json:"job"`
	Person   string     `json:"person"`
	CameOut  []LabelRef `json:"came_out,omitempty"`
	NotOut   []LabelRef `json:"not_out,omitempty"`
	LeaveOut []LabelRef `json:"leave_out,omitempty"`
}

// LabelRef names a label of an order by its place among the order's labels, from 1.
type LabelRef struct {
	Order string `json:"delivery_order_id"`
	Label int    `json:"label"`
}

// PrinterProgress is the answer of a Printer's progress query.
type PrinterProgress struct {
	PrinterState
	// Doubts are the labels that a packer is asked about.
	Doubts []LabelRef `json:"doubts,omitempty"`
	// Condition is what the printer has needed a person for during some seconds of the step under way, a
	// printing.Condition; empty when all is well.
	Condition string `json:"condition,omitempty"`
}

// PrintedNews tells a run what a step has added: Out more labels of it came out of a printer, and InDoubt
// more are in doubt (fewer when negative). Job and Page name the page of the log that it sums up, so that
// news that come twice count once.
type PrintedNews struct {
	Out     int    `json:"out"`
	InDoubt int    `json:"in_doubt,omitempty"`
	Job     string `json:"job"`
	Page    int    `json:"page"`
}

// FoundRecord says who has the parcel of a cancelled order in hand; it stands at storage.TakeOutFound.
type FoundRecord struct {
	Merchant string    `json:"merchant"`
	Order    string    `json:"delivery_order_id"`
	Person   string    `json:"person"`
	Site     string    `json:"site"`
	Station  string    `json:"station,omitempty"`
	At       time.Time `json:"at"`
}
