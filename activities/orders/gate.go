package orders

import (
	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
)

// verdict says what becomes of an order: it ends with an outcome, needs a status first, can have its
// label, or is not one that waits.
type verdict struct {
	Outcome contract.Outcome
	Reason  contract.Reason
	status  bool
	label   bool
	gone    bool
	// remark is what people should know about an order that passes.
	remark contract.Reason
	// leftOut is why an order that waits is nevertheless not taken up.
	leftOut contract.LeftOutReason
}

func endsAs(outcome contract.Outcome, reason contract.Reason) verdict {
	return verdict{Outcome: outcome, Reason: reason}
}

// DecideAtGate is the gate: every order must pass it before anything is sent or asked for. One that is there for nothing but
// its outstanding label, and may not have it, is not one that waits.
func DecideAtGate(order books.Order, s Sale, in ReadOrdersInput) verdict {
	v := decide(order, s, in)
	if v.Outcome != "" && !order.Outstanding.IsZero() && !order.Listed && !order.Named {
		return verdict{gone: true}
	}
	return v
}

func decide(order books.Order, s Sale, in ReadOrdersInput) verdict {
	held, remark := s.holds(order.Listed, order.Named && in.NotVerified)
	channel := in.Connection.Row()
	mode := in.Connection.Mode(order.ShippingMode)
	if v, other := ofOtherWarehouse(order, in.Warehouse); other {
		return v
	}
	orderID, saleID := activities.UnusableID(contract.WhyOrderIDUnusable, order.ID), activities.UnusableID(contract.WhySaleIDUnusable, order.CheckoutID)
	several, isSeveral := inSeveralWarehouses(order, in.Warehouse)
	switch {
	case orderID.Words != "":
		return endsAs(contract.Rejected, orderID)
	case s.Cancelled:
		return endsAs(OutcomeOfStatus(channels.Cancelled))
	case order.HubStatus.PastLabel():
		if order.HubStatus != channels.Cancelled && !order.Named && !order.Listed {
			return verdict{gone: true}
		}
		return endsAs(OutcomeOfStatus(order.HubStatus))
	case mode.Label == channels.NoLabel && !order.Brought:
		return endsAs(contract.Unsupported, wording.Reason(mode.Why))
	case in.Connection.NoLabels.Words != "" && !order.Brought:
		return endsAs(contract.Unsupported, contract.Reason(in.Connection.NoLabels))
	case s.unread.Outcome != "":
		return s.unread
	case isSeveral:
		return several
	case !s.registered && saleID.Words != "":
		return endsAs(contract.HeldBack, saleID)
	case !s.registered:
		return endsAs(contract.HeldBack, wording.Reason(contract.WhySaleNotRegistered))
	case held.Words != "":
		return endsAs(contract.HeldBack, held)
	case order.Brought:
		return verdict{label: true, remark: remark} // the channel has no part in it
	case channel.StatusFirst != "" && statusMissing(order, channel.StatusFirst):
		return verdict{status: true, remark: remark}
	case order.Listed || !order.Outstanding.IsZero() || channel.StatusFirst != "":
		return verdict{label: true, remark: remark}
	}
	return endsAs(contract.NotReady, notListed(channel))
}

// OutcomeOfStatus returns the outcome of an order whose status no longer allows a label, and the reason; empty
// when it does.
func OutcomeOfStatus(status channels.Status) (contract.Outcome, contract.Reason) {
	switch {
	case status == channels.Cancelled:
		return contract.Cancelled, wording.Reason(contract.WhyCancelled)
	case status.PastLabel():
		return contract.Rejected, wording.Reason(contract.WhyPastLabel, "status", string(status))
	}
	return "", contract.Reason{}
}

// statusMissing says whether the status that comes before the label is still
// to be sent or, when the hub does not list the label, to be verified.
func statusMissing(order books.Order, target channels.Status) bool {
	switch {
	case target.Before(order.HubStatus):
		return false
	case order.HubStatus == target || order.HubStatus == "":
		return !order.Listed
	}
	return true
}

func notListed(channel channels.Channel) contract.Reason {
	return wording.Join(wording.Reason(contract.WhyNotListed), wording.Reason(channel.SetupHint))
}
