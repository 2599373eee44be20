package workflows

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
)

// Task queues of the worker: one for calls to the hub and for workflows, one
// for work on files, which needs memory and processor.
const (
	TaskQueue      = "despacho"
	FilesTaskQueue = "despacho-files"
)

// Names of queries, updates and signals.
const (
	// ProgressQuery on a LabelRun answers a books.Result.
	ProgressQuery = "progress"
	// RetryUpdate on a LabelRun takes a RetryRequest and answers a RetryAnswer.
	RetryUpdate = "retry"

	reportSignal    = "connection-report"
	publishedSignal = "published"
	retrySignal     = "retry-orders"
	stopSignal      = "stop"
	askedSignal     = "asked"
)

// LabelRunInput is a request for labels. The run's key is not in it: it is
// the last part of the workflow id (RunID), because a Schedule appends its time there.
type LabelRunInput struct {
	// Merchant is the hub's id of the merchant.
	Merchant string `json:"merchant"`
	// Connections limits the run to these marketplace connections; empty means all.
	Connections []string `json:"connections,omitempty"`
	// Orders limits the run to these orders, at most 100; more go into an object, OrdersKey.
	Orders []activities.OrderReference `json:"orders,omitempty"`
	// OrdersKey is the key of an object with a JSON array of order references.
	OrdersKey string `json:"orders_key,omitempty"`
	// Warehouse limits the run to the delivery orders of this warehouse id.
	Warehouse string `json:"warehouse,omitempty"`
	// Since is how far back an order may have been made ("168h"); default 7 days.
	Since activities.Duration `json:"since,omitempty"`
	// Within is how long the run waits before it publishes what is there; default 2 hours.
	Within activities.Duration `json:"within,omitempty"`
	// Max refuses a run that finds more orders; default 2,000; negative means no limit.
	Max int `json:"max,omitempty"`
	// IncludePrinted also takes the orders that the hub lists as printed.
	IncludePrinted bool `json:"include_printed,omitempty"`
	// NotVerified asks for the labels of named orders also where their sale is not verified: a person knows better.
	NotVerified bool `json:"not_verified,omitempty"`
	// Reprint takes in again what an earlier run published.
	Reprint bool `json:"reprint,omitempty"`
	// Format is the preferred format of the printed label: "zpl" (default) or "pdf".
	Format string `json:"format,omitempty"`
	// Printing is how the labels are sorted, laid out and accompanied.
	activities.Printing
	// MakeOnly has the labels made and stored, and prints nothing: the next run joins them.
	MakeOnly bool `json:"make_only,omitempty"`
	// Plan says what would be sent and asked, and does nothing.
	Plan bool `json:"plan,omitempty"`
	// Settings override the worker's; zero means the worker's value.
	Settings activities.Settings `json:"settings,omitzero"`
}

// RetryRequest asks an open run to try its failed orders again.
type RetryRequest struct {
	// Connection limits the retry to one connection; empty means all that are done with failures.
	Connection string `json:"connection,omitempty"`
}

// RetryAnswer says which connections will be tried again.
type RetryAnswer struct {
	Connections []string `json:"connections"`
}

// Result is the answer of a LabelRun.
type Result = books.Result

var (
	keyPattern   = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	runIDPattern = regexp.MustCompile(`^run/([A-Za-z0-9._-]{1,64})/([A-Za-z0-9._:-]{1,128})$`)
)

// ValidKey says whether a run may have this key.
func ValidKey(key string) bool { return keyPattern.MatchString(key) }

// RunID returns the workflow id of a LabelRun: run/<merchant>/<key>.
func RunID(merchant, key string) string { return "run/" + merchant + "/" + key }

// ParseRunID takes a LabelRun's workflow id apart. Colons, which a Schedule's
// time brings, become hyphens in the key.
func ParseRunID(id string) (merchant, key string, err error) {
	parts := runIDPattern.FindStringSubmatch(id)
	if parts == nil {
		return "", "", fmt.Errorf("workflow id %q is not run/<merchant>/<key> with letters, digits, dots, hyphens and underscores", id)
	}
	return parts[1], strings.ReplaceAll(parts[2], ":", "-"), nil
}

// ConnectionID returns the workflow id of a ConnectionRun: one at a time for a connection.
func ConnectionID(merchant, connection string) string {
	return activities.ConnectionWorkflowID(merchant, connection)
}

func batchID(merchant, connection, run string, generation, number int) string {
	if generation > 1 {
		return fmt.Sprintf("%s/batch/%s-r%d-%d", ConnectionID(merchant, connection), run, generation, number)
	}
	return fmt.Sprintf("%s/batch/%s-%d", ConnectionID(merchant, connection), run, number)
}

// defaults of what a request leaves open.
const (
	defaultSince  = 7 * 24 * time.Hour
	defaultWithin = 2 * time.Hour
	// DefaultMax is how many orders a run takes up without being told otherwise.
	DefaultMax = 2000
)
