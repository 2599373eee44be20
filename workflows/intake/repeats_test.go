package intake

import (
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	intakesteps "github.com/despacho/despacho/activities/intake"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows/workflowstest"
)

// batches notes when which notifications were read together.
type batches struct {
	at  []time.Duration
	ids [][]string
}

func (b *batches) of(l *intakeLife) {
	l.takeUp = func(in intakesteps.TakeUpNotificationsInput) (intakebook.TakenNotifications, error) {
		b.at, b.ids = append(b.at, l.now.Passed()), append(b.ids, in.IDs)
		return intakebook.TakenNotifications{}, nil
	}
}

func TestWhatWasToldOfBeforeIsGatheredForLonger(t *testing.T) {
	t.Parallel()
	again := func(ids ...string) func(*workflowstest.Scene) {
		return func(s *workflowstest.Scene) { notifyAgain(s, len(ids), ids...) }
	}
	first := func(ids ...string) func(*workflowstest.Scene) {
		return func(s *workflowstest.Scene) { notify(s, ids...) }
	}
	const longer = 30 * time.Second
	tests := map[string]struct {
		acts map[time.Duration]func(*workflowstest.Scene)
		want batches
	}{
		"repeats wait for one another": {
			map[time.Duration]func(*workflowstest.Scene){time.Minute: again("checkout/a"), 75 * time.Second: again("checkout/b")},
			batches{[]time.Duration{time.Minute + longer}, [][]string{{"checkout/a", "checkout/b"}}},
		},
		"the first of a sale does not wait for them, and takes them along": {
			map[time.Duration]func(*workflowstest.Scene){time.Minute: again("checkout/a"), 65 * time.Second: first("checkout/b")},
			batches{[]time.Duration{65*time.Second + gatherNotificationsFor}, [][]string{{"checkout/a", "checkout/b"}}},
		},
		"a signal may hold both": {
			map[time.Duration]func(*workflowstest.Scene){time.Minute: func(s *workflowstest.Scene) { notifyAgain(s, 1, "checkout/a", "checkout/b") }},
			batches{[]time.Duration{time.Minute + gatherNotificationsFor}, [][]string{{"checkout/a", "checkout/b"}}},
		},
		"what another gateway tells for the first time waits no longer": {
			map[time.Duration]func(*workflowstest.Scene){time.Minute: again("checkout/a"), 62 * time.Second: first("checkout/a")},
			batches{[]time.Duration{62*time.Second + gatherNotificationsFor}, [][]string{{"checkout/a"}}},
		},
		"a full batch waits for nothing": {
			map[time.Duration]func(*workflowstest.Scene){time.Minute: again(sales(0, 50)...)},
			batches{[]time.Duration{time.Minute}, [][]string{sales(0, 50)}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, seen := newIntakeLife(t), batches{}
			seen.of(l)
			l.until(10*time.Minute, test.acts)
			assert.Equal(t, test.want, seen)
		})
	}
}

// TestAConfirmedOrderThatIsHeldBackLosesNoTime: the notification of its payment repeats its sale.
func TestAConfirmedOrderThatIsHeldBackLosesNoTime(t *testing.T) {
	t.Parallel()
	l, seen := newIntakeLife(t), batches{}
	seen.of(l)
	l.look = func(intakesteps.LookOverInput) contract.LookedOver {
		return contract.LookedOver{Counts: map[contract.IntakeOrderState]int{}, Promised: lo.Ternary(l.now.Passed() > time.Minute && l.now.Passed() < 25*time.Minute, 1, 0)}
	}
	l.more = func(s *workflowstest.Scene) {
		workflowstest.MockAnswer(s, intakeSteps.ConfirmOrders, contract.ConfirmedOrders{Orders: []contract.ConfirmedOrder{{Outcome: contract.ConfirmHeldBack}}})
	}
	again := func(s *workflowstest.Scene) { notifyAgain(s, 1, "checkout/a") }
	l.until(time.Hour, map[time.Duration]func(*workflowstest.Scene){
		time.Minute: again,
		2 * time.Minute: func(s *workflowstest.Scene) {
			s.UpdateWorkflow(contract.ConfirmUpdate, "one", &testsuite.TestUpdateCallback{
				OnReject: func(err error) { require.NoError(t, err) }, OnAccept: func() {}, OnComplete: func(_ any, err error) { require.NoError(t, err) },
			}, contract.ConfirmRequest{Orders: []string{"a"}})
		},
		3 * time.Minute:  again,
		20 * time.Minute: again,
		40 * time.Minute: again,
	})
	assert.Equal(t, []time.Duration{
		90 * time.Second, 3*time.Minute + gatherNotificationsFor, 20*time.Minute + gatherNotificationsFor, 40*time.Minute + 30*time.Second,
	}, seen.at, "until a look sees that none is held back any more")
}

// TestLabelsWaitNoLongerBecauseNotificationsAreGathered: the time until they are made runs from the notification.
func TestLabelsWaitNoLongerBecauseNotificationsAreGathered(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	var made []time.Duration
	l.takeUp = func(intakesteps.TakeUpNotificationsInput) (intakebook.TakenNotifications, error) {
		return intakebook.TakenNotifications{Orders: 1, Queued: 1}, nil
	}
	l.prepare = func(intakesteps.PrepareMakingInput) intakesteps.PreparedMaking {
		made = append(made, l.now.Passed())
		return intakesteps.PreparedMaking{}
	}
	l.until(30*time.Minute, map[time.Duration]func(*workflowstest.Scene){
		time.Minute:      func(s *workflowstest.Scene) { notify(s, "checkout/a") },
		10 * time.Minute: func(s *workflowstest.Scene) { notifyAgain(s, 1, "checkout/a") },
	})
	assert.Equal(t, []time.Duration{4 * time.Minute, 13 * time.Minute}, made)
}

// TestWhatALabelCostsInActions plays two hours of a merchant of 10,000 orders a day. Each is told of five
// times: once when it is sold, and four times later. A signal, a timer and a step are an action each, and
// so are four things at each beginning: start, attributes, version, settings.
func TestWhatALabelCostsInActions(t *testing.T) {
	t.Parallel()
	const hours, perDay, repeats = 2, 10_000, 4
	orders := hours * perDay / 24
	apart := hours * time.Hour / time.Duration(orders)
	l := newIntakeLife(t)
	acts := map[time.Duration]func(*workflowstest.Scene){}
	for n := range orders {
		sold := time.Minute + time.Duration(n)*apart
		acts[sold] = func(s *workflowstest.Scene) { notify(s, sales(n, n+1)...) }
		for again := range repeats {
			// As many come of earlier sales, at other moments.
			at := sold + time.Duration(again+1)*apart/(repeats+1) + time.Duration(n%7)*100*time.Millisecond
			acts[at] = func(s *workflowstest.Scene) {
				notifyAgain(s, 1, sales(100_000+repeats*n+again, 100_000+repeats*n+again+1)...)
			}
		}
	}
	signals := len(acts)
	require.Equal(t, orders*(repeats+1), signals)
	l.until(hours*time.Hour+10*time.Minute, acts)
	beginnings := 4 * l.executions
	actions := float64(signals+l.stepsBegun+l.timersFired+l.timersCancelled+beginnings) / float64(orders)
	t.Logf("actions a label: %.2f (signals %.2f, timers %.2f, steps %.2f, beginnings %.2f)", actions, float64(signals)/float64(orders),
		float64(l.timersFired+l.timersCancelled)/float64(orders), float64(l.stepsBegun)/float64(orders), float64(beginnings)/float64(orders))
	assert.Less(t, actions, 7.5)
	assert.Zero(t, l.timersCancelled, "a timer that stands is kept")
}
