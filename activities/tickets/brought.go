package tickets

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/activities/publications"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/budget"
	"github.com/despacho/despacho/labels/bundle"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

// TakeBroughtLabelInput is a label that a partner brings.
type TakeBroughtLabelInput struct {
	Merchant string `json:"merchant"`
	contract.BringLabel
}

// TakeBroughtLabel checks a partner's own label and stores it as that of an order for which the hub makes none. The
// next run publishes it. The same file for the same order is taken once; another one is refused.
func (a *Documents) TakeBroughtLabel(ctx context.Context, in TakeBroughtLabelInput) (contract.BroughtLabel, error) {
	if !strings.HasPrefix(in.Key, storage.BroughtPrefix(in.Merchant)) {
		return contract.BroughtLabel{}, activities.FinalError(contract.ErrorRequest, "the file is not one that was brought for this merchant")
	}
	record, answer, err := a.orderToLabel(ctx, in)
	if answer.Outcome != "" || err != nil {
		return answer, err
	}
	if answer, err = a.labelBefore(ctx, in, record); answer.Outcome != "" || err != nil {
		return answer, err
	}
	if record.State != contract.IntakeUnsupported || record.Connection == "" {
		return refuseLabel(record.Order, whyNoneOfOthers(record)), nil
	}
	found, problem, err := a.openBrought(ctx, in, record)
	if err != nil || problem.Words != "" {
		return contract.BroughtLabel{DeliveryOrder: record.Order, Outcome: contract.BroughtUnusable, Reason: problem}, err
	}
	scope := activities.Scope{Merchant: in.Merchant, Connection: activities.Connection{ID: record.Connection, Channel: record.Channel}}
	if _, err := a.storeLabels(ctx, scope, broughtOrder(record), in.Key, found, nil, nil); err != nil {
		return contract.BroughtLabel{}, err
	}
	_, err = intakebook.ChangeRecord(ctx, a.Store, in.Merchant, record.Order, func(r *contract.IntakeRecord) {
		if r.State == contract.IntakeUnsupported {
			r.State, r.Reason = contract.IntakeLabelled, wording.Reason(contract.WhyLabelInStore)
		}
	})
	if err != nil {
		return contract.BroughtLabel{}, err
	}
	return a.labelBefore(ctx, in, record) // of two at the same time, one is there
}

// orderToLabel is the one order that a name means, or the answer where there is none.
func (a *Documents) orderToLabel(ctx context.Context, in TakeBroughtLabelInput) (contract.IntakeRecord, contract.BroughtLabel, error) {
	records, err := intakebook.OrdersCalled(ctx, a.Store, in.Merchant, in.Order)
	switch {
	case err != nil:
		return contract.IntakeRecord{}, contract.BroughtLabel{}, err
	case len(records) == 0:
		return contract.IntakeRecord{}, contract.BroughtLabel{Outcome: contract.BroughtUnknown, Reason: wording.Reason(contract.WhyIntakeUnknown)}, nil
	case len(records) > 1:
		ids := lo.Map(records, func(r contract.IntakeRecord, _ int) string { return r.Order })
		return contract.IntakeRecord{}, contract.BroughtLabel{Outcome: contract.BroughtAmbiguous, Reason: wording.Reason(contract.WhyBroughtAmbiguous), Orders: ids}, nil
	}
	return records[0], contract.BroughtLabel{}, nil
}

// labelBefore is the answer where the order has a label already: the same file, or another.
func (a *Documents) labelBefore(ctx context.Context, in TakeBroughtLabelInput, record contract.IntakeRecord) (contract.BroughtLabel, error) {
	if record.Connection != "" {
		var waiting books.LabelRecord
		err := a.Store.Get(ctx, storage.WaitingLabel(in.Merchant, record.Connection, record.Order), &waiting)
		switch {
		case err == nil && waiting.Task == in.Key:
			return storedBefore(waiting), nil
		case err == nil:
			return refuseLabel(record.Order, wording.Reason(contract.WhyOtherLabelThere)), nil
		case !errors.Is(err, storage.ErrNotFound):
			return contract.BroughtLabel{}, err
		}
	}
	published, err := publications.Newest(ctx, a.Store, in.Merchant, record.Order, "")
	if err != nil || published == nil {
		return contract.BroughtLabel{}, err
	}
	if published.Record.Order.Brought {
		found, _, err := a.openBrought(ctx, in, record)
		if err != nil {
			return contract.BroughtLabel{}, err
		}
		if sameLabels(found, published.Record.Labels) {
			return storedBefore(published.Record), nil
		}
	}
	return refuseLabel(record.Order, wording.Reason(contract.WhyPrintedByRun, "run", published.Run)), nil
}

// sameLabels says whether a file holds the labels that are in the store, in their order.
func sameLabels(found []labels.Label, stored []books.Label) bool {
	return slices.EqualFunc(found, stored, func(f labels.Label, s books.Label) bool { return f.SHA256 == s.SHA256 })
}

func storedBefore(record books.LabelRecord) contract.BroughtLabel {
	return contract.BroughtLabel{
		DeliveryOrder: record.Order.ID, Outcome: contract.BroughtStored,
		Labels: lo.Map(record.Labels, func(l books.Label, _ int) contract.BroughtFile {
			return contract.BroughtFile{Format: l.Format, Count: l.Count, SHA256: l.SHA256, Notes: l.Notes}
		}),
	}
}

func refuseLabel(order string, reason contract.Reason) contract.BroughtLabel {
	return contract.BroughtLabel{DeliveryOrder: order, Outcome: contract.BroughtRefused, Reason: reason}
}

// whyNoneOfOthers says why an order takes no label of others.
func whyNoneOfOthers(record contract.IntakeRecord) contract.Reason {
	switch record.State {
	case contract.IntakeCancelled, contract.IntakeTakeOut, contract.IntakeEnded, contract.IntakeClosed:
		return contract.FirstReason(record.Reason, wording.Reason(contract.WhyCancelled))
	case contract.IntakeUnsupported:
		return wording.Reason(contract.WhyIntakeNoConnection)
	case contract.IntakeHeldBack, contract.IntakeWaiting, contract.IntakeQueued, contract.IntakeTaken, contract.IntakeLabelled:
	}
	return wording.Reason(contract.WhyHubMakesLabel)
}

// openBrought opens a file as those of the hub are: within limits, checked, and made safe to print. problem says why it
// cannot be used.
func (a *Documents) openBrought(ctx context.Context, in TakeBroughtLabelInput, record contract.IntakeRecord) (found []labels.Label, problem contract.Reason, err error) {
	data, err := a.Store.ReadAll(ctx, in.Key, contract.BroughtLabelLimit)
	if err != nil {
		return nil, problem, err
	}
	within := budget.New(ctx, budget.For(int64(len(data))))
	files, err := bundle.Open("label", bytes.NewReader(data), int64(len(data)), bundle.Limits{TotalBytes: documentsUnpacked, FileBytes: documentsUnpacked, Budget: within})
	if ctx.Err() != nil {
		return nil, problem, ctx.Err()
	}
	if err != nil {
		return nil, wording.Reason(contract.WhyLabelDamaged, "detail", contract.CleanReason(err.Error())), nil
	}
	assigned := labels.AssignKnown(files, printedAs(broughtOrder(record)), nil)
	if err := ctx.Err(); err != nil {
		return nil, problem, err
	}
	problems, found := assigned.Problems[record.Order], assigned.Labels[record.Order]
	switch {
	case len(problems) > 0: // a part of it that cannot be printed would be a parcel without a label
		return nil, wording.Reason(problemCodes[problems[0].Kind], "detail", contract.CleanReason(problems[0].Reason)), nil
	case len(found) == 0 && len(assigned.Unassigned) > 0:
		return nil, wording.Reason(contract.WhyNotALabel, "detail", contract.CleanReason(assigned.Unassigned[0].Reason)), nil
	case len(found) == 0:
		return nil, wording.Reason(contract.WhyNotALabel, "detail", "the file holds no label"), nil
	}
	return found, problem, nil
}

// broughtOrder is the order as a run knows it; what else there is to know the run reads.
func broughtOrder(r contract.IntakeRecord) books.Order {
	return books.Order{
		ID: r.Order, Code: r.Code, CheckoutID: r.Checkout, OrderNumber: r.Number, ConnectionID: r.Connection, ConnectionName: r.ConnectionName,
		Channel: r.Channel, ShippingMode: r.ShippingMode, HandlingDeadline: r.Deadline, SoldAt: r.Sold, Brought: true,
	}
}
