package sandbox

import "fmt"

// record writes an entry before it is done.
func (h *Hub) record(next entry) error { return h.journal.write(next) }

// replay does again what the journal tells.
func (h *Hub) replay(entries []entry) error {
	for i, past := range entries {
		if err := h.redo(past); err != nil {
			return fmt.Errorf("sandbox: journal, entry %d: %w", i+2, err)
		}
	}
	return nil
}

// counts are the kinds of entries that only count; they may stand a little out of order.
var counts = map[string]func(*Hub, entry){
	"call":      (*Hub).count,
	"strike":    (*Hub).restrike,
	"webhook":   (*Hub).delivered,
	"refreshed": (*Hub).refreshed,
}

// deeds are the kinds of entries that change the world; they fail when they name what is not in it.
var deeds = map[string]func(*Hub, entry) error{
	"ask":              (*Hub).redoAsk,
	"status":           onOrder(func(h *Hub, o *order, past entry) { h.send(past.At, o, past.Code) }),
	"tracking":         onOrder(func(h *Hub, o *order, past entry) { h.track(o, past.tracking()) }),
	"paper":            onOrder(func(h *Hub, o *order, past entry) { h.load(past.At, o) }),
	"pick-up":          (*Hub).redoPickUp,
	"pick-up-tracking": (*Hub).redoPickUpTracking,
	"cancel":           onSale(func(h *Hub, s *sale, past entry) { h.cancelSale(past.At, s) }),
	"touch":            onSale(func(h *Hub, s *sale, past entry) { h.touch(past.At, s) }),
	"download":         always(func(h *Hub, past entry) { h.downloaded(past.ID) }),
	"sales": always(func(h *Hub, past entry) {
		h.expectSales(past.At, past.Count, past.Spread, arrival{connection: h.connectionByID(past.ID), life: past.Life, mode: past.Mode, pickUp: past.PickUp})
	}),
	"webhooks": always(func(h *Hub, past entry) { h.direct(*past.URL, *past.Rates) }),
	"consent":  always(func(h *Hub, past entry) { h.consented(past.At, past.Asked) }),
	"code":     always(func(h *Hub, past entry) { h.newCode(past.At) }),
	"exchange": always(func(h *Hub, past entry) { h.exchange(past.At, past.ID) }),
	"refresh":  always(func(h *Hub, past entry) { h.refreshPair(past.At, past.ID) }),
	"refused":  always(func(h *Hub, past entry) { h.oauth.report.Refused[past.Text]++ }),
	"revoke":   always(func(h *Hub, _ entry) { h.revoke() }),
	"expire":   always(func(h *Hub, _ entry) { h.killTokens() }),
	"scopes":   always(func(h *Hub, past entry) { h.oauth.scopes = past.Scopes }),
}

func always(do func(*Hub, entry)) func(*Hub, entry) error {
	return func(h *Hub, past entry) error {
		do(h, past)
		return nil
	}
}

func onOrder(do func(*Hub, *order, entry)) func(*Hub, entry) error {
	return func(h *Hub, past entry) error {
		o := h.orderByID[past.ID]
		if o == nil {
			return fmt.Errorf("no order %s", past.ID)
		}
		do(h, o, past)
		return nil
	}
}

func onSale(do func(*Hub, *sale, entry)) func(*Hub, entry) error {
	return func(h *Hub, past entry) error {
		s := h.saleByID[past.ID]
		if s == nil {
			return fmt.Errorf("no sale %s", past.ID)
		}
		do(h, s, past)
		return nil
	}
}

func (h *Hub) redo(past entry) error {
	if count, is := counts[past.Kind]; is {
		count(h, past)
		return nil
	}
	deed, known := deeds[past.Kind]
	if !known {
		return fmt.Errorf("kind %q is unknown", past.Kind)
	}
	h.settle(past.At)
	return deed(h, past)
}

func (h *Hub) redoAsk(past entry) error {
	c := h.connectionByID(past.ID)
	if c == nil {
		return fmt.Errorf("no connection %s", past.ID)
	}
	h.ask(past.At, c, past.Orders)
	return nil
}

func (h *Hub) redoPickUp(past entry) error {
	p := h.pickUpByID[past.ID]
	if p == nil {
		return fmt.Errorf("no pick-up %s", past.ID)
	}
	h.sendPickUp(past.At, p, past.Code, past.Told)
	return nil
}

// restrike counts a call of a route with faults, and the fault that struck it.
func (h *Hub) restrike(past entry) {
	for _, fault := range h.routeFaults[past.Route] {
		fault.calls++
		if fault.index+1 == past.Fault {
			fault.struck++
		}
	}
}
