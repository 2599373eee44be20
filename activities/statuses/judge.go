package statuses

import (
	"time"

	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende"
)

// standing is how far the status of an order has come.
type standing int

const (
	absent       standing = iota // the order does not have the status
	underWay                     // it has, and the channel does not know yet
	there                        // the channel has it
	quiet                        // it does not go to the channel
	refused                      // the channel refused it
	passed                       // the order is further along
	cancelled                    // the order was cancelled
	forbidden                    // a rule forbids to send it
	late                         // it was sent as often as allowed, and its last window is over
	unknownOrder                 // the hub does not know the order
	unsendable                   // the hub has no route by which it could be sent
)

// judge says how far the status of an order has come, and by which link: that of the last sending,
// or of an earlier one of ours that has arrived. A link from before our sending says nothing.
func (e *engine) judge(row statusbook.OpenRow, seen reading) (standing, multivende.StatusLink) {
	link := seen.link
	if !row.FirstAskedAt.IsZero() {
		link = link.EndedSince(row.FirstAskedAt.Add(-e.blur()))
	}
	if earlier := link.At.Before(seen.link.At); row.Out() && !earlier && e.isOlder(link, row) {
		link = multivende.StatusLink{}
	}
	at := standingOf(seen.status, link, e.to)
	if named := standingOf(e.to, link, e.to); at == absent && row.Out() && link.Named() && !link.LastTime().IsZero() && named != underWay {
		// The channel's answer counts also where the hub does not show, or no longer, that the order has the status.
		at = named
	}
	switch {
	case at != absent:
	case seen.status == channels.Cancelled:
		at = cancelled
	case e.isPast(seen.status):
		at = passed
	}
	return at, link
}

func standingOf(status channels.Status, link multivende.StatusLink, to channels.Status) standing {
	switch {
	case status != to:
		return absent
	case link.State == multivende.LinkChanged:
		return there
	case link.State == multivende.LinkNotRequested:
		return quiet
	case link.Failed():
		return refused
	}
	return underWay
}

func (e *engine) isPast(present channels.Status) bool {
	if e.pickUp {
		return e.to.PickUpBefore(present)
	}
	return e.to.Before(present)
}

// isOurs says whether a link speaks of what an earlier try has sent, whose answer was lost.
func (e *engine) isOurs(link multivende.StatusLink, row statusbook.OpenRow) bool {
	if !row.AskedAt.IsZero() {
		return link.Present && !e.isOlder(link, row)
	}
	return e.lost && link.Present && !link.LastTime().Before(e.began)
}

// isOlder says that a link speaks of an earlier sending than the row's last.
func (e *engine) isOlder(link multivende.StatusLink, row statusbook.OpenRow) bool {
	newest := link.LastTime()
	return !newest.IsZero() && newest.Before(row.AskedAt.Add(-e.blur()))
}

// clockSlack is how far our notion of the hub's clock may be behind, our time.
const clockSlack = 50 * time.Millisecond

// blur is how far a moment that the hub tells may lie before ours for the same; the hub's time.
func (e *engine) blur() time.Duration {
	return time.Duration(float64(clockSlack)*e.hub.Clock().Speed()) + 2*time.Second
}

// mayArrive says whether a status under way may still arrive without being sent again.
func (e *engine) mayArrive(link multivende.StatusLink) bool {
	return link.At.IsZero() || e.now().Sub(link.At) < e.window
}

// changedLately says that the order changed within the window: somebody may just have sent its status.
func (e *engine) changedLately(seen reading) bool {
	return !seen.changed.IsZero() && e.now().Sub(seen.changed) < e.window
}
