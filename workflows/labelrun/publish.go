package labelrun

import (
	"fmt"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/activities/publishing"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
	"github.com/despacho/despacho/workflows"
)

// publish settles the books as they stand: it leaves out cancelled orders, joins and publishes the
// labels, waits for the statuses that follow, and closes the books.
func (r *labelRun) publish(ctx workflow.Context) error {
	if err := workflow.Await(ctx, func() bool { return r.starting == 0 }); err != nil {
		return err
	}
	in := r.publishInput()
	if !r.in.MakeOnly {
		r.leaveOutCancelled(ctx, in)
	}
	var published publishing.Published
	if err := workflow.ExecuteActivity(workflows.JoinStep(ctx, "sort, join and publish the labels"), publishSteps.Publish, in).Get(ctx, &published); err != nil {
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

func (r *labelRun) leaveOutCancelled(ctx workflow.Context, in publishing.PublishInput) {
	if err := workflow.ExecuteActivity(workflows.BriefStep(ctx, "leave out orders cancelled in the meantime"), publishSteps.LeaveOutCancelled, in).Get(ctx, nil); err != nil {
		// The labels are published even while the hub is down.
		r.result.Reason = wording.Reason(contract.WhyMaybeCancelled, "detail", workflows.ErrorWords(err))
	}
}

func (r *labelRun) publishInput() publishing.PublishInput {
	in := publishing.PublishInput{Merchant: r.result.Merchant, Run: r.result.Run, Format: r.in.Format, Printing: r.in.Printing, Settings: r.settings, Since: r.since, MakeOnly: r.in.MakeOnly}
	for _, t := range r.turns {
		if t.connection.SkipReason.Words != "" && t.found == 0 {
			continue
		}
		if !t.settled && r.cancelled {
			t.rest = books.RestOutcome{Outcome: contract.NotReady, Reason: wording.Reason(contract.WhyCancelledBefore)}
		}
		in.Connections = append(in.Connections, publishing.RunConnection{Connection: t.connection, Rest: t.rest})
	}
	if r.unresolved > 0 {
		in.Connections = append(in.Connections, publishing.RunConnection{Connection: activities.Connection{ID: orders.Unresolved}})
	}
	return in
}

// takePublished takes the run's final figures from its books.
func (r *labelRun) takePublished(published publishing.Published) {
	r.result.Files = append(r.result.Files, published.Files...)
	r.result.Lists = append(r.result.Lists, published.Lists...)
	r.result.Controls = append(r.result.Controls, published.Controls...)
	r.reasons, r.changes, r.prints.labels = published.Reasons, published.Changes, published.Labels
	r.result.Requested, r.result.Outcomes = published.Requested, map[contract.Outcome]int{}
	for _, id := range workflow.DeterministicKeys(published.Accounts) {
		addOutcomes(r.result.Outcomes, published.Accounts[id].Ended)
	}
	for _, t := range r.turns {
		counts := published.Accounts[t.connection.ID]
		t.result.Outcomes = map[contract.Outcome]int{}
		addOutcomes(t.result.Outcomes, counts.Ended)
		t.result.Requested = contract.SumOutcomes(counts.Ended)
		t.result.LeftOut, t.result.Elsewhere, t.result.Strangers = counts.LeftOut, counts.Elsewhere, counts.Strangers
		switch {
		case t.settled:
		case t.started:
			t.result.State, t.result.Reason = contract.ConnectionInBackground, wording.Reason(contract.WhyInBackground)
		default:
			t.result.State, t.result.Reason = contract.ConnectionWaiting, t.rest.Reason
		}
	}
	r.sumAside()
}

// release lets the connections go: those still at work go on by themselves, and ask for nothing more
// if the run was cancelled.
func (r *labelRun) release(ctx workflow.Context, after map[string]int) {
	r.publishing = true
	for _, t := range r.turns {
		if !t.started {
			continue
		}
		id := contract.ConnectionID(r.result.Merchant, t.connection.Channel, t.connection.ID)
		if r.cancelled && !t.settled {
			_ = workflow.SignalExternalWorkflow(ctx, id, "", stopSignal, nil).Get(ctx, nil)
		}
		if err := workflow.SignalExternalWorkflow(ctx, id, "", publishedSignal, Publication{After: after[t.connection.ID]}).Get(ctx, nil); err != nil {
			workflow.GetLogger(ctx).Warn("a connection's workflow has ended", "connection", t.connection.ID, "error", err)
			t.verified = true
		}
	}
}

// awaitVerified waits until the statuses that follow publishing are settled.
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
	_, err := workflows.AwaitUpTo(ctx, r.statusesLimit(), "until the channels have the statuses that follow the labels", settled)
	return err
}

// close writes the manifest and stores the result.
func (r *labelRun) close(ctx workflow.Context, in publishing.PublishInput) error {
	if err := workflow.ExecuteActivity(workflows.JoinStep(ctx, "write the manifest"), publishSteps.CloseBooks, in).Get(ctx, &r.result.Manifest); err != nil {
		return err
	}
	if !r.result.Balanced() {
		return temporal.NewNonRetryableApplicationError(
			fmt.Sprintf("the books do not balance: %d requested, %d with an outcome", r.result.Requested, contract.SumOutcomes(r.result.Outcomes)), contract.ErrorBooks, nil)
	}
	r.end(ctx, contract.WhyCancelledAndPublished)
	return workflow.ExecuteActivity(workflows.HubStep(ctx, "store the result"), runSteps.CloseRun, r.result).Get(ctx, nil)
}

// end sets the run's last state and shows it.
func (r *labelRun) end(ctx workflow.Context, cancelled contract.ReasonCode) {
	r.publishing = true
	r.result.State = contract.RunCompleted
	if r.cancelled {
		r.result.State, r.result.Reason = contract.RunCancelled, wording.Reason(cancelled)
	}
	r.show(ctx)
}

// show updates what people see of the run: details, and the search attributes by which runs are
// filtered.
func (r *labelRun) show(ctx workflow.Context) {
	if !r.publishing {
		r.sum()
		r.result.State = r.state()
	}
	workflow.SetCurrentDetails(ctx, r.details())
	r.attributes(ctx)
}

// state is waiting while all that is left to do waits for other runs.
func (r *labelRun) state() contract.RunState {
	if r.pause.reason != "" {
		return contract.RunPaused
	}
	waits := false
	for _, t := range r.turns {
		if !t.settled && t.result.State != contract.ConnectionWaiting {
			return contract.RunRunning
		}
		waits = waits || !t.settled
	}
	if waits {
		return contract.RunWaiting
	}
	return contract.RunRunning
}

func (r *labelRun) attributes(ctx workflow.Context) {
	err := workflow.UpsertTypedSearchAttributes(ctx,
		contract.MerchantAttribute.ValueSet(r.result.Merchant), contract.RunAttribute.ValueSet(r.result.Run),
		contract.StateAttribute.ValueSet(string(r.result.State)),
		contract.RequestedAttribute.ValueSet(int64(r.result.Requested)), contract.FailedAttribute.ValueSet(int64(r.result.Failed())),
	)
	if err != nil {
		workflow.GetLogger(ctx).Warn("search attributes could not be set", "error", err)
	}
}

// tellMade tells the merchant's Intake, if there is one, that a run that only makes labels has ended.
func (r *labelRun) tellMade(ctx workflow.Context) {
	if r.in.MakeOnly {
		_ = workflow.SignalExternalWorkflow(ctx, contract.IntakeID(r.result.Merchant), "", workflows.MadeSignal, r.result.Run).Get(ctx, nil)
	}
}
