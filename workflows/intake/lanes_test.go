package intake

import (
	"fmt"
	"reflect"
	"slices"
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

// slowHub is a hub for which the reading of a step takes a while. It notes what is read side by side.
type slowHub struct {
	l     *intakeLife
	takes time.Duration
	begun map[string]time.Duration
	all   map[string][]string
	open  map[string]intakesteps.TakeUpNotificationsInput
	// most is how many steps read side by side; twice are ids that two of them read.
	most  int
	twice []string
}

func newSlowHub(l *intakeLife, takes time.Duration) *slowHub {
	h := &slowHub{l: l, takes: takes, begun: map[string]time.Duration{}, all: map[string][]string{}, open: map[string]intakesteps.TakeUpNotificationsInput{}}
	l.takeUp = h.takeUp
	return h
}

func (h *slowHub) takeUp(in intakesteps.TakeUpNotificationsInput) (intakebook.TakenNotifications, error) {
	key := fmt.Sprint(h.l.executions, len(h.begun), in)
	for begun, other := range h.open {
		if reflect.DeepEqual(other, in) {
			key = begun
		}
	}
	if _, reads := h.open[key]; !reads {
		for _, other := range lo.Values(h.open) {
			h.twice = append(h.twice, lo.Intersect(other.IDs, in.IDs)...)
		}
		h.begun[key], h.open[key], h.all[key] = h.l.now.Passed(), in, in.IDs
		h.most = max(h.most, len(h.open))
	}
	err := h.l.now.NotBefore(h.begun[key] + h.takes)
	if err == nil {
		delete(h.open, key)
	}
	return intakebook.TakenNotifications{}, err
}

func TestNotificationsAreTakenUpWhileOtherStepsRun(t *testing.T) {
	t.Parallel()
	for _, step := range []string{stepLook, stepPoll, stepMake} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			l := newIntakeLife(t)
			l.in.State.MakeAt = workflowstest.SceneStart
			l.hold = func(running string) error {
				if running != step {
					return nil
				}
				return l.now.NotBefore(10 * time.Minute)
			}
			var at []time.Duration
			l.takeUp = func(intakesteps.TakeUpNotificationsInput) (intakebook.TakenNotifications, error) {
				at = append(at, l.now.Passed())
				return intakebook.TakenNotifications{}, nil
			}
			l.until(20*time.Minute, map[time.Duration]func(*workflowstest.Scene){
				time.Minute: func(s *workflowstest.Scene) { notify(s, "checkout/a") },
			})
			assert.Equal(t, []time.Duration{time.Minute + gatherNotificationsFor}, at)
		})
	}
}

func TestAStormIsTakenUpSideBySide(t *testing.T) {
	t.Parallel()
	const storm = 10_000
	l := newIntakeLife(t)
	h := newSlowHub(l, 2*time.Second)
	acts := map[time.Duration]func(*workflowstest.Scene){}
	for n := range storm / 100 {
		acts[time.Minute+time.Duration(n)*100*time.Millisecond] = func(s *workflowstest.Scene) { notify(s, sales(100*n, 100*(n+1))...) }
	}
	l.until(30*time.Minute, acts)
	through := lo.Max(lo.Values(h.begun)) + h.takes
	assert.Empty(t, acts)
	assert.Empty(t, lo.Without(sales(0, storm), l.taken...), "nothing is lost")
	assert.LessOrEqual(t, h.most, readersAtOnce)
	assert.GreaterOrEqual(t, h.most, widthAtMost)
	assert.Empty(t, h.twice)
	oneByOne := storm / notificationsAtOnce * h.takes
	assert.Less(t, through-time.Minute, oneByOne/3, "one step after the other takes %v", oneByOne)
	assert.Less(t, l.events, workflowstest.EventsAtMost)
}

// TestWhereTheHubIsTheLimitNoMoreStepsWait: more of them would hold slots, and each would read less.
func TestWhereTheHubIsTheLimitNoMoreStepsWait(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	h := newSlowHub(l, 12500*time.Millisecond) // 50 at 4 a second
	l.until(30*time.Minute, map[time.Duration]func(*workflowstest.Scene){
		time.Minute: func(s *workflowstest.Scene) {
			for n := 0; n < 2000; n += 500 {
				notify(s, sales(n, n+500)...)
			}
		},
	})
	assert.ElementsMatch(t, sales(0, 2000), l.taken)
	assert.Equal(t, widthAtFirst, h.most)
	begun := lo.Values(h.begun)
	slices.Sort(begun)
	assert.Greater(t, begun[len(begun)-1], 6*time.Minute, "from then on one after the other")
}

func TestTheSameNotificationIsNotReadTwiceAtOnce(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	h := newSlowHub(l, 4*time.Second)
	acts := map[time.Duration]func(*workflowstest.Scene){}
	for n := range 40 {
		acts[time.Minute+time.Duration(n)*time.Second] = func(s *workflowstest.Scene) { notify(s, sales(n%3*50, n%3*50+170)...) }
	}
	s := l.until(30*time.Minute, acts)
	assert.Empty(t, h.twice)
	assert.Greater(t, h.most, 2)
	last := time.Minute + 39*time.Second
	for _, id := range sales(0, 50) {
		again := lo.SomeBy(lo.Entries(h.begun), func(e lo.Entry[string, time.Duration]) bool {
			return e.Value >= last && lo.Contains(h.all[e.Key], id)
		})
		require.True(t, again, "%s is read after its last notification", id)
	}
	assert.Zero(t, progressOf(t, s).Waiting)
}

// TestABatchThatFailsDelaysOnlyItself: whatever is wrong with it, others are read meanwhile.
func TestABatchThatFailsDelaysOnlyItself(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]func(*intakeLife, time.Duration) error{
		"at once": func(*intakeLife, time.Duration) error {
			return workflowstest.FinalError(contract.ErrorRequest, "a sale that nobody can read")
		},
		"by hanging": func(l *intakeLife, healed time.Duration) error { return l.now.NotBefore(healed) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const healed = 50 * time.Minute
			l := newIntakeLife(t)
			tries, at := 0, map[string]time.Duration{}
			l.takeUp = func(in intakesteps.TakeUpNotificationsInput) (intakebook.TakenNotifications, error) {
				if slices.Contains(in.IDs, "checkout/bad") && l.now.Passed() < healed {
					tries++
					assert.Equal(t, []string{"checkout/bad"}, in.IDs)
					return intakebook.TakenNotifications{}, fails(l, healed)
				}
				for _, id := range in.IDs {
					at[id] = l.now.Passed()
				}
				return intakebook.TakenNotifications{}, nil
			}
			acts := map[time.Duration]func(*workflowstest.Scene){time.Minute: func(s *workflowstest.Scene) { notify(s, "checkout/bad") }}
			const others = 40
			for n := range others {
				acts[time.Duration(n+2)*time.Minute] = func(s *workflowstest.Scene) { notify(s, sales(n, n+1)...) }
			}
			trouble := ""
			acts[30*time.Minute+time.Second] = func(s *workflowstest.Scene) { trouble = progressOf(t, s).Trouble }
			s := l.until(2*time.Hour, acts)
			for n, id := range sales(0, others) {
				assert.Equal(t, time.Duration(n+2)*time.Minute+gatherNotificationsFor, at[id])
			}
			assert.Less(t, tries, 10, "but not all the time")
			assert.GreaterOrEqual(t, at["checkout/bad"], healed)
			assert.Empty(t, progressOf(t, s).Trouble)
			if name == "at once" {
				assert.Contains(t, trouble, "nobody can read", "people see it although others are read")
			}
		})
	}
}

func TestWhereNothingCanBeReadOneStepAtATimeTries(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	tries := 0
	l.takeUp = func(intakesteps.TakeUpNotificationsInput) (intakebook.TakenNotifications, error) {
		if l.now.Passed() > 2*time.Hour {
			return intakebook.TakenNotifications{}, nil
		}
		tries++
		return intakebook.TakenNotifications{}, workflowstest.FinalError(contract.ErrorNotAuthorised, "401")
	}
	acts := map[time.Duration]func(*workflowstest.Scene){}
	for n := range 100 {
		acts[time.Duration(n+1)*time.Minute] = func(s *workflowstest.Scene) { notify(s, sales(n, n+1)...) }
	}
	s := l.until(4*time.Hour, acts)
	assert.Less(t, tries, 15)
	assert.ElementsMatch(t, sales(0, 100), l.taken)
	assert.Empty(t, progressOf(t, s).Trouble)
}

func TestLanesUnderWayLoseNothingWhenAnIntakeContinuesAsNew(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	const listed, heard = 1000, 700
	l.poll = func(in intakesteps.PollSalesInput) (contract.Polled, error) {
		l.lists[in.List] = sales(10_000, 10_000+listed)
		return contract.Polled{To: workflowstest.SceneStart, Complete: workflowstest.SceneStart, List: in.List, Count: listed}, nil
	}
	l.in.State.NextPoll = workflowstest.SceneStart.Add(time.Minute)
	h := newSlowHub(l, 4*time.Second)
	slow := l.takeUp
	l.takeUp = func(in intakesteps.TakeUpNotificationsInput) (intakebook.TakenNotifications, error) {
		if in.List != "" && in.From == 50 && l.executions == 0 {
			return intakebook.TakenNotifications{}, l.now.NotBefore(time.Hour) // hangs until the Intake continues as new
		}
		return slow(in)
	}
	acts := map[time.Duration]func(*workflowstest.Scene){}
	for n := range heard {
		acts[time.Minute+time.Duration(n)*50*time.Millisecond] = func(s *workflowstest.Scene) { notify(s, sales(n, n+1)...) }
	}
	s := l.until(30*time.Minute, acts)
	assert.GreaterOrEqual(t, l.executions, 2)
	assert.Empty(t, h.twice)
	want := append(sales(0, heard), sales(10_000, 10_000+listed)...)
	assert.Empty(t, lo.Without(want, l.taken...))
	assert.Equal(t, lo.Uniq(l.taken), l.taken, "and what was read is not read again")
	assert.Equal(t, sales(10_000, 10_000+listed)[listed-1], lo.LastOrEmpty(lo.Filter(l.taken, func(id string, _ int) bool { return id >= "checkout/sale-01" })), "the end of the list is read last")
	assert.Equal(t, workflowstest.SceneStart, progressOf(t, s).Complete)
	assert.Zero(t, progressOf(t, s).Waiting)
}
