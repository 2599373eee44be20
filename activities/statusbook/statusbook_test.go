package statusbook_test

import (
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities/pace"
	"github.com/despacho/despacho/activities/statusbook"
)

const window = 10 * time.Minute

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func at(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }

// sent is a row of a channel that was sent at a second, and looked at at another; -1 for never.
func sent(channel string, when, looked int) statusbook.Open {
	row := statusbook.Open{Channel: channel}
	row.Sent(at(when))
	if looked >= 0 {
		row.LookedAt = at(looked)
	}
	return row
}

func TestRowsAreChecked(t *testing.T) {
	t.Parallel()
	for complaint, row := range map[string]statusbook.Row{
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
	assert.Empty(t, statusbook.Row{Order: "#1001/ñ"}.Check(), "the channel's own number")
	for name, id := range map[string]bool{"b1837941-61ba-501e-a973-1ad18abc2184": true, "2000012345678901": true, "a/b": false, "..": false, "a b": false, "": false} {
		assert.Equal(t, id, statusbook.IsID(name), name)
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	rows := []statusbook.Row{{Order: "a"}, {Order: "b", Comment: "1"}, {Order: "a"}, {Order: "b", Comment: "2"}, {Order: "b", Comment: "3"}}
	folded, repeated, differing := statusbook.Fold(rows)
	assert.Equal(t, rows[:2], folded)
	assert.Equal(t, 1, repeated)
	assert.Equal(t, []string{"b"}, differing)
}

func again(o statusbook.Open) statusbook.Open {
	o.Sends = 2
	return o
}

func TestWhenAPageIsDue(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		rows   []statusbook.Open
		first  map[string]time.Duration
		probes []string
		due    int // in seconds after noon
	}{
		"a channel that is known is looked at when it should have the status": {
			[]statusbook.Open{sent("a", 20, -1), sent("a", 0, -1)}, map[string]time.Duration{"a": 90 * time.Second}, nil, 90},
		"one that nobody knows, by the page that finds out": {
			[]statusbook.Open{sent("a", 0, -1), sent("a", 5, -1)}, nil, []string{"a"}, 45},
		"by the next order, when the first was there too early": {
			[]statusbook.Open{sent("a", 0, 45), sent("a", 5, -1)}, nil, []string{"a"}, 112},
		"by the others not until their window is over": {
			[]statusbook.Open{sent("a", 0, -1)}, nil, nil, 600},
		"an order that was looked at is looked at again": {
			[]statusbook.Open{sent("a", 0, 100)}, map[string]time.Duration{"a": time.Minute}, nil, 195},
		"at the latest when it is to be sent again": {
			[]statusbook.Open{sent("a", 0, 500)}, nil, nil, 600},
		"one that was sent again, at half of its window": {
			[]statusbook.Open{again(sent("a", 0, -1))}, nil, nil, 300},
		"one that was sent again on a quick channel, when it should have the status": {
			[]statusbook.Open{again(sent("a", 0, -1))}, map[string]time.Duration{"a": time.Minute}, nil, 60},
		"one that was sent again on a slow channel, at half of its window": {
			[]statusbook.Open{again(sent("a", 0, -1)), sent("a", 0, -1)}, map[string]time.Duration{"a": 9 * time.Minute}, nil, 300},
		"one that was sent again, by the page that finds out": {
			[]statusbook.Open{again(sent("a", 0, -1))}, nil, []string{"a"}, 45},
		"an order that made trouble is tried again": {
			[]statusbook.Open{{Channel: "a", Trouble: "x", NotBefore: at(60)}}, nil, nil, 60},
		"the first of several channels counts": {
			[]statusbook.Open{sent("a", 0, -1), sent("b", 0, -1)}, map[string]time.Duration{"a": 90 * time.Second, "b": 70 * time.Second}, nil, 70},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page := statusbook.Page{Open: c.rows}
			due := statusbook.Due(page.Groups(window), c.first, c.probes, window)
			assert.WithinDuration(t, at(c.due), due, time.Second)
			assert.NotEmpty(t, page.Pick(due, c.first, c.probes, window), "something is to be done then")
			assert.Empty(t, page.Pick(due.Add(-2*time.Second), c.first, c.probes, window), "and nothing before")
		})
	}
}

func TestWhoIsPicked(t *testing.T) {
	t.Parallel()
	page := statusbook.Page{Open: []statusbook.Open{
		{Channel: "a"},                      // not sent yet
		sent("a", 0, -1), sent("a", 50, -1), // known
		sent("b", 0, -1), sent("b", 1, -1), // unknown, and found out about here
		sent("c", 0, -1), // unknown, and found out about elsewhere
		sent("d", 0, 30), // looked at
	}}
	first := map[string]time.Duration{"a": time.Minute}
	assert.ElementsMatch(t, []int{0}, page.Pick(at(1), first, []string{"b"}, window))
	assert.ElementsMatch(t, []int{0, 1, 3}, page.Pick(at(61), first, []string{"b"}, window), "one of the unknown channel, the one that was sent first")
	assert.ElementsMatch(t, []int{0, 1, 2, 3, 6}, page.Pick(at(120), first, []string{"b"}, window))
	assert.ElementsMatch(t, []int{0, 1, 2, 3, 4, 5, 6}, page.Pick(at(601), first, []string{"b"}, window), "after the window all")
	assert.Equal(t, pace.FirstLook, 45*time.Second)
}

func TestFiguresAndList(t *testing.T) {
	t.Parallel()
	var page statusbook.Page
	end := func(place int, channel string, sends int, outcome statusbook.Outcome, took time.Duration) {
		page.End(statusbook.Open{Row: statusbook.Row{Order: string(rune('a' + place))}, Place: place, Channel: channel, Sends: sends, Note: "a note"}, 1+place%2, outcome, "", took)
	}
	end(2, "fcom", 1, statusbook.Synced, 90*time.Second)
	end(0, "fcom", 2, statusbook.Synced, 700*time.Second)
	end(1, "paris", 3, statusbook.NotSynced, 0)
	end(3, "fcom", 0, statusbook.NotAllowed, 0)

	figures := statusbook.FiguresOf(page.Ended)
	assert.Equal(t, []statusbook.Figures{
		{Channel: "fcom", Ended: 3, Sent: 2, Synced: 2, InTime: 1, Again: 1, Seconds: 790},
		{Channel: "paris", Ended: 1, Sent: 1, Again: 1, Never: 1},
	}, figures)
	twice := statusbook.Add(figures, figures)
	assert.Equal(t, 6, twice[0].Ended)
	assert.Equal(t, 2, twice[1].Never)
	assert.Len(t, page.EndedIn(2), 2)

	list := statusbook.ListOf(page.Ended)
	assert.Equal(t, 4, list.Requested)
	assert.Equal(t, map[statusbook.Outcome]int{"synced": 2, "not_synced": 1, "not_allowed": 1}, list.Outcomes)
	assert.Equal(t, []string{"a", "b", "c", "d"}, lo.Map(list.Rows, func(r statusbook.ListRow, _ int) string { return r.Order }))
	assert.Equal(t, statusbook.ListRow{Order: "c", Outcome: "synced", Reason: "a note", Seconds: 90}, list.Rows[2])
}
