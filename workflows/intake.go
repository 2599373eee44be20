package workflows

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
)

const (
	// gatherFor is how long notices are gathered before they are taken up.
	gatherFor = 1500 * time.Millisecond
	// noticesAtOnce is how many notices a step takes up.
	noticesAtOnce = 50
	// signalsAtMost, stepsAtMost and eventsAtMost are after what an Intake continues as new.
	signalsAtMost = 500
	stepsAtMost   = 300
	lengthAtMost  = 6000
	// stepGrace is how long a step may go on when the Intake is about to continue as new.
	stepGrace = 30 * time.Second
	// takenAlong is how many notices an Intake takes along; more go into the store.
	takenAlong = 300
	// pollLeft is after what time of the hub's a poll follows notices that were left to it.
	pollLeft = activities.Duration(5 * time.Minute)
	// backlogShown is how many lists of the backlog the progress query answers with.
	backlogShown = 20
	// noticeLength bounds the id of a notice, in bytes.
	noticeLength = 150
)

// Intake hears of a merchant's orders, by webhooks and by polling, keeps where
// each stands, raises those whose deadline is near, and has labels made where
// the merchant's policies say so. It ends by itself only when the merchant is not
// connected.
func Intake(ctx workflow.Context, in IntakeInput) error {
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
	for !i.full(ctx) {
		i.show(ctx)
		if err := i.next(ctx); err != nil {
			return err
		}
	}
	return i.continueAsNew(ctx)
}

// intake is the state of one execution of an Intake.
type intake struct {
	merchant string
	state    IntakeState
	settings activities.IntakeSettings

	// pending are the notices in the state; since is when the first of them came.
	pending map[string]bool
	since   time.Time
	// reading counts those that are being taken up.
	reading int
	// news: something came that the wait for the next step does not know of.
	news           bool
	signals, steps int
	// resume is when a step of a name may be tried again that failed.
	resume map[string]time.Time
}

func newIntake(ctx workflow.Context, in IntakeInput) (*intake, error) {
	id := workflow.GetInfo(ctx).WorkflowExecution.ID
	if !ValidKey(in.Merchant) || id != IntakeID(in.Merchant) {
		return nil, temporal.NewNonRetryableApplicationError(
			fmt.Sprintf("the Intake of merchant %.64q has the workflow id intake/<merchant>, not %.128q", in.Merchant, id), activities.ErrorRequest, nil)
	}
	i := &intake{merchant: in.Merchant, state: in.State, pending: map[string]bool{}, resume: map[string]time.Time{}, since: workflow.Now(ctx)}
	for _, notice := range in.State.Pending {
		i.pending[notice] = true
	}
	return i, nil
}

// listen takes notices, the news of runs, and confirmations.
func (i *intake) listen(ctx workflow.Context) error {
	err := workflow.SetQueryHandlerWithOptions(ctx, ProgressQuery, func() (IntakeProgress, error) { return i.progress(), nil }, workflow.QueryHandlerOptions{Description: "how far the intake is"})
	if err != nil {
		return err
	}
	err = workflow.SetUpdateHandlerWithOptions(ctx, ConfirmUpdate, i.confirm, workflow.UpdateHandlerOptions{
		Validator: mayConfirm, Description: "the stock of these orders is confirmed: have their labels made",
	})
	if err != nil {
		return err
	}
	workflow.Go(ctx, func(g workflow.Context) {
		for {
			var notices Notices
			workflow.GetSignalChannel(g, NoticesSignal).Receive(g, &notices)
			i.hear(g, notices)
		}
	})
	workflow.Go(ctx, func(g workflow.Context) {
		for {
			var run string
			workflow.GetSignalChannel(g, madeSignal).Receive(g, &run)
			i.made(run)
		}
	})
	return nil
}

// progress is how far the intake is, in figures: in a storm the notices would be more than a query may answer.
func (i *intake) progress() IntakeProgress {
	progress := IntakeProgress{Merchant: i.merchant, IntakeState: i.state, Waiting: i.state.waiting() + i.reading}
	progress.Pending = nil
	progress.Backlog = progress.Backlog[:min(len(progress.Backlog), backlogShown)]
	return progress
}

// hear keeps each notice once. One that is being taken up is kept again: it may
// speak of a later change than the one that is being read.
func (i *intake) hear(ctx workflow.Context, notices Notices) {
	i.signals++
	i.state.LastWebhook = workflow.Now(ctx)
	for _, id := range notices.IDs {
		i.state.Notices++
		kind, _, ok := strings.Cut(id, "/")
		known := kind == activities.CheckoutNotice || kind == activities.DeliveryOrderNotice || kind == activities.PickUpOrderNotice
		if !ok || !known || len(id) > noticeLength || i.pending[id] {
			continue
		}
		if len(i.state.Pending) == 0 {
			i.since = workflow.Now(ctx)
		}
		i.pending[id] = true
		i.state.Pending = append(i.state.Pending, id)
	}
	i.news = true
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

// open reads the worker's settings and how far earlier polls have come, or that the merchant is
// not connected: a notice that came while it was disconnected has started this.
func (i *intake) open(ctx workflow.Context) (connected bool, err error) {
	err = workflow.UpsertTypedSearchAttributes(ctx, MerchantAttribute.ValueSet(i.merchant), StateAttribute.ValueSet("listening"))
	if err != nil {
		workflow.GetLogger(ctx).Warn("search attributes were not set", "error", err)
	}
	for {
		var opened activities.OpenedIntake
		in := activities.OpenIntakeInput{Merchant: i.merchant}
		err := i.step(ctx, stepOpen, func(g workflow.Context) error {
			return workflow.ExecuteActivity(intakeStep(g, "read the settings"), intakes.OpenIntake, in).Get(g, &opened)
		})
		if err != nil || opened.Gone {
			return false, err
		}
		if opened.Settings != (activities.IntakeSettings{}) {
			i.settings = opened.Settings
			if i.state.Complete.IsZero() {
				i.state.Complete = opened.Cursor
			}
			return true, nil
		}
		if i.full(ctx) {
			return true, nil
		}
		if err := i.wait(ctx, i.resume[stepOpen]); err != nil {
			return false, err
		}
	}
}

// full says that it is time to continue as new.
func (i *intake) full(ctx workflow.Context) bool {
	info := workflow.GetInfo(ctx)
	return i.signals >= signalsAtMost || i.steps >= stepsAtMost ||
		info.GetCurrentHistoryLength() > lengthAtMost || info.GetContinueAsNewSuggested()
}

// wait waits until a time, or until something comes.
func (i *intake) wait(ctx workflow.Context, until time.Time) error {
	i.news = false
	_, err := awaitUpTo(ctx, until.Sub(workflow.Now(ctx)), "until there is something to do", func() bool { return i.news || i.full(ctx) })
	return err
}

// step does one step of a name; what it fails with is kept for people until such
// a step succeeds, and the next such one waits a while. Only the end of the Intake
// itself is an error. A step that takes long ends when the Intake has to
// continue as new: it is begun again there.
func (i *intake) step(ctx workflow.Context, name string, do func(workflow.Context) error) error {
	i.steps++
	stepping, stop := workflow.WithCancel(ctx)
	defer stop()
	var failed error
	done := false
	workflow.Go(stepping, func(g workflow.Context) { failed, done = do(g), true })
	if err := workflow.Await(ctx, func() bool { return done || i.full(ctx) }); err != nil {
		return err
	}
	if _, err := awaitUpTo(ctx, stepGrace, "let the step end before continuing as new", func() bool { return done }); err != nil {
		return err
	}
	stop()
	if err := workflow.Await(ctx, func() bool { return done }); err != nil {
		return err
	}
	switch {
	case failed == nil && i.state.TroubleOf == name:
		i.state.Trouble, i.state.TroubleOf, i.state.Troubles = "", "", 0
	case failed != nil && !temporal.IsCanceledError(failed):
		if i.state.TroubleOf != name {
			i.state.Troubles = 0
		}
		i.state.Trouble, i.state.TroubleOf = errorWords(failed), name
		i.state.Troubles++
		i.resume[name] = workflow.Now(ctx).Add(troublePause(i.state.Troubles))
	}
	return nil
}

// troublePause grows from a minute to half an hour, in our time.
func troublePause(times int) time.Duration {
	return min(time.Minute<<min(times-1, 10), 30*time.Minute)
}

// continueAsNew goes on with an empty history. What came and was not taken up
// goes along, or into the store when it is too much.
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
		letOthersRun(ctx)
		if len(i.state.Pending) <= takenAlong && workflow.AllHandlersFinished(ctx) {
			return workflow.NewContinueAsNewError(ctx, Intake, IntakeInput{Merchant: i.merchant, State: i.state})
		}
	}
}

// spill puts the oldest notices into a list in the store.
func (i *intake) spill(ctx workflow.Context) error {
	ids := i.state.Pending[:min(len(i.state.Pending), NoticesInSignal)]
	in := activities.SpillNoticesInput{Merchant: i.merchant, List: i.name(ctx, "notices"), IDs: ids}
	if err := workflow.ExecuteActivity(hubStep(ctx, fmt.Sprintf("keep %d notices", len(ids))), intakes.SpillNotices, in).Get(ctx, nil); err != nil {
		return err
	}
	i.state.Backlog = append(i.state.Backlog, IntakeBacklog{List: in.List, Source: activities.ByWebhook, Count: len(ids)})
	i.forget(ids)
	return nil
}

// forget takes notices that are taken care of from the pending ones.
func (i *intake) forget(ids []string) {
	for _, id := range ids {
		delete(i.pending, id)
	}
	i.state.Pending = append([]string(nil), i.state.Pending[len(ids):]...)
}

// name makes a name that no other list or run of this merchant has.
func (i *intake) name(ctx workflow.Context, kind string) string {
	i.state.Lists++
	return fmt.Sprintf("%s-%s-%d", kind, workflow.Now(ctx).UTC().Format("20060102-150405"), i.state.Lists)
}
