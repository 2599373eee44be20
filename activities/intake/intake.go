package intake

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/storage"
)

// Intake holds the steps that learn of a merchant's orders and keep track of them until they have
// their label. Register it with a worker.
type Intake struct {
	Hubs     activities.Hubs
	Store    *storage.Store
	Settings IntakeSettings
	// Channels are overrides of the table of channels (channels.New).
	Channels map[string]string
	// Near, if set, is called at each look with the number of orders near their deadline.
	Near func(merchant string, orders int)
	// Stretch is how long a step catches up before it lets more urgent ones have their turn, in our time; 0 means 15 s.
	Stretch time.Duration
	// SettingsFor is for how long a merchant's settings and connections are believed that were read, in our time;
	// 0 means not at all, and that polls ask the store about every sale.
	SettingsFor time.Duration
	// Serves tells whether a merchant is connected; nil means that everybody is.
	Serves func(ctx context.Context, merchant string) (bool, error)
	// Outbox is told of orders that came and of those that were cancelled; nil tells nobody.
	Outbox *hooks.Outbox

	recalled recalled
	// trust and every are those of looks; 0 means trustMarks and reconcileEvery.
	trust, every time.Duration
}

// stretch is for how long a step that catches up begins anything.
const stretch = 15 * time.Second

func (a *Intake) stretched(since time.Time) bool {
	return time.Since(since) > cmp.Or(a.Stretch, stretch)
}

// IntakeSettings is what an Intake needs to know of its worker. It reads them again whenever it
// continues as new. Durations are hub time; zero means default.
type IntakeSettings struct {
	// HubSpeed is how many times as fast as ours the hub's clock runs: 1 in production.
	HubSpeed float64 `json:"hub_speed,omitempty"`
	// PollEvery is how often changed sales are listed, in case a webhook was lost.
	PollEvery contract.Duration `json:"poll_every,omitempty"`
	// PollOverlap is how far a window reaches back into the one before.
	PollOverlap contract.Duration `json:"poll_overlap,omitempty"`
	// Since is how far the first window reaches back.
	Since contract.Duration `json:"since,omitempty"`
	// LookEvery is how often the open orders are checked.
	LookEvery contract.Duration `json:"look_every,omitempty"`
	// DeadlineNear is how long before its deadline an order without a label is reported.
	DeadlineNear contract.Duration `json:"deadline_near,omitempty"`
	// MakeAfter is how long new orders are gathered before their labels are made, where they are made as orders come.
	MakeAfter contract.Duration `json:"make_after,omitempty"`
}

// DefaultIntakeSettings returns the settings of production.
func DefaultIntakeSettings() IntakeSettings {
	return IntakeSettings{
		HubSpeed: 1, PollEvery: contract.Duration(time.Hour), PollOverlap: contract.Duration(10 * time.Minute), Since: contract.Duration(7 * 24 * time.Hour),
		LookEvery: contract.Duration(15 * time.Minute), DeadlineNear: contract.Duration(4 * time.Hour), MakeAfter: contract.Duration(3 * time.Minute),
	}
}

// Over returns the settings with what they leave open taken from base.
func (s IntakeSettings) Over(base IntakeSettings) IntakeSettings {
	s.HubSpeed = cmp.Or(s.HubSpeed, base.HubSpeed)
	s.PollEvery = cmp.Or(s.PollEvery, base.PollEvery)
	s.PollOverlap = cmp.Or(s.PollOverlap, base.PollOverlap)
	s.Since = cmp.Or(s.Since, base.Since)
	s.LookEvery = cmp.Or(s.LookEvery, base.LookEvery)
	s.DeadlineNear = cmp.Or(s.DeadlineNear, base.DeadlineNear)
	s.MakeAfter = cmp.Or(s.MakeAfter, base.MakeAfter)
	return s
}

// Ours converts hub time into our time, at least 10 ms.
func (s IntakeSettings) Ours(hub contract.Duration) time.Duration {
	return contract.Settings{HubSpeed: s.HubSpeed}.Ours(hub)
}

// OpenIntakeInput names the merchant whose Intake begins.
type OpenIntakeInput struct {
	Merchant string `json:"merchant"`
}

// OpenedIntake is what an Intake starts from. Cursor is the hub time up to which every changed sale
// was read, also by an earlier Intake; zero when there was none.
type OpenedIntake struct {
	Settings IntakeSettings `json:"settings"`
	Cursor   time.Time      `json:"cursor,omitzero"`
	// Gone: the merchant is not connected any more.
	Gone bool `json:"gone,omitempty"`
}

// OpenIntake returns the worker's settings and how far earlier polls have come,
// or that the merchant is not connected.
func (a *Intake) OpenIntake(ctx context.Context, in OpenIntakeInput) (OpenedIntake, error) {
	opened := OpenedIntake{Settings: a.Settings.Over(DefaultIntakeSettings())}
	if a.Serves != nil {
		serves, err := a.Serves(ctx, in.Merchant)
		if opened.Gone = !serves; err != nil || opened.Gone {
			return opened, err
		}
	}
	complete, err := Complete(ctx, a.Store, in.Merchant)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return opened, err
	}
	opened.Cursor = complete
	return opened, nil
}

// SpillNotificationsInput are ids of notifications that are too many to be taken along.
type SpillNotificationsInput struct {
	Merchant string   `json:"merchant"`
	List     string   `json:"list"`
	IDs      []string `json:"ids"`
}

// SpillNotifications puts ids of notifications into a list in the store, from which they are taken up later.
func (a *Intake) SpillNotifications(ctx context.Context, in SpillNotificationsInput) error {
	return a.Store.Put(ctx, storage.IntakeList(in.Merchant, in.List), in.IDs)
}
