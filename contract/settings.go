package contract

import (
	"cmp"
	"time"
)

// FalabellaReady says when Falabella's ready_to_ship is sent.
type FalabellaReady string

// When Falabella hears that a parcel is ready.
const (
	ReadyAtLabel     FalabellaReady = "label"
	ReadyAtPublish   FalabellaReady = "publish"
	ReadyFromPartner FalabellaReady = "partner"
)

// Settings are what a run needs to know of its worker. They are recorded at
// the start of a run; a run's input may override each; zero means default.
type Settings struct {
	// HubSpeed is how many times as fast as ours the hub's time runs: 1 in production.
	HubSpeed float64 `json:"hub_speed,omitempty"`
	// FalabellaReady is when Falabella's ready_to_ship is sent; default at publishing.
	FalabellaReady FalabellaReady `json:"falabella_ready,omitempty"`
	// BatchSize is how many labels are asked for at once, at most 50.
	BatchSize int `json:"batch_size,omitempty"`
	// BatchAge is how long an order waits for its batch to fill, in the hub's time.
	BatchAge Duration `json:"batch_age,omitempty"`
	// LabelTime is how long a marketplace takes for a label when nothing is known of the connection; the hub's time.
	LabelTime Duration `json:"label_time,omitempty"`
	// Asks is how often a label is asked for at most: once and four times again.
	Asks int `json:"asks,omitempty"`
	// AskPause is the pause before a label is asked for again; it doubles each time; the hub's time.
	AskPause Duration `json:"ask_pause,omitempty"`
	// StatusWindow is after how long a status that did not reach its channel is sent again; the hub's time.
	StatusWindow Duration `json:"status_window,omitempty"`
	// StatusSends is how often a status is sent at most.
	StatusSends int `json:"status_sends,omitempty"`
	// StatusTime is how long a status takes to reach its channel when nothing is known; the hub's time.
	StatusTime Duration `json:"status_time,omitempty"`
	// Channels are this installation's own answers where the hub's guide is silent (channels.New).
	Channels map[string]string `json:"channels,omitempty"`
	// WebhookOut: somebody is told by webhook when a status is verified.
	WebhookOut bool `json:"webhook_out,omitempty"`
}

// DefaultSettings are those of production.
func DefaultSettings() Settings {
	return Settings{
		HubSpeed: 1, FalabellaReady: ReadyAtPublish, BatchSize: 50, BatchAge: Duration(2 * time.Minute),
		LabelTime: Duration(time.Minute), Asks: 5, AskPause: Duration(time.Minute),
		StatusWindow: Duration(10 * time.Minute), StatusSends: 3, StatusTime: Duration(45 * time.Second),
	}
}

// Over returns the settings with what they leave open taken from base.
func (s Settings) Over(base Settings) Settings {
	s.HubSpeed = cmp.Or(s.HubSpeed, base.HubSpeed)
	s.FalabellaReady = cmp.Or(s.FalabellaReady, base.FalabellaReady)
	s.BatchSize = min(cmp.Or(s.BatchSize, base.BatchSize), 50)
	s.BatchAge = cmp.Or(s.BatchAge, base.BatchAge)
	s.LabelTime = cmp.Or(s.LabelTime, base.LabelTime)
	s.Asks = cmp.Or(s.Asks, base.Asks)
	s.AskPause = cmp.Or(s.AskPause, base.AskPause)
	s.StatusWindow = cmp.Or(s.StatusWindow, base.StatusWindow)
	s.StatusSends = cmp.Or(s.StatusSends, base.StatusSends)
	s.StatusTime = cmp.Or(s.StatusTime, base.StatusTime)
	s.WebhookOut = cmp.Or(s.WebhookOut, base.WebhookOut)
	if len(s.Channels) == 0 {
		s.Channels = base.Channels
	}
	return s
}

// Ours turns a span of the hub's time into one of ours, never under 10 ms.
func (s Settings) Ours(hub Duration) time.Duration {
	return max(time.Duration(float64(hub)/max(s.HubSpeed, 0.001)), 10*time.Millisecond)
}
