package tickets

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/budget"
	"github.com/despacho/despacho/labels/bundle"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/wording"
)

// taskCollection is the taking of one task's result.
type taskCollection struct {
	*Documents
	hub  *multivende.Client
	in   CollectLabelsInput
	task multivende.Task

	// known are the batch's orders and all others of the connection, which a file may name.
	known    []labels.Order
	assigned labels.Assignment
	controls []requestControl
	packed   packedLabels
	raw      []string
	kept     []contract.KeptFile
	// trouble says why the result as a whole is not available.
	trouble contract.Reason
}

// settle gives each of the orders its end by sets of ids: in which list of the
// task's output it stands, and whether its label is in the result.
func (c *taskCollection) settle(ctx context.Context, orders []books.Order) (books.Page, error) {
	if err := c.open(ctx); err != nil {
		return books.Page{}, err
	}
	if err := c.pack(ctx, orders); err != nil {
		return books.Page{}, err
	}
	places, again := activities.NewPlaces(orders), fileTroubles{}
	ended := make([]orderEnding, len(orders))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(activities.HubParallel)
	for i, order := range orders {
		group.Go(func() error {
			e, err := c.one(groupCtx, order)
			ended[i] = e
			return again.keep(err)
		})
	}
	if err := cmp.Or(group.Wait(), again.first); err != nil {
		return books.Page{}, err
	}
	page := books.Page{Raw: c.raw, Kept: c.kept}
	for i, order := range orders {
		ended[i].into(&page, order, c.in.Scope)
	}
	places.Sort(&page)
	return page, nil
}

// orderEnding is how one order of a batch ended: with its labels, or with the
// outcome that it has when this was the last try.
type orderEnding struct {
	labels  []books.Label
	outcome contract.Outcome
	reason  contract.Reason
	// final: asking again would change nothing.
	final bool
}

func (e orderEnding) into(page *books.Page, order books.Order, scope activities.Scope) {
	order.Asks++
	switch {
	case e.outcome == contract.Labelled:
		page.Ended = append(page.Ended, books.Entry{Order: order, Outcome: contract.Labelled, Status: order.Status, Labels: e.labels})
	case e.final || order.Asks >= scope.Settings.Asks:
		if e.outcome == contract.GaveUp {
			e.reason = wording.Join(e.reason, wording.Reason(scope.Connection.Row().SetupHint))
		}
		page.End(order, e.outcome, e.reason)
	default:
		order.Trouble = contract.Cause(e.reason)
		page.Ready = append(page.Ready, order)
	}
}

// problemCodes are the reasons of a file that belongs to an order and cannot be printed.
var problemCodes = map[labels.ProblemKind]contract.ReasonCode{
	labels.Conflict: contract.WhyLabelOfOther, labels.Damaged: contract.WhyLabelDamaged, labels.Empty: contract.WhyLabelEmpty,
	labels.Encrypted: contract.WhyLabelProtected, labels.NotLabel: contract.WhyNotALabel,
}

// channelSaid is the reason that the channel gives or, where it has no words, that of the code.
func channelSaid(words string, code contract.ReasonCode) contract.Reason {
	if words == "" {
		return wording.Reason(code)
	}
	return wording.Reason(contract.WhyChannelSays, "said", words)
}

// one settles one order.
func (c *taskCollection) one(ctx context.Context, order books.Order) (orderEnding, error) {
	output := c.task.Output
	failed, isFailed := inList(output.Failed, order.ID)
	unavailable, isUnavailable := inList(output.Unavailable, order.ID)
	_, isSuccessful := inList(output.Successful, order.ID)
	_, isAvailable := inList(output.Available, order.ID)
	switch {
	case isSuccessful, isAvailable && !isFailed && !isUnavailable && len(c.assigned.Labels[order.ID]) > 0:
		return c.take(ctx, order)
	case isFailed:
		return orderEnding{outcome: contract.Rejected, reason: channelSaid(failed.Message, contract.WhyChannelFailed), final: finalWords(failed.Message)}, nil
	case isUnavailable:
		return orderEnding{outcome: contract.GaveUp, reason: channelSaid(unavailable.Message, contract.WhyChannelHasNone), final: finalWords(unavailable.Message)}, nil
	case isAvailable:
		return orderEnding{outcome: contract.GaveUp, reason: wording.Reason(contract.WhyNotDelivered)}, nil
	case !c.task.Done():
		return orderEnding{outcome: contract.GaveUp, reason: contract.FirstReason(c.trouble, wording.Reason(contract.WhyTaskUnfinished))}, nil
	case c.task.Failed():
		return orderEnding{outcome: contract.GaveUp, reason: wording.Reason(contract.WhyTaskFailed)}, nil
	}
	return c.inNoList(ctx, order)
}

// inNoList reads the delivery order that the task's output does not name.
func (c *taskCollection) inNoList(ctx context.Context, order books.Order) (orderEnding, error) {
	_, _, err := orders.ReadDelivery(ctx, c.hub, order)
	if outcome, reason, gone := orders.NotRead(err); gone {
		return orderEnding{outcome: outcome, reason: reason, final: outcome == contract.UnknownOrder}, nil
	}
	if multivende.ClassOf(err) == multivende.Refused {
		return orderEnding{outcome: contract.Rejected, reason: activities.Refusal(err)}, nil
	}
	return orderEnding{outcome: contract.GaveUp, reason: wording.Reason(contract.WhyNotMentioned)}, err
}

func inList(list []multivende.TaskOrder, id string) (multivende.TaskOrder, bool) {
	return lo.Find(list, func(o multivende.TaskOrder) bool { return o.DeliveryOrderID == id })
}

// take stores the labels of an order that the hub says it has labelled: those
// of the result, else those among the order's own documents.
func (c *taskCollection) take(ctx context.Context, order books.Order) (orderEnding, error) {
	found, problems := c.assigned.Labels[order.ID], c.assigned.Problems[order.ID]
	// A label of the result that names the order among others may be another parcel of it.
	var papers []bundle.File
	unsure := lo.SomeBy(c.assigned.Unassigned, func(l labels.UnassignedFile) bool { return slices.Contains(l.Orders, order.ID) })
	var own ownLabels
	if len(found) == 0 || unsure {
		var err error
		if own, err = c.ownFiles(ctx, order); err != nil {
			return orderEnding{}, err
		}
		if len(own.Labels[order.ID]) > len(found) {
			found, papers = own.Labels[order.ID], own.Papers
		}
		problems = append(problems, own.Problems[order.ID]...)
	}
	if len(found) == 0 {
		if len(problems) > 0 {
			return orderEnding{outcome: contract.CorruptLabel, reason: wording.Reason(problemCodes[problems[0].Kind], "detail", problems[0].Reason)}, nil
		}
		return orderEnding{outcome: contract.GaveUp, reason: contract.FirstReason(c.trouble, own.passedOver, own.unusable, wording.Reason(contract.WhyLabelNowhere))}, nil
	}
	controls, err := c.controlsOf(ctx, order, found, papers)
	if err != nil {
		return orderEnding{}, err
	}
	stored, err := c.storeLabels(ctx, c.in.Scope, order, c.in.Task, found, controls, c.packed)
	return orderEnding{outcome: contract.Labelled, labels: stored}, err
}

// ownFiles looks behind the links that the task's output gives for the order
// alone, and then among the order's own documents.
func (c *taskCollection) ownFiles(ctx context.Context, order books.Order) (ownLabels, error) {
	until := time.Now().Add(documentsTime)
	entry, _ := inList(c.task.Output.Successful, order.ID)
	if len(entry.Links) > 0 {
		known, err := c.openLinks(ctx, c.hub, c.in.Scope, order, entry.Links, c.known, until)
		if err != nil || len(known.Labels[order.ID]) > 0 {
			return known, err
		}
	}
	return c.fromDocuments(ctx, c.hub, c.in.Scope, order, c.known, until)
}

// open downloads the task's result and gives its files to the orders.
func (c *taskCollection) open(ctx context.Context) error {
	var files []bundle.File
	within := budget.New(ctx, budget.For(0))
	until := time.Now().Add(lo.Ternary(setbacks(ctx, resultName) < resultTries, resultTime, documentsTime))
	for _, link := range linksOf(c.task) {
		got, raw, err := c.result(ctx, link, roomBeside(files, resultUnpacked, within), until)
		if trouble, broken := asTrouble(err); broken {
			c.trouble = trouble
			continue
		}
		if err != nil {
			return err
		}
		files = append(files, got...)
		c.raw = append(c.raw, raw)
	}
	c.assigned = labels.Assign(files, c.known)
	if err := ctx.Err(); err != nil {
		return err
	}
	controls, refused, err := c.storeControls(ctx, c.in.Scope, c.assigned.Papers, c.known)
	if err != nil {
		return err
	}
	c.controls = controls
	for _, loose := range append(c.assigned.Unassigned, refused...) {
		c.kept = append(c.kept, contract.KeptFile{
			Key: strings.Join(c.raw, " "), ConnectionID: c.in.Connection.ID, Reason: wording.Reason(contract.WhyFileOfNobody, "detail", loose.Reason),
		})
	}
	return nil
}

// result fetches a file of the task's result. One that its server does not send counts as one that
// cannot be used once that was tried often enough.
func (c *taskCollection) result(ctx context.Context, link string, limits bundle.Limits, until time.Time) ([]bundle.File, string, error) {
	room := limits.TotalBytes
	got, raw, err := c.fetch(ctx, c.hub, c.in.Scope, link, limits, &room, until)
	if multivende.ClassOf(err) == multivende.LinkExpired {
		got, raw, err = c.renewed(ctx, link, limits, until)
	}
	trouble, passing := asFileTrouble(err)
	if passing && setback(ctx, resultName, lo.Ternary(stalled(trouble), stalledTry, 1)) >= resultTries {
		err = doneWithout{trouble}
	}
	return got, raw, err
}

// renewed asks the task for a new link, once, and fetches that.
func (c *taskCollection) renewed(ctx context.Context, expired string, limits bundle.Limits, until time.Time) ([]bundle.File, string, error) {
	task, err := c.hub.Task(ctx, c.in.Task)
	if err != nil {
		return nil, "", err
	}
	links := linksOf(task)
	if len(links) == 0 {
		return nil, "", doneWithout{fmt.Errorf("its link has expired, and task %s no longer has one", c.in.Task)}
	}
	i := max(lo.IndexOf(linksOf(c.task), expired), 0)
	room := limits.TotalBytes
	return c.fetch(ctx, c.hub, c.in.Scope, links[min(i, len(links)-1)], limits, &room, until)
}

func printedAll(orders []books.Order) []labels.Order {
	return lo.Map(orders, func(o books.Order, _ int) labels.Order { return printedAs(o) })
}

func printedAs(o books.Order) labels.Order {
	return labels.Order{ID: o.ID, Number: cmp.Or(o.OrderNumber, o.Code), References: o.References, Tracking: o.TrackingNumber}
}

// linksOf are the links to a task's result: that of the task, else those under
// its output that are not one order's own.
func linksOf(task multivende.Task) []string {
	if task.URL != "" {
		return []string{task.URL}
	}
	own := lo.FlatMap(task.Output.Successful, func(o multivende.TaskOrder, _ int) []string { return o.Links })
	return lo.Without(task.Output.Links, own...)
}
