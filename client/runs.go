package client

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

var (
	// ErrNoRun is the answer when Temporal knows no run by a workflow id.
	ErrNoRun = errors.New("no such run in Temporal")
	// ErrNotFound is the answer when neither Temporal nor the store knows what was asked for.
	ErrNotFound = errors.New("there is no run")
	// ErrRunExists is the answer of [Runs.Start] when the workflow id is taken, by an open or a closed run.
	ErrRunExists = errors.New("a run with this workflow id is there already")
	// ErrNoAnswer is the answer when no worker replies to a query or update in time.
	ErrNoAnswer = errors.New("no worker answers")
)

// Runs is what the command line asks of Temporal; ids are workflow ids.
type Runs interface {
	// Start starts a LabelRun, or answers ErrRunExists.
	Start(ctx context.Context, id string, input contract.LabelRunInput) error
	// Describe says where a run stands, or answers ErrNoRun.
	Describe(ctx context.Context, id string) (Description, error)
	// Request returns the input with which a run was started.
	Request(ctx context.Context, id string) (contract.LabelRunInput, error)
	// Progress asks an open run, or answers ErrNoAnswer.
	Progress(ctx context.Context, id string) (contract.RunResult, error)
	// Wait waits for the end of a run. One that was cancelled or failed is a
	// result with that state and a reason, not an error.
	Wait(ctx context.Context, id string) (contract.RunResult, error)
	// Retry asks an open run to try its failed orders again.
	Retry(ctx context.Context, id string, request contract.RetryRequest) (contract.RetryAnswer, error)
	// Cancel asks an open run to end.
	Cancel(ctx context.Context, id string) error
	// List returns the newest runs that match a visibility query, at most limit.
	List(ctx context.Context, query string, limit int) ([]Description, error)
}

// Store is what the command line asks of the label store; [storage.Store] is one.
type Store interface {
	Bucket() string
	EnsureBucket(ctx context.Context) (notes []string, err error)
	CheckConditions(ctx context.Context) (note string, err error)
	Get(ctx context.Context, key string, value any) error
	PutBytes(ctx context.Context, prefix, extension, contentType string, data []byte) (storage.File, error)
	Reader(ctx context.Context, key string) (io.ReadCloser, int64, error)
	Link(ctx context.Context, key, downloadName string) (string, error)
	List(ctx context.Context, prefix string, each func(storage.Object) error) error
}

// Description is what Temporal itself knows of a run, worker or not.
type Description struct {
	WorkflowID string            `json:"workflow_id"`
	Run        string            `json:"run"`
	Merchant   string            `json:"merchant"`
	State      contract.RunState `json:"state"`
	Started    time.Time         `json:"started"`
	Closed     time.Time         `json:"closed,omitzero"`
	Requested  int64             `json:"requested"`
	Failed     int64             `json:"failed"`
}

// Open says whether the run is still going on.
func (d Description) Open() bool {
	return d.State == contract.RunRunning || d.State == contract.RunWaiting || d.State == contract.RunPaused
}

// result is the description in the shape of a result, for want of better.
func (d Description) result() contract.RunResult {
	return contract.RunResult{Run: d.Run, Merchant: d.Merchant, State: d.State, Requested: int(d.Requested)}
}

var (
	_ Store         = (*storage.Store)(nil)
	_ Runs          = TemporalRuns{}
	_ StatusChanges = TemporalStatuses{}
	_ Intakes       = TemporalIntakes{}
	_ Schedules     = TemporalSchedules{}
	_ Keeping       = TemporalKeeping{}
)
