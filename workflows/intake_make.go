package workflows

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
)

// lostLook is after what time a run that makes labels is asked for that has not told that it ended.
const lostLook = 30 * time.Minute

// lostMakings finds runs that ended without a word, as one does that was terminated.
func (i *intake) lostMakings(ctx workflow.Context) error {
	for n := range i.state.Making {
		if i.state.Making[n].Since.Add(lostLook).After(workflow.Now(ctx)) {
			continue
		}
		open := true
		in := activities.RunIsOpenInput{WorkflowID: RunID(i.merchant, i.state.Making[n].Run)}
		err := i.step(ctx, func(g workflow.Context) error {
			return workflow.ExecuteActivity(intakeStep(g, "is the run still open?"), runs.RunIsOpen, in).Get(g, &open)
		})
		if err != nil {
			return err
		}
		i.state.Making[n].Ended = i.state.Making[n].Ended || !open
	}
	return nil
}

// endedMaking is the place of a run that has ended; -1 when there is none.
func (i *intake) endedMaking() int {
	for n, m := range i.state.Making {
		if m.Ended {
			return n
		}
	}
	return -1
}

// takeMade notes what became of the orders of a run that has ended.
func (i *intake) takeMade(ctx workflow.Context, n int) error {
	run, through := i.state.Making[n].Run, false
	err := i.step(ctx, func(g workflow.Context) error {
		in := activities.TakeMadeInput{Merchant: i.merchant, Run: run}
		err := workflow.ExecuteActivity(intakeStep(g, "what became of run "+run), intakes.TakeMade, in).Get(g, nil)
		through = err == nil
		return err
	})
	if !through {
		return err
	}
	i.state.Making = append(append([]IntakeMaking(nil), i.state.Making[:n]...), i.state.Making[n+1:]...)
	now := workflow.Now(ctx)
	i.state.NextLook = now
	// Orders of its connection may have come meanwhile.
	i.makeBy(now)
	return err
}

// make prepares and starts the runs that make the labels of queued orders.
func (i *intake) make(ctx workflow.Context) error {
	if i.state.MakingKey == "" {
		i.state.MakingKey = i.name(ctx, "made")
	}
	in := activities.PrepareMakingInput{Merchant: i.merchant, Run: i.state.MakingKey}
	for _, m := range i.state.Making {
		in.Open = append(in.Open, m.Connection)
	}
	i.state.MakeAt = time.Time{}
	var prepared activities.PreparedMaking
	through := false
	err := i.step(ctx, func(g workflow.Context) error {
		err := workflow.ExecuteActivity(intakeStep(g, "give queued orders to runs"), intakes.PrepareMaking, in).Get(g, &prepared)
		through = err == nil
		return err
	})
	if !through {
		// Under the same key, so that what was prepared already is not lost.
		i.makeBy(workflow.Now(ctx))
		return err
	}
	for _, one := range prepared.Makings {
		if err := i.startMaking(ctx, one); err != nil {
			return err
		}
	}
	i.state.MakingKey = ""
	return nil
}

// makingWithin is when a run that makes labels ends at the latest; nobody waits for it.
const makingWithin = 6 * time.Hour

func (i *intake) startMaking(ctx workflow.Context, one activities.Making) error {
	options := workflow.ChildWorkflowOptions{
		WorkflowID:            RunID(i.merchant, one.Run),
		TaskQueue:             TaskQueue,
		ParentClosePolicy:     enums.PARENT_CLOSE_POLICY_ABANDON,
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		StaticSummary:         shorten(fmt.Sprintf("makes %d labels", one.Orders)),
		Priority:              FairShare(i.merchant),
		TypedSearchAttributes: temporal.NewSearchAttributes(
			MerchantAttribute.ValueSet(i.merchant), RunAttribute.ValueSet(one.Run), StateAttribute.ValueSet(string(books.RunRunning)),
		),
	}
	input := LabelRunInput{
		Merchant: i.merchant, Connections: []string{one.Connection}, OrdersKey: one.OrdersKey,
		Max: -1, MakeOnly: true, Within: activities.Duration(makingWithin),
	}
	child := workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, options), LabelRun, input)
	err := child.GetChildWorkflowExecution().Get(ctx, nil)
	if err != nil && !temporal.IsWorkflowExecutionAlreadyStartedError(err) {
		return err
	}
	i.state.Making = append(i.state.Making, IntakeMaking{Making: one, Since: workflow.Now(ctx)})
	return nil
}

func mayConfirm(request ConfirmRequest) error {
	if n := len(request.Orders); n == 0 || n > activities.ConfirmLimit {
		return fmt.Errorf("%d orders are confirmed at once; 1 to %d are possible", n, activities.ConfirmLimit)
	}
	for n, order := range request.Orders {
		if order == "" || len(order) > 128 {
			return fmt.Errorf("order %d is empty or longer than 128 characters", n+1)
		}
	}
	return nil
}

// confirm answers as soon as it is noted; the labels are made in the background.
func (i *intake) confirm(ctx workflow.Context, request ConfirmRequest) (activities.ConfirmedOrders, error) {
	var confirmed activities.ConfirmedOrders
	in := activities.ConfirmOrdersInput{Merchant: i.merchant, Orders: request.Orders}
	summary := fmt.Sprintf("note that the stock of %d orders is confirmed", len(request.Orders))
	if err := workflow.ExecuteActivity(promptStep(ctx, summary), intakes.ConfirmOrders, in).Get(ctx, &confirmed); err != nil {
		return confirmed, errors.New(errorWords(err))
	}
	if confirmed.Queued > 0 {
		i.makeBy(workflow.Now(ctx).Add(gatherFor))
	}
	return confirmed, nil
}

// tellMade tells the merchant's Intake that a run that only makes labels is over; it may not be there.
func (r *labelRun) tellMade(ctx workflow.Context) {
	if r.in.MakeOnly {
		_ = workflow.SignalExternalWorkflow(ctx, IntakeID(r.result.Merchant), "", madeSignal, r.result.Run).Get(ctx, nil)
	}
}
