// Package pace says when to look whether a status has reached its channel, or a label task has ended:
// early enough to know soon, and late enough to read each order once. Begin with [Delays.First] and
// [Tasks.NextTaskLook]. It is pure; all times are the hub's.
package pace

import (
	"slices"
	"time"

	"github.com/samber/lo"
)

const (
	// FirstLook is the age of a status at which some orders are looked at when nothing is known of the channel.
	FirstLook = 45 * time.Second
	// Probers is how many these are. One alone could be stuck, and hold up what is known of all others.
	Probers = 3
	// margin and shareOver keep a first look behind the moment at which the channel usually has the
	// status: some seconds, and an eighth of the delay.
	margin    = 4 * time.Second
	shareOver = 8
	// fewSeen observations leave it open how much a channel's delays differ: the share is doubled.
	fewSeen = 8
	// remembered is how many observations of a channel count.
	remembered = 24
	// tail is how many of them, in hundredths, may lie beyond what is called fast and slow.
	tail = 5
)

// Span is how long a status took to its channel: more than After, at most Until. Equal when it is
// known exactly.
type Span struct {
	After time.Duration `json:"after"`
	Until time.Duration `json:"until"`
}

// Seen is a span that was seen of a channel.
type Seen struct {
	Channel string `json:"channel"`
	Span
}

// Delays are what is known of each channel, the newest observations last.
type Delays map[string][]Span

// Known says whether anything is known of a channel.
func (d Delays) Known(channel string) bool { return len(d[channel]) > 0 }

// FirstLookAge is the age at which an order's status is worth its first look: when the channel has it as a
// rule. Where a channel's delays differ much it is earlier, so that quick ones are known in time.
func (d Delays) FirstLookAge(channel string) time.Duration {
	known := d[channel]
	if len(known) == 0 {
		return FirstLook
	}
	fast := quantile(lo.Map(known, func(s Span, _ int) time.Duration { return s.After }), tail)
	slow := quantile(lo.Map(known, func(s Span, _ int) time.Duration { return s.Until }), 100-tail)
	over := slow / shareOver
	if len(known) < fewSeen {
		over *= 2
	}
	return min(slow+over+margin, Next(fast))
}

// Next is the age at which an order is looked at again that did not have its status at an age. A
// status that arrives in between is known within half of its own delay and a minute, with some
// seconds left for the look itself.
func Next(age time.Duration) time.Duration { return age*3/2 + FirstLook }

// Firsts are the first looks of all channels of which something is known.
func (d Delays) Firsts() map[string]time.Duration {
	return lo.MapValues(d, func(_ []Span, channel string) time.Duration { return d.FirstLookAge(channel) })
}

// Observe returns the delays with what a look has shown of a channel. A status that was found at
// its first look, at an unknown time before, tells nothing new of a channel that is known.
func (d Delays) Observe(channel string, seen Span) Delays {
	if seen.After == 0 && seen.Until <= d.FirstLookAge(channel)+2*margin && d.Known(channel) {
		return d
	}
	changed := Delays{}
	for other, spans := range d {
		changed[other] = spans
	}
	spans := append(slices.Clone(d[channel]), seen)
	changed[channel] = spans[max(len(spans)-remembered, 0):]
	return changed
}

// quantile is the value below which so many hundredths of the values lie.
func quantile(values []time.Duration, hundredths int) time.Duration {
	slices.Sort(values)
	return values[(len(values)-1)*hundredths/100]
}
