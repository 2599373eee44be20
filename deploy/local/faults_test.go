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

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

// ending is how an order ends that a fault befell: its reason matches a pattern, and its label is
// asked for and its status sent that often.
type ending struct {
	outcome contract.Outcome
	reason  string
	asked   int
	status  contract.StatusOutcome
	sent    int
}

// endings are what the faults of testdata/faults.json come to; those of statuses by channel, because
// some want the status before the label and others after it.
var endings = map[string]ending{
	"label_fails=1":         {contract.Labelled, ``, 2, contract.StatusSynced, 1},
	"label_fails=2":         {contract.Labelled, ``, 3, contract.StatusNone, 0},
	"label_fails=always":    {contract.Rejected, `marketplace failed to make the label`, 5, contract.StatusNone, 0},
	"unavailable=1":         {contract.Labelled, ``, 2, contract.StatusNone, 0},
	"unavailable=always":    {contract.GaveUp, `marketplace has no label for it yet`, 5, contract.StatusNone, 0},
	"only_available=1":      {contract.Labelled, ``, 2, contract.StatusNone, 0},
	"only_available=always": {contract.GaveUp, `did not deliver it`, 5, contract.StatusNone, 0},
	"unknown=true":          {contract.UnknownOrder, `does not know this delivery order`, 1, contract.StatusNone, 0},

	"file=broken":              {contract.CorruptLabel, `cut short`, 5, contract.StatusNone, 0},
	"file=broken times=1":      {contract.Labelled, ``, 2, contract.StatusNone, 0},
	"file=empty":               {contract.CorruptLabel, `file is empty`, 5, contract.StatusNone, 0},
	"file=empty times=1":       {contract.Labelled, ``, 2, contract.StatusNone, 0},
	"file=encrypted":           {contract.CorruptLabel, `protected by a password`, 5, contract.StatusNone, 0},
	"file=encrypted times=1":   {contract.Labelled, ``, 2, contract.StatusNone, 0},
	"file=mislabelled":         {contract.CorruptLabel, `came for order .* names order`, 5, contract.StatusNone, 0},
	"file=mislabelled times=1": {contract.Labelled, ``, 2, contract.StatusNone, 0},
	"file=missing":             {contract.GaveUp, `documents contain its label`, 5, contract.StatusNone, 0},
	"file=missing times=1":     {contract.Labelled, ``, 2, contract.StatusNone, 0},
	"file=missing_in_zip":      {contract.Labelled, ``, 1, contract.StatusNone, 0},

	"paris cancelled_during=asked":                      {contract.Cancelled, `cancelled after its label was made`, 1, contract.StatusNone, 0},
	"dafiti cancelled_during=asked":                     {contract.Cancelled, `cancelled after its label was made`, 1, contract.StatusSynced, 1},
	"linio status_refused=Pedido sin stock en el canal": {contract.StatusNotSynced, `^the channel says: "Pedido sin stock en el canal"$`, 0, contract.StatusRefused, 1},
	"linio status_stuck=1":                              {contract.Labelled, ``, 1, contract.StatusSynced, 2},
	"walmart status_stuck=always":                       {contract.StatusNotSynced, `sent 3 times`, 0, contract.StatusLate, 3},
	"dafiti not_requested=true":                         {contract.Labelled, ``, 1, contract.StatusNotNeeded, 1},
	"fcom status_refused=El paquete ya fue despachado":  {contract.Labelled, `^the channel says: "El paquete ya fue despachado"$`, 1, contract.StatusRefused, 1},
	"fcom status_stuck=1":                               {contract.Labelled, ``, 1, contract.StatusSynced, 2},
	"fcom not_requested=true":                           {contract.Labelled, ``, 1, contract.StatusNotNeeded, 1},
}

func TestARunWithEveryFault(t *testing.T) {
	t.Parallel()
	run := runToEnd(t, "--orders", "500", "--faults", filepath.Join("testdata", "faults.json"))
	rows := run.rows()

	t.Run("ends with balanced books", func(t *testing.T) {
		assert.Equal(t, contract.RunCompleted, run.result.State)
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
			if order.Channel == "totalplay" && order.Fate == sandbox.FateLabelable {
				assert.Equal(t, []string{"task_failed", "label"}, lo.Map(order.Labels, func(r sandbox.LabelRequest, _ int) string { return r.Result }))
				assert.Equal(t, contract.Labelled, rows[order.ID].Outcome)
			}
		}
	})
	t.Run("every reason can be understood", func(t *testing.T) {
		for _, row := range run.manifest.Rows {
			assert.LessOrEqual(t, utf8.RuneCountInString(row.Reason.Words), 400)
			assert.NotRegexp(t, internals, row.Reason.Words, "%s of order %s", row.Outcome, row.ID)
		}
	})
	t.Run("the joined files hold each parcel's barcode once", func(t *testing.T) {
		requirePrintedOnce(t, run)
	})
}

func requireEnding(t *testing.T, fault string, order sandbox.ReportOrder, row contract.ManifestRow) {
	t.Helper()
	want := endings[fault]
	assert.Equal(t, want.outcome, row.Outcome, "%s: %s", fault, row.Reason.Words)
	assert.Regexp(t, want.reason, row.Reason.Words, fault)
	assert.Equal(t, want.reason == "", row.Reason.Words == "", "%s: a reason stands where one is needed: %q", fault, row.Reason.Words)
	assert.Len(t, order.Labels, want.asked, "%s: labels asked for", fault)
	if order.FirstNeeds != "" || want.status != contract.StatusNone {
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
