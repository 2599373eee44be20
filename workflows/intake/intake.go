package intake

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	intakesteps "github.com/despacho/despacho/activities/intake"
	"github.com/despacho/despacho/activities/runs"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
)

const (
	// gatherNotificationsFor is how long notifications are collected before they are read.
	gatherNotificationsFor = 1500 * time.Millisecond
	// gatherRepeatsFor is the same, in hub time, for notifications of objects that were told of before.
	gatherRepeatsFor = contract.Duration(30 * time.Second)
	// notificationsAtOnce is how many notifications one step reads.
	notificationsAtOnce = 50
	// signalsAtMost, stepsAtMost and lengthAtMost bound a history: after so many an Intake continues as
	// new.
	signalsAtMost = 500
	stepsAtMost   = 300
	lengthAtMost  = 6000
	// stepGrace is how long a running step may go on when the Intake is about to continue as new.
	stepGrace = 30 * time.Second
	// takenAlong is how many notifications an Intake carries over when it continues as new; the rest goes
	// into the store.
	takenAlong = 300
	// leftKept is how many sales that were left an Intake remembers until the next look; what comes above that is marked by
	// the steps themselves.
	leftKept = 300
	// pollLeftAfter is how soon, in hub time, a poll follows notifications that were left to it.
	pollLeftAfter = contract.Duration(5 * time.Minute)
	// backlogShown is how many lists of the backlog the progress query returns.
	backlogShown = 20
	// notificationLength bounds a notification's id, in bytes.
	notificationLength = 150
)

// Intake learns of a merchant's orders from webhooks and polls, records where each stands, reports
// those whose deadline is near, and has labels made where the merchant's policies say so. It ends by
// itself only when the merchant is not connected.
func Intake(ctx workflow.Context, in contract.IntakeInput) error {
	i, err := newIntake(ctx, in)
	if err != nil {
		return err
	}
	if err := i.listen(ctx); err != nil {
		return err
	}
	connected, err := i.open(ctx)
	if err != nil {
		return err
	}
	if !connected {
		return workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) })
	}
	work := i.workInLanes
	if i.alone {
		work = i.workAlone
	}
	if err := work(ctx); err != nil {
		return err
	}
	return i.continueAsNew(ctx)
}

// intake is the state of one execution of an Intake.
type intake struct {
	merchant string
	state    contract.IntakeState
	settings intakesteps.IntakeSettings

	// alone: it does one step at a time, as an Intake that began before [versionLanes].
	alone bool
	lanes

	// waiting is what is known of each notification in the state.
	waiting map[string]waitingNotification
	// since is when the first of them arrived; only an Intake that is alone asks for it.
	since time.Time
	// reading counts the notifications that steps are reading now.
	reading int
	// promised counts the confirmed orders that turned out to be held back since a look began.
	promised int
	// news: something happened that the current wait does not know of.
	news           bool
	signals, steps int
	// resume is when a step that failed may be tried again, by its name.
	resume map[string]time.Time
}

func newIntake(ctx workflow.Context, in contract.IntakeInput) (*intake, error) {
	id := workflow.GetInfo(ctx).WorkflowExecution.ID
	if !contract.ValidKey(in.Merchant) || id != contract.IntakeID(in.Merchant) {
		return nil, temporal.NewNonRetryableApplicationError(
			fmt.Sprintf("the Intake of merchant %.64q must have the workflow id intake/<merchant>, not %.128q", in.Merchant, id), contract.ErrorRequest, nil)
	}
	now := workflow.Now(ctx)
	i := &intake{
		merchant: in.Merchant, state: in.State, alone: workflow.GetVersion(ctx, versionLanes, workflow.DefaultVersion, 1) == workflow.DefaultVersion,
		lanes: newLanes(), waiting: map[string]waitingNotification{}, resume: map[string]time.Time{}, since: now,
	}
	for _, notification := range in.State.Pending {
		i.waiting[notification] = waitingNotification{at: now}
	}
	return i, nil
}

// listen receives notifications, news of runs, and confirmations.
func (i *intake) listen(ctx workflow.Context) error {
	err := workflow.SetQueryHandlerWithOptions(ctx, contract.ProgressQuery, func() (contract.IntakeProgress, error) { return i.progress(), nil }, workflow.QueryHandlerOptions{Description: "how the intake stands, in figures"})
	if err != nil {
		return err
	}
	err = workflow.SetUpdateHandlerWithOptions(ctx, contract.ConfirmUpdate, i.confirm, workflow.UpdateHandlerOptions{
		Validator: mayConfirm, Description: "confirm that these orders are in stock: their labels are made",
	})
	if err != nil {
		return err
	}
	err = workflow.SetUpdateHandlerWithOptions(ctx, contract.BringLabelUpdate, i.bringLabel, workflow.UpdateHandlerOptions{
		Validator: mayBringLabel, Description: "check a partner's own label, and make it that of an order",
	})
	if err != nil {
		return err
	}
	workflow.Go(ctx, func(g workflow.Context) {
		for {
			var notifications contract.Notifications
			workflow.GetSignalChannel(g, contract.NotificationsSignal).Receive(g, &notifications)
			i.hear(g, notifications)
		}
	})
	workflow.Go(ctx, func(g workflow.Context) {
		for {
			var run string
			workflow.GetSignalChannel(g, workflows.MadeSignal).Receive(g, &run)
			i.made(run)
		}
	})
	return nil
}

// progress is how the intake stands, in figures: during a storm the notifications themselves would not
// fit into a query's answer.
func (i *intake) progress() contract.IntakeProgress {
	progress := contract.IntakeProgress{Merchant: i.merchant, IntakeState: i.state, Waiting: waitingNotifications(i.state) + i.reading}
	progress.Pending, progress.LeftSales = nil, nil
	progress.Backlog = progress.Backlog[:min(len(progress.Backlog), backlogShown)]
	return progress
}

func (i *intake) made(run string) {
	i.signals++
	for n := range i.state.Making {
		if i.state.Making[n].Run == run {
			i.state.Making[n].Ended = true
			i.news = true
		}
	}
}

// open reads the worker's settings and how far earlier polls came. It also learns whether the merchant
// is connected at all: a late notification may have started this workflow.
func (i *intake) open(ctx workflow.Context) (connected bool, err error) {
	err = workflow.UpsertTypedSearchAttributes(ctx, contract.MerchantAttribute.ValueSet(i.merchant), contract.StateAttribute.ValueSet("listening"))
	if err != nil {
		workflow.GetLogger(ctx).Warn("search attributes could not be set", "error", err)
	}
	for {
		var opened intakesteps.OpenedIntake
		in := intakesteps.OpenIntakeInput{Merchant: i.merchant}
		err := i.stepAlone(ctx, stepOpen, func(g workflow.Context) error {
			return workflow.ExecuteActivity(workflows.IntakeStep(g, "read the settings"), intakeSteps.OpenIntake, in).Get(g, &opened)
		})
		if err != nil || opened.Gone {
			return false, err
		}
		if opened.Settings != (intakesteps.IntakeSettings{}) {
			i.settings = opened.Settings
			if i.state.Complete.IsZero() {
				i.state.Complete = opened.Cursor
			}
			return true, nil
		}
		if i.full(ctx) {
			return true, nil
		}
		if err := i.waitAlone(ctx, i.resume[stepOpen]); err != nil {
			return false, err
		}
	}
}

// full says whether it is time to continue as new.
func (i *intake) full(ctx workflow.Context) bool {
	info := workflow.GetInfo(ctx)
	return i.signals >= signalsAtMost || i.steps >= stepsAtMost ||
		info.GetCurrentHistoryLength() > lengthAtMost || info.GetContinueAsNewSuggested()
}

// continueAsNew starts over with an empty history. Notifications not yet read are carried over, or put
// into the store when they are too many.
func (i *intake) continueAsNew(ctx workflow.Context) error {
	for {
		if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); err != nil {
			return err
		}
		for len(i.state.Pending) > takenAlong {
			if err := i.spill(ctx); err != nil {
				return err
			}
		}
		// Signals that have come but were not heard would be lost with this execution.
		workflows.LetOthersRun(ctx)
		if len(i.state.Pending) <= takenAlong && workflow.AllHandlersFinished(ctx) {
			return workflow.NewContinueAsNewError(ctx, Intake, contract.IntakeInput{Merchant: i.merchant, State: i.state})
		}
	}
}

// spill moves the oldest notifications into a list in the store.
func (i *intake) spill(ctx workflow.Context) error {
	ids := i.state.Pending[:min(len(i.state.Pending), contract.NotificationsInSignal)]
	in := intakesteps.SpillNotificationsInput{Merchant: i.merchant, List: i.name(ctx, "notifications"), IDs: ids}
	if err := workflow.ExecuteActivity(workflows.HubStep(ctx, fmt.Sprintf("keep %d notifications", len(ids))), intakeSteps.SpillNotifications, in).Get(ctx, nil); err != nil {
		return err
	}
	i.state.Backlog = append(i.state.Backlog, contract.IntakeBacklog{List: in.List, Source: contract.ByWebhook, Count: len(ids)})
	i.takeOut(ids)
	return nil
}

// name makes a name that no other list or run of this merchant has.
func (i *intake) name(ctx workflow.Context, kind string) string {
	i.state.Lists++
	return fmt.Sprintf("%s-%s-%d", kind, workflow.Now(ctx).UTC().Format("20060102-150405"), i.state.Lists)
}

var (
	intakeSteps *intakesteps.Intake
	runSteps    *runs.Runs
)
