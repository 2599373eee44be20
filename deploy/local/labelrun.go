package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/service/wholefile"
	"github.com/despacho/despacho/starter/terminal"
)

const (
	// progressEvery is how often the run is asked how far it is.
	progressEvery = 500 * time.Millisecond
	// lastWordWithin bounds how long a run that goes on is asked where it stands.
	lastWordWithin = 3 * time.Second
)

func (w *workbench) runs() client.TemporalRuns { return client.TemporalRuns{Client: w.temporal} }

// runToSee returns the workflow id of the run that the data folder holds open, else starts one.
func (w *workbench) runToSee(ctx context.Context, given *flags, out io.Writer) (string, error) {
	id, err := w.openRun(ctx)
	if err != nil {
		return "", err
	}
	if id != "" {
		fmt.Fprintf(out, "\nGoing on with the open run %s\n", id)
	} else if id, err = w.newRun(ctx, given); err != nil {
		return "", err
	} else {
		fmt.Fprintf(out, "\nStarted run %s\n", id)
	}
	fmt.Fprintf(out, "Watch it: %s\n\n", runPage(w.running, id))
	return id, nil
}

// follow shows how the run gets on until it ends, or until ctx ends; then it says where the run stands.
func (w *workbench) follow(ctx context.Context, id string, out io.Writer) (contract.RunResult, error) {
	result, err := terminal.Follow(ctx, w.runs(), id, terminal.NewProgress(out), progressEvery)
	if ctx.Err() == nil {
		return result, err
	}
	briefly, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWordWithin)
	defer cancel()
	current, err := client.Look(briefly, w.runs(), w.store, id)
	return current.Result, err
}

// remembered is the run that this program started last in a data folder.
type remembered struct {
	WorkflowID string `json:"workflow_id"`
}

func (w *workbench) rememberedPath() string { return filepath.Join(w.running.Dir, "run.json") }

// openRun returns the workflow id of the merchant's run that is still open: the last that this
// program started, else the newest that anybody did; empty when there is none.
func (w *workbench) openRun(ctx context.Context) (string, error) {
	id, err := w.lastRun()
	if err != nil {
		return "", err
	}
	if merchant, _, err := contract.ParseRunID(id); err == nil && merchant == w.from.merchant {
		description, err := w.runs().Describe(ctx, id)
		if err == nil && description.Open() {
			return id, nil
		}
		if err != nil && !errors.Is(err, client.ErrNoRun) {
			return "", err
		}
	}
	query := fmt.Sprintf("WorkflowType = 'LabelRun' AND ExecutionStatus = 'Running' AND %s = '%s'",
		contract.MerchantAttribute.GetName(), w.from.merchant)
	open, err := w.runs().List(ctx, query, 1)
	if err != nil || len(open) == 0 {
		return "", err
	}
	return open[0].WorkflowID, nil
}

func (w *workbench) lastRun() (string, error) {
	content, err := os.ReadFile(w.rememberedPath())
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var last remembered
	if err := json.Unmarshal(content, &last); err != nil {
		return "", fmt.Errorf("read %s: %w; remove it, or use another data folder", w.rememberedPath(), err)
	}
	return last.WorkflowID, nil
}

// newRun starts a run over all that waits, printed as the flags say. Its name is written down first, so that a process that
// dies here finds the run again.
func (w *workbench) newRun(ctx context.Context, given *flags) (string, error) {
	key := contract.NewKey(time.Now())
	id := contract.RunID(w.from.merchant, key)
	content, err := json.Marshal(remembered{WorkflowID: id})
	if err != nil {
		return "", err
	}
	if err := wholefile.Replace(w.rememberedPath(), content, wholefile.PrivateMode); err != nil {
		return "", err
	}
	input, err := w.request(ctx, given, key)
	if err != nil {
		return "", err
	}
	_, err = client.Start(ctx, w.runs(), w.store, key, input)
	return id, err
}

// request is what the flags ask of the run with this key.
func (w *workbench) request(ctx context.Context, given *flags, key string) (contract.LabelRunInput, error) {
	input := contract.LabelRunInput{Merchant: w.from.merchant, Max: -1}
	bins, err := given.ReadBins()
	if err != nil {
		return input, err
	}
	if input.Printing, err = given.Printing(); err != nil {
		return input, err
	}
	input.BinsKey, err = client.PutBins(ctx, w.store, input.Merchant, key, bins)
	return input, err
}
