package sandbox

import (
	"maps"
	"slices"
	"time"

	"github.com/samber/lo"
)

// StatusSend is a change of status and how far it has come.
type StatusSend struct {
	At    time.Time `json:"at"`
	Code  string    `json:"code"`
	State string    `json:"state"` // as synchronizationStatus; empty for null
	// Present is what the hub showed before; Word what the channel calls the status.
	Present string `json:"present"`
	Word    string `json:"word,omitempty"`
	// Forbidden is the rule that the change breaks: fulfillment, me2, ended, backwards or no_tax_document.
	Forbidden string `json:"forbidden,omitempty"`
	// OnChannel is when the channel took or refused it, or it was settled that it is not sent.
	OnChannel *time.Time `json:"on_channel,omitempty"`
	// SeenAt is when an answer first showed that, and Reads how many answers had shown the order
	// since it was sent, that one among them.
	SeenAt *time.Time `json:"seen_at,omitempty"`
	Reads  int        `json:"reads"`
}

// ReportPickUp is a pick-up and what has been done to it.
type ReportPickUp struct {
	ID         string            `json:"id"`
	Code       string            `json:"code"`
	Checkout   string            `json:"checkout"`
	Connection string            `json:"connection"`
	Channel    string            `json:"channel"`
	Status     string            `json:"status"`
	OnChannel  string            `json:"on_channel"`
	Told       map[string]string `json:"told,omitempty"` // comments and dates of the newest changes
	Faults     []Fault           `json:"faults,omitempty"`
	Statuses   []StatusSend      `json:"statuses"`
	Reads      int               `json:"reads"`
	Tracking   []TrackingWrite   `json:"tracking_writes,omitempty"`
}

// report lists the changes since the world began.
func (j *journey) report() []StatusSend {
	sends := []StatusSend{}
	for _, l := range j.links {
		if l.before {
			continue
		}
		send := StatusSend{At: l.sentAt, Code: l.code, State: l.state, Present: l.from, Word: l.word, Forbidden: l.forbidden, Reads: l.reads}
		if l.settled() {
			send.OnChannel = lo.ToPtr(l.endsAt)
		}
		if !l.seenAt.IsZero() {
			send.SeenAt = lo.ToPtr(l.seenAt)
		}
		sends = append(sends, send)
	}
	return sends
}

func (l *link) settled() bool {
	return slices.Contains([]string{linkChanged, linkNotRequested, linkFailed}, l.state)
}

func (p *pickUp) report() ReportPickUp {
	return ReportPickUp{
		ID: p.id, Code: p.code, Checkout: p.sale.id, Connection: p.sale.connection.id, Channel: p.sale.connection.provider,
		Status: p.status, OnChannel: p.onChannel, Told: maps.Clone(p.told), Faults: p.faults, Statuses: p.journey.report(), Reads: p.reads, Tracking: slices.Clone(p.trackingWrites),
	}
}
