// Package statusbook keeps the books of a status change: its rows, how each ended, and the pages that
// its rounds leave. Begin with [Open], a row, and [Due], which says when a page is due for a step. It
// is pure.
package statusbook

import (
	"regexp"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
)

// idPattern is what an id may be made of: it stands in paths and in keys of objects.
var idPattern = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)

// IsID says whether a name of an order could be an id of the hub's.
func IsID(name string) bool {
	return idPattern.MatchString(name) && strings.Trim(name, ".") != "" && !strings.Contains(name, "..")
}

// OpenRow is a row that has not ended yet. Times are the hub's.
type OpenRow struct {
	contract.StatusRow
	// Name is what the request calls the order, where that is not its id.
	Name string `json:"order,omitempty"`
	// Verdict is how the row ends without a word to the hub: its name leads to no order, or to several.
	Verdict contract.StatusOutcome `json:"verdict,omitempty"`
	// Place is the row's place in the request, from 0.
	Place      int    `json:"place"`
	Connection string `json:"connection,omitempty"`
	Channel    string `json:"channel,omitempty"`
	// FirstSentAt, SentAt and Sends tell when the status was sent first and last, and how often.
	FirstSentAt time.Time `json:"first_sent_at,omitzero"`
	// AskedAt is when the last sending was begun: nothing that the hub shows of an earlier moment is about it.
	AskedAt time.Time `json:"asked_at,omitzero"`
	// FirstAskedAt is the same of the first.
	FirstAskedAt time.Time `json:"first_asked_at,omitzero"`
	SentAt       time.Time `json:"sent_at,omitzero"`
	Sends        int       `json:"sends,omitempty"`
	// Underway: somebody else has sent the status, or an answer to us was lost.
	Underway bool `json:"underway,omitempty"`
	// LookedAt is when the order was read last since SentAt.
	LookedAt time.Time `json:"looked_at,omitzero"`
	// Note is what the row's reason says beside its outcome.
	Note contract.Cause `json:"note,omitzero"`
	// Trouble is why the order could not be worked on, since TroubleAt; NotBefore is when to try again.
	Trouble   contract.Cause `json:"trouble,omitzero"`
	TroubleAt time.Time      `json:"trouble_at,omitzero"`
	NotBefore time.Time      `json:"not_before,omitzero"`
}

// Out says whether the status is on its way to the channel.
func (o OpenRow) Out() bool { return o.Sends > 0 || o.Underway }

// Sent notes that the status was sent at a moment.
func (o *OpenRow) Sent(at time.Time) {
	o.Sends++
	o.SentAt, o.LookedAt = at, time.Time{}
	o.Trouble, o.TroubleAt, o.NotBefore = contract.Cause{}, time.Time{}, time.Time{}
	if o.FirstSentAt.IsZero() {
		o.FirstSentAt = at
	}
}

// EndedRow is a row that has ended.
type EndedRow struct {
	Order   string                 `json:"delivery_order_id"`
	Name    string                 `json:"order,omitempty"`
	Outcome contract.StatusOutcome `json:"outcome"`
	contract.Reason
	Seconds    float64 `json:"seconds"` // from sent to on the channel, the hub's; 0 when nothing was sent
	Place      int     `json:"place"`
	Connection string  `json:"connection,omitempty"`
	Channel    string  `json:"channel,omitempty"`
	Sends      int     `json:"sends,omitempty"`
	// Round is that in which it ended.
	Round int `json:"round"`
}

// Page is a page of rows as a round left it.
type Page struct {
	Open  []OpenRow  `json:"open,omitempty"`
	Ended []EndedRow `json:"ended,omitempty"`
}

// End ends a row in a round.
func (p *Page) End(row OpenRow, round int, outcome contract.StatusOutcome, reason contract.Reason, took time.Duration) {
	p.Ended = append(p.Ended, EndedRow{
		Order: row.Order, Name: row.Name, Outcome: outcome, Reason: wording.Join(reason, contract.Reason(row.Note)), Seconds: took.Round(time.Second / 10).Seconds(),
		Place: row.Place, Connection: row.Connection, Channel: row.Channel, Sends: row.Sends, Round: round,
	})
}

// Counts counts the page's outcomes.
func (p Page) Counts() map[contract.StatusOutcome]int {
	return lo.CountValuesBy(p.Ended, func(e EndedRow) contract.StatusOutcome { return e.Outcome })
}

// EndedIn are the rows that ended in a round.
func (p Page) EndedIn(round int) []EndedRow {
	return lo.Filter(p.Ended, func(e EndedRow, _ int) bool { return e.Round == round })
}
