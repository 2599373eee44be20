package sandbox

import (
	"slices"
	"time"
)

// The states of a link.
const (
	linkPending      = "pending"
	linkRequesting   = "requesting"
	linkChanged      = "changed"
	linkNotRequested = "not_requested"
	linkFailed       = "failed_fatal"
)

func (o *order) name() string        { return o.id }
func (o *order) origin() *connection { return o.connection }

func (o *order) forgetful() bool { return (o.connection.shape+o.shape)%2 == 0 } // see links

func (o *order) moved(h *Hub, at time.Time) {
	o.updatedAt = at
	h.tellOrder(at, o)
}

// forbidden is the rule that a status breaks; empty for none.
func (o *order) forbidden(present, code string) string {
	mode, rules := squash(o.mode), o.connection.outward
	switch {
	case mode == ruleFulfillment:
		return ruleFulfillment
	case slices.Contains(rules.bound, mode) && code != cancelled:
		return ruleME2
	case (o.cancel || present == cancelled) && code != cancelled:
		return ruleEnded
	case backwards(present, code):
		return ruleBackwards
	case rules.paper && code == shipped && !o.papered():
		return rulePaper
	}
	return ""
}

// verdict is how the channel answers a status.
func (o *order) verdict(code string) verdict {
	if planned, is := o.planned(); is {
		return planned
	}
	word, taken := o.connection.outward.words[code]
	broken := o.forbidden(o.onChannel, code)
	switch {
	case broken == ruleFulfillment, broken == ruleME2, broken == ruleEnded, broken != "" && taken:
		return verdict{state: linkFailed, words: ruleWords[broken], forbidden: broken}
	case !taken:
		return verdict{state: linkNotRequested}
	}
	return verdict{state: linkChanged, word: word}
}

// there makes the label available once its channel has the status that it needs.
func (o *order) there(now time.Time, code string) {
	if o.channel() == nil || code != o.channel().first || !o.hasLabel() {
		return
	}
	o.ready, o.updatedAt = true, now
	if o.trackingAtReady && o.tracking == "" {
		o.tracking = o.parcels[0].tracking
	}
}

// cancelOrder cancels every sale that the order belongs to.
func (h *Hub) cancelOrder(now time.Time, o *order) {
	for _, s := range o.sales {
		h.cancelSale(now, s)
	}
}

func (h *Hub) cancelSale(now time.Time, s *sale) {
	if s.cancelled {
		return
	}
	s.cancelled, s.payment = true, "refunded"
	for _, o := range s.orders {
		o.cancel, o.cancelledAt, o.status, o.onChannel, o.updatedAt = true, now, cancelled, cancelled, now
		o.ready = o.ready && o.shape%2 == 0 // the list is not exact: half of them stay in it
	}
	for _, p := range s.pickUps {
		p.status, p.onChannel, p.updatedAt = pickUpCancelled, pickUpCancelled, now
	}
	h.touch(now, s)
	for _, o := range s.orders {
		h.tellOrder(now, o)
	}
	for _, p := range s.pickUps {
		h.tellPickUp(now, p)
	}
}

// toFront moves what is in the list to its front.
func toFront[T comparable](list []T, one T) []T {
	at := slices.Index(list, one)
	copy(list[1:at+1], list[:at])
	list[0] = one
	return list
}
