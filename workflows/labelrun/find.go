package labelrun

import (
	"fmt"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
	"github.com/despacho/despacho/workflows"
)

// find lists the connections and, in each that can have labels, the waiting orders.
func (r *labelRun) find(ctx workflow.Context) error {
	var found orders.FoundConnections
	in := orders.FindConnectionsInput{Merchant: r.result.Merchant, Only: r.in.Connections, Channels: r.settings.Channels}
	if err := r.findStep(ctx, "list the connections", connectionSteps.FindConnections, in, &found); err != nil {
		return err
	}
	r.since = found.HubTime
	r.result.Connections = make([]contract.ConnectionResult, len(found.Connections))
	for i, connection := range found.Connections {
		r.addTurn(connection, &r.result.Connections[i])
	}
	var err error
	if r.in.NamesOrders() {
		err = r.resolve(ctx, found.Connections)
	} else {
		err = r.findAll(ctx)
	}
	if err != nil {
		return err
	}
	if r.tooMany() && !r.assigned && !r.in.NamesOrders() {
		// Some may belong to other connections: a hub that ignores the filter lists all of the merchant's
		// orders everywhere. Without an answer, the run is refused.
		_ = r.assign(ctx, true)
	}
	return r.bounded()
}

func (r *labelRun) addTurn(connection activities.Connection, result *contract.ConnectionResult) {
	t := &turn{connection: connection, result: result, generation: 1, rest: missedDeadline}
	*result = contract.ConnectionResult{ID: connection.ID, Channel: connection.Channel, Name: connection.Name, State: contract.ConnectionRunning, Outcomes: map[contract.Outcome]int{}, Note: connection.Note}
	if connection.SkipReason.Words != "" {
		t.settled = true
		result.State, result.Reason = contract.ConnectionSkipped, contract.Reason(connection.SkipReason)
	}
	r.turns = append(r.turns, t)
}

// findStep runs a step that finds orders; it ends with the run's deadline. A step that failed for want
// of a token, or ended before a deadline that was put off, is run again.
func (r *labelRun) findStep(ctx workflow.Context, summary string, activity, in, out any) error {
	until := r.ends(ctx)
	for {
		err := workflow.ExecuteActivity(workflows.Impatient(workflows.UntilStep(ctx, summary, r.ends(ctx))), activity, in).Get(ctx, out)
		if err == nil || workflows.IsFinal(err) {
			return err
		}
		if workflows.ErrorType(err) == contract.ErrorNeedsConsent {
			if _, err := workflows.AwaitUpTo(ctx, workflows.ConsentCheckEvery, "until the account can be used", func() bool { return r.pause.reason == "" }); err != nil {
				return err
			}
			continue
		}
		end := r.ends(ctx)
		if !end.After(until) || !end.After(workflow.Now(ctx)) {
			return err
		}
		until = end
	}
}

func (r *labelRun) scope(t *turn) activities.Scope {
	return activities.Scope{Merchant: r.result.Merchant, Run: r.result.Run, Connection: t.connection, Generation: t.generation, Settings: r.settings}
}

// findAll walks the lists of all connections at the same time.
func (r *labelRun) findAll(ctx workflow.Context) error {
	open, shared := 0, false
	for _, t := range r.turns {
		if t.settled {
			continue
		}
		open++
		workflow.Go(ctx, func(g workflow.Context) {
			var step activities.Step
			in := orders.FindOrdersInput{Scope: r.scope(t), Since: r.in.Since, IncludePrinted: r.in.IncludePrinted}
			err := r.findStep(g, "find waiting orders on "+t.connection.Name, orderSteps.FindOrders, in, &step)
			if err != nil && !temporal.IsCanceledError(err) {
				r.lose(t, err)
			}
			t.count(step.Counts)
			shared = shared || len(step.Counts.Shared) > 0
			open--
		})
	}
	if err := workflow.Await(ctx, func() bool { return open == 0 }); err != nil || !shared {
		return err
	}
	return r.assign(ctx, false)
}

func (t *turn) count(found books.Counts) {
	t.found, t.result.LeftOut, t.result.Strangers = found.Pending, found.LeftOut, found.Strangers
}

// assign divides the orders of lists that the hub shows for several connections alike. sample: it is
// not known yet whether the hub does that.
func (r *labelRun) assign(ctx workflow.Context, sample bool) error {
	r.assigned = true
	in := orders.AssignOrdersInput{Merchant: r.result.Merchant, Run: r.result.Run, Since: r.in.Since, IncludePrinted: r.in.IncludePrinted, Sample: sample}
	for _, t := range r.turns {
		if !t.settled {
			in.Connections = append(in.Connections, t.connection)
		}
	}
	var assigned orders.AssignedOrders
	if err := r.findStep(ctx, "assign each order to the connection that its sale names", orderSteps.AssignOrders, in, &assigned); err != nil {
		return err
	}
	for _, t := range r.turns {
		if counts, ok := assigned.Counts[t.connection.ID]; ok {
			before := t.result.Strangers
			t.count(counts)
			t.result.Strangers += before
		}
	}
	return nil
}

// resolve finds the orders that the caller named; connections without any have nothing to do.
func (r *labelRun) resolve(ctx workflow.Context, found []activities.Connection) error {
	var resolved orders.ResolvedOrders
	in := orders.ResolveOrdersInput{
		Merchant: r.result.Merchant, Run: r.result.Run, Orders: r.in.Orders, OrdersKey: r.in.OrdersKey,
		Connections: found, Since: r.in.Since, IncludePrinted: r.in.IncludePrinted,
	}
	if err := r.findStep(ctx, "find the orders that the caller named", orderSteps.ResolveOrders, in, &resolved); err != nil {
		return err
	}
	r.unresolved = resolved.Unresolved
	for _, t := range r.turns {
		t.found = resolved.Found[t.connection.ID]
		switch {
		case t.settled && contains(resolved.Brought, t.connection.ID):
			t.settled = false
			t.connection.NoLabels, t.connection.SkipReason = t.connection.SkipReason, contract.Cause{}
			t.result.State, t.result.Reason = contract.ConnectionRunning, contract.Reason{}
		case t.settled && t.found > 0:
			t.rest = books.RestOutcome{Outcome: contract.Unsupported, Reason: t.result.Reason}
			t.result.Requested, t.result.Outcomes[contract.Unsupported] = t.found, t.found
		case !t.settled && t.found == 0:
			t.settled = true
			t.result.State, t.result.Reason = contract.ConnectionDone, wording.Reason(contract.WhyNoneNamed)
		}
	}
	return nil
}

// waiting counts the orders that the run would take up.
func (r *labelRun) waiting() int {
	total := r.unresolved
	for _, t := range r.turns {
		total += t.found
	}
	return total
}

func (r *labelRun) tooMany() bool { return r.in.Max >= 0 && r.waiting() > r.in.Max }

// bounded refuses a run that would take up more orders than its max.
func (r *labelRun) bounded() error {
	if !r.tooMany() {
		return nil
	}
	return temporal.NewNonRetryableApplicationError(
		fmt.Sprintf("%d orders are waiting, but this run takes up %d at most; nothing was sent or asked for. Start it again with a higher max, or name connections or orders", r.waiting(), r.in.Max),
		contract.ErrorTooMany, nil)
}

// lose ends the turn of a connection whose orders could not even be listed.
func (r *labelRun) lose(t *turn, err error) {
	t.settled, t.verified = true, true
	if r.publishing {
		return
	}
	t.result.State, t.result.Reason = contract.ConnectionDone, workflows.ErrorReason(err)
	t.rest = books.RestOutcome{Outcome: contract.GaveUp, Reason: t.result.Reason}
	if workflows.ErrorType(err) == contract.ErrorNotAuthorised {
		t.result.State = contract.ConnectionNotAuthorised
		t.rest.Outcome = contract.NotAuthorised
	}
}

// plan reads the waiting orders, and says what would be sent and asked for.
func (r *labelRun) plan(ctx workflow.Context) error {
	r.result.Plan = &contract.Plan{}
	for _, t := range r.turns {
		if t.settled || ctx.Err() != nil {
			continue
		}
		if err := r.planTurn(ctx, t); err != nil {
			r.lose(t, err)
			continue
		}
		t.settled, t.result.State = true, contract.ConnectionDone
		r.result.Plan.Connections++
	}
	r.sum()
	// Only the books know the outcomes of names that led to no order.
	addOutcomes(r.result.Outcomes, map[contract.Outcome]int{contract.UnknownOrder: r.unresolved})
	r.cancelled = ctx.Err() != nil
	r.end(ctx, contract.WhyCancelledWhileReading)
	return nil
}

func (r *labelRun) planTurn(ctx workflow.Context, t *turn) error {
	var taken orders.TakenUp
	take := orders.TakeUpInput{FindOrdersInput: orders.FindOrdersInput{Scope: r.scope(t), Since: r.in.Since, IncludePrinted: r.in.IncludePrinted}, Named: r.in.NamesOrders()}
	if err := workflow.ExecuteActivity(workflows.HubStep(ctx, "look again for waiting orders"), orderSteps.TakeUpOrders, take).Get(ctx, &taken); err != nil {
		return err
	}
	t.result.Strangers = max(t.result.Strangers, taken.Strangers)
	for n := 1; n <= taken.Pages; n++ {
		var step activities.Step
		read := orders.ReadOrdersInput{Scope: r.scope(t), Number: n, Warehouse: r.in.Warehouse, Reprint: r.in.Reprint, NotVerified: r.in.NotVerified}
		if err := workflow.ExecuteActivity(workflows.HubStep(ctx, fmt.Sprintf("read the sales of page %d", n)), orderSteps.ReadOrders, read).Get(ctx, &step); err != nil {
			return err
		}
		t.result.Strangers, t.result.Elsewhere = t.result.Strangers+step.Counts.Strangers, t.result.Elsewhere+step.Counts.Elsewhere
		r.result.Plan.Statuses += step.Counts.Pending
		r.result.Plan.Labels += step.Counts.Pending + step.Counts.Ready
		r.result.Plan.FromStore += step.Counts.Ended[contract.Labelled]
		t.result.Requested += step.Counts.Pending + step.Counts.Ready + contract.SumOutcomes(step.Counts.Ended)
		addOutcomes(t.result.Outcomes, step.Counts.Ended)
		// These would be asked for; they have no label yet.
		addOutcomes(t.result.Outcomes, map[contract.Outcome]int{contract.NotReady: step.Counts.Pending + step.Counts.Ready})
	}
	return nil
}
