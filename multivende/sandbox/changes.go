package sandbox

import (
	"hash/fnv"
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

// send changes an order's status, which then travels to the channel.
func (h *Hub) send(now time.Time, o *order, code string) {
	o.sends++
	l := &link{id: h.id("link %s %d", o.id, o.sends), code: code, sentAt: now, updatedAt: now}
	o.link, o.links = l, append(o.links, l)
	o.updatedAt = now
	if !o.cancel {
		o.status = code
	}
	h.tellOrder(now, o)
	travel := travelTime(o, o.sends)
	h.move(l, now.Add(pickingUp), linkPending)
	h.move(l, now.Add(travel*2/5), linkRequesting)
	if o.sends <= o.fault(func(f Fault) Times { return f.StatusStuck }) {
		return
	}
	h.schedule(now.Add(travel), func(at time.Time) {
		l.updatedAt = at
		l.state, l.words = o.arrival(l.code)
		h.tellOrder(at, o)
		if l.state != linkFailed {
			o.arrived(at, l.code)
		}
	})
}

func (h *Hub) move(l *link, at time.Time, state string) {
	h.schedule(at, func(at time.Time) { l.state, l.updatedAt = state, at })
}

// travelTime is how long a status takes to the channel: 20 seconds to 3 minutes.
func travelTime(o *order, sends Times) time.Duration {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(o.id)) // a hash takes everything
	return 20*time.Second + time.Duration((sum.Sum32()+uint32(sends)*97)%160)*time.Second
}

// arrival is what the channel makes of a status.
func (o *order) arrival(code string) (state, words string) {
	for _, fault := range o.faults {
		switch {
		case fault.StatusRefused != "":
			return linkFailed, fault.StatusRefused
		case fault.NotRequested:
			return linkNotRequested, ""
		}
	}
	switch {
	case o.cancel:
		return linkFailed, "El pedido está cancelado en el canal"
	case o.channel() == nil || slices.Contains(o.channel().silent, code):
		return linkNotRequested, ""
	}
	return linkChanged, ""
}

// arrived lets the label be had once the status that it needs is there.
func (o *order) arrived(now time.Time, code string) {
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
	s.cancelled, s.updatedAt, s.payment = true, now, "refunded"
	for _, o := range s.orders {
		o.cancel, o.status, o.updatedAt = true, cancelled, now
		o.ready = o.ready && o.shape%2 == 0 // the hub is not careful: half of them stay in the list
	}
	h.touch(now, s)
	for _, o := range s.orders {
		h.tellOrder(now, o)
	}
}

// toFront moves what is in the list to its front.
func toFront[T comparable](list []T, one T) []T {
	at := slices.Index(list, one)
	copy(list[1:at+1], list[:at])
	list[0] = one
	return list
}
