package intake

import (
	"fmt"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	intakesteps "github.com/despacho/despacho/activities/intake"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows/workflowstest"
)

func TestIntakeGathersNotificationsAndTakesEachUpOnce(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	l.until(time.Minute, map[time.Duration]func(*workflowstest.Scene){
		10 * time.Second: func(s *workflowstest.Scene) {
			notify(s, "checkout/b", "checkout/a", "checkout/b")
			notify(s, "delivery-order/d", "checkout/a")
			notify(s, "nonsense", "stock/1", "checkout/"+string(make([]byte, 500)))
		},
		11 * time.Second: func(s *workflowstest.Scene) { notify(s, "checkout/a", "checkout/c") },
		30 * time.Second: func(s *workflowstest.Scene) { notify(s, "checkout/a") },
	})
	assert.Equal(t, []string{"checkout/b", "checkout/a", "delivery-order/d", "checkout/c", "checkout/a"}, l.taken)
}

func TestANotificationOfASaleThatIsBeingReadIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	l.takeUp = func(intakesteps.TakeUpNotificationsInput) (intakebook.TakenNotifications, error) {
		if len(l.taken) == 0 {
			return intakebook.TakenNotifications{}, l.now.NotBefore(20 * time.Second)
		}
		return intakebook.TakenNotifications{}, nil
	}
	l.until(time.Minute, map[time.Duration]func(*workflowstest.Scene){
		10 * time.Second: func(s *workflowstest.Scene) { notify(s, "checkout/a") },
		15 * time.Second: func(s *workflowstest.Scene) { notify(s, "checkout/a"); notify(s, "checkout/a") },
	})
	assert.Equal(t, []string{"checkout/a", "checkout/a"}, l.taken)
}

func TestIntakePollsEveryHourFromTheLastCompleteWindow(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	day := 24 * time.Hour
	l.poll = func(in intakesteps.PollSalesInput) (contract.Polled, error) {
		n := len(l.polls)
		l.lists[in.List] = sales(n*100, n*100+70)
		to := workflowstest.SceneStart.Add(time.Duration(n) * time.Hour)
		return contract.Polled{From: in.Complete, To: to, Complete: to, List: in.List, Count: 70}, nil
	}
	l.until(day+time.Minute, nil)
	assert.Len(t, l.polls, 25, "at once, and every hour")
	assert.Zero(t, l.polls[0].Complete)
	for n := 1; n < len(l.polls); n++ {
		assert.True(t, workflowstest.SceneStart.Add(time.Duration(n)*time.Hour).Equal(l.polls[n].Complete), "poll %d begins where the last was complete", n+1)
	}
	assert.Len(t, l.taken, 25*70, "a day without webhooks: polling finds all")
	assert.Empty(t, lo.FindDuplicates(l.taken))
}

func TestNotificationsThatWereLeftBringThePollForward(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		left int
		acts []time.Duration
		want []time.Duration
	}{
		"none was left":           {0, []time.Duration{10 * time.Minute}, []time.Duration{0, time.Hour}},
		"some were left":          {1, []time.Duration{10 * time.Minute}, []time.Duration{0, 15 * time.Minute, 75 * time.Minute}},
		"more come meanwhile":     {1, []time.Duration{10 * time.Minute, 13 * time.Minute}, []time.Duration{0, 15 * time.Minute, 75 * time.Minute}},
		"the next poll is nearer": {1, []time.Duration{58 * time.Minute}, []time.Duration{0, time.Hour}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newIntakeLife(t)
			var polls []time.Duration
			l.poll = func(in intakesteps.PollSalesInput) (contract.Polled, error) {
				polls = append(polls, l.now.Passed().Round(time.Minute))
				return contract.Polled{To: workflowstest.SceneStart, Complete: workflowstest.SceneStart, List: in.List}, nil
			}
			l.takeUp = func(intakesteps.TakeUpNotificationsInput) (intakebook.TakenNotifications, error) {
				return intakebook.TakenNotifications{Left: test.left}, nil
			}
			acts := map[time.Duration]func(*workflowstest.Scene){}
			for _, at := range test.acts {
				acts[at] = func(s *workflowstest.Scene) { notify(s, "checkout/a") }
			}
			l.until(80*time.Minute, acts)
			assert.Equal(t, test.want, polls)
		})
	}
}

func TestWhatCannotBeReadIsAskedForAtEveryLookAndNoOftener(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	var left []bool
	l.look = func(in intakesteps.LookOverInput) contract.LookedOver {
		left = append(left, in.Left)
		l.lists[in.List] = sales(0, 1)
		return contract.LookedOver{Counts: map[contract.IntakeOrderState]int{contract.IntakeHeldBack: 1}, Again: 1}
	}
	l.until(61*time.Minute, nil)
	assert.Len(t, l.taken, 5, "at once, and every quarter of an hour")
	assert.Equal(t, []bool{true, true, true, true, true}, left)
}

func TestAWindowIsCompleteOnlyWhenAllOfItIsTakenUp(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	l.poll = func(in intakesteps.PollSalesInput) (contract.Polled, error) {
		l.lists[in.List] = sales(0, 120)
		return contract.Polled{To: workflowstest.SceneStart, Complete: workflowstest.SceneStart, List: in.List, Count: 120}, nil
	}
	l.takeUp = func(in intakesteps.TakeUpNotificationsInput) (intakebook.TakenNotifications, error) {
		if in.From == 50 {
			return intakebook.TakenNotifications{}, workflowstest.FinalError(contract.ErrorNotAuthorised, "the hub does not accept the token")
		}
		return intakebook.TakenNotifications{}, nil
	}
	s := l.until(5*time.Hour, nil)
	assert.Len(t, l.polls, 1, "the next window waits for this one")
	progress := progressOf(t, s)
	assert.Zero(t, progress.Complete)
	assert.Equal(t, 70, progress.Waiting)
	assert.Contains(t, progress.Trouble, "does not accept the token")
	assert.Contains(t, s.Details(), "does not accept the token")
	assert.Less(t, l.events, 500, "it tries again, but not all the time")
}

func progressOf(t *testing.T, s *workflowstest.Scene) contract.IntakeProgress {
	t.Helper()
	value, err := s.QueryWorkflow(contract.ProgressQuery)
	require.NoError(t, err)
	var progress contract.IntakeProgress
	require.NoError(t, value.Get(&progress))
	return progress
}

func TestAStepThatFailsLosesNoNotification(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	tries := 0
	l.takeUp = func(intakesteps.TakeUpNotificationsInput) (intakebook.TakenNotifications, error) {
		if tries++; tries < 4 {
			return intakebook.TakenNotifications{}, workflowstest.FinalError(contract.ErrorNotAuthorised, "401")
		}
		return intakebook.TakenNotifications{}, nil
	}
	s := l.until(time.Hour, map[time.Duration]func(*workflowstest.Scene){
		10 * time.Second: func(s *workflowstest.Scene) { notify(s, "checkout/a", "checkout/b") },
		20 * time.Second: func(s *workflowstest.Scene) { notify(s, "checkout/b", "checkout/c") },
	})
	assert.Equal(t, []string{"checkout/a", "checkout/b", "checkout/c"}, l.taken)
	assert.Empty(t, progressOf(t, s).Trouble)
}

func TestIntakeContinuesAsNewAndLosesNoSignal(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ signals, ids int }{
		"many signals of few notifications": {1300, 1},
		"few signals of many notifications": {20, 500},
		"many signals of many":              {620, 16},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newIntakeLife(t)
			// The hub is slow: a step takes 12 seconds.
			begun := map[string]time.Duration{}
			l.takeUp = func(in intakesteps.TakeUpNotificationsInput) (intakebook.TakenNotifications, error) {
				key := fmt.Sprint(in)
				if _, again := begun[key]; !again {
					begun[key] = l.now.Passed()
				}
				return intakebook.TakenNotifications{}, l.now.NotBefore(begun[key] + 12*time.Second)
			}
			acts := map[time.Duration]func(*workflowstest.Scene){}
			for n := range test.signals {
				at := 5*time.Second + time.Duration(n)*10*time.Second/time.Duration(test.signals)
				acts[at] = func(s *workflowstest.Scene) { notify(s, sales(n*test.ids, (n+1)*test.ids)...) }
			}
			s := l.until(3*time.Hour, acts)
			assert.Empty(t, acts, "every signal was sent")
			assert.ElementsMatch(t, sales(0, test.signals*test.ids), lo.Uniq(l.taken))
			assert.Less(t, l.events, workflowstest.EventsAtMost)
			assert.Zero(t, progressOf(t, s).Waiting)
			assert.Equal(t, test.signals*test.ids, progressOf(t, s).Notifications)
		})
	}
}

func TestIntakeContinuesAsNewWhileTheHubIsDown(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	down := true
	l.takeUp = func(intakesteps.TakeUpNotificationsInput) (intakebook.TakenNotifications, error) {
		if down {
			return intakebook.TakenNotifications{}, &hubDown{}
		}
		return intakebook.TakenNotifications{}, nil
	}
	acts := map[time.Duration]func(*workflowstest.Scene){10 * time.Hour: func(*workflowstest.Scene) { down = false }}
	for n := range 3000 {
		acts[time.Duration(n+1)*10*time.Second] = func(s *workflowstest.Scene) { notify(s, sales(n, n+1)...) }
	}
	l.until(12*time.Hour, acts)
	assert.GreaterOrEqual(t, l.executions, 6)
	assert.Less(t, l.events, workflowstest.EventsAtMost)
	assert.ElementsMatch(t, sales(0, 3000), l.taken)
}

// hubDown is an error that an activity is tried again after.
type hubDown struct{}

func (*hubDown) Error() string { return "the hub cannot be reached" }

func TestAMonthOfAnIntakeStaysShort(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	acts := map[time.Duration]func(*workflowstest.Scene){}
	const month, every = 30 * 24 * time.Hour, 20 * time.Minute
	sent := 0
	for at := every; at < month; at += every {
		n := sent
		acts[at] = func(s *workflowstest.Scene) { notify(s, sales(n, n+1)...) }
		sent++
	}
	l.until(month+time.Hour, acts)
	assert.Less(t, l.events, workflowstest.EventsAtMost)
	assert.Greater(t, l.executions, 5)
	assert.ElementsMatch(t, sales(0, sent), l.taken)
	assert.InDelta(t, month.Hours(), len(l.polls), 12)
	assert.GreaterOrEqual(t, l.looks, 4*30*23)
}

// untilWith is until, with more that is played in every execution.
func (l *intakeLife) untilWith(end time.Duration, more func(*workflowstest.Scene), acts map[time.Duration]func(*workflowstest.Scene)) *workflowstest.Scene {
	l.more = more
	return l.until(end, acts)
}

func TestAnIntakeOfAMerchantWhoIsNotConnectedEnds(t *testing.T) {
	t.Parallel()
	s := workflowstest.NewScene(t, contract.IntakeID(workflowstest.Merchant), map[string]any{"Intake": Intake})
	workflowstest.MockAnswer(s, intakeSteps.OpenIntake, intakesteps.OpenedIntake{Settings: intakesteps.DefaultIntakeSettings(), Gone: true})
	s.CallAt(0, func() {
		s.SignalWorkflow(contract.NotificationsSignal, contract.Notifications{IDs: []string{"checkout/1"}})
	})
	s.ExecuteWorkflow(Intake, contract.IntakeInput{Merchant: workflowstest.Merchant})
	require.True(t, s.IsWorkflowCompleted())
	require.NoError(t, s.GetWorkflowError(), "and not by continuing as new")
}

func TestAnIntakeOfAnotherIDIsRefused(t *testing.T) {
	t.Parallel()
	s := workflowstest.NewScene(t, "intake/other", map[string]any{"Intake": Intake})
	s.ExecuteWorkflow(Intake, contract.IntakeInput{Merchant: workflowstest.Merchant})
	assert.ErrorContains(t, s.GetWorkflowError(), "intake/<merchant>")
}

func TestIntakeDetailsTellWhatPeopleHaveToDo(t *testing.T) {
	t.Parallel()
	orders := []contract.NearOrder{{Order: "d-1", Number: "20|001", Connection: "Tienda", Deadline: workflowstest.SceneStart, Run: "morning"}}
	text := intakeDetails(contract.IntakeState{
		LastWebhook: workflowstest.SceneStart, LastPoll: workflowstest.SceneStart, NextPoll: workflowstest.SceneStart.Add(time.Hour), Complete: workflowstest.SceneStart, Notifications: 12,
		Window: contract.Polled{From: workflowstest.SceneStart, To: workflowstest.SceneStart.Add(time.Hour), Listed: 9, Count: 4, WithError: 1},
		Making: []contract.IntakeMaking{{Making: contract.Making{Run: "made-1", Orders: 7}}},
		Looked: contract.LookedOver{
			Counts: map[contract.IntakeOrderState]int{contract.IntakeTakeOut: 1, contract.IntakeHeldBack: 3, contract.IntakeWaiting: 40},
			Near:   2, NearOrders: orders, TakeOut: orders,
		},
	})
	for _, words := range []string{
		"**40 waiting · 3 held back · 2 near their deadline**", "Take out, do not ship (1)", "Deadline near or past, without a label (2)",
		`20\|001`, "run `made-1` makes 7 labels", "notifications so far: 12", "9 sales, 4 to be read", "failed to register: 1", "2026-11-21 09:00:00",
	} {
		assert.Contains(t, text, words)
	}
}
