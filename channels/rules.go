package channels

import (
	"fmt"
	"slices"

	"github.com/samber/lo"
)

// Settable lists the statuses that a partner may report for a delivery order.
func Settable() []Status {
	return []Status{Handling, ReadyToShip, Shipped, Delivered, NotDelivered, Cancelled}
}

// PickUpSettable lists the statuses that a partner may report for a pick-up order.
func PickUpSettable() []Status { return []Status{ReceivedByStore, Completed, Cancelled} }

// Unknown stands for the channel of an order of which nobody can tell it.
const Unknown = "unknown"

// Change is a status that somebody wants to report for an order.
type Change struct {
	Slug         string // the channel's; any spelling that BySlug knows
	ShippingMode string // the channel's word
	From, To     Status // From is "" when the hub does not say
	// Document: an electronic billing document of the order is loaded.
	Document bool
	// PickUp: the order is a pick-up, whose statuses are its own.
	PickUp bool
}

// rule keeps statuses from being sent where the channel does not take them.
type rule struct {
	slug     string   // "" every channel
	modes    []string // squashed; nil every mode
	statuses []Status // nil all
	except   []Status
	// documented: it holds only as long as no electronic billing document is loaded.
	documented bool
	words      string
}

// rules are those of the guide ("¿Cómo actualizar los estados de un despacho?", "Estados de una
// orden según el tipo de entrega"), the first that holds being told.
var rules = []rule{
	{
		modes: []string{"fulfillment"},
		words: "the marketplace ships fulfilment orders and reports their status itself",
	},
	{
		slug: "mercadolibre", modes: mercadoLibreModes.closed, except: mercadoLibreModes.always,
		words: "Mercado Libre keeps the status of its own shipments (ME2); only cancelled can be reported",
	},
	{
		// Words that no other channel has for its shipping modes.
		slug: Unknown, modes: []string{"me2", "dropoff", "xddropoff", "selfservice"}, except: mercadoLibreModes.always,
		words: "this is a shipping mode of Mercado Libre (ME2), which keeps the status itself; only cancelled can be reported",
	},
	{
		slug: "vtex", statuses: []Status{Shipped}, documented: true,
		words: "VTEX takes shipped only once the order's electronic billing document is loaded",
	},
}

// NotAllowed is the rule that forbids the change, in a sentence for people; "" when it may be sent.
// An order that has the status already is allowed: whoever asks tells these apart.
func (c Change) NotAllowed() string {
	if c.From == c.To {
		return ""
	}
	if !c.PickUp {
		if broken, found := lo.Find(rules, c.breaks); found {
			return broken.words
		}
	}
	before := lo.Ternary(c.PickUp, c.To.PickUpBefore, c.To.Before)
	switch {
	case !before(c.From):
		return ""
	case c.From == Cancelled:
		return "the order is cancelled, and nothing follows that"
	case c.To == Cancelled:
		return fmt.Sprintf("the order is %s and can no longer be cancelled", c.From)
	}
	return fmt.Sprintf("the order is %s already: %s lies before that", c.From, c.To)
}

// NeedsMode says whether the change depends on the order's shipping mode, which is not known.
func (c Change) NeedsMode() bool {
	return !c.PickUp && squash(c.ShippingMode) == "" && lo.SomeBy(rules, func(r rule) bool {
		return r.modes != nil && r.slug != Unknown && r.slug == slugOf(c.Slug) && !slices.Contains(r.except, c.To)
	})
}

// NeedsDocument says whether the change depends on an electronic billing document of the order.
func (c Change) NeedsDocument() bool {
	c.Document = false
	return !c.PickUp && lo.SomeBy(rules, func(r rule) bool { return r.documented && c.breaks(r) })
}

func (c Change) breaks(r rule) bool {
	switch {
	case r.slug != "" && r.slug != slugOf(c.Slug),
		r.modes != nil && !slices.Contains(r.modes, squash(c.ShippingMode)),
		r.statuses != nil && !slices.Contains(r.statuses, c.To),
		slices.Contains(r.except, c.To),
		r.documented && c.Document:
		return false
	}
	return true
}
