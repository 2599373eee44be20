package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/starter/terminal"
	"github.com/despacho/despacho/storage"
)

type statusShowCommand struct {
	Key  string `arg:"" help:"The change's key, or its workflow id status/<merchant>/<key>."`
	JSON bool   `name:"json" help:"Print the result as JSON on stdout."`
}

// Run shows where a status change stands.
func (c *statusShowCommand) Run(ctx context.Context, d desk) error {
	id := c.Key
	if !strings.HasPrefix(id, "status/") {
		if err := client.CheckNames(d.merchant, c.Key); err != nil {
			return err
		}
		id = contract.StatusChangeID(d.merchant, c.Key)
	}
	merchant, key, err := contract.ParseStatusChangeID(id)
	if err != nil {
		return usageProblem("name a status change by its key or by status/<merchant>/<key>", "%v", err)
	}
	changes, err := d.Statuses(ctx)
	if err != nil {
		return err
	}
	store, err := d.store(ctx)
	if err != nil {
		return err
	}
	open, err := changes.Open(ctx, id)
	switch {
	case errors.Is(err, client.ErrNoRun):
		return d.showForgotten(ctx, store, merchant, key, c.JSON)
	case err != nil:
		return err
	case !open:
		return d.finishStatuses(ctx, changes, store, id, c.JSON)
	}
	result, err := changes.Progress(ctx, id)
	if errors.Is(err, client.ErrNoAnswer) {
		return &Problem{Code: ExitError, Message: "status change " + key + " is going on, but no worker answers", Hint: "is a worker up on task queue " + contract.TaskQueue + "?", Cause: err}
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return d.printJSON(listOf(result, nil))
	}
	d.print("%s", statusLine(result))
	return nil
}

// showForgotten shows a status change that Temporal no longer keeps.
func (d desk) showForgotten(ctx context.Context, store client.Store, merchant, key string, asJSON bool) error {
	result, list, err := client.StoredStatuses(ctx, store, merchant, key)
	if errors.Is(err, storage.ErrNotFound) {
		return &Problem{Code: ExitNotFound, Message: fmt.Sprintf("there is no status change %s of merchant %s", key, merchant), Hint: "its key is printed when it is started", Cause: err}
	}
	if err != nil {
		return err
	}
	d.say("Temporal no longer keeps this status change: this is the result that it left in the label store")
	return d.printStatuses(result, list, asJSON)
}

// statusStarted says what was started and, when asked to, waits for its end.
func (d desk) statusStarted(ctx context.Context, changes client.StatusChanges, store client.Store, id string, wait, asJSON bool) error {
	_, key, err := contract.ParseStatusChangeID(id)
	if err != nil {
		return err
	}
	if !wait {
		if asJSON {
			return d.printJSON(startedStatuses{listOf(contract.StatusResult{}, nil), key, id})
		}
		d.print("status change %s started", key)
		d.print("workflow id  %s", id)
		d.print("follow it    starter status show %s", id)
		return nil
	}
	last := ""
	_, err = client.FollowStatuses(ctx, changes, id, d.FollowEvery, func(result contract.StatusResult) {
		if line := statusLine(result); line != last && result.Requested > 0 {
			last = line
			d.say("%s", line)
		}
	})
	if err != nil && ctx.Err() != nil {
		return &Problem{Code: ExitInterrupted, Message: "no longer waiting; the status change goes on", Hint: "starter status show " + id, Cause: err}
	}
	if err != nil {
		return err
	}
	return d.finishStatuses(ctx, changes, store, id, asJSON)
}

// startedStatuses is the list of a change that has only begun, with its names.
type startedStatuses struct {
	contract.StatusList
	Key        string `json:"key"`
	WorkflowID string `json:"workflow_id"`
}

// finishStatuses prints the result of a status change that is over and ends with its exit code.
func (d desk) finishStatuses(ctx context.Context, changes client.StatusChanges, store client.Store, id string, asJSON bool) error {
	result, err := changes.Wait(ctx, id)
	if err != nil {
		return err
	}
	list, err := client.StatusRows(ctx, store, result)
	if errors.Is(err, storage.ErrNotFound) {
		d.say("how every order ended has expired in the label store")
		err = nil
	}
	if err != nil {
		return err
	}
	return d.printStatuses(result, listOf(result, list.Rows), asJSON)
}

func (d desk) printStatuses(result contract.StatusResult, list contract.StatusList, asJSON bool) error {
	if asJSON {
		if err := d.printJSON(list); err != nil {
			return err
		}
	} else {
		d.print("%s", statusLine(result))
		for _, row := range list.Rows {
			if row.Outcome != contract.StatusSynced {
				d.print("  %-13s %s  %s", row.Outcome, terminal.Plain(cmp.Or(row.Name, row.Order)), terminal.Plain(row.Reason.Words))
			}
		}
	}
	if result.Reason.Words != "" {
		d.say("%s", terminal.PlainLines(result.Reason.Words))
	}
	if code := statusExitCode(result); code != ExitComplete {
		return exitCode(code)
	}
	return nil
}

// listOf is the list of a result; nothing in it is null.
func listOf(result contract.StatusResult, rows []contract.StatusListRow) contract.StatusList {
	list := contract.StatusList{Requested: result.Requested, Outcomes: result.Outcomes, Rows: rows}
	if list.Outcomes == nil {
		list.Outcomes = map[contract.StatusOutcome]int{}
	}
	if list.Rows == nil {
		list.Rows = []contract.StatusListRow{}
	}
	return list
}

func statusLine(r contract.StatusResult) string {
	parts := lo.FilterMap(contract.StatusOutcomes(), func(outcome contract.StatusOutcome, _ int) (string, bool) {
		return fmt.Sprintf("%d %s", r.Outcomes[outcome], outcome), r.Outcomes[outcome] > 0
	})
	ended := lo.Sum(lo.Values(r.Outcomes))
	line := fmt.Sprintf("%s %s: %d of %s ended", terminal.Plain(r.To), r.State, ended, terminal.Count(r.Requested, "order"))
	if len(parts) > 0 {
		line += ": " + strings.Join(parts, ", ")
	}
	return line
}

// statusExitCode is the command line's exit code for a status change: 0 when every order is synced or
// not needed (or it is open), 3 when others are among them, 4 when it failed or was cancelled.
func statusExitCode(r contract.StatusResult) int {
	switch r.State {
	case contract.RunFailed, contract.RunCancelled:
		return ExitFailed
	case contract.RunCompleted:
		if r.Outcomes[contract.StatusSynced]+r.Outcomes[contract.StatusNotNeeded] < r.Requested {
			return ExitIncomplete
		}
	case contract.RunRunning, contract.RunPaused, contract.RunWaiting:
	}
	return ExitComplete
}
