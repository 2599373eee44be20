package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende/sandbox"
)

// ending is how an order ends that a fault befell: its reason matches a pattern, and its label is
// asked for and its status sent that often.
type ending struct {
	outcome books.Outcome
	reason  string
	asked   int
	status  books.ChannelStatus
	sent    int
}

// endings are what the faults of testdata/faults.json come to; those of statuses by channel, because
// some want the status before the label and others after it.
var endings = map[string]ending{
	"label_fails=1":         {books.Labelled, ``, 2, books.StatusSynced, 1},
	"label_fails=2":         {books.Labelled, ``, 3, books.StatusNone, 0},
	"label_fails=always":    {books.Rejected, `marketplace failed to make the label`, 5, books.StatusNone, 0},
	"unavailable=1":         {books.Labelled, ``, 2, books.StatusNone, 0},
	"unavailable=always":    {books.GaveUp, `marketplace has no label of it yet`, 5, books.StatusNone, 0},
	"only_available=1":      {books.Labelled, ``, 2, books.StatusNone, 0},
	"only_available=always": {books.GaveUp, `did not hand it out`, 5, books.StatusNone, 0},
	"unknown=true":          {books.UnknownOrder, `does not know this delivery order`, 1, books.StatusNone, 0},

	"file=broken":              {books.CorruptLabel, `cut short`, 5, books.StatusNone, 0},
	"file=broken times=1":      {books.Labelled, ``, 2, books.StatusNone, 0},
	"file=empty":               {books.CorruptLabel, `file is empty`, 5, books.StatusNone, 0},
	"file=empty times=1":       {books.Labelled, ``, 2, books.StatusNone, 0},
	"file=encrypted":           {books.CorruptLabel, `closed by a user password`, 5, books.StatusNone, 0},
	"file=encrypted times=1":   {books.Labelled, ``, 2, books.StatusNone, 0},
	"file=mislabelled":         {books.CorruptLabel, `came for order .* names order`, 5, books.StatusNone, 0},
	"file=mislabelled times=1": {books.Labelled, ``, 2, books.StatusNone, 0},
	"file=missing":             {books.GaveUp, `holds no label of the order`, 5, books.StatusNone, 0},
	"file=missing times=1":     {books.Labelled, ``, 2, books.StatusNone, 0},
	"file=missing_in_zip":      {books.Labelled, ``, 1, books.StatusNone, 0},

	"paris cancelled_during=asked":                      {books.Cancelled, `cancelled after its label was made`, 1, books.StatusNone, 0},
	"dafiti cancelled_during=asked":                     {books.Cancelled, `cancelled after its label was made`, 1, books.StatusSynced, 1},
	"linio status_refused=Pedido sin stock en el canal": {books.StatusNotSynced, `^Pedido sin stock en el canal$`, 0, books.StatusRefused, 1},
	"linio status_stuck=1":                              {books.Labelled, ``, 1, books.StatusSynced, 2},
	"walmart status_stuck=always":                       {books.StatusNotSynced, `sent 3 times`, 0, books.StatusLate, 3},
	"dafiti not_requested=true":                         {books.Labelled, ``, 1, books.StatusNotNeeded, 1},
	"fcom status_refused=El paquete ya fue despachado":  {books.Labelled, `^El paquete ya fue despachado$`, 1, books.StatusRefused, 1},
	"fcom status_stuck=1":                               {books.Labelled, ``, 1, books.StatusSynced, 2},
	"fcom not_requested=true":                           {books.Labelled, ``, 1, books.StatusNotNeeded, 1},
}

func TestARunWithEveryFault(t *testing.T) {
	t.Parallel()
	run := runToEnd(t, "--orders", "500", "--faults", filepath.Join("testdata", "faults.json"))
	rows := run.rows()

	t.Run("ends with balanced books", func(t *testing.T) {
		assert.Equal(t, books.RunCompleted, run.result.State)
		requireBalancedBooks(t, run.result, run.manifest)
	})
	t.Run("every fault strikes, and its orders end as they should, with a reason", func(t *testing.T) {
		struck := map[string]bool{}
		for _, order := range run.report.Orders {
			for _, fault := range order.Faults {
				words := inWords(t, fault)
				if _, known := endings[words]; !known {
					words = order.Channel + " " + words
				}
				struck[words] = true
				requireEnding(t, words, order, rows[order.ID])
			}
		}
		assert.ElementsMatch(t, slices.Collect(maps.Keys(endings)), slices.Collect(maps.Keys(struck)))
	})
	t.Run("every fault of a route strikes", func(t *testing.T) {
		faults, err := readFaults(filepath.Join("testdata", "faults.json"))
		require.NoError(t, err)
		for _, fault := range faults {
			status := string(fault.Answer)
			if strings.HasPrefix(status, "cut") {
				status = "0"
			}
			if _, err := strconv.Atoi(status); err == nil {
				assert.NotZero(t, run.report.Calls[fault.Route].Statuses[status], "%s answers %s", fault.Route, fault.Answer)
			}
		}
	})
	t.Run("every other order ends as without faults", func(t *testing.T) {
		requireExpectedOutcomes(t, run)
	})
	t.Run("what nothing befell is asked for and sent once, whatever the routes answered", func(t *testing.T) {
		requireAskedOnce(t, lo.Filter(run.report.Orders, func(o sandbox.ReportOrder, _ int) bool {
			return len(o.Faults) == 0 && !o.Cancelled && o.Channel != "totalplay"
		}))
	})
	t.Run("a task that failed without output is asked for again as a whole", func(t *testing.T) {
		for _, order := range run.report.Orders {
			if order.Channel == "totalplay" && order.Fate == sandbox.Labelable {
				assert.Equal(t, []string{"task_failed", "label"}, lo.Map(order.Labels, func(r sandbox.LabelRequest, _ int) string { return r.Result }))
				assert.Equal(t, books.Labelled, rows[order.ID].Outcome)
			}
		}
	})
	t.Run("every reason can be understood", func(t *testing.T) {
		for _, row := range run.manifest.Rows {
			assert.LessOrEqual(t, utf8.RuneCountInString(row.Reason), 200)
			assert.NotRegexp(t, internals, row.Reason, "%s of order %s", row.Outcome, row.ID)
		}
	})
	t.Run("the joined files hold each parcel's barcode once", func(t *testing.T) {
		requirePrintedOnce(t, run)
	})
}

func requireEnding(t *testing.T, fault string, order sandbox.ReportOrder, row books.Row) {
	t.Helper()
	want := endings[fault]
	assert.Equal(t, want.outcome, row.Outcome, "%s: %s", fault, row.Reason)
	assert.Regexp(t, want.reason, row.Reason, fault)
	assert.Equal(t, want.reason == "", row.Reason == "", "%s: a reason stands where one is needed: %q", fault, row.Reason)
	assert.Len(t, order.Labels, want.asked, "%s: labels asked for", fault)
	if order.FirstNeeds != "" || want.status != books.StatusNone {
		assert.Equal(t, want.status, row.Status, fault)
		assert.Len(t, order.Statuses, want.sent, "%s: statuses sent", fault)
	}
}

// inWords is what a fault does, without the orders that it chooses.
func inWords(t *testing.T, fault sandbox.Fault) string {
	t.Helper()
	content, err := json.Marshal(fault)
	require.NoError(t, err)
	var fields map[string]any
	require.NoError(t, json.Unmarshal(content, &fields))
	for _, selector := range []string{"order", "connection", "channel", "nth", "every"} {
		delete(fields, selector)
	}
	return strings.Join(lo.Map(slices.Sorted(maps.Keys(fields)), func(name string, _ int) string {
		return fmt.Sprintf("%s=%v", name, fields[name])
	}), " ")
}

// internals are words that mean nothing to who packs.
var internals = regexp.MustCompile(`(?i)activity|workflow|temporal|nil\b|%!|<html|\bEOF\b|json|http|goroutine|context `)
