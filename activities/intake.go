package activities

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/despacho/despacho/storage"
)

// Intake are the steps by which a merchant's orders are heard of and kept in
// view until they have their label.
type Intake struct {
	Hubs     Hubs
	Store    *storage.Store
	Settings IntakeSettings
	// Channels are overrides of the table of channels (channels.New).
	Channels map[string]string
	// Near, if set, is told at each look how many orders are near their deadline.
	Near func(merchant string, orders int)
	// Stretch is how long a step catches up before it lets more urgent ones have their turn, in our time; 0 means 15 s.
	Stretch time.Duration
	// Serves tells whether a merchant is connected; nil means that everybody is.
	Serves func(ctx context.Context, merchant string) (bool, error)
}

// stretch is for how long a step that catches up begins anything.
const stretch = 15 * time.Second

func (a *Intake) stretched(since time.Time) bool {
	return time.Since(since) > cmp.Or(a.Stretch, stretch)
}

// IntakeSettings are what an Intake needs to know of its worker. It reads them
// again whenever it continues as new. Spans are the hub's time; zero means default.
type IntakeSettings struct {
	// HubSpeed is how many times as fast as ours the hub's time runs: 1 in production.
	HubSpeed float64 `json:"hub_speed,omitempty"`
	// PollEvery is how often changed sales are listed, in case a webhook was lost.
	PollEvery Duration `json:"poll_every,omitempty"`
	// PollOverlap is how far a window reaches back into the one before.
	PollOverlap Duration `json:"poll_overlap,omitempty"`
	// Since is how far the first window reaches back.
	Since Duration `json:"since,omitempty"`
	// LookEvery is how often the orders in view are looked over.
	LookEvery Duration `json:"look_every,omitempty"`
	// DeadlineNear is how long before its deadline an order without a label is raised.
	DeadlineNear Duration `json:"deadline_near,omitempty"`
	// MakeAfter is how long new orders are gathered before their labels are made, where they are made as orders come.
	MakeAfter Duration `json:"make_after,omitempty"`
}

// DefaultIntakeSettings are those of production.
func DefaultIntakeSettings() IntakeSettings {
	return IntakeSettings{
		HubSpeed: 1, PollEvery: Duration(time.Hour), PollOverlap: Duration(10 * time.Minute), Since: Duration(7 * 24 * time.Hour),
		LookEvery: Duration(15 * time.Minute), DeadlineNear: Duration(4 * time.Hour), MakeAfter: Duration(3 * time.Minute),
	}
}

// Over returns the settings with what they leave open taken from base.
func (s IntakeSettings) Over(base IntakeSettings) IntakeSettings {
	s.HubSpeed = either(s.HubSpeed, base.HubSpeed)
	s.PollEvery = either(s.PollEvery, base.PollEvery)
	s.PollOverlap = either(s.PollOverlap, base.PollOverlap)
	s.Since = either(s.Since, base.Since)
	s.LookEvery = either(s.LookEvery, base.LookEvery)
	s.DeadlineNear = either(s.DeadlineNear, base.DeadlineNear)
	s.MakeAfter = either(s.MakeAfter, base.MakeAfter)
	return s
}

// Ours turns a span of the hub's time into one of ours, never under 10 ms.
func (s IntakeSettings) Ours(hub Duration) time.Duration {
	return Settings{HubSpeed: s.HubSpeed}.Ours(hub)
}

// OpenIntakeInput names the merchant whose Intake begins.
type OpenIntakeInput struct {
	Merchant string `json:"merchant"`
}

// OpenedIntake is what an Intake goes by. Cursor is the hub's time up to which
// every changed sale was taken up, by an earlier Intake too; zero when there was none.
type OpenedIntake struct {
	Settings IntakeSettings `json:"settings"`
	Cursor   time.Time      `json:"cursor,omitzero"`
	// Gone: the merchant is not connected any more.
	Gone bool `json:"gone,omitempty"`
}

// intakeCursor stands at storage.IntakeCursor.
type intakeCursor struct {
	Complete time.Time `json:"complete"`
}

// OpenIntake returns the worker's settings and how far earlier polls have come,
// or that the merchant is not connected.
func (a *Intake) OpenIntake(ctx context.Context, in OpenIntakeInput) (OpenedIntake, error) {
	opened := OpenedIntake{Settings: a.Settings.Over(DefaultIntakeSettings())}
	if a.Serves != nil {
		serves, err := a.Serves(ctx, in.Merchant)
		if opened.Gone = !serves; err != nil || opened.Gone {
			return opened, translate(err)
		}
	}
	var cursor intakeCursor
	err := a.Store.Get(ctx, storage.IntakeCursor(in.Merchant), &cursor)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return opened, translate(err)
	}
	opened.Cursor = cursor.Complete
	return opened, nil
}

// SpillNoticesInput are ids of notices that are too many to be taken along.
type SpillNoticesInput struct {
	Merchant string   `json:"merchant"`
	List     string   `json:"list"`
	IDs      []string `json:"ids"`
}

// SpillNotices puts ids of notices into a list in the store, from which they are taken up later.
func (a *Intake) SpillNotices(ctx context.Context, in SpillNoticesInput) error {
	return translate(a.Store.Put(ctx, storage.IntakeList(in.Merchant, in.List), in.IDs))
}
