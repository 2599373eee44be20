// Package statusbook holds the books of a status change: its rows, how each ended, the pages that
// its rounds leave, and what it comes to. Pure.
package statusbook

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/samber/lo"
)

// Outcome says how a row ended. Every row of a request ends with exactly one.
type Outcome string

// The outcomes, as a result names them.
const (
	// Synced: the status is on the channel.
	Synced Outcome = "synced"
	// NotNeeded: the order was there already, or the status is not one that goes to the channel.
	NotNeeded Outcome = "not_needed"
	// Refused: by the channel or the hub; the reason has their words where there are any.
	Refused Outcome = "refused"
	// NotAllowed: not sent, because of the rule in the reason.
	NotAllowed Outcome = "not_allowed"
	// NotSynced: sent as often as allowed, and the channel never confirmed it.
	NotSynced Outcome = "not_synced"
	// UnknownOrder: neither the hub nor the intake knows the id or name.
	UnknownOrder Outcome = "unknown_order"
)

// Outcomes lists every outcome in the order in which people read them.
func Outcomes() []Outcome {
	return []Outcome{Synced, NotNeeded, Refused, NotAllowed, NotSynced, UnknownOrder}
}

// Row is an order whose status is to be set. All but the order may be empty.
type Row struct {
	// Order is the delivery order's id; in a request also any other name by which the hub or the intake knows the order.
	Order          string `json:"delivery_order_id"`
	TrackingNumber string `json:"tracking_number,omitempty"`
	TrackingURL    string `json:"tracking_url,omitempty"`
	Courier        string `json:"courier,omitempty"`
	Comment        string `json:"comment,omitempty"`
}

// Tracked says whether the row brings a tracking.
func (r Row) Tracked() bool { return r.TrackingNumber != "" || r.TrackingURL != "" || r.Courier != "" }

// Or fills what the row leaves open.
func (r Row) Or(defaults Row) Row {
	r.TrackingNumber = lo.CoalesceOrEmpty(r.TrackingNumber, defaults.TrackingNumber)
	r.TrackingURL = lo.CoalesceOrEmpty(r.TrackingURL, defaults.TrackingURL)
	r.Courier = lo.CoalesceOrEmpty(r.Courier, defaults.Courier)
	r.Comment = lo.CoalesceOrEmpty(r.Comment, defaults.Comment)
	return r
}

const (
	maxName    = 128
	maxText    = 200
	maxAddress = 1000
	maxComment = 500
)

// idPattern is what an id may be made of: it stands in paths and in keys of objects.
var idPattern = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)

// ruined is what a spreadsheet makes of a long number, and a formula in its place.
var ruined = regexp.MustCompile(`^(\d([.,]\d+)?[eE]\+\d+|\d{9,}\.0+|=.*)$`)

const ruinedWords = "is a number that a spreadsheet has rounded, or a formula: write it out as text"

// IsID says whether a name of an order could be an id of the hub's.
func IsID(name string) bool {
	return idPattern.MatchString(name) && strings.Trim(name, ".") != "" && !strings.Contains(name, "..")
}

// Check says what is wrong with a row; "" when nothing is.
func (r Row) Check() string {
	switch {
	case r.Order == "":
		return "there is no delivery_order_id"
	case !fits(r.Order, maxName) || strings.ContainsFunc(r.Order, func(c rune) bool { return !unicode.IsPrint(c) }):
		return fmt.Sprintf("delivery_order_id has more than %d characters, or some that cannot be seen", maxName)
	case ruined.MatchString(r.Order):
		return "delivery_order_id " + ruinedWords
	case ruined.MatchString(r.TrackingNumber):
		return "tracking_number " + ruinedWords
	case !fits(r.TrackingNumber, maxText), !fits(r.Courier, maxText):
		return fmt.Sprintf("tracking_number or courier has more than %d characters, or some that cannot be seen", maxText)
	case !fits(r.Comment, maxComment):
		return fmt.Sprintf("comment has more than %d characters, or some that cannot be seen", maxComment)
	case !fits(r.TrackingURL, maxAddress) || r.TrackingURL != "" && !isAddress(r.TrackingURL):
		return "tracking_url is not an http or https address"
	}
	return ""
}

func fits(text string, most int) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= most && !strings.ContainsFunc(text, unicode.IsControl)
}

func isAddress(text string) bool {
	parsed, err := url.Parse(text)
	return err == nil && (parsed.Scheme == "http" || parsed.Scheme == "https") && parsed.Host != "" && !strings.ContainsFunc(text, unicode.IsSpace)
}

// Fold drops rows that repeat an earlier one, and names the orders that stand more than once with
// different texts.
func Fold(rows []Row) (folded []Row, repeated int, differing []string) {
	first := map[string]Row{}
	for _, row := range rows {
		known, there := first[row.Order]
		switch {
		case !there:
			first[row.Order] = row
			folded = append(folded, row)
		case known == row:
			repeated++
		default:
			differing = append(differing, row.Order)
		}
	}
	return folded, repeated, lo.Uniq(differing)
}

// Open is a row that has not ended yet. Times are the hub's.
type Open struct {
	Row
	// Name is what the request calls the order, where that is not its id.
	Name string `json:"order,omitempty"`
	// Verdict is how the row ends without a word to the hub: its name leads to no order, or to several.
	Verdict Outcome `json:"verdict,omitempty"`
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
	Note string `json:"note,omitempty"`
	// Trouble is why the order could not be worked on, since TroubleAt; NotBefore is when to try again.
	Trouble   string    `json:"trouble,omitempty"`
	TroubleAt time.Time `json:"trouble_at,omitzero"`
	NotBefore time.Time `json:"not_before,omitzero"`
}

// Out says whether the status is on its way to the channel.
func (o Open) Out() bool { return o.Sends > 0 || o.Underway }

// Sent notes that the status was sent at a moment.
func (o *Open) Sent(at time.Time) {
	o.Sends++
	o.SentAt, o.LookedAt = at, time.Time{}
	o.Trouble, o.TroubleAt, o.NotBefore = "", time.Time{}, time.Time{}
	if o.FirstSentAt.IsZero() {
		o.FirstSentAt = at
	}
}

// Ended is a row that has ended.
type Ended struct {
	Order      string  `json:"delivery_order_id"`
	Name       string  `json:"order,omitempty"`
	Outcome    Outcome `json:"outcome"`
	Reason     string  `json:"reason"`
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
	Open  []Open  `json:"open,omitempty"`
	Ended []Ended `json:"ended,omitempty"`
}

// End ends a row in a round.
func (p *Page) End(row Open, round int, outcome Outcome, reason string, took time.Duration) {
	p.Ended = append(p.Ended, Ended{
		Order: row.Order, Name: row.Name, Outcome: outcome, Reason: joined(reason, row.Note), Seconds: took.Round(time.Second / 10).Seconds(),
		Place: row.Place, Connection: row.Connection, Channel: row.Channel, Sends: row.Sends, Round: round,
	})
}

func joined(reason, note string) string {
	return strings.Join(lo.Compact([]string{reason, note}), "; ")
}

// Counts counts the page's outcomes.
func (p Page) Counts() map[Outcome]int {
	return lo.CountValuesBy(p.Ended, func(e Ended) Outcome { return e.Outcome })
}

// EndedIn are the rows that ended in a round.
func (p Page) EndedIn(round int) []Ended {
	return lo.Filter(p.Ended, func(e Ended, _ int) bool { return e.Round == round })
}
