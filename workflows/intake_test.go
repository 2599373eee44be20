package workflows

import (
	"fmt"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
)

func TestIntakeGathersNoticesAndTakesEachUpOnce(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	l.until(time.Minute, map[time.Duration]func(*scene){
		10 * time.Second: func(s *scene) {
			notify(s, "checkout/b", "checkout/a", "checkout/b")
			notify(s, "delivery-order/d", "checkout/a")
			notify(s, "nonsense", "stock/1", "checkout/"+string(make([]byte, 500)))
		},
		11 * time.Second: func(s *scene) { notify(s, "checkout/a", "checkout/c") },
		30 * time.Second: func(s *scene) { notify(s, "checkout/a") },
	})
	assert.Equal(t, []string{"checkout/b", "checkout/a", "delivery-order/d", "checkout/c", "checkout/a"}, l.taken)
}

func TestANoticeOfASaleThatIsBeingReadIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	l.takeUp = func(activities.TakeUpNoticesInput) (activities.TakenNotices, error) {
		if len(l.taken) == 0 {
			return activities.TakenNotices{}, l.now.notBefore(20 * time.Second)
		}
		return activities.TakenNotices{}, nil
	}
	l.until(time.Minute, map[time.Duration]func(*scene){
		10 * time.Second: func(s *scene) { notify(s, "checkout/a") },
		15 * time.Second: func(s *scene) { notify(s, "checkout/a"); notify(s, "checkout/a") },
	})
	assert.Equal(t, []string{"checkout/a", "checkout/a"}, l.taken)
}

func TestIntakePollsEveryHourFromTheLastCompleteWindow(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	day := 24 * time.Hour
	l.poll = func(in activities.PollSalesInput) (activities.Polled, error) {
		n := len(l.polls)
		l.lists[in.List] = sales(n*100, n*100+70)
		to := begin.Add(time.Duration(n) * time.Hour)
		return activities.Polled{From: in.Complete, To: to, Complete: to, List: in.List, Count: 70}, nil
	}
	l.until(day+time.Minute, nil)
	assert.Len(t, l.polls, 25, "at once, and every hour")
	assert.Zero(t, l.polls[0].Complete)
	for n := 1; n < len(l.polls); n++ {
		assert.True(t, begin.Add(time.Duration(n)*time.Hour).Equal(l.polls[n].Complete), "poll %d begins where the last was complete", n+1)
	}
	assert.Len(t, l.taken, 25*70, "a day without webhooks: polling finds all")
	assert.Empty(t, lo.FindDuplicates(l.taken))
}

func TestNoticesThatWereLeftBringThePollForward(t *testing.T) {
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
			l.poll = func(in activities.PollSalesInput) (activities.Polled, error) {
				polls = append(polls, l.now.passed().Round(time.Minute))
				return activities.Polled{To: begin, Complete: begin, List: in.List}, nil
			}
			l.takeUp = func(activities.TakeUpNoticesInput) (activities.TakenNotices, error) {
				return activities.TakenNotices{Left: test.left}, nil
			}
			acts := map[time.Duration]func(*scene){}
			for _, at := range test.acts {
				acts[at] = func(s *scene) { notify(s, "checkout/a") }
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
	l.look = func(in activities.LookOverInput) activities.LookedOver {
		left = append(left, in.Left)
		l.lists[in.List] = sales(0, 1)
		return activities.LookedOver{Counts: map[activities.IntakeState]int{activities.IntakeHeldBack: 1}, Again: 1}
	}
	l.until(61*time.Minute, nil)
	assert.Len(t, l.taken, 5, "at once, and every quarter of an hour")
	assert.Equal(t, []bool{true, true, true, true, true}, left)
}

func TestAWindowIsCompleteOnlyWhenAllOfItIsTakenUp(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	l.poll = func(in activities.PollSalesInput) (activities.Polled, error) {
		l.lists[in.List] = sales(0, 120)
		return activities.Polled{To: begin, Complete: begin, List: in.List, Count: 120}, nil
	}
	l.takeUp = func(in activities.TakeUpNoticesInput) (activities.TakenNotices, error) {
		if in.From == 50 {
			return activities.TakenNotices{}, final(activities.ErrorNotAuthorised, "the hub does not accept the token")
		}
		return activities.TakenNotices{}, nil
	}
	s := l.until(5*time.Hour, nil)
	assert.Len(t, l.polls, 1, "the next window waits for this one")
	progress := progressOf(t, s)
	assert.Zero(t, progress.Complete)
	assert.Equal(t, 70, progress.Waiting)
	assert.Contains(t, progress.Trouble, "does not accept the token")
	assert.Contains(t, s.details(), "does not accept the token")
	assert.Less(t, l.events, 500, "it tries again, but not all the time")
}

func progressOf(t *testing.T, s *scene) IntakeProgress {
	t.Helper()
	value, err := s.QueryWorkflow(ProgressQuery)
	require.NoError(t, err)
	var progress IntakeProgress
	require.NoError(t, value.Get(&progress))
	return progress
}

func TestAStepThatFailsLosesNoNotice(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	tries := 0
	l.takeUp = func(activities.TakeUpNoticesInput) (activities.TakenNotices, error) {
		if tries++; tries < 4 {
			return activities.TakenNotices{}, final(activities.ErrorNotAuthorised, "401")
		}
		return activities.TakenNotices{}, nil
	}
	s := l.until(time.Hour, map[time.Duration]func(*scene){
		10 * time.Second: func(s *scene) { notify(s, "checkout/a", "checkout/b") },
		20 * time.Second: func(s *scene) { notify(s, "checkout/b", "checkout/c") },
	})
	assert.Equal(t, []string{"checkout/a", "checkout/b", "checkout/c"}, l.taken)
	assert.Empty(t, progressOf(t, s).Trouble)
}

func TestIntakeContinuesAsNewAndLosesNoSignal(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ signals, ids int }{
		"many signals of few notices": {1300, 1},
		"few signals of many notices": {20, 500},
		"many signals of many":        {620, 16},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newIntakeLife(t)
			// The hub is slow: a step takes 12 seconds.
			begun := map[string]time.Duration{}
			l.takeUp = func(in activities.TakeUpNoticesInput) (activities.TakenNotices, error) {
				key := fmt.Sprint(in)
				if _, again := begun[key]; !again {
					begun[key] = l.now.passed()
				}
				return activities.TakenNotices{}, l.now.notBefore(begun[key] + 12*time.Second)
			}
			acts := map[time.Duration]func(*scene){}
			for n := range test.signals {
				at := 5*time.Second + time.Duration(n)*10*time.Second/time.Duration(test.signals)
				acts[at] = func(s *scene) { notify(s, sales(n*test.ids, (n+1)*test.ids)...) }
			}
			s := l.until(3*time.Hour, acts)
			assert.Empty(t, acts, "every signal was sent")
			assert.ElementsMatch(t, sales(0, test.signals*test.ids), lo.Uniq(l.taken))
			assert.Less(t, l.events, eventsAtMost)
			assert.Zero(t, progressOf(t, s).Waiting)
			assert.Equal(t, test.signals*test.ids, progressOf(t, s).Notices)
		})
	}
}

func TestIntakeContinuesAsNewWhileTheHubIsDown(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	down := true
	l.takeUp = func(activities.TakeUpNoticesInput) (activities.TakenNotices, error) {
		if down {
			return activities.TakenNotices{}, &hubDown{}
		}
		return activities.TakenNotices{}, nil
	}
	acts := map[time.Duration]func(*scene){10 * time.Hour: func(*scene) { down = false }}
	for n := range 3000 {
		acts[time.Duration(n+1)*10*time.Second] = func(s *scene) { notify(s, sales(n, n+1)...) }
	}
	l.until(12*time.Hour, acts)
	assert.GreaterOrEqual(t, l.executions, 6)
	assert.Less(t, l.events, eventsAtMost)
	assert.ElementsMatch(t, sales(0, 3000), l.taken)
}

// hubDown is an error that an activity is tried again after.
type hubDown struct{}

func (*hubDown) Error() string { return "the hub cannot be reached" }

func TestAMonthOfAnIntakeStaysShort(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	acts := map[time.Duration]func(*scene){}
	const month, every = 30 * 24 * time.Hour, 20 * time.Minute
	sent := 0
	for at := every; at < month; at += every {
		n := sent
		acts[at] = func(s *scene) { notify(s, sales(n, n+1)...) }
		sent++
	}
	l.until(month+time.Hour, acts)
	assert.Less(t, l.events, eventsAtMost)
	assert.Greater(t, l.executions, 5)
	assert.ElementsMatch(t, sales(0, sent), l.taken)
	assert.InDelta(t, month.Hours(), len(l.polls), 12)
	assert.GreaterOrEqual(t, l.looks, 4*30*23)
}

// untilWith is until, with more that is played in every execution.
func (l *intakeLife) untilWith(end time.Duration, more func(*scene), acts map[time.Duration]func(*scene)) *scene {
	l.more = more
	return l.until(end, acts)
}

func TestAnIntakeOfAMerchantWhoIsNotConnectedEnds(t *testing.T) {
	t.Parallel()
	s := newScene(t, IntakeID(merchant), map[string]any{"Intake": Intake})
	answer(s, intakes.OpenIntake, activities.OpenedIntake{Settings: activities.DefaultIntakeSettings(), Gone: true})
	s.at(0, func() { s.SignalWorkflow(NoticesSignal, Notices{IDs: []string{"checkout/1"}}) })
	s.ExecuteWorkflow(Intake, IntakeInput{Merchant: merchant})
	require.True(t, s.IsWorkflowCompleted())
	require.NoError(t, s.GetWorkflowError(), "and not by continuing as new")
}

func TestAnIntakeOfAnotherIDIsRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t, "intake/other", map[string]any{"Intake": Intake})
	s.ExecuteWorkflow(Intake, IntakeInput{Merchant: merchant})
	assert.ErrorContains(t, s.GetWorkflowError(), "intake/<merchant>")
}

func TestIntakeDetailsTellWhatPeopleHaveToDo(t *testing.T) {
	t.Parallel()
	orders := []activities.NearOrder{{Order: "d-1", Number: "20|001", Connection: "Tienda", Deadline: begin, Run: "morning"}}
	text := intakeDetails(IntakeState{
		LastWebhook: begin, LastPoll: begin, NextPoll: begin.Add(time.Hour), Complete: begin, Notices: 12,
		Window: activities.Polled{From: begin, To: begin.Add(time.Hour), Listed: 9, Count: 4, WithError: 1},
		Making: []IntakeMaking{{Making: activities.Making{Run: "made-1", Orders: 7}}},
		Looked: activities.LookedOver{
			Counts: map[activities.IntakeState]int{activities.IntakeTakeOut: 1, activities.IntakeHeldBack: 3, activities.IntakeWaiting: 40},
			Near:   2, NearOrders: orders, TakeOut: orders,
		},
	})
	for _, words := range []string{
		"**40 waiting · 3 held back · 2 near their deadline**", "Sacar de la pila (1)", "Deadline near or past, without a label (2)",
		`20\|001`, "run `made-1` makes 7 labels", "notices so far: 12", "9 sales, 4 of them changed", "failed to register: 1", "2026-11-21 09:00:00",
	} {
		assert.Contains(t, text, words)
	}
}
