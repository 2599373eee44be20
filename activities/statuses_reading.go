package activities

import (
	"context"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende"
)

// endStatus ends a status on its way to the channel. Where it comes before the
// label, that ends the order too, with the outcome; a label that is there stays.
func endStatus(p *books.Page, order books.Order, connection Connection, status books.ChannelStatus, outcome books.Outcome, reason string) {
	order.Status = status
	entry := books.Entry{Order: order, Status: status, Reason: books.Reason(reason)}
	if connection.channel().StatusFirst != "" {
		entry.Outcome = outcome
	}
	p.Ended = append(p.Ended, entry)
}

func refuse(p *books.Page, order books.Order, connection Connection, words string) {
	endStatus(p, order, connection, books.StatusRefused, books.StatusNotSynced, lo.CoalesceOrEmpty(words, "the channel refused the status"))
}

// statusReading is what one read of a delivery order says about a status that was sent.
type statusReading struct {
	order     books.Order
	done      bool
	notNeeded bool
	refused   bool
	cancelled bool
	unknown   bool
	sent      bool
	// linkless: the hub shows no link to the channel at all.
	linkless bool
	// listed: the hub lists its label, and shows no links.
	listed  bool
	changed time.Time
	words   string
}

func (r statusReading) settled() bool {
	return r.done || r.listed || r.notNeeded || r.refused || r.cancelled || r.unknown
}

// readStatus reads whether the status has reached the channel: the order's
// status is the one sent and its link says changed or not_requested, or that of
// an earlier sending since a moment, where there is one, says changed.
func readStatus(ctx context.Context, hub *multivende.Client, order books.Order, target channels.Status, since time.Time) (statusReading, error) {
	delivery, bySale, err := readDelivery(ctx, hub, order)
	if noSuchObject(err) {
		return statusReading{order: order, unknown: true}, nil
	}
	if noSuchRoute(err) || multivende.ClassOf(err) == multivende.Refused {
		order.Trouble = wrongRoute(err)
		return statusReading{order: order}, nil
	}
	if err != nil {
		return statusReading{}, err
	}
	order.Trouble = bySale
	refresh(&order, delivery)
	link := linkOf(ctx, hub, delivery, target)
	if order.Sends > 0 && !since.IsZero() && !link.UpdatedAt.IsZero() && link.Newest().Before(since) {
		link = multivende.StatusLink{} // it speaks of an earlier time that the order had the status
	}
	reading := readingOf(order, target, link.Since(since))
	reading.linkless, reading.changed = len(delivery.StatusLinks) == 0, delivery.UpdatedAt
	return reading, nil
}

func readingOf(order books.Order, target channels.Status, link multivende.StatusLink) statusReading {
	r := statusReading{order: order}
	switch status := order.HubStatus; {
	case status == channels.Cancelled && target != channels.Cancelled:
		r.cancelled = true
	case target.Before(status):
		r.notNeeded = true
	case status == target:
		r.sent = true
		r.done = link.State == multivende.LinkChanged
		r.notNeeded = link.State == multivende.LinkNotRequested
		r.refused = link.Failed()
		r.words = link.Message
	}
	return r
}

// into adds what was read to a page.
func (r statusReading) into(p *books.Page, connection Connection) {
	order := r.order
	switch {
	case r.cancelled:
		endStatus(p, order, connection, books.StatusNotNeeded, books.Cancelled, "the delivery was cancelled")
	case r.unknown:
		endStatus(p, order, connection, books.StatusRefused, books.UnknownOrder, "the hub does not know this delivery order")
	case r.refused:
		refuse(p, order, connection, r.words)
	case r.done, r.notNeeded:
		order.Status = lo.Ternary(r.done, books.StatusSynced, books.StatusNotNeeded)
		if connection.channel().StatusFirst != "" {
			p.Ready = append(p.Ready, order)
			return
		}
		p.Ended = append(p.Ended, books.Entry{Order: order, Status: order.Status})
	default:
		p.Pending = append(p.Pending, order)
	}
}
