package sandbox

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func parsed(t *testing.T, plan string) []Fault {
	t.Helper()
	faults, err := ParseFaults(strings.NewReader(plan))
	require.NoError(t, err)
	return faults
}

// faulty visits a hub with a fault plan; the world is the one without faults.
func faulty(t *testing.T, plan string) visitor {
	t.Helper()
	return visit(t, Options{Faults: parsed(t, plan)})
}

func TestParseFaults(t *testing.T) {
	t.Parallel()
	t.Run("an array and an object with the member faults read the same", func(t *testing.T) {
		t.Parallel()
		entry := `{"order":"1","label_fails":2},{"route":"tickets","answer":429,"retry_after":5},{"order":"2","unavailable":"always"}`
		faults := parsed(t, "["+entry+"]")
		assert.Equal(t, faults, parsed(t, `{"faults":[`+entry+`]}`))
		assert.Equal(t, []Fault{
			{Order: "1", LabelFails: 2}, {Route: "tickets", Answer: "429", RetryAfter: 5}, {Order: "2", Unavailable: AlwaysTimes},
		}, faults)
	})
	for plan, words := range map[string]string{
		`nothing`:                        "neither a JSON array",
		`{"fault":[]}`:                   "neither a JSON array",
		`[{"order":"1"}]`:                "fault 1 of the plan: it does not say what happens",
		`[{"label_fails":1}]`:            "fault 1 of the plan: it names no order",
		`[{"order":"1","label_fail":1}]`: `unknown field "label_fail"`,
		`[{"order":"1","unknown":true},{"order":"1","label_fails":0}]`: "fault 2 of the plan: 0 is no number of times",
		`[{"order":"1","file":"torn"}]`:                                `file "torn" is none of broken, empty`,
		`[{"order":"1","cancelled_during":"lunch"}]`:                   `only "asked" is known`,
		`[{"order":"1","channel":"paris","unknown":true}]`:             "give one of them",
		`[{"channel":"paris","unknown":true}]`:                         "either nth or every",
		`[{"channel":"paris","nth":-1,"unknown":true}]`:                "either nth or every",
		`[{"route":"ticket","answer":500}]`:                            `route "ticket" is none of info, connections`,
		`[{"route":"tickets","answer":200}]`:                           `answer "200" is neither`,
		`[{"route":"tickets","answer":500,"label_fails":1}]`:           "make two faults of it",
		`[{"route":"tickets","answer":"slow","delay":"long"}]`:         "delay: ",
		`[{"route":"tickets","answer":429,"retry_after_as":"words"}]`:  `only "date" is known`,
		`[{"route":"tickets","answer":404,"answer_as":"poem"}]`:        `answer_as "poem"`,
		`[{"route":"tickets","answer":"html","says":"no"}]`:            "are for answers that are a status",
		`[{"route":"tickets","answer":"without"}]`:                     `member and the answer "without" go together`,
		`[{"order":"1","late":"soon"}]`:                                "late: ",
	} {
		t.Run("refuses "+plan, func(t *testing.T) {
			t.Parallel()
			_, err := ParseFaults(strings.NewReader(plan))
			require.ErrorContains(t, err, words)
		})
	}
	for plan, words := range map[string]string{
		`[{"order":"nobody","unknown":true}]`:            `fault 1 of the plan: no order "nobody" in this world`,
		`[{"channel":"paris","nth":900,"unknown":true}]`: "paris has 8 orders that can be labelled",
		`[{"connection":"Nowhere","task_fails":1}]`:      `no connection "Nowhere"`,
	} {
		t.Run("a world refuses "+plan, func(t *testing.T) {
			t.Parallel()
			_, err := New(Options{Faults: parsed(t, plan)})
			require.ErrorContains(t, err, words)
		})
	}
}

func TestExamplePlanFitsTheWorldsOfTheTests(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("testdata/faults.json")
	require.NoError(t, err)
	for _, orders := range []int{110, 500} {
		hub := visit(t, Options{Seed: 1, Orders: orders, Faults: parsed(t, string(content))}).hub
		outcomes := lo.CountValuesBy(hub.Report().Orders, func(o ReportOrder) string { return o.Expected })
		for _, outcome := range []string{"labelled", "rejected", "gave_up", "unknown_order", "cancelled", "corrupt_label", "status_not_synced"} {
			assert.Positive(t, outcomes[outcome], outcome)
		}
	}
}

// lists says in which list of its task's output an order stands, for some asks in a row.
func (v visitor) lists(provider, order string, asks int) []string {
	v.Helper()
	var found []string
	for range asks {
		task := v.ask(provider, order)
		v.time.pass(2 * time.Minute)
		out := v.output(task)
		switch {
		case len(out.Successful) == 1:
			found = append(found, resultLabel)
		case len(out.Failed) == 1:
			found = append(found, resultFailed)
		case len(out.Unavailable) == 1:
			found = append(found, resultUnavailable)
		case len(out.Available) == 1:
			found = append(found, resultOnlyAvailable)
		default:
			found = append(found, resultNoList)
		}
	}
	return found
}

func TestFaultsOfLabels(t *testing.T) {
	t.Parallel()
	for fault, want := range map[string][]string{
		`"label_fails":2`:                   {resultFailed, resultFailed, resultLabel, resultLabel},
		`"label_fails":"always"`:            {resultFailed, resultFailed, resultFailed, resultFailed},
		`"unavailable":1`:                   {resultUnavailable, resultLabel},
		`"only_available":1`:                {resultOnlyAvailable, resultLabel},
		`"label_fails":1,"unavailable":1`:   {resultFailed, resultUnavailable, resultLabel},
		`"unknown":true`:                    {resultNoList, resultNoList},
		`"file":"broken"`:                   {resultLabel},
		`"late":"1h","cancelled_during":""`: {resultLabel},
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			v := faulty(t, `[{"channel":"paris","nth":1,`+fault+`}]`)
			assert.Equal(t, want, v.lists("paris", v.orders("paris", FateLabelable)[0].ID, len(want)))
		})
	}
	t.Run("an unknown order is 404 when read, but in the list of available labels", func(t *testing.T) {
		t.Parallel()
		v := faulty(t, `[{"channel":"paris","nth":1,"unknown":true}]`)
		id := v.orders("paris", FateLabelable)[0].ID
		assert.Equal(t, http.StatusNotFound, v.call(http.MethodGet, "/api/delivery-orders/"+id, nil, v.hub.Token()).Code)
		assert.Contains(t, v.available(v.connection("paris").ID), id)
	})
	t.Run("the first tasks of a connection fail without output", func(t *testing.T) {
		t.Parallel()
		v := faulty(t, `[{"channel":"paris","task_fails":1}]`)
		id := v.orders("paris", FateLabelable)[0].ID
		task := v.ask("paris", id)
		v.time.pass(time.Minute)
		assert.Equal(t, taskFailed, v.task(task)["processStatus"])
		assert.Nil(t, v.task(task)["output"])
		assert.Equal(t, []string{resultLabel}, v.lists("paris", id, 1))
	})
	t.Run("a late order comes into the list later", func(t *testing.T) {
		t.Parallel()
		v := faulty(t, `[{"channel":"paris","nth":1,"late":"1m"}]`)
		c, id := v.connection("paris").ID, v.orders("paris", FateLabelable)[0].ID
		assert.NotContains(t, v.available(c), id)
		v.time.pass(time.Minute)
		assert.Contains(t, v.available(c), id)
	})
	t.Run("every nth order of a channel can be chosen", func(t *testing.T) {
		t.Parallel()
		v := faulty(t, `[{"channel":"paris","every":3,"label_fails":1}]`)
		chosen := lo.Map(v.orders("paris", FateLabelable), func(o ReportOrder, _ int) bool { return len(o.Faults) > 0 })
		assert.Equal(t, []bool{false, false, true, false, false, true, false, false}, chosen)
	})
}

func TestCancelledDuringTheRun(t *testing.T) {
	t.Parallel()
	t.Run("a channel that does not bind makes the label all the same", func(t *testing.T) {
		t.Parallel()
		v := faulty(t, `[{"channel":"paris","nth":1,"cancelled_during":"asked"}]`)
		o := v.orders("paris", FateLabelable)[0]
		task := v.ask("paris", o.ID)
		assert.False(t, v.order(o.ID).Cancelled)
		v.time.pass(time.Minute)
		assert.True(t, v.order(o.ID).Cancelled)
		assert.Len(t, v.output(task).Successful, 1)
		assert.Equal(t, "cancelled", v.order(o.ID).Expected)
	})
	t.Run("Mercado Libre, where nobody can cancel after asking, cancels just before", func(t *testing.T) {
		t.Parallel()
		v := faulty(t, `[{"channel":"mercadolibre","nth":1,"cancelled_during":"asked"}]`)
		o := v.orders("mercadolibre", FateLabelable)[0]
		assert.Equal(t, []string{resultFailed}, v.lists("mercadolibre", o.ID, 1))
		assert.True(t, v.order(o.ID).Cancelled)
	})
}

func TestFaultsOfStatuses(t *testing.T) {
	t.Parallel()
	t.Run("refused, with the channel's words", func(t *testing.T) {
		t.Parallel()
		v := faulty(t, `[{"channel":"linio","nth":1,"status_refused":"Sin stock"}]`)
		id := v.orders("linio", FateLabelable)[0].ID
		v.send(id, readyToShip)
		v.time.pass(4 * time.Minute)
		assert.Equal(t, linkFailed, v.sync(id))
		assert.Contains(t, v.call(http.MethodGet, "/api/delivery-orders/"+id, nil, v.hub.Token()).Body.String(), "Sin stock")
		assert.NotContains(t, v.available(v.connection("linio").ID), id)
	})
	t.Run("stuck the first time", func(t *testing.T) {
		t.Parallel()
		v := faulty(t, `[{"channel":"linio","nth":1,"status_stuck":1}]`)
		id := v.orders("linio", FateLabelable)[0].ID
		v.send(id, readyToShip)
		v.time.pass(time.Hour)
		assert.Equal(t, linkRequesting, v.sync(id))
		v.send(id, readyToShip)
		v.time.pass(4 * time.Minute)
		assert.Equal(t, linkChanged, v.sync(id))
		assert.Contains(t, v.available(v.connection("linio").ID), id)
		assert.Len(t, v.order(id).Statuses, 2)
	})
	t.Run("not requested counts as there", func(t *testing.T) {
		t.Parallel()
		v := faulty(t, `[{"channel":"dafiti","nth":1,"not_requested":true}]`)
		id := v.orders("dafiti", FateLabelable)[0].ID
		v.send(id, readyToShip)
		v.time.pass(4 * time.Minute)
		assert.Equal(t, linkNotRequested, v.sync(id))
		assert.Contains(t, v.available(v.connection("dafiti").ID), id)
	})
}
