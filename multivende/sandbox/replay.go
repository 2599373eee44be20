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

func (h *Hub) redo(past entry) error {
	switch past.Kind {
	case "call":
		h.count(past)
		return nil
	case "strike":
		h.restrike(past)
		return nil
	case "webhook":
		h.delivered(past)
		return nil
	case "refreshed":
		h.refreshed(past)
		return nil
	}
	if h.redoOAuth(past) {
		return nil
	}
	h.settle(past.At)
	if past.Kind == "ask" {
		c := h.connectionByID(past.ID)
		if c == nil {
			return fmt.Errorf("no connection %s", past.ID)
		}
		h.ask(past.At, c, past.Orders)
		return nil
	}
	switch past.Kind {
	case "webhooks":
		h.direct(*past.URL, *past.Rates)
		return nil
	case "sales":
		h.expectSales(past.At, past.Count, past.Spread, arrival{connection: h.connectionByID(past.ID), life: past.Life})
		return nil
	}
	if past.Kind == "pick-up" {
		p := h.pickUpByID[past.ID]
		if p == nil {
			return fmt.Errorf("no pick-up %s", past.ID)
		}
		h.sendPickUp(past.At, p, past.Code, past.Told)
		return nil
	}
	if past.Kind == "touch" {
		s := h.saleByID[past.ID]
		if s == nil {
			return fmt.Errorf("no sale %s", past.ID)
		}
		h.touch(past.At, s)
		return nil
	}
	if past.Kind == "download" {
		h.downloaded(past.ID)
		return nil
	}
	if past.Kind == "cancel" {
		s := h.saleByID[past.ID]
		if s == nil {
			return fmt.Errorf("no sale %s", past.ID)
		}
		h.cancelSale(past.At, s)
		return nil
	}
	o := h.orderByID[past.ID]
	if o == nil {
		return fmt.Errorf("no order %s", past.ID)
	}
	switch past.Kind {
	case "status":
		h.send(past.At, o, past.Code)
	case "tracking":
		h.track(o, TrackingWrite{At: past.At, Number: past.Number, URL: past.URL, Courier: past.Courier})
	case "paper":
		h.load(past.At, o)
	default:
		return fmt.Errorf("kind %q is unknown", past.Kind)
	}
	return nil
}

// redoOAuth does again what concerns the account's consent; false for anything else.
func (h *Hub) redoOAuth(past entry) bool {
	switch past.Kind {
	case "consent":
		h.consented(past.At, past.Asked)
	case "code":
		h.newCode(past.At)
	case "exchange":
		h.exchange(past.At, past.ID)
	case "refresh":
		h.refreshPair(past.At, past.ID)
	case "refused":
		h.oauth.report.Refused[past.Text]++
	case "revoke":
		h.revoke()
	case "expire":
		h.killTokens()
	case "scopes":
		h.oauth.scopes = past.Scopes
	default:
		return false
	}
	return true
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
