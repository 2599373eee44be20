package intake

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	intakesteps "github.com/despacho/despacho/activities/intake"
	"github.com/despacho/despacho/activities/runs"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
)

// lostRunAfter is after how long the intake checks a run that makes labels and has not reported its end.
const lostRunAfter = 30 * time.Minute

// lostMakings finds runs that ended without reporting it, as a terminated one does.
func (i *intake) lostMakings(ctx workflow.Context) error {
	for n := range i.state.Making {
		if i.state.Making[n].Since.Add(lostRunAfter).After(workflow.Now(ctx)) {
			continue
		}
		open := true
		in := runs.RunIsOpenInput{WorkflowID: contract.RunID(i.merchant, i.state.Making[n].Run)}
		err := i.step(ctx, stepLook, func(g workflow.Context) error {
			return workflow.ExecuteActivity(workflows.IntakeStep(g, "is the run still open?"), runSteps.RunIsOpen, in).Get(g, &open)
		})
		if err != nil {
			return err
		}
		i.state.Making[n].Ended = i.state.Making[n].Ended || !open
	}
	return nil
}

// hasEndedMaking says whether a run that makes labels has ended and was not looked at.
func (i *intake) hasEndedMaking() bool { return i.endedMaking() >= 0 }

func (i *intake) endedMaking() int {
	return slices.IndexFunc(i.state.Making, func(m contract.IntakeMaking) bool { return m.Ended })
}

// takeMade records how the orders of a run that has ended came out.
func (i *intake) takeMade(ctx workflow.Context) error {
	n, through := i.endedMaking(), false
	run := i.state.Making[n].Run
	err := i.step(ctx, stepMade, func(g workflow.Context) error {
		in := intakesteps.TakeMadeInput{Merchant: i.merchant, Run: run}
		err := workflow.ExecuteActivity(workflows.IntakeStep(g, "record the outcomes of run "+run), intakeSteps.TakeMade, in).Get(g, nil)
		through = err == nil
		return err
	})
	if !through {
		return err
	}
	i.state.Making = append(append([]contract.IntakeMaking(nil), i.state.Making[:n]...), i.state.Making[n+1:]...)
	now := workflow.Now(ctx)
	i.state.NextLook = now
	// More orders of its connection may have come in the meantime.
	i.makeBy(now)
	return err
}

// make prepares and starts the runs that make the labels of queued orders.
func (i *intake) make(ctx workflow.Context) error {
	if i.state.MakingKey == "" {
		i.state.MakingKey = i.name(ctx, "made")
	}
	in := intakesteps.PrepareMakingInput{Merchant: i.merchant, Run: i.state.MakingKey}
	for _, m := range i.state.Making {
		in.Open = append(in.Open, m.Connection)
	}
	i.state.MakeAt = time.Time{}
	var prepared intakesteps.PreparedMaking
	through := false
	err := i.step(ctx, stepMake, func(g workflow.Context) error {
		err := workflow.ExecuteActivity(workflows.IntakeStep(g, "give queued orders to runs"), intakeSteps.PrepareMaking, in).Get(g, &prepared)
		through = err == nil
		return err
	})
	if !through {
		// Keep the key, so that what was already prepared is found again.
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

// makingWithin is the deadline of a run that makes labels; nobody waits for it.
const makingWithin = 6 * time.Hour

func (i *intake) startMaking(ctx workflow.Context, one contract.Making) error {
	options := workflow.ChildWorkflowOptions{
		WorkflowID:            contract.RunID(i.merchant, one.Run),
		TaskQueue:             contract.TaskQueue,
		ParentClosePolicy:     enums.PARENT_CLOSE_POLICY_ABANDON,
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		StaticSummary:         workflows.Shorten(fmt.Sprintf("makes %d labels", one.Orders)),
		Priority:              contract.FairShare(i.merchant),
		TypedSearchAttributes: temporal.NewSearchAttributes(
			contract.MerchantAttribute.ValueSet(i.merchant), contract.RunAttribute.ValueSet(one.Run), contract.StateAttribute.ValueSet(string(contract.RunRunning)),
		),
	}
	input := contract.LabelRunInput{
		Merchant: i.merchant, Connections: []string{one.Connection}, OrdersKey: one.OrdersKey,
		Max: -1, MakeOnly: true, Within: contract.Duration(makingWithin),
	}
	child := workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, options), contract.LabelRunType, input)
	err := child.GetChildWorkflowExecution().Get(ctx, nil)
	if err != nil && !temporal.IsWorkflowExecutionAlreadyStartedError(err) {
		return err
	}
	i.state.Making = append(i.state.Making, contract.IntakeMaking{Making: one, Since: workflow.Now(ctx)})
	return nil
}

func mayConfirm(request contract.ConfirmRequest) error {
	if n := len(request.Orders); n == 0 || n > contract.ConfirmLimit {
		return fmt.Errorf("a confirmation names 1 to %[2]d orders, not %[1]d", n, contract.ConfirmLimit)
	}
	for n, order := range request.Orders {
		if order == "" || len(order) > 128 {
			return fmt.Errorf("order %d is empty or longer than 128 characters", n+1)
		}
	}
	return nil
}

// confirm answers once the confirmation is recorded; the labels are made in the background.
func (i *intake) confirm(ctx workflow.Context, request contract.ConfirmRequest) (contract.ConfirmedOrders, error) {
	var confirmed contract.ConfirmedOrders
	in := intakesteps.ConfirmOrdersInput{Merchant: i.merchant, Orders: request.Orders}
	summary := fmt.Sprintf("record that %d orders are in stock", len(request.Orders))
	if err := workflow.ExecuteActivity(workflows.PromptStep(ctx, summary), intakeSteps.ConfirmOrders, in).Get(ctx, &confirmed); err != nil {
		return confirmed, errors.New(workflows.ErrorWords(err))
	}
	for _, one := range confirmed.Orders {
		if one.Outcome == contract.ConfirmHeldBack {
			// Its label is made as soon as a notification says that it may be.
			i.promised++
			i.state.Looked.Promised++
		}
	}
	if confirmed.Queued > 0 {
		i.makeBy(workflow.Now(ctx).Add(gatherNotificationsFor))
	}
	return confirmed, nil
}
