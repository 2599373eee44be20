package sandbox

import (
	"cmp"
	"hash/fnv"
	"net/http"
	"slices"
	"time"

	"github.com/samber/lo"
)

// journey is where the status of a delivery order or pick-up stands, in the hub and on its channel.
type journey struct {
	status    string // in the hub
	onChannel string // what the channel took last
	link      *link  // the newest change
	links     []*link
	sends     Times
	faults    []Fault
	reads     int
}

// traveller is an order or pick-up whose status travels to its channel.
type traveller interface {
	way() *journey
	name() string
	origin() *connection
	// forgetful: its view shows the newest change alone.
	forgetful() bool
	// verdict is what the channel makes of a status.
	verdict(code string) verdict
	// forbidden says which rule a status breaks that is sent when the hub shows present.
	forbidden(present, code string) string
	// moved tells that something changed; there, that a status is on the channel.
	moved(h *Hub, at time.Time)
	there(at time.Time, code string)
}

// verdict is how a change of status ends.
type verdict struct {
	state     string // as synchronizationStatus
	words     string // the channel's, of a refused one
	word      string // what the channel calls the status
	forbidden string // the rule that it breaks
}

// The rules that a status can break.
const (
	ruleFulfillment = "fulfillment"
	ruleME2         = "me2"
	ruleEnded       = "ended"
	ruleBackwards   = "backwards"
	rulePaper       = "no_tax_document"
)

var ruleWords = map[string]string{
	ruleFulfillment: "El marketplace despacha este pedido (fulfillment)",
	ruleME2:         "El estado de un envío ME2 solo lo cambia Mercado Libre",
	ruleEnded:       "El pedido está cancelado en el canal",
	ruleBackwards:   "El pedido ya está en un estado posterior",
	rulePaper:       "Falta el documento tributario del pedido",
}

func (j *journey) way() *journey { return j }

// fault sums up what its faults of one kind say.
func (j *journey) fault(times func(Fault) Times) Times {
	return lo.SumBy(j.faults, func(f Fault) Times { return min(times(f), AlwaysTimes) })
}

func (j *journey) has(property func(Fault) bool) bool { return slices.ContainsFunc(j.faults, property) }

func (j *journey) stuck() Times { return j.fault(func(f Fault) Times { return f.StatusStuck }) }

// planned is the verdict of the fault plan, where it has one.
func (j *journey) planned() (verdict, bool) {
	for _, fault := range j.faults {
		switch {
		case fault.StatusRefused != "":
			return verdict{state: linkFailed, words: fault.StatusRefused}, true
		case fault.NotRequested:
			return verdict{state: linkNotRequested}, true
		}
	}
	return verdict{}, false
}

// send sets a status, which then travels to the channel.
func (h *Hub) send(now time.Time, t traveller, code string) {
	j := t.way()
	j.sends++
	l := &link{
		id: h.id("link %s %d", t.name(), j.sends), code: code, from: j.status, sentAt: now, updatedAt: now, forbidden: t.forbidden(j.status, code),
	}
	j.link, j.links = l, append(j.links, l)
	if !backwards(j.status, code) && j.status != cancelled {
		j.status = code
	}
	t.moved(h, now)
	travel := h.travelTime(t)
	h.move(l, now.Add(min(pickingUp, travel/5)), linkPending)
	h.move(l, now.Add(travel*2/5), linkRequesting)
	if j.sends <= j.stuck() {
		return
	}
	l.endsAt = now.Add(travel)
	h.schedule(l.endsAt, func(at time.Time) {
		v := t.verdict(l.code)
		l.state, l.words, l.word, l.updatedAt = v.state, v.words, v.word, at
		l.forbidden = cmp.Or(l.forbidden, v.forbidden)
		if l.state == linkChanged {
			j.onChannel = l.code
		}
		if l.state != linkFailed {
			t.there(at, l.code)
		}
		t.moved(h, at)
	})
}

func (h *Hub) move(l *link, at time.Time, state string) {
	h.schedule(at, func(at time.Time) { l.state, l.updatedAt = state, at })
}

// travelTime is how long a status takes to reach the channel: the channel's own time, give or take a
// tenth, always the same for an order.
func (h *Hub) travelTime(t traveller) time.Duration {
	for _, fault := range t.way().faults {
		if fault.StatusDelay != "" {
			delay, _ := time.ParseDuration(fault.StatusDelay) // check has parsed it
			return delay
		}
	}
	c := t.origin()
	delay, given := h.options.StatusDelays[c.provider]
	if !given {
		delay = c.outward.delay
	}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(t.name())) // a hash takes everything
	return (delay*9/10 + delay*time.Duration(sum.Sum32()%200)/1000).Truncate(time.Millisecond)
}

// shown notes that an answer showed how far the changes are.
func (j *journey) shown(call entry) {
	if call.Status != http.StatusOK {
		return
	}
	at := call.At
	for _, l := range j.links {
		if !l.seenAt.IsZero() {
			continue
		}
		l.reads++
		if !l.endsAt.IsZero() && !at.Before(l.endsAt) {
			l.seenAt = at
		}
	}
}

// shownBefore says whether a change from before the world began can be seen.
func (j *journey) shownBefore() bool {
	return slices.ContainsFunc(j.links, func(l *link) bool { return l.before })
}

// expectedStatus is how a change of status ends for a client that does everything right, as things
// stood before anybody sent one: it sends three times at most, ten minutes apart, and waits half an hour.
func (h *Hub) expectedStatus(t traveller, code string) string {
	j := t.way()
	present := j.status
	if sent, found := lo.Find(j.links, func(l *link) bool { return !l.before }); found {
		present = sent.from
	}
	planned, isPlanned := j.planned()
	switch {
	case j.has(func(f Fault) bool { return f.Unknown }):
		return "unknown_order"
	case present == code && (j.shownBefore() || t.forbidden(present, code) != ""):
		return "not_needed" // without a link nobody knows that it is there, so it is sent
	case t.forbidden(present, code) != "":
		return "not_allowed"
	case j.stuck() >= statusSends || h.travelTime(t) >= lo.Ternary(t.forgetful(), statusWindow, statusPatience):
		return "not_synced"
	case isPlanned && planned.state == linkFailed:
		return "refused"
	case isPlanned || t.verdict(code).state == linkNotRequested:
		return "not_needed"
	}
	return "synced"
}
