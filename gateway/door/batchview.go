package door

import (
	"context"
	"fmt"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
)

// BatchStatus is where a batch stands, in the words that partners know from others.
type BatchStatus string

// The statuses of a batch.
const (
	// BatchOpen: accepted; no order has been taken up yet.
	BatchOpen BatchStatus = "open"
	// BatchQueued: it waits for another batch, or for the merchant's consent.
	BatchQueued BatchStatus = "queued"
	// BatchProcessing: its labels are being made.
	BatchProcessing BatchStatus = "processing"
	// BatchCompleted: over, and every order has its label, had it before, or was cancelled.
	BatchCompleted BatchStatus = "completed"
	// BatchWithErrors: over, and some orders have no label.
	BatchWithErrors BatchStatus = "completed_with_errors"
	// BatchArchived: over for so long that only its results are kept.
	BatchArchived BatchStatus = "archived"
	// BatchInvalid: it failed as a whole.
	BatchInvalid BatchStatus = "invalid"
)

// batchStatuses lists them with the states of runs that may have each.
var batchStatuses = map[BatchStatus][]contract.RunState{
	BatchOpen: {contract.RunRunning}, BatchQueued: {contract.RunWaiting, contract.RunPaused}, BatchProcessing: {contract.RunRunning},
	BatchCompleted: {contract.RunCompleted, contract.RunCancelled}, BatchWithErrors: {contract.RunCompleted, contract.RunCancelled},
	BatchInvalid: {contract.RunFailed},
}

// Batch is where a batch stands.
type Batch struct {
	ID              string      `json:"id" doc:"The batch's id in paths."`
	ExternalBatchID string      `json:"external_batch_id" doc:"Yours."`
	Merchant        string      `json:"merchant"`
	Status          BatchStatus `json:"status" enum:"open,queued,processing,completed,completed_with_errors,archived,invalid"`
	State           string      `json:"state" doc:"The same as runs say it: running, waiting, paused, completed, cancelled, failed."`
	Requested       int         `json:"requested" doc:"How many orders were taken up: the sum of counts."`
	Failed          int         `json:"failed" doc:"How many of them have no label and were not cancelled."`
	// Counts say how many orders ended how.
	Counts map[string]int `json:"counts,omitempty" doc:"How many orders ended how, by outcome; absent in lists."`
	Reason
	StartedAt *time.Time `json:"started_at,omitempty" doc:"In lists."`
	ClosedAt  *time.Time `json:"closed_at,omitempty" doc:"In lists."`
	Files     []File     `json:"files,omitempty" doc:"The answer to a request with wait has them when the batch is over."`
}

// statusOf is the status of a run.
func statusOf(state contract.RunState, requested, failed int) BatchStatus {
	switch state {
	case contract.RunRunning:
		return lo.Ternary(requested == 0, BatchOpen, BatchProcessing)
	case contract.RunWaiting, contract.RunPaused:
		return BatchQueued
	case contract.RunCompleted, contract.RunCancelled:
		return lo.Ternary(failed == 0, BatchCompleted, BatchWithErrors)
	case contract.RunFailed:
	}
	return BatchInvalid
}

// viewBatch shows where a run stands.
func viewBatch(current client.Current, language wording.Language) Batch {
	r := current.Result
	batch := Batch{
		ID: makeID(r.Merchant, r.Run), ExternalBatchID: r.Run, Merchant: r.Merchant, State: string(r.State),
		Requested: r.Requested, Counts: map[string]int{}, Reason: sayReason(r.Reason, language),
	}
	batch.Failed = max(r.Failed(), 0)
	batch.Status = statusOf(r.State, r.Requested, batch.Failed)
	if current.Source == client.FromStore {
		batch.Status = BatchArchived
	}
	for outcome, count := range r.Outcomes {
		batch.Counts[string(outcome)] = count
	}
	return batch
}

// describeBatch shows what a list says of a run.
func describeBatch(r client.Description) Batch {
	batch := Batch{
		ID: makeID(r.Merchant, r.Run), ExternalBatchID: r.Run, Merchant: r.Merchant, State: string(r.State),
		Requested: int(r.Requested), Failed: int(r.Failed), Status: statusOf(r.State, int(r.Requested), int(r.Failed)),
	}
	if !r.Started.IsZero() {
		batch.StartedAt = lo.ToPtr(r.Started.UTC())
	}
	if !r.Closed.IsZero() {
		batch.ClosedAt = lo.ToPtr(r.Closed.UTC())
	}
	return batch
}

type listBatchesInput struct {
	Merchant string      `query:"merchant" maxLength:"64" doc:"The merchant's id; may be left out if the key is for one."`
	Status   BatchStatus `query:"status" enum:"open,queued,processing,completed,completed_with_errors,invalid" doc:"Only batches of this status."`
	Cursor   string      `query:"cursor" maxLength:"2048" doc:"next_cursor of the page before."`
	Limit    int         `query:"limit" minimum:"1" maximum:"500" doc:"How many at most; 100 unless set otherwise."`
}

// BatchList is a page of batches.
type BatchList struct {
	Batches    []Batch `json:"batches" maxItems:"500"`
	NextCursor string  `json:"next_cursor,omitempty" doc:"Where the next page begins; absent on the last one."`
}

type batchListOutput struct{ Body BatchList }

func (d *Door) listBatches(ctx context.Context, in *listBatchesInput) (*batchListOutput, error) {
	merchant, err := merchantOf(ctx, in.Merchant)
	if err != nil {
		return nil, err
	}
	list := fmt.Sprintf("batches %s %s", merchant, in.Status)
	var next []byte
	if err := readCursor(in.Cursor, list, &next); err != nil {
		return nil, err
	}
	found, after, err := client.ListRunsPage(ctx, d.Runs, merchant, batchStatuses[in.Status], pageSize(in.Limit), next)
	if err != nil {
		return nil, d.refuse(ctx, err, CodeNoBatch)
	}
	out := &batchListOutput{Body: BatchList{Batches: []Batch{}}}
	for _, description := range found {
		if batch := describeBatch(description); in.Status == "" || batch.Status == in.Status {
			out.Body.Batches = append(out.Body.Batches, batch)
		}
	}
	if len(after) > 0 {
		out.Body.NextCursor, err = writeCursor(list, after)
	}
	return out, d.refuse(ctx, err, CodeNoBatch)
}

// pageSize is how many entries a page has.
func pageSize(limit int) int {
	if limit == 0 {
		return pageStandard
	}
	return min(limit, pageMost)
}

// File is a file of a batch.
type File struct {
	Name    string    `json:"name" doc:"A name to keep it under."`
	Kind    string    `json:"kind" enum:"labels,picking,packing,control,manifest"`
	Format  string    `json:"format,omitempty" doc:"zpl, pdf or xlsx; absent of manifests."`
	Group   string    `json:"group,omitempty" doc:"Which part of the pile it holds."`
	Labels  int       `json:"labels,omitempty" doc:"Of how many orders it holds labels."`
	Pages   int       `json:"pages,omitempty"`
	Bytes   int64     `json:"bytes,omitempty" doc:"Its size; absent of manifests."`
	SHA256  string    `json:"sha256,omitempty" doc:"In hexadecimal; absent of manifests."`
	URL     string    `json:"url" format:"uri" doc:"Good for whoever has it until expires_at."`
	Expires time.Time `json:"expires_at"`
}

// linkLife is how long a link is good; a little less than it is, so that nobody is told too much.
const linkLife = 15*time.Minute - 10*time.Second

// files are the files of a batch with links.
func (d *Door) files(ctx context.Context, current client.Current) ([]File, error) {
	all := []File{}
	for _, file := range client.Files(current.Result) {
		url, err := d.Store.Link(ctx, file.Key, file.Name)
		if err != nil {
			return nil, err
		}
		one := File{Name: file.Name, Kind: "manifest", Bytes: file.Bytes, SHA256: file.SHA256, URL: url, Expires: d.Now().UTC().Add(linkLife).Truncate(time.Second)}
		switch {
		case file.Print.Key != "":
			one.Kind, one.Format, one.Group, one.Labels, one.Pages = "labels", file.Print.Format, file.Print.Group, file.Print.Labels, file.Print.Pages
		case file.List.Key != "":
			one.Kind, one.Format = file.List.Kind, file.List.Format
		case file.Control.Key != "":
			one.Kind, one.Format, one.Pages = "control", "pdf", file.Control.Pages
		}
		all = append(all, one)
	}
	return all, nil
}

// BatchFiles are the files of a batch.
type BatchFiles struct {
	Status BatchStatus `json:"status" enum:"open,queued,processing,completed,completed_with_errors,archived,invalid" doc:"Files are there when the batch is over."`
	Files  []File      `json:"files"`
}

type filesOutput struct{ Body BatchFiles }

func (d *Door) getFiles(ctx context.Context, in *batchInput) (*filesOutput, error) {
	current, err := d.findBatch(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &filesOutput{Body: BatchFiles{Status: viewBatch(current, wording.English).Status, Files: []File{}}}
	if !current.Open {
		out.Body.Files, err = d.files(ctx, current)
	}
	return out, d.refuse(ctx, err, CodeNoBatch)
}
