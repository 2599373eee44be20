package statusbook

import (
	"cmp"
	"slices"
	"time"

	"github.com/samber/lo"
)

// State says where a status change stands.
type State string

// The states of a status change.
const (
	Running State = "running"
	// Paused: the merchant must give a new code; it goes on by itself then.
	Paused    State = "paused"
	Completed State = "completed"
	Cancelled State = "cancelled"
	Failed    State = "failed"
)

// InTime is how long a status may take to its channel before it is sent again (guide: 10 minutes).
const InTime = 10 * time.Minute

// Figures are a status change in numbers, for one channel.
type Figures struct {
	Channel string `json:"channel"`
	// Ended counts the rows that have ended; Sent those of them whose status was sent.
	Ended int `json:"ended"`
	Sent  int `json:"sent"`
	// Synced are on the channel, InTime of them within 10 minutes; Again were sent more than once,
	// Never were sent as often as allowed and are not on the channel.
	Synced int `json:"synced"`
	InTime int `json:"in_time"`
	Again  int `json:"again"`
	Never  int `json:"never"`
	// Seconds is how long those that are synced took, together; the hub's time.
	Seconds float64 `json:"seconds"`
}

// FiguresOf sums up rows that have ended, by channel.
func FiguresOf(rows []Ended) []Figures {
	byChannel := map[string]*Figures{}
	for _, row := range rows {
		f := byChannel[row.Channel]
		if f == nil {
			f = &Figures{Channel: row.Channel}
			byChannel[row.Channel] = f
		}
		f.Ended++
		f.Sent += lo.Ternary(row.Sends > 0, 1, 0)
		f.Again += lo.Ternary(row.Sends > 1, 1, 0)
		f.Never += lo.Ternary(row.Outcome == NotSynced, 1, 0)
		if row.Outcome == Synced {
			f.Synced++
			f.Seconds += row.Seconds
			f.InTime += lo.Ternary(row.Seconds <= InTime.Seconds(), 1, 0)
		}
	}
	return sorted(lo.MapToSlice(byChannel, func(_ string, f *Figures) Figures { return *f }))
}

// Add adds figures to others, channel by channel.
func Add(all, more []Figures) []Figures {
	sums := slices.Clone(all)
	for _, f := range more {
		i := slices.IndexFunc(sums, func(s Figures) bool { return s.Channel == f.Channel })
		if i < 0 {
			sums = append(sums, f)
			continue
		}
		s := &sums[i]
		s.Ended, s.Sent, s.Synced, s.InTime = s.Ended+f.Ended, s.Sent+f.Sent, s.Synced+f.Synced, s.InTime+f.InTime
		s.Again, s.Never, s.Seconds = s.Again+f.Again, s.Never+f.Never, s.Seconds+f.Seconds
	}
	return sorted(sums)
}

func sorted(figures []Figures) []Figures {
	slices.SortFunc(figures, func(a, b Figures) int { return cmp.Compare(a.Channel, b.Channel) })
	return figures
}

// Result is what a status change came to, or where it stands.
type Result struct {
	Key       string          `json:"key"`
	Merchant  string          `json:"merchant"`
	To        string          `json:"to"`
	PickUp    bool            `json:"pickup,omitempty"`
	State     State           `json:"state"`
	Reason    string          `json:"reason,omitempty"`
	Requested int             `json:"requested"`
	Outcomes  map[Outcome]int `json:"outcomes"`
	Channels  []Figures       `json:"channels"`
	// Rows is the key of the object with how every row ended, a List; empty while it is running.
	Rows string `json:"rows_key,omitempty"`
}

// List is how every row of a status change ended, in the order of the request.
type List struct {
	Requested int             `json:"requested"`
	Outcomes  map[Outcome]int `json:"outcomes"`
	Rows      []ListRow       `json:"rows"`
}

// ListRow is how a row ended.
type ListRow struct {
	Order string `json:"delivery_order_id"`
	// Name is what the request calls the order, where that is not its id.
	Name    string  `json:"order,omitempty"`
	Outcome Outcome `json:"outcome"`
	Reason  string  `json:"reason"`
	Seconds float64 `json:"seconds"`
}

// ListOf lists rows that have ended, in the order of the request.
func ListOf(rows []Ended) List {
	rows = slices.SortedFunc(slices.Values(rows), func(a, b Ended) int { return cmp.Compare(a.Place, b.Place) })
	return List{
		Requested: len(rows),
		Outcomes:  lo.CountValuesBy(rows, func(e Ended) Outcome { return e.Outcome }),
		Rows: lo.Map(rows, func(e Ended, _ int) ListRow {
			return ListRow{Order: e.Order, Name: e.Name, Outcome: e.Outcome, Reason: e.Reason, Seconds: e.Seconds}
		}),
	}
}
