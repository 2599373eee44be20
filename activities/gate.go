package activities

import (
	"fmt"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende"
)

// verdict says what becomes of an order: it ended with an outcome, needs a
// status first, can have its label, or is not one that waits.
type verdict struct {
	outcome books.Outcome
	reason  string
	status  bool
	label   bool
	gone    bool
	// remark is what somebody should know of an order that passes.
	remark string
	// leftOut is why an order that waits is gone all the same.
	leftOut books.LeftOutReason
}

func ends(outcome books.Outcome, reason string) verdict {
	return verdict{outcome: outcome, reason: reason}
}

// decide is the gate that each order passes before anything is sent or asked for it.
func decide(order books.Order, s sale, in ReadOrdersInput) verdict {
	held, remark := s.holds(order.Listed, order.Named && in.NotVerified)
	channel := in.Connection.channel()
	mode := in.Connection.mode(order.ShippingMode)
	if v, other := ofOtherWarehouse(order, in.Warehouse); other {
		return v
	}
	several, isSeveral := inSeveralWarehouses(order, in.Warehouse)
	switch {
	case unusableID("order", order.ID) != "":
		return ends(books.Rejected, unusableID("order", order.ID))
	case s.cancelled:
		return ends(ended(channels.Cancelled))
	case order.HubStatus.PastLabel():
		if order.HubStatus != channels.Cancelled && !order.Named && !order.Listed {
			return verdict{gone: true}
		}
		return ends(ended(order.HubStatus))
	case mode.Label == channels.No:
		return ends(books.Unsupported, mode.Remark)
	case s.unread.outcome != "":
		return s.unread
	case isSeveral:
		return several
	case !s.registered && unusableID("sale", order.CheckoutID) != "":
		return ends(books.HeldBack, unusableID("sale", order.CheckoutID))
	case !s.registered:
		return ends(books.HeldBack, "the sale is not registered at the hub; it comes back by itself once it is repaired there")
	case held != "":
		return ends(books.HeldBack, held)
	case channel.StatusFirst != "" && statusMissing(order, channel.StatusFirst):
		return verdict{status: true, remark: remark}
	case order.Listed || channel.StatusFirst != "":
		return verdict{label: true, remark: remark}
	}
	return ends(books.NotReady, notListed(channel))
}

// ended is the outcome of an order whose status permits no label any more; empty when it does.
func ended(status channels.Status) (books.Outcome, string) {
	switch {
	case status == channels.Cancelled:
		return books.Cancelled, "the sale or the delivery was cancelled"
	case status.PastLabel():
		return books.Rejected, fmt.Sprintf("the order is already %s: no label can be had any more", status)
	}
	return "", ""
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

// unusableID says that nothing can be asked by an id of the hub's, and why; empty when it can be,
// and where there is no id.
func unusableID(what, id string) string {
	if why := multivende.WhyUnusable(id); id != "" && why != "" {
		return fmt.Sprintf("the id that the hub gives its %s cannot be used: %s", what, why)
	}
	return ""
}

func notListed(channel channels.Channel) string {
	reason := "the hub lists no label of it yet; ask again in an hour, or with --include-printed if it was printed elsewhere"
	if channel.SetupHint != "" {
		reason += "; " + channel.SetupHint
	}
	return reason
}
