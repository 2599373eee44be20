package workflows

import (
	"fmt"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
)

// find lists the connections and, in each that can have labels, the orders that wait.
func (r *labelRun) find(ctx workflow.Context) error {
	var found activities.FoundConnections
	in := activities.FindConnectionsInput{Merchant: r.result.Merchant, Only: r.in.Connections, Channels: r.settings.Channels}
	if err := r.findStep(ctx, "list the connections", connections.FindConnections, in, &found); err != nil {
		return err
	}
	r.since = found.HubTime
	r.result.Connections = make([]books.ConnectionResult, len(found.Connections))
	for i, connection := range found.Connections {
		r.addTurn(connection, &r.result.Connections[i])
	}
	var err error
	if r.in.named() {
		err = r.resolve(ctx, found.Connections)
	} else {
		err = r.findAll(ctx)
	}
	if err != nil {
		return err
	}
	if r.tooMany() && !r.assigned && !r.in.named() {
		// They may be others': a list that heeds no filter shows a connection every order of the merchant.
		// Without an answer the refusal stands.
		_ = r.assign(ctx, true)
	}
	return r.bounded()
}

func (r *labelRun) addTurn(connection activities.Connection, result *books.ConnectionResult) {
	t := &turn{connection: connection, result: result, generation: 1, rest: beyondDeadline}
	*result = books.ConnectionResult{ID: connection.ID, Channel: connection.Channel, Name: connection.Name, State: books.ConnectionRunning, Outcomes: map[books.Outcome]int{}, Note: connection.Note}
	if connection.SkipReason != "" {
		t.settled = true
		result.State, result.Reason = books.ConnectionSkipped, connection.SkipReason
	}
	r.turns = append(r.turns, t)
}

// findStep does a step that finds orders; it ends with the run's deadline. One that ended for want of
// a token, or before the deadline because that was put off, begins anew.
func (r *labelRun) findStep(ctx workflow.Context, summary string, activity, in, out any) error {
	until := r.ends(ctx)
	for {
		err := workflow.ExecuteActivity(impatient(untilStep(ctx, summary, r.ends(ctx))), activity, in).Get(ctx, out)
		if err == nil || isFinal(err) {
			return err
		}
		if errorType(err) == activities.ErrorNeedsConsent {
			if _, err := awaitUpTo(ctx, consentLook, "until the account can be used", func() bool { return r.pause.reason == "" }); err != nil {
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

// findAll walks the lists of all connections side by side.
func (r *labelRun) findAll(ctx workflow.Context) error {
	open, shared := 0, false
	for _, t := range r.turns {
		if t.settled {
			continue
		}
		open++
		workflow.Go(ctx, func(g workflow.Context) {
			var step activities.Step
			in := activities.FindOrdersInput{Scope: r.scope(t), Since: r.in.Since, IncludePrinted: r.in.IncludePrinted}
			err := r.findStep(g, "orders that wait on "+t.connection.Name, orders.FindOrders, in, &step)
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

// assign parts the orders that the hub lists under several connections alike; sample: whether it does is not known.
func (r *labelRun) assign(ctx workflow.Context, sample bool) error {
	r.assigned = true
	in := activities.AssignOrdersInput{Merchant: r.result.Merchant, Run: r.result.Run, Since: r.in.Since, IncludePrinted: r.in.IncludePrinted, Sample: sample}
	for _, t := range r.turns {
		if !t.settled {
			in.Connections = append(in.Connections, t.connection)
		}
	}
	var assigned activities.AssignedOrders
	if err := r.findStep(ctx, "give each order to the connection that its sale names", orders.AssignOrders, in, &assigned); err != nil {
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
	var resolved activities.ResolvedOrders
	in := activities.ResolveOrdersInput{
		Merchant: r.result.Merchant, Run: r.result.Run, Orders: r.in.Orders, OrdersKey: r.in.OrdersKey,
		Connections: found, Since: r.in.Since, IncludePrinted: r.in.IncludePrinted,
	}
	if err := r.findStep(ctx, "find the orders that the caller named", orders.ResolveOrders, in, &resolved); err != nil {
		return err
	}
	r.unresolved = resolved.Unresolved
	for _, t := range r.turns {
		t.found = resolved.Found[t.connection.ID]
		switch {
		case t.settled && t.found > 0:
			t.rest = books.Rest{Outcome: books.Unsupported, Reason: t.result.Reason}
			t.result.Requested, t.result.Outcomes[books.Unsupported] = t.found, t.found
		case !t.settled && t.found == 0:
			t.settled = true
			t.result.State, t.result.Reason = books.ConnectionDone, "none of the named orders is here"
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

// bounded refuses a run that would take up more orders than it may.
func (r *labelRun) bounded() error {
	if !r.tooMany() {
		return nil
	}
	return temporal.NewNonRetryableApplicationError(
		fmt.Sprintf("%d orders wait, more than the %d that this run may take up; nothing was sent or asked. Give a higher max, or name connections or orders", r.waiting(), r.in.Max),
		activities.ErrorTooMany, nil)
}

// lose ends a connection's turn whose orders could not even be listed.
func (r *labelRun) lose(t *turn, err error) {
	t.settled, t.verified = true, true
	if r.publishing {
		return
	}
	t.result.State, t.result.Reason = books.ConnectionDone, books.Reason(errorWords(err))
	t.rest = books.Rest{Outcome: books.GaveUp, Reason: t.result.Reason}
	if errorType(err) == activities.ErrorNotAuthorised {
		t.result.State = books.ConnectionNotAuthorised
		t.rest.Outcome = books.NotAuthorised
	}
}

// plan reads what waits, and says what would be sent and asked.
func (r *labelRun) plan(ctx workflow.Context) error {
	r.result.Plan = &books.Plan{}
	for _, t := range r.turns {
		if t.settled || ctx.Err() != nil {
			continue
		}
		if err := r.planTurn(ctx, t); err != nil {
			r.lose(t, err)
			continue
		}
		t.settled, t.result.State = true, books.ConnectionDone
		r.result.Plan.Connections++
	}
	r.sum()
	// Only the books of a run know how each name ended that led to no order.
	addOutcomes(r.result.Outcomes, map[books.Outcome]int{books.UnknownOrder: r.unresolved})
	r.cancelled = ctx.Err() != nil
	r.end(ctx, "cancelled before all was read")
	return nil
}

func (r *labelRun) planTurn(ctx workflow.Context, t *turn) error {
	var taken activities.TakenUp
	take := activities.TakeUpInput{FindOrdersInput: activities.FindOrdersInput{Scope: r.scope(t), Since: r.in.Since, IncludePrinted: r.in.IncludePrinted}, Named: r.in.named()}
	if err := workflow.ExecuteActivity(hubStep(ctx, "look again for orders that wait"), orders.TakeUpOrders, take).Get(ctx, &taken); err != nil {
		return err
	}
	t.result.Strangers = max(t.result.Strangers, taken.Strangers)
	for n := 1; n <= taken.Pages; n++ {
		var step activities.Step
		read := activities.ReadOrdersInput{Scope: r.scope(t), Number: n, Warehouse: r.in.Warehouse, Reprint: r.in.Reprint, NotVerified: r.in.NotVerified}
		if err := workflow.ExecuteActivity(hubStep(ctx, fmt.Sprintf("read the sales of page %d", n)), orders.ReadOrders, read).Get(ctx, &step); err != nil {
			return err
		}
		t.result.Strangers, t.result.Elsewhere = t.result.Strangers+step.Counts.Strangers, t.result.Elsewhere+step.Counts.Elsewhere
		r.result.Plan.Statuses += step.Counts.Pending
		r.result.Plan.Labels += step.Counts.Pending + step.Counts.Ready
		r.result.Plan.FromStore += step.Counts.Ended[books.Labelled]
		t.result.Requested += step.Counts.Pending + step.Counts.Ready + books.Sum(step.Counts.Ended)
		addOutcomes(t.result.Outcomes, step.Counts.Ended)
		// What would be asked for is not there yet.
		addOutcomes(t.result.Outcomes, map[books.Outcome]int{books.NotReady: step.Counts.Pending + step.Counts.Ready})
	}
	return nil
}
