package statusbook

import (
	"slices"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/pace"
)

// Group is what a page still waits for of one channel: the earliest moments, the hub's; zero for none.
type Group struct {
	Channel string `json:"channel"`
	// Fresh is when the first status was sent that nobody has looked at; Resent is the same of those
	// that were sent again.
	Fresh  time.Time `json:"fresh,omitzero"`
	Resent time.Time `json:"resent,omitzero"`
	// Probe is when some orders are worth a look while nothing is known of the channel.
	Probe time.Time `json:"probe,omitzero"`
	// Again is when an order is due that was looked at before, or could not be worked on.
	Again time.Time `json:"again,omitzero"`
}

// Groups sums up the open rows by channel; window is after how long a status is sent again.
func (p Page) Groups(window time.Duration) []Group {
	var groups []Group
	for _, channel := range lo.Uniq(lo.Map(p.Open, func(o OpenRow, _ int) string { return o.Channel })) {
		g := Group{Channel: channel}
		for _, o := range p.Open {
			switch {
			case o.Channel != channel:
			case o.fresh() && o.Sends > 1:
				g.Resent = earlier(g.Resent, o.SentAt)
			case o.fresh():
				g.Fresh = earlier(g.Fresh, o.SentAt)
			default:
				g.Again = earlier(g.Again, o.again(window))
			}
		}
		if sent := earliest(g.Fresh, g.Resent); !sent.IsZero() {
			g.Probe = p.probe(channel, sent)
		}
		groups = append(groups, g)
	}
	return groups
}

// fresh says that nobody has looked at the row since it was sent.
func (o OpenRow) fresh() bool { return o.Out() && o.LookedAt.IsZero() && o.Trouble.Words == "" }

// patience is after how long a fresh row is looked at, whatever its channel: at the end of the
// window, or of half of it where it was sent again, so that a slow channel's first sending is known.
func (o OpenRow) patience(window time.Duration) time.Duration {
	return lo.Ternary(o.Sends > 1, window/2, window)
}

// probe is when the next look at a channel is worth it of which nothing is known.
func (p Page) probe(channel string, fresh time.Time) time.Time {
	at := fresh.Add(pace.FirstLook)
	for _, o := range p.Open {
		if o.Channel == channel && o.Out() && !o.LookedAt.IsZero() {
			at = later(at, o.SentAt.Add(pace.Next(o.LookedAt.Sub(o.SentAt))))
		}
	}
	return at
}

// again is when the row is due that was looked at before, or could not be worked on.
func (o OpenRow) again(window time.Duration) time.Time {
	if !o.Out() || o.Trouble.Words != "" {
		return o.NotBefore
	}
	age := min(pace.Next(o.LookedAt.Sub(o.SentAt)), window)
	return later(o.SentAt.Add(age), o.NotBefore)
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// earliest is the first of some moments; zero ones are none.
func earliest(moments ...time.Time) time.Time {
	return lo.MinBy(lo.Reject(moments, func(m time.Time, _ int) bool { return m.IsZero() }), time.Time.Before)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// DueAt is when the page is worth a step. first are the first looks of the channels that are known;
// probes the channels that this page finds out about.
func DueAt(groups []Group, first map[string]time.Duration, probes []string, window time.Duration) time.Time {
	var due time.Time
	for _, g := range groups {
		if !g.Again.IsZero() {
			due = earlier(due, g.Again)
		}
		for _, fresh := range []struct {
			sent     time.Time
			patience time.Duration
		}{{g.Fresh, window}, {g.Resent, window / 2}} {
			if fresh.sent.IsZero() {
				continue
			}
			look := fresh.sent.Add(fresh.patience)
			if age, known := first[g.Channel]; known {
				look = earlier(look, fresh.sent.Add(age))
			} else if lo.Contains(probes, g.Channel) {
				look = earlier(look, g.Probe)
			}
			due = earlier(due, look)
		}
	}
	return due
}

// Pick are the places of the open rows that a step works on now: those that are due, and a
// few of each channel that it finds out about.
func (p Page) Pick(now time.Time, first map[string]time.Duration, probes []string, window time.Duration) []int {
	var picked []int
	for i, o := range p.Open {
		look := o.again(window)
		if o.fresh() {
			look = o.SentAt.Add(o.patience(window))
			if age, known := first[o.Channel]; known {
				look = earlier(look, o.SentAt.Add(age))
			}
		}
		if !look.After(now) {
			picked = append(picked, i)
		}
	}
	for _, channel := range probes {
		picked = append(picked, p.probers(channel, now, picked)...)
	}
	return picked
}

// probers are the places of the rows that are looked at to find out about a channel, of those that are
// not picked; none while it is too early.
func (p Page) probers(channel string, now time.Time, picked []int) []int {
	var fresh []int
	for i, o := range p.Open {
		if o.Channel == channel && o.fresh() && !lo.Contains(picked, i) && !p.probe(channel, o.SentAt).After(now) {
			fresh = append(fresh, i)
		}
	}
	slices.SortStableFunc(fresh, func(i, j int) int { return p.Open[i].SentAt.Compare(p.Open[j].SentAt) })
	return fresh[:min(len(fresh), pace.Probers)]
}
