package workflows

import (
	"fmt"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
)

// publish settles the books as they stand: leaves out what was cancelled,
// joins and publishes, lets the statuses that follow settle, and closes.
func (r *labelRun) publish(ctx workflow.Context) error {
	if err := workflow.Await(ctx, func() bool { return r.starting == 0 }); err != nil {
		return err
	}
	in := r.publishInput()
	if !r.in.MakeOnly {
		r.leaveOutCancelled(ctx, in)
	}
	var published activities.Published
	if err := workflow.ExecuteActivity(joinStep(ctx, "sort, join and publish the labels"), publishing.Publish, in).Get(ctx, &published); err != nil {
		return err
	}
	r.takePublished(published)
	r.show(ctx)
	r.release(ctx, published.After)
	if err := r.awaitVerified(ctx, published.After); err != nil {
		return err
	}
	return r.close(ctx, in)
}

func (r *labelRun) leaveOutCancelled(ctx workflow.Context, in activities.PublishInput) {
	if err := workflow.ExecuteActivity(briefStep(ctx, "leave out what was cancelled meanwhile"), publishing.LeaveOutCancelled, in).Get(ctx, nil); err != nil {
		// A hub that is down keeps nobody from the labels that are there.
		r.result.Reason = books.Reason("orders that were cancelled meanwhile may be among the labels: " + errorWords(err))
	}
}

func (r *labelRun) publishInput() activities.PublishInput {
	in := activities.PublishInput{Merchant: r.result.Merchant, Run: r.result.Run, Format: r.in.Format, Printing: r.in.Printing, Settings: r.settings, Since: r.since, MakeOnly: r.in.MakeOnly}
	for _, t := range r.turns {
		if t.connection.SkipReason != "" && t.found == 0 {
			continue
		}
		if !t.settled && r.cancelled {
			t.rest = books.Rest{Outcome: books.NotReady, Reason: "the run was cancelled before its label was there; the next run takes it up"}
		}
		in.Connections = append(in.Connections, activities.RunConnection{Connection: t.connection, Rest: t.rest})
	}
	if r.unresolved > 0 {
		in.Connections = append(in.Connections, activities.RunConnection{Connection: activities.Connection{ID: activities.Unresolved}})
	}
	return in
}

// takePublished takes the run's final figures from its books.
func (r *labelRun) takePublished(published activities.Published) {
	r.result.Files = append(r.result.Files, published.Files...)
	r.result.Lists = append(r.result.Lists, published.Lists...)
	r.result.Controls = append(r.result.Controls, published.Controls...)
	r.reasons, r.changes = published.Reasons, published.Changes
	r.result.Requested, r.result.Outcomes = published.Requested, map[books.Outcome]int{}
	for _, id := range workflow.DeterministicKeys(published.Accounts) {
		addOutcomes(r.result.Outcomes, published.Accounts[id].Ended)
	}
	for _, t := range r.turns {
		counts := published.Accounts[t.connection.ID]
		t.result.Outcomes = map[books.Outcome]int{}
		addOutcomes(t.result.Outcomes, counts.Ended)
		t.result.Requested = books.Sum(counts.Ended)
		t.result.LeftOut, t.result.Elsewhere, t.result.Strangers = counts.LeftOut, counts.Elsewhere, counts.Strangers
		switch {
		case t.settled:
		case t.started:
			t.result.State, t.result.Reason = books.ConnectionInBackground, "goes on in the background: its labels are printed by the next run"
		default:
			t.result.State, t.result.Reason = books.ConnectionWaiting, t.rest.Reason
		}
	}
	r.sumAside()
}

// release lets go of the connections: those that still work go on by
// themselves, and ask for nothing more when the run was cancelled.
func (r *labelRun) release(ctx workflow.Context, after map[string]int) {
	r.publishing = true
	for _, t := range r.turns {
		if !t.started {
			continue
		}
		id := ConnectionID(r.result.Merchant, t.connection.ID)
		if r.cancelled && !t.settled {
			_ = workflow.SignalExternalWorkflow(ctx, id, "", stopSignal, nil).Get(ctx, nil)
		}
		if err := workflow.SignalExternalWorkflow(ctx, id, "", publishedSignal, Publication{After: after[t.connection.ID]}).Get(ctx, nil); err != nil {
			workflow.GetLogger(ctx).Warn("a connection's run is not there any more", "connection", t.connection.ID, "error", err)
			t.verified = true
		}
	}
}

// awaitVerified waits until the statuses that go out after publishing are settled.
func (r *labelRun) awaitVerified(ctx workflow.Context, after map[string]int) error {
	settled := func() bool {
		for _, t := range r.turns {
			if after[t.connection.ID] > 0 && !t.verified {
				return false
			}
		}
		return true
	}
	if settled() {
		return nil
	}
	_, err := awaitUpTo(ctx, r.statusesLimit(), "until the statuses after the labels are on their channels", settled)
	return err
}

// close writes the manifest and keeps the result.
func (r *labelRun) close(ctx workflow.Context, in activities.PublishInput) error {
	if err := workflow.ExecuteActivity(joinStep(ctx, "write the manifest"), publishing.CloseBooks, in).Get(ctx, &r.result.Manifest); err != nil {
		return err
	}
	if !r.result.Balanced() {
		return temporal.NewNonRetryableApplicationError(
			fmt.Sprintf("the books do not balance: %d requested, %d with an outcome", r.result.Requested, books.Sum(r.result.Outcomes)), activities.ErrorBooks, nil)
	}
	r.end(ctx, "cancelled; what was labelled by then is published")
	return workflow.ExecuteActivity(hubStep(ctx, "keep the result"), runs.CloseRun, r.result).Get(ctx, nil)
}

// end gives the run its last state and shows it.
func (r *labelRun) end(ctx workflow.Context, cancelled string) {
	r.publishing = true
	r.result.State = books.RunCompleted
	if r.cancelled {
		r.result.State, r.result.Reason = books.RunCancelled, cancelled
	}
	r.show(ctx)
}

// show tells people how far the run is: details, and the figures that lists can be filtered by.
func (r *labelRun) show(ctx workflow.Context) {
	if !r.publishing {
		r.sum()
		r.result.State = r.state()
	}
	workflow.SetCurrentDetails(ctx, r.details())
	r.attributes(ctx)
}

// state is waiting while all that is left to do waits for other runs.
func (r *labelRun) state() books.RunState {
	if r.pause.reason != "" {
		return books.RunPaused
	}
	waits := false
	for _, t := range r.turns {
		if !t.settled && t.result.State != books.ConnectionWaiting {
			return books.RunRunning
		}
		waits = waits || !t.settled
	}
	if waits {
		return books.RunWaiting
	}
	return books.RunRunning
}

func (r *labelRun) attributes(ctx workflow.Context) {
	err := workflow.UpsertTypedSearchAttributes(ctx,
		MerchantAttribute.ValueSet(r.result.Merchant), RunAttribute.ValueSet(r.result.Run),
		StateAttribute.ValueSet(string(r.result.State)),
		RequestedAttribute.ValueSet(int64(r.result.Requested)), FailedAttribute.ValueSet(int64(r.result.Failed())),
	)
	if err != nil {
		workflow.GetLogger(ctx).Warn("search attributes were not set", "error", err)
	}
}
