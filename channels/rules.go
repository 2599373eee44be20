package channels

import (
	"slices"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
)

// SettableStatuses lists the statuses that a partner may report for a delivery order.
func SettableStatuses() []Status {
	return []Status{Handling, ReadyToShip, Shipped, Delivered, NotDelivered, Cancelled}
}

// SettablePickUpStatuses lists the statuses that a partner may report for a pick-up order.
func SettablePickUpStatuses() []Status { return []Status{ReceivedByStore, Completed, Cancelled} }

// UnknownChannel stands for an order's channel when it is not known.
const UnknownChannel = "unknown"

// Change is a status that somebody wants to report for an order.
type Change struct {
	Slug         string // the channel's; any spelling that BySlug knows
	ShippingMode string // the channel's word
	From, To     Status // From is "" if the hub does not say
	// HasDocument: an electronic billing document of the order is loaded.
	HasDocument bool
	// PickUp: the order is a pick-up, which has statuses of its own.
	PickUp bool
}

// rule keeps statuses from being sent where the channel does not accept them.
type rule struct {
	slug     string   // "" for every channel
	modes    []string // squashed; nil for every mode
	statuses []Status // nil for all
	except   []Status
	// documented: it holds only while no electronic billing document is loaded.
	documented bool
	why        contract.ReasonCode
}

// rules are those of the guide ("¿Cómo actualizar los estados de un despacho?", "Estados de una
// orden según el tipo de entrega"). The first one that applies is reported.
var rules = []rule{
	{
		modes: []string{"fulfillment"},
		why:   contract.WhyFulfilmentStatus,
	},
	{
		slug: "mercadolibre", modes: mercadoLibreModes.closed, except: mercadoLibreModes.always,
		why: contract.WhyMercadoLibreStatus,
	},
	{
		// Shipping modes that no other channel has.
		slug: UnknownChannel, modes: []string{"me2", "dropoff", "xddropoff", "selfservice"}, except: mercadoLibreModes.always,
		why: contract.WhyMercadoLibreModeStatus,
	},
	{
		slug: "vtex", statuses: []Status{Shipped}, documented: true,
		why: contract.WhyDocumentFirst,
	},
}

// WhyNotAllowed is the rule that forbids the change; none if it may be sent.
// Repeating the present status is allowed: the caller tells that case apart.
func (c Change) WhyNotAllowed() contract.Reason {
	if c.From == c.To {
		return contract.Reason{}
	}
	if !c.PickUp {
		if broken, found := lo.Find(rules, c.breaks); found {
			return wording.Reason(broken.why)
		}
	}
	before := lo.Ternary(c.PickUp, c.To.PickUpBefore, c.To.Before)
	switch {
	case !before(c.From):
		return contract.Reason{}
	case c.From == Cancelled:
		return wording.Reason(contract.WhyOrderCancelled)
	case c.To == Cancelled:
		return wording.Reason(contract.WhyTooLateToCancel, "status", string(c.From))
	}
	return wording.Reason(contract.WhyNoWayBack, "status", string(c.From), "to", string(c.To))
}

// NeedsMode reports whether the change depends on the order's shipping mode while that is not
// known.
func (c Change) NeedsMode() bool {
	return !c.PickUp && squash(c.ShippingMode) == "" && lo.SomeBy(rules, func(r rule) bool {
		return r.modes != nil && r.slug != UnknownChannel && r.slug == slugOf(c.Slug) && !slices.Contains(r.except, c.To)
	})
}

// NeedsDocument reports whether the change depends on an electronic billing document of the order.
func (c Change) NeedsDocument() bool {
	c.HasDocument = false
	return !c.PickUp && lo.SomeBy(rules, func(r rule) bool { return r.documented && c.breaks(r) })
}

func (c Change) breaks(r rule) bool {
	switch {
	case r.slug != "" && r.slug != slugOf(c.Slug),
		r.modes != nil && !slices.Contains(r.modes, squash(c.ShippingMode)),
		r.statuses != nil && !slices.Contains(r.statuses, c.To),
		slices.Contains(r.except, c.To),
		r.documented && c.HasDocument:
		return false
	}
	return true
}
