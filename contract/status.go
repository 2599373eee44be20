package contract

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// StatusRow is an order whose status is to be set. All but the order may be empty.
type StatusRow struct {
	// Order is the delivery order's id; in a request also any other name by which the hub or the intake knows the order.
	Order          string `json:"delivery_order_id"`
	TrackingNumber string `json:"tracking_number,omitempty"`
	TrackingURL    string `json:"tracking_url,omitempty"`
	Courier        string `json:"courier,omitempty"`
	Comment        string `json:"comment,omitempty"`
}

// Tracked says whether the row brings a tracking.
func (r StatusRow) Tracked() bool {
	return r.TrackingNumber != "" || r.TrackingURL != "" || r.Courier != ""
}

// Or fills what the row leaves open.
func (r StatusRow) Or(defaults StatusRow) StatusRow {
	r.TrackingNumber = cmp.Or(r.TrackingNumber, defaults.TrackingNumber)
	r.TrackingURL = cmp.Or(r.TrackingURL, defaults.TrackingURL)
	r.Courier = cmp.Or(r.Courier, defaults.Courier)
	r.Comment = cmp.Or(r.Comment, defaults.Comment)
	return r
}

const (
	maxName    = 128
	maxText    = 200
	maxAddress = 1000
	maxComment = 500
)

// ruined is what a spreadsheet makes of a long number, and a formula in its place.
var ruined = regexp.MustCompile(`^(\d([.,]\d+)?[eE]\+\d+|\d{9,}\.0+|=.*)$`)

const ruinedWords = "is a number that a spreadsheet has rounded, or a formula: write it out as text"

// Check says what is wrong with a row; "" when nothing is.
func (r StatusRow) Check() string {
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

// FoldStatusRows drops rows that repeat an earlier one, and names the orders that stand more than once with
// different texts.
func FoldStatusRows(rows []StatusRow) (folded []StatusRow, repeated int, differing []string) {
	first := map[string]StatusRow{}
	for _, row := range rows {
		known, there := first[row.Order]
		switch {
		case !there:
			first[row.Order] = row
			folded = append(folded, row)
		case known == row:
			repeated++
		default:
			if !slices.Contains(differing, row.Order) {
				differing = append(differing, row.Order)
			}
		}
	}
	return folded, repeated, differing
}

const (
	// StatusRowsInInput is how many rows a status change's input may hold itself.
	StatusRowsInInput = 100
	// StatusRowsLimit is how many rows a status change takes.
	StatusRowsLimit = 50_000
)

// StatusRequest is what a partner asks for: a status for some orders.
type StatusRequest struct {
	// To is the status, in one short word; see [SettableStatuses] and [SettablePickUpStatuses].
	To string `json:"to"`
	// Rows are the orders, at most 100; more go into an object, RowsKey: a JSON array of the same.
	Rows    []StatusRow `json:"rows,omitempty"`
	RowsKey string      `json:"rows_key,omitempty"`
	// What rows without their own get.
	TrackingNumber string `json:"tracking_number,omitempty"`
	TrackingURL    string `json:"tracking_url,omitempty"`
	Courier        string `json:"courier,omitempty"`
	Comment        string `json:"comment,omitempty"`
	// PickUp: the orders are pick-ups. From and Until are when they can be fetched, Closed when they were.
	PickUp bool      `json:"pickup,omitempty"`
	From   time.Time `json:"from,omitzero"`
	Until  time.Time `json:"until,omitzero"`
	Closed time.Time `json:"closed,omitzero"`
}

// Check names all that is wrong with a request but its rows; nil when nothing is.
func (r StatusRequest) Check() error {
	var wrong []error
	settable := SettableStatuses()
	if r.PickUp {
		settable = SettablePickUpStatuses()
	}
	if !slices.Contains(settable, r.To) {
		wrong = append(wrong, fmt.Errorf("to %.40q: this status cannot be set; choose from %s", r.To, strings.Join(settable, ", ")))
	}
	if (len(r.Rows) > 0) == (r.RowsKey != "") {
		wrong = append(wrong, errors.New("either rows or rows_key must be given"))
	}
	if len(r.Rows) > StatusRowsInInput {
		wrong = append(wrong, fmt.Errorf("%d rows are given; more than %d go into an object of the status change, named by rows_key", len(r.Rows), StatusRowsInInput))
	}
	if complaint := r.RowDefaults().Check(); complaint != "" {
		wrong = append(wrong, errors.New(complaint))
	}
	if !r.PickUp && !(r.From.IsZero() && r.Until.IsZero() && r.Closed.IsZero()) {
		wrong = append(wrong, errors.New("from, until and closed are for pick-ups"))
	}
	if !r.From.IsZero() && !r.Until.IsZero() && r.Until.Before(r.From) {
		wrong = append(wrong, errors.New("until lies before from"))
	}
	return errors.Join(wrong...)
}

// RowDefaults is what rows without their own get; its order is a stand-in.
func (r StatusRequest) RowDefaults() StatusRow {
	return StatusRow{Order: "-", TrackingNumber: r.TrackingNumber, TrackingURL: r.TrackingURL, Courier: r.Courier, Comment: r.Comment}
}

// SettableStatuses lists the statuses that a partner may set for a delivery order.
func SettableStatuses() []string {
	return []string{"handling", "ready_to_ship", "shipped", "delivered", "not_delivered", "cancelled"}
}

// SettablePickUpStatuses lists the statuses that a partner may set for a pick-up order.
func SettablePickUpStatuses() []string {
	return []string{"received_by_store", "completed", "cancelled"}
}

// StatusChangeInput asks for a status of some orders. The key is the last part of the workflow id.
type StatusChangeInput struct {
	Merchant string `json:"merchant"`
	StatusRequest
	// Settings override the worker's; zero means the worker's value.
	Settings Settings `json:"settings,omitzero"`
}
