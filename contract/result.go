package contract

// RunState is where a run or a status change stands.
type RunState string

// The states of a run; a status change has no waiting.
const (
	RunRunning RunState = "running"
	RunWaiting RunState = "waiting"
	// RunPaused: its merchant's account cannot be used; its deadline does not pass.
	RunPaused    RunState = "paused"
	RunCompleted RunState = "completed"
	RunCancelled RunState = "cancelled"
	RunFailed    RunState = "failed"
)

// RunStates lists the states of a run, in the order in which people read them.
func RunStates() []RunState {
	return []RunState{RunRunning, RunWaiting, RunPaused, RunCompleted, RunCancelled, RunFailed}
}

// ConnectionState is where one connection of a run stands.
type ConnectionState string

// The states of a connection.
const (
	ConnectionWaiting       ConnectionState = "waiting"
	ConnectionRunning       ConnectionState = "running"
	ConnectionDone          ConnectionState = "done"
	ConnectionSkipped       ConnectionState = "skipped"
	ConnectionNotAuthorised ConnectionState = "not_authorised"
	ConnectionInBackground  ConnectionState = "in_background"
)

// RunResult is a run in figures: the answer of the workflow and of its progress
// query, and what the command line prints as JSON.
type RunResult struct {
	Run      string   `json:"run"`
	Merchant string   `json:"merchant"`
	State    RunState `json:"state"`
	Reason
	Requested int             `json:"requested"`
	Outcomes  map[Outcome]int `json:"outcomes"`
	LeftOut   int             `json:"left_out,omitempty"`
	// Elsewhere are the orders left out because they are not of the run's warehouse.
	Elsewhere int `json:"elsewhere,omitempty"`
	// Strangers is how many orders a connection's list showed at most that are of other connections.
	Strangers   int                `json:"strangers,omitempty"`
	Connections []ConnectionResult `json:"connections"`
	Files       []PrintFile        `json:"files"`
	// Lists are there only when the run was asked for them.
	Lists []ListFile `json:"lists,omitempty"`
	// Controls are the marketplaces' control files, one a request.
	Controls []ControlFile `json:"controls,omitempty"`
	Manifest ManifestKeys  `json:"manifest"`
	Plan     *Plan         `json:"plan,omitempty"`
}

// ConnectionResult is one connection of a run in figures.
type ConnectionResult struct {
	ID      string          `json:"id"`
	Channel string          `json:"channel"`
	Name    string          `json:"name"`
	State   ConnectionState `json:"state"`
	Reason
	Requested int             `json:"requested"`
	Outcomes  map[Outcome]int `json:"outcomes"`
	LeftOut   int             `json:"left_out,omitempty"`
	// Note is what somebody should know of it: what was only assumed, what the hub may refuse.
	Note      string `json:"note,omitempty"`
	Elsewhere int    `json:"elsewhere,omitempty"`
	Strangers int    `json:"strangers,omitempty"`
}

// PrintFile is a joined file of a run.
type PrintFile struct {
	Key    string `json:"key"`
	Format string `json:"format"`
	// Group is which part of the pile the file holds; empty when it was not split.
	Group string `json:"group,omitempty"`
	// Labels are the orders whose labels it holds.
	Labels int `json:"labels"`
	// Pages is 0 for ZPL.
	Pages  int    `json:"pages"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Kinds of lists.
const (
	PickingList = "picking"
	PackingList = "packing"
)

// ListFile is a picking or packing list of a run, as "xlsx" or "pdf".
type ListFile struct {
	Kind   string `json:"kind"`
	Key    string `json:"key"`
	Format string `json:"format"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// ControlFile is a control file of a run: the list of parcels that a marketplace makes for a
// request of up to 50 orders and its driver signs. It is never among the labels.
type ControlFile struct {
	Key          string `json:"key"`
	ConnectionID string `json:"connection_id"`
	Channel      string `json:"channel"`
	// Orders are those of the run whose labels came with it.
	Orders int    `json:"orders"`
	Pages  int    `json:"pages"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// ManifestKeys are the keys of a run's manifest.
type ManifestKeys struct {
	JSON string `json:"json"`
	CSV  string `json:"csv"`
}

// Plan says what a run would do, without doing it.
type Plan struct {
	Statuses    int `json:"statuses"`
	Labels      int `json:"labels"`
	FromStore   int `json:"from_store"`
	Connections int `json:"connections"`
}

// Balanced says whether every requested order has exactly one outcome, in
// the run and in each of its connections.
func (r RunResult) Balanced() bool {
	total := 0
	for _, c := range r.Connections {
		if SumOutcomes(c.Outcomes) != c.Requested {
			return false
		}
		total += c.Requested
	}
	return SumOutcomes(r.Outcomes) == r.Requested && total <= r.Requested
}

// Complete says whether every order is labelled or was printed earlier.
func (r RunResult) Complete() bool {
	return r.Outcomes[Labelled]+r.Outcomes[AlreadyPrinted] == r.Requested
}

// Failed counts the orders that are neither labelled, nor printed earlier, nor cancelled.
func (r RunResult) Failed() int {
	return r.Requested - r.Outcomes[Labelled] - r.Outcomes[AlreadyPrinted] - r.Outcomes[Cancelled]
}
