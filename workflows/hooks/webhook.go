package hooks

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities/hooks"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
)

const (
	// roundsAtMost and signalsAtMost bound a history: after so many a Webhook continues as new.
	roundsAtMost  = 200
	signalsAtMost = 1000
	// gatherFor is how long news are gathered before they are delivered.
	gatherFor = time.Second
	// lingerFor is how long a Webhook with nothing to do waits for more.
	lingerFor = time.Minute
	// pauseAfterTrouble is how long it waits after a step that failed altogether.
	pauseAfterTrouble = 10 * time.Minute
)

// Webhook delivers what waits for a partner's webhook, in the order of events for each order, and ends when nothing
// waits. Whoever leaves something for it signals it, and starts it where it has ended.
func Webhook(ctx workflow.Context, in contract.WebhookInput) error {
	if id := workflow.GetInfo(ctx).WorkflowExecution.ID; id != contract.WebhookID(in.Merchant, in.ID) {
		return temporal.NewNonRetryableApplicationError(fmt.Sprintf("a Webhook must have the workflow id webhook/<merchant>/<id>, not %.128q", id), contract.ErrorRequest, nil)
	}
	w := &webhook{in: in}
	workflow.Go(ctx, func(g workflow.Context) {
		for {
			workflow.GetSignalChannel(g, contract.WebhookNewsSignal).Receive(g, nil)
			w.news = true
			w.heard++
		}
	})
	for rounds := 0; rounds < roundsAtMost && w.heard < signalsAtMost && !workflow.GetInfo(ctx).GetContinueAsNewSuggested(); rounds++ {
		over, err := w.round(ctx)
		if err != nil || over {
			return err
		}
	}
	// Signals that have come but were not received would be lost with this execution.
	workflows.LetOthersRun(ctx)
	return workflow.NewContinueAsNewError(ctx, Webhook, w.in)
}

type webhook struct {
	in contract.WebhookInput
	// news: something was left since the last step began.
	news  bool
	heard int
}

// round delivers what is due, and waits until there is something to do.
func (w *webhook) round(ctx workflow.Context) (over bool, err error) {
	w.news = false
	var done hooks.Delivered
	in := hooks.DeliverInput{Merchant: w.in.Merchant, ID: w.in.ID, Parked: w.in.Parked, Since: w.in.Since}
	err = workflow.ExecuteActivity(workflows.DeliverStep(ctx, "deliver what waits"), deliverySteps.Deliver, in).Get(ctx, &done)
	if temporal.IsCanceledError(err) {
		return false, err
	}
	if err != nil {
		workflow.SetCurrentDetails(ctx, "Nothing can be delivered: "+workflows.MarkdownCell(contract.CleanReason(workflows.ErrorWords(err))))
		return false, workflows.Pause(ctx, pauseAfterTrouble, "before trying again to deliver")
	}
	if done.Over {
		return true, nil
	}
	w.in.Parked, w.in.Since = done.Parked, done.Since
	if done.More {
		return false, nil
	}
	return w.rest(ctx)
}

// rest waits for news and for the next try of what was not taken; over says that there is nothing left to do.
func (w *webhook) rest(ctx workflow.Context) (over bool, err error) {
	if len(w.in.Parked) == 0 {
		workflow.SetCurrentDetails(ctx, "Everything is delivered.")
		woken, err := workflows.AwaitUpTo(ctx, lingerFor, "for more to deliver", func() bool { return w.news })
		if err != nil || woken {
			return false, w.gather(ctx, err)
		}
		workflows.LetOthersRun(ctx)
		return !w.news, nil
	}
	next := w.in.Parked[0].Due
	for _, one := range w.in.Parked {
		if one.Due.Before(next) {
			next = one.Due
		}
	}
	workflow.SetCurrentDetails(ctx, fmt.Sprintf("%d messages wait for their next try.", len(w.in.Parked)))
	// While as many wait as may, nothing new is tried.
	heard := func() bool { return w.news && len(w.in.Parked) < hooks.MostParked }
	woken, err := workflows.AwaitUpTo(ctx, next.Sub(workflow.Now(ctx)), "until the next try", heard)
	if err == nil && !woken {
		return false, nil
	}
	return false, w.gather(ctx, err)
}

// gather lets more news come.
func (w *webhook) gather(ctx workflow.Context, err error) error {
	if err != nil {
		return err
	}
	return workflows.Pause(ctx, gatherFor, "to gather what is delivered together")
}

var deliverySteps *hooks.Deliveries
