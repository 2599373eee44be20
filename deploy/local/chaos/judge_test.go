package main

import (
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

// innocent is evidence in which nothing is wrong: two labelled orders, one held back, one cancelled.
func innocent() evidence {
	place, noon := func(n int) *int { return &n }, time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	asked := []sandbox.LabelRequest{{Task: "t1", Result: "label"}}
	shipped := []sandbox.StatusSend{{Code: "_delivery_order_status_shipped_", State: "changed"}}
	return evidence{
		Report: sandbox.Report{Orders: []sandbox.ReportOrder{
			{ID: "o1", Channel: "paris", Expected: "labelled", Labels: asked, Statuses: shipped, OnChannel: "_delivery_order_status_shipped_"},
			{ID: "o2", Channel: "ripley", Expected: "labelled", Labels: asked, Life: sandbox.LifePlain},
			{ID: "o3", Channel: "paris", Expected: "held_back"},
			{ID: "o4", Channel: "paris", Expected: "cancelled", Cancelled: true, CancelledAt: &noon, Life: sandbox.LifeCancelledLater, Statuses: []sandbox.StatusSend{
				{Code: "_delivery_order_status_ready_to_ship_", At: noon.Add(time.Minute), Forbidden: "ended"}, // it had been read before noon
			}},
		}},
		Runs: []ranRun{{Key: "round-1", Result: contract.RunResult{
			State: contract.RunCompleted, Requested: 3, Outcomes: map[contract.Outcome]int{contract.Labelled: 2, contract.HeldBack: 1},
			Files: []contract.PrintFile{{Key: "f", Labels: 2}},
		}, Manifest: contract.Manifest{Rows: []contract.ManifestRow{
			{ID: "o1", Position: place(1), Outcome: contract.Labelled}, {ID: "o2", Position: place(2), Outcome: contract.Labelled}, {ID: "o3", Outcome: contract.HeldBack},
		}}}},
		Changes: []ranChange{{Key: "shipped-round-1", Result: contract.StatusResult{State: contract.RunCompleted}, List: contract.StatusList{
			Requested: 1, Outcomes: map[contract.StatusOutcome]int{contract.StatusSynced: 1}, Rows: []contract.StatusListRow{{Order: "o1", Outcome: contract.StatusSynced}},
		}}},
		Intake: map[string]contract.IntakeRecord{"o2": {State: contract.IntakeLabelled}, "o4": {State: contract.IntakeCancelled}},
		Jobs:   []printJob{{ID: "job", Ended: true, Codes: map[contract.LabelRef]string{{Order: "o1", Label: 1}: "P1"}}},
		Paper:  map[string]int{"P1": 1},
	}
}

func TestTheJudgeFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	require.Empty(t, judge(innocent()), "nothing is wrong with a clean deployment")
	for name, falsify := range map[string]func(*evidence){
		"a label was asked for twice": func(e *evidence) {
			e.Report.Orders[0].Labels = append(e.Report.Orders[0].Labels, sandbox.LabelRequest{Task: "t2"})
		},
		"an order is lost: no run published it": func(e *evidence) { e.Runs[0].Manifest.Rows[1].Outcome = contract.GaveUp },
		"an order was never taken up": func(e *evidence) {
			e.Report.Orders = append(e.Report.Orders, sandbox.ReportOrder{ID: "o5", Expected: "labelled"})
		},
		"an order is published by two runs":       func(e *evidence) { e.Runs = append(e.Runs, e.Runs[0]) },
		"a label was published and never made":    func(e *evidence) { e.Report.Orders[1].Labels = nil },
		"an unpaid order got a label":             func(e *evidence) { e.Report.Orders[2].Labels = e.Report.Orders[0].Labels },
		"a published order is unknown to the hub": func(e *evidence) { e.Report.Orders = e.Report.Orders[1:] },
		"the hub's report is empty":               func(e *evidence) { e.Report.Orders = nil },
		"the books do not balance":                func(e *evidence) { e.Runs[0].Result.Requested++ },
		"an order has two rows":                   func(e *evidence) { e.Runs[0].Manifest.Rows[2].ID = "o1" },
		"a place in the pile is missing":          func(e *evidence) { *e.Runs[0].Manifest.Rows[1].Position = 3 },
		"a file holds fewer labels":               func(e *evidence) { e.Runs[0].Result.Files[0].Labels = 1 },
		"a run failed":                            func(e *evidence) { e.Runs[0].Result.State = contract.RunFailed },
		"a run was cancelled by nobody":           func(e *evidence) { e.Runs[0].Result.State = contract.RunCancelled },
		"a file is broken":                        func(e *evidence) { e.Broken = []string{"run round-1: its file f cannot be read"} },
		"a status was sent twice":                 func(e *evidence) { s := e.Report.Orders[0].Statuses; e.Report.Orders[0].Statuses = append(s, s[0]) },
		"a forbidden status was sent":             func(e *evidence) { e.Report.Orders[0].Statuses[0].Forbidden = "backwards" },
		"a cancelled order's status was sent":     func(e *evidence) { e.Report.Orders[3].Statuses[0].At = e.Report.Orders[3].CancelledAt.Add(time.Hour) },
		"a status is said to be on its channel":   func(e *evidence) { e.Report.Orders[0].OnChannel = "_delivery_order_status_ready_to_ship_" },
		"a status never reached its channel":      func(e *evidence) { e.Changes[0].List.Rows[0].Outcome = contract.StatusLate },
		"a row of a change is lost":               func(e *evidence) { e.Changes[0].List.Rows = nil },
		"a change of status did not end":          func(e *evidence) { e.Changes[0].Result.State = contract.RunRunning },
		"the intake has not heard of a sale":      func(e *evidence) { delete(e.Intake, "o2") },
		"the intake never lets go of an order":    func(e *evidence) { e.Intake["o2"] = contract.IntakeRecord{State: contract.IntakeTaken} },
		"a label lies at the printer twice":       func(e *evidence) { e.Paper["P1"] = 2 },
		"a label did not come out":                func(e *evidence) { e.Paper["P1"] = 0 },
		"a print did not end":                     func(e *evidence) { e.Jobs[0].Ended = false },
	} {
		e := innocent()
		falsify(&e)
		assert.NotEmpty(t, judge(e), name)
	}
}

func TestTheSameSeedIsTheSamePlan(t *testing.T) {
	t.Parallel()
	const length = 40 * time.Second
	assert.Equal(t, newPlan(7, length, 12), newPlan(7, length, 12))
	assert.NotEqual(t, newPlan(7, length, 12), newPlan(8, length, 12))
	for seed := range uint64(50) {
		for _, f := range newPlan(seed, length, 0).Faults {
			assert.LessOrEqual(t, f.At+f.For, length+100*time.Millisecond, "seed %d: %s is over when the plan is", seed, f)
		}
	}
}

func TestEverythingHappensToEveryPartAndLink(t *testing.T) {
	t.Parallel()
	p := newPlan(1, 10*time.Minute, 400)
	happened := map[string]bool{}
	for _, f := range p.Faults {
		happened[string(f.Kind)+" "+f.On] = true
	}
	for _, part := range parts() {
		assert.True(t, happened["kill -9 "+part] && happened["SIGSTOP "+part], part)
		assert.True(t, !isOurs(part) || happened["SIGTERM "+part], part)
	}
	for _, name := range links() {
		assert.True(t, happened["cut "+name] && happened["silent "+name], name)
	}
	for _, on := range []string{"refused worker-1>hub", "refused worker-2>s3", "clock step hub", "disk full worker-1", "slow worker-1>s3"} {
		assert.True(t, happened[on], on)
	}
	away := lo.MaxBy(p.Faults, func(a, b fault) bool { return a.For > b.For })
	assert.Greater(t, away.For, time.Minute, "Temporal or the hub is away for more than a minute: %s", away)
	all := map[string]int{}
	for part, queue := range p.Points {
		for _, next := range queue {
			all[next.Link+" "+string(next.Moment)]++
			assert.Contains(t, next.Link, part+">")
		}
	}
	for _, m := range []moment{before, after, lost} {
		for _, link := range []string{"worker-1>s3", "worker-1>hub", "worker-2>s3", "worker-2>hub"} {
			assert.Positive(t, all[link+" "+string(m)], "%s %s", link, m)
		}
	}
}
