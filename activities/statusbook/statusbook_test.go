package statusbook_test

import (
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities/pace"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/contract"
)

const window = 10 * time.Minute

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func at(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }

// sent is a row of a channel that was sent at a second, and looked at at another; -1 for never.
func sent(channel string, when, looked int) statusbook.OpenRow {
	row := statusbook.OpenRow{Channel: channel}
	row.Sent(at(when))
	if looked >= 0 {
		row.LookedAt = at(looked)
	}
	return row
}

func TestRowsAreChecked(t *testing.T) {
	t.Parallel()
	for complaint, row := range map[string]contract.StatusRow{
		"":                         {Order: "b1837941-61ba-501e-a973-1ad18abc2184", TrackingNumber: "ñ 1", TrackingURL: "https://c.example/?n=1", Comment: strings.Repeat("x", 500)},
		"there is no":              {},
		"delivery_order_id has":    {Order: "a\u200bb"},
		"has rounded":              {Order: "a", TrackingNumber: "7,94212E+11"},
		"a formula":                {Order: "a", TrackingNumber: `="001"`},
		"a number that":            {Order: "2.00001E+15"},
		"more than 128":            {Order: strings.Repeat("1", 129)},
		"tracking_number":          {Order: "a", TrackingNumber: strings.Repeat("1", 201)},
		"cannot be seen":           {Order: "a", Courier: "a\x00b"},
		"comment":                  {Order: "a", Comment: strings.Repeat("x", 501)},
		"tracking_url is not":      {Order: "a", TrackingURL: "javascript:alert(1)"},
		"an http or https address": {Order: "a", TrackingURL: "https://"},
	} {
		if complaint == "" {
			assert.Empty(t, row.Check())
			continue
		}
		assert.Contains(t, row.Check(), complaint)
	}
	assert.Empty(t, contract.StatusRow{Order: "#1001/ñ"}.Check(), "the channel's own number")
	for name, id := range map[string]bool{"b1837941-61ba-501e-a973-1ad18abc2184": true, "2000012345678901": true, "a/b": false, "..": false, "a b": false, "": false} {
		assert.Equal(t, id, statusbook.IsID(name), name)
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	rows := []contract.StatusRow{{Order: "a"}, {Order: "b", Comment: "1"}, {Order: "a"}, {Order: "b", Comment: "2"}, {Order: "b", Comment: "3"}}
	folded, repeated, differing := contract.FoldStatusRows(rows)
	assert.Equal(t, rows[:2], folded)
	assert.Equal(t, 1, repeated)
	assert.Equal(t, []string{"b"}, differing)
}

func again(o statusbook.OpenRow) statusbook.OpenRow {
	o.Sends = 2
	return o
}

func TestWhenAPageIsDue(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		rows   []statusbook.OpenRow
		first  map[string]time.Duration
		probes []string
		due    int // in seconds after noon
	}{
		"a channel that is known is looked at when it should have the status": {
			[]statusbook.OpenRow{sent("a", 20, -1), sent("a", 0, -1)}, map[string]time.Duration{"a": 90 * time.Second}, nil, 90},
		"one that nobody knows, by the page that finds out": {
			[]statusbook.OpenRow{sent("a", 0, -1), sent("a", 5, -1)}, nil, []string{"a"}, 45},
		"by the next orders, when the first were looked at too early": {
			[]statusbook.OpenRow{sent("a", 0, 45), sent("a", 5, -1)}, nil, []string{"a"}, 112},
		"by the others not until their window is over": {
			[]statusbook.OpenRow{sent("a", 0, -1)}, nil, nil, 600},
		"an order that was looked at is looked at again": {
			[]statusbook.OpenRow{sent("a", 0, 100)}, map[string]time.Duration{"a": time.Minute}, nil, 195},
		"at the latest when it is to be sent again": {
			[]statusbook.OpenRow{sent("a", 0, 500)}, nil, nil, 600},
		"one that was sent again, at half of its window": {
			[]statusbook.OpenRow{again(sent("a", 0, -1))}, nil, nil, 300},
		"one that was sent again on a quick channel, when it should have the status": {
			[]statusbook.OpenRow{again(sent("a", 0, -1))}, map[string]time.Duration{"a": time.Minute}, nil, 60},
		"one that was sent again on a slow channel, at half of its window": {
			[]statusbook.OpenRow{again(sent("a", 0, -1)), sent("a", 0, -1)}, map[string]time.Duration{"a": 9 * time.Minute}, nil, 300},
		"one that was sent again, by the page that finds out": {
			[]statusbook.OpenRow{again(sent("a", 0, -1))}, nil, []string{"a"}, 45},
		"an order that made trouble is tried again": {
			[]statusbook.OpenRow{{Channel: "a", Trouble: contract.Cause{Words: "x"}, NotBefore: at(60)}}, nil, nil, 60},
		"the first of several channels counts": {
			[]statusbook.OpenRow{sent("a", 0, -1), sent("b", 0, -1)}, map[string]time.Duration{"a": 90 * time.Second, "b": 70 * time.Second}, nil, 70},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page := statusbook.Page{Open: c.rows}
			due := statusbook.DueAt(page.Groups(window), c.first, c.probes, window)
			assert.WithinDuration(t, at(c.due), due, time.Second)
			assert.NotEmpty(t, page.Pick(due, c.first, c.probes, window), "something is to be done then")
			assert.Empty(t, page.Pick(due.Add(-2*time.Second), c.first, c.probes, window), "and nothing before")
		})
	}
}

func TestWhoIsPicked(t *testing.T) {
	t.Parallel()
	page := statusbook.Page{Open: []statusbook.OpenRow{
		{Channel: "a"}, // not sent yet
		// A channel that is known.
		sent("a", 0, -1), sent("a", 50, -1),
		// One that nobody knows, and that another page finds out about.
		sent("c", 0, -1),
		// One whose order was looked at.
		sent("d", 0, 30),
		// One that nobody knows, and that this page finds out about.
		sent("b", 3, -1), sent("b", 2, -1), sent("b", 0, -1), sent("b", 1, -1),
	}}
	first := map[string]time.Duration{"a": time.Minute}
	assert.ElementsMatch(t, []int{0}, page.Pick(at(1), first, []string{"b"}, window))
	assert.ElementsMatch(t, []int{0, 1, 6, 7, 8}, page.Pick(at(61), first, []string{"b"}, window), "of the unknown channel three, those that were sent first")
	assert.ElementsMatch(t, []int{0, 1, 2, 4, 6, 7, 8}, page.Pick(at(120), first, []string{"b"}, window))
	assert.ElementsMatch(t, []int{0, 1, 2, 3, 4, 5, 6, 7, 8}, page.Pick(at(601), first, []string{"b"}, window), "after the window all")
	assert.Equal(t, pace.FirstLook, 45*time.Second)
}

func TestFiguresAndList(t *testing.T) {
	t.Parallel()
	var page statusbook.Page
	end := func(place int, channel string, sends int, outcome contract.StatusOutcome, took time.Duration) {
		page.End(statusbook.OpenRow{StatusRow: contract.StatusRow{Order: string(rune('a' + place))}, Place: place, Channel: channel, Sends: sends, Note: contract.Cause{Words: "a note"}}, 1+place%2, outcome, contract.Reason{Words: ""}, took)
	}
	end(2, "fcom", 1, contract.StatusSynced, 90*time.Second)
	end(0, "fcom", 2, contract.StatusSynced, 700*time.Second)
	end(1, "paris", 3, contract.StatusLate, 0)
	end(3, "fcom", 0, contract.StatusNotAllowed, 0)

	figures := statusbook.FiguresOf(page.Ended)
	assert.Equal(t, []contract.ChannelFigures{
		{Channel: "fcom", Ended: 3, Sent: 2, Synced: 2, InTime: 1, Again: 1, Seconds: 790},
		{Channel: "paris", Ended: 1, Sent: 1, Again: 1, Never: 1},
	}, figures)
	twice := statusbook.AddFigures(figures, figures)
	assert.Equal(t, 6, twice[0].Ended)
	assert.Equal(t, 2, twice[1].Never)
	assert.Len(t, page.EndedIn(2), 2)

	list := statusbook.ListOf(page.Ended)
	assert.Equal(t, 4, list.Requested)
	assert.Equal(t, map[contract.StatusOutcome]int{"synced": 2, "not_synced": 1, "not_allowed": 1}, list.Outcomes)
	assert.Equal(t, []string{"a", "b", "c", "d"}, lo.Map(list.Rows, func(r contract.StatusListRow, _ int) string { return r.Order }))
	assert.Equal(t, contract.StatusListRow{Order: "c", Outcome: "synced", Reason: contract.Reason{Words: "a note"}, Seconds: 90}, list.Rows[2])
}
