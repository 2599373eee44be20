package main

import (
	"fmt"
	"maps"
	"slices"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

// judge says all that is wrong by the evidence of a merchant: empty, when nothing was lost, nothing was done
// twice, and every order has one outcome. It believes the hub, and compares our books with it.
func judge(e evidence) []string {
	var wrong []string
	for _, look := range []func(evidence) []string{judgeRuns, judgeOrders, judgeStatuses, judgeIntake, judgePrints} {
		wrong = append(wrong, look(e)...)
	}
	return append(wrong, e.Broken...)
}

// complaints collects what is wrong.
type complaints []string

func (c *complaints) unless(so bool, format string, arguments ...any) {
	if !so {
		*c = append(*c, fmt.Sprintf(format, arguments...))
	}
}

// judgeRuns holds result and manifest of each run against each other.
func judgeRuns(e evidence) []string {
	var c complaints
	for _, ran := range e.Runs {
		r, rows := ran.Result, ran.Manifest.Rows
		c.unless(r.State == contract.RunCompleted || ran.Cancelled && r.State == contract.RunCancelled, "run %s is %s: %s", ran.Key, r.State, r.Reason.Words)
		c.unless(r.Balanced(), "the books of run %s do not balance: %d requested, %d with an outcome", ran.Key, r.Requested, contract.SumOutcomes(r.Outcomes))
		c.unless(len(rows) == r.Requested, "run %s has %d orders and %d rows", ran.Key, r.Requested, len(rows))
		once := lo.UniqBy(rows, func(row contract.ManifestRow) string { return row.ID })
		c.unless(len(once) == len(rows), "run %s has %d rows of %d orders", ran.Key, len(rows), len(once))
		counted := lo.CountValuesBy(rows, func(row contract.ManifestRow) contract.Outcome { return row.Outcome })
		c.unless(maps.Equal(counted, lo.OmitByValues(r.Outcomes, []int{0})), "run %s counts %v, and its rows say %v", ran.Key, r.Outcomes, counted)
		printed := lo.Filter(rows, func(row contract.ManifestRow, _ int) bool { return row.Position != nil })
		for i, row := range printed {
			c.unless(*row.Position == i+1 && row.Outcome == contract.Labelled, "run %s: order %s, which is %s, has place %d and not %d", ran.Key, row.ID, row.Outcome, *row.Position, i+1)
		}
		inFiles := lo.SumBy(r.Files, func(f contract.PrintFile) int { return f.Labels })
		c.unless(len(printed) == r.Outcomes[contract.Labelled] && len(printed) == inFiles,
			"run %s: %d labelled, %d with a place in the pile, %d in files", ran.Key, r.Outcomes[contract.Labelled], len(printed), inFiles)
	}
	return c
}

// judgeOrders holds how often each order's label was asked for and published against what the hub expects.
func judgeOrders(e evidence) []string {
	var c complaints
	c.unless(len(e.Report.Orders) > 0, "the hub knows no order")
	published := map[string][]string{}
	for _, ran := range e.Runs {
		for _, row := range ran.Manifest.Rows {
			if row.Outcome == contract.Labelled {
				published[row.ID] = append(published[row.ID], ran.Key)
			}
		}
	}
	for _, o := range e.Report.Orders {
		runs := published[o.ID]
		delete(published, o.ID)
		name := fmt.Sprintf("order %s (%s, %s)", o.ID, o.Channel, o.Fate)
		c.unless(len(runs) <= 1, "%s is published twice, by %v", name, runs)
		c.unless(len(o.Labels) <= 1, "the label of %s was asked for %d times", name, len(o.Labels))
		c.unless(len(runs) == 0 || len(o.Labels) == 1, "%s is published, and its label was never asked for", name)
		switch {
		case o.Cancelled: // published or not, as it came
		case o.Expected == string(contract.Labelled):
			c.unless(len(runs) == 1, "%s is lost: no run has published its label, which was asked for %d times", name, len(o.Labels))
		default:
			c.unless(len(runs) == 0 && len(o.Labels) == 0, "%s is to be %s, and its label was asked for %d times and published by %v", name, o.Expected, len(o.Labels), runs)
		}
	}
	for id := range published {
		c.unless(false, "order %s is published, and the hub does not know it", id)
	}
	return c
}

// judgeStatuses holds that each status was sent once, broke no rule, and is where our books say.
func judgeStatuses(e evidence) []string {
	var c complaints
	orders := lo.KeyBy(e.Report.Orders, func(o sandbox.ReportOrder) string { return o.ID })
	for _, o := range e.Report.Orders {
		sent := lo.CountValuesBy(o.Statuses, func(s sandbox.StatusSend) string { return s.Code })
		for code, times := range sent {
			c.unless(times == 1, "%s was sent %d times of order %s (%s)", code, times, o.ID, o.Channel)
		}
		for _, send := range o.Statuses {
			c.unless(send.Forbidden == "" || cancelledMeanwhile(o, send), "%s of order %s (%s) was forbidden: %s", send.Code, o.ID, o.Channel, send.Forbidden)
		}
	}
	for _, change := range e.Changes {
		r, rows := change.Result, change.List.Rows
		c.unless(r.State == contract.RunCompleted, "change %s is %s: %s", change.Key, r.State, r.Reason.Words)
		c.unless(len(rows) == change.List.Requested && len(rows) == lo.Sum(lo.Values(change.List.Outcomes)),
			"change %s has %d orders, %d rows and %v", change.Key, change.List.Requested, len(rows), change.List.Outcomes)
		for _, row := range rows {
			onChannel := orders[row.Order].OnChannel
			c.unless(row.Outcome != contract.StatusSynced || slices.Contains([]string{"_delivery_order_status_shipped_", "_delivery_order_status_cancelled_"}, onChannel),
				"change %s says that order %s is shipped, and its channel has %s", change.Key, row.Order, onChannel)
			c.unless(!slices.Contains([]contract.StatusOutcome{contract.StatusLate, contract.StatusUnknownOrder}, row.Outcome),
				"change %s: order %s (%s) is %s: %s", change.Key, row.Order, orders[row.Order].Channel, row.Outcome, row.Reason.Words)
		}
	}
	return c
}

// cancelledMeanwhile tells whether an order may have been cancelled after it was last read before its status was sent. It is read
// again where more than [contract.StatusInTime] lies between.
func cancelledMeanwhile(o sandbox.ReportOrder, send sandbox.StatusSend) bool {
	return send.Forbidden == "ended" && o.CancelledAt != nil && o.CancelledAt.After(send.At.Add(-contract.StatusInTime))
}

// judgeIntake holds that every sale was heard of, and that its record says what became of it.
func judgeIntake(e evidence) []string {
	var c complaints
	for _, o := range e.Report.Orders {
		if o.Life == "" {
			continue // of the world's beginning: runs find those
		}
		record, known := e.Intake[o.ID]
		name := fmt.Sprintf("order %s (%s, %s)", o.ID, o.Channel, o.Life)
		c.unless(known, "the intake has never heard of %s", name)
		c.unless(record.State != contract.IntakeQueued && record.State != contract.IntakeTaken, "%s is still %s in the intake", name, record.State)
		c.unless(!o.Cancelled || o.Status == "" || record.State != contract.IntakeWaiting, "%s is cancelled, and waits in the intake", name)
	}
	return c
}

// judgePrints holds that every label that was to be printed lies at the printer once.
func judgePrints(e evidence) []string {
	var c complaints
	for _, job := range e.Jobs {
		c.unless(job.Ended, "the print job %s did not come to an end", job.ID)
		for ref, code := range job.Codes {
			cancelled := lo.SomeBy(e.Report.Orders, func(o sandbox.ReportOrder) bool { return o.ID == ref.Order && o.Cancelled })
			c.unless(e.Paper[code] == 1 || cancelled && e.Paper[code] == 0, "the label of order %s lies at the printer %d times", ref.Order, e.Paper[code])
		}
	}
	return c
}
