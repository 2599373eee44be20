package pace

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

const minute = time.Minute

// hubOf says how long a task of so many labels takes.
type hubOf func(labels int) time.Duration

func of(fixed, perLabel time.Duration) hubOf {
	return func(labels int) time.Duration { return fixed + time.Duration(labels)*perLabel }
}

// lookAt plays looks at one task: when it was known to be done, how many looks that took, and what was learnt.
func (t Tasks) lookAt(id string, labels int, perLabel, takes time.Duration, told bool) (known time.Duration, looks int, after Tasks) {
	begin := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	for {
		age := t.NextTaskLook(id, labels, perLabel)
		looks++
		if age >= takes {
			if !told {
				takes = 0
			}
			return age, looks, t.ObserveEnded(id, labels, age, takes)
		}
		t = t.ObserveRunning(id, labels, age, begin.Add(age))
	}
}

var hubs = map[string]hubOf{
	"8 s and a second per label": of(8*time.Second, time.Second),
	"5 s whatever is asked":      of(5*time.Second, 0),
	"half a minute":              of(30*time.Second, 0),
	"5 s a label":                of(0, 5*time.Second),
	"a minute per label":         of(0, minute),
	"a minute and 10 s more":     of(minute, 10*time.Second),
}

func TestAFreshConnectionsTaskIsKnownInTime(t *testing.T) {
	t.Parallel()
	for name, hub := range hubs {
		for labels := 1; labels <= 50; labels++ {
			takes := hub(labels)
			known, looks, _ := Tasks{}.lookAt("a", labels, minute, takes, true)
			assert.LessOrEqual(t, known-takes, max(7*takes, firstTaskLook), "%s, %d labels", name, labels)
			assert.LessOrEqual(t, known, behind(max(takes, time.Duration(labels)*minute)), "%s, %d labels: at the latest when the settings make it so", name, labels)
			assert.LessOrEqual(t, looks, 5, "%s, %d labels", name, labels)
			if takes <= firstTaskLook {
				assert.Equal(t, 1, looks, "%s, %d labels", name, labels)
			}
		}
	}
}

func TestALearntTaskIsLookedAtOnceInTime(t *testing.T) {
	t.Parallel()
	for name, hub := range hubs {
		var learnt Tasks
		for i, labels := range []int{50, 12, 50, 3} {
			_, _, learnt = learnt.lookAt(fmt.Sprint("first ", i), labels, minute, hub(labels), true)
		}
		for labels := 1; labels <= 50; labels++ {
			takes := hub(labels)
			known, looks, after := learnt.lookAt("a", labels, minute, takes, true)
			assert.Equal(t, 1, looks, "%s, %d labels", name, labels)
			assert.LessOrEqual(t, known-takes, takes/taskShare+taskMargin+time.Second, "%s, %d labels", name, labels)
			assert.LessOrEqual(t, len(after.Ended), tasksRemembered)
		}
	}
}

func TestTasksOfOneSizeLeaveOthersOpen(t *testing.T) {
	t.Parallel()
	for name, hub := range hubs {
		for _, size := range []int{2, 10, 50} {
			_, _, learnt := Tasks{}.lookAt("first", size, minute, hub(size), true)
			for _, labels := range []int{1, 5, 20, 50} {
				takes := hub(labels)
				known, looks, _ := learnt.lookAt("a", labels, minute, takes, true)
				assert.LessOrEqual(t, known-takes, 2*takes+taskMargin*2, "%s: %d labels after %d", name, labels, size)
				assert.LessOrEqual(t, looks, 6, "%s: %d labels after %d", name, labels, size)
			}
		}
	}
}

func TestWithoutTheHubsWordsTheLooksTellEnough(t *testing.T) {
	t.Parallel()
	for name, hub := range hubs {
		var learnt Tasks
		all := 0
		for i := range 60 {
			labels := []int{50, 12, 30, 3}[i%4]
			takes := hub(labels)
			known, looks, after := learnt.lookAt(fmt.Sprint(i), labels, minute, takes, false)
			learnt = after
			if i >= 20 {
				all += looks
				assert.LessOrEqual(t, known-takes, takes/2+2*lastTaskPause, "%s, task %d of %d labels", name, i, labels)
			}
		}
		assert.LessOrEqual(t, all, 40*5/2, name)
	}
}

func TestTasksSideBySideShareTheirLooks(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	var known Tasks
	looks := 0
	// Five tasks of 50 labels, asked for two seconds after each other, on a hub of a minute per label.
	for at := time.Duration(0); at <= time.Hour; at += time.Second {
		for i := range 5 {
			id, age := fmt.Sprint(i), at-time.Duration(i)*2*time.Second
			_, done := known.Running[id+" is done"]
			if done || age < known.NextTaskLook(id, 50, minute) {
				continue
			}
			looks++
			if age < 50*minute {
				known = known.ObserveRunning(id, 50, age, begin.Add(at))
				continue
			}
			known = known.ObserveEnded(id, 50, age, 50*minute)
			known.Running[id+" is done"] = RunningTask{At: begin.Add(at)}
		}
	}
	assert.Len(t, known.Ended, 5)
	assert.LessOrEqual(t, looks, 4+5+2, "one of them finds out that the hub is not quick, and each is looked at once when it should be done")
}

func TestABadDayDoesNotKeepLaterLabelsWaiting(t *testing.T) {
	t.Parallel()
	const hours = 8 * time.Hour
	at := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	for name, spoilt := range map[string]Tasks{
		"tasks that took hours":          Tasks{}.ObserveEnded("a", 2, hours, hours).ObserveEnded("b", 2, hours, hours),
		"and others that have not ended": Tasks{}.ObserveEnded("a", 50, hours, hours).ObserveRunning("b", 2, hours, at).ObserveRunning("c", 2, hours-minute, at),
	} {
		for _, takes := range []time.Duration{minute, 30 * minute, 3 * time.Hour} {
			known, looks, after := spoilt.lookAt("next", 2, minute, takes, true)
			assert.LessOrEqual(t, known, max(longestBlind, 4*takes), "%s, one of %v", name, takes)
			assert.LessOrEqual(t, looks, 6, "%s, one of %v", name, takes)
			for range tasksRemembered / 2 {
				_, _, after = after.lookAt("later", 2, minute, minute, true)
			}
			known, _, _ = after.lookAt("last", 2, minute, minute, true)
			assert.LessOrEqual(t, known, 2*minute, "%s, and then a dozen of a minute: it is forgotten", name)
		}
	}
}

func TestWhatOfTasksIsLearnt(t *testing.T) {
	t.Parallel()
	steady := func(n int) (known Tasks) {
		for range n {
			known = known.ObserveEnded("x", 50, minute, 58*time.Second)
			known = known.ObserveEnded("x", 10, minute, 18*time.Second)
		}
		return known
	}
	at := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	t.Run("one task that took long does not hold up the others", func(t *testing.T) {
		t.Parallel()
		before := steady(6)
		after := before.ObserveEnded("y", 50, time.Hour, 40*minute)
		assert.LessOrEqual(t, after.NextTaskLook("z", 50, minute), before.NextTaskLook("z", 50, minute)+taskMargin)
	})
	t.Run("a task that never ends tells nothing of others", func(t *testing.T) {
		t.Parallel()
		stuck := Tasks{}.ObserveRunning("y", 10, 2*time.Hour, at)
		assert.Equal(t, firstTaskLook, stuck.NextTaskLook("z", 50, minute))
	})
	t.Run("a hub that has become quicker is followed", func(t *testing.T) {
		t.Parallel()
		known := steady(12)
		for range tasksRemembered {
			known = known.ObserveEnded("y", 50, minute, 4*time.Second)
		}
		assert.Less(t, known.NextTaskLook("z", 50, minute), 10*time.Second)
	})
	t.Run("the hub's words count only where looks do not contradict them", func(t *testing.T) {
		t.Parallel()
		known := Tasks{}.ObserveRunning("y", 50, 20*time.Second, at)
		for told, want := range map[time.Duration]Span{
			50 * time.Second:  {50 * time.Second, 50 * time.Second},
			3 * time.Second:   {20 * time.Second, minute},
			2 * time.Hour:     {20 * time.Second, minute},
			-3 * time.Second:  {20 * time.Second, minute},
			0:                 {20 * time.Second, minute},
			120 * time.Second: {20 * time.Second, minute},
		} {
			assert.Equal(t, want, known.ObserveEnded("y", 50, minute, told).Ended[0].Span, told)
		}
	})
	t.Run("a task without labels tells nothing", func(t *testing.T) {
		t.Parallel()
		after := Tasks{}.ObserveRunning("y", 50, 20*time.Second, at).ObserveEnded("y", 0, minute, 30*time.Second)
		assert.Empty(t, after.Ended)
		assert.Empty(t, after.Running)
	})
	t.Run("what is known is bounded", func(t *testing.T) {
		t.Parallel()
		var known Tasks
		for i := range 100 {
			known = known.ObserveRunning(fmt.Sprint(i), 50, minute, at.Add(time.Duration(i)*minute))
			known = known.ObserveEnded("x", 50, minute, minute)
		}
		assert.Len(t, known.Ended, tasksRemembered)
		assert.LessOrEqual(t, len(known.Running), runningRemembered)
	})
	t.Run("a hub that is known to be quick by the settings is looked at early", func(t *testing.T) {
		t.Parallel()
		assert.Less(t, Tasks{}.NextTaskLook("z", 2, time.Second), 5*time.Second)
	})
}

// A worker whose clock was hours behind the hub's once noted that a task had ended before it was asked for; computing the next
// look of that connection then never ended.
func TestAnAgeThatNoTaskHasTellsNothing(t *testing.T) {
	t.Parallel()
	var fresh Tasks
	for name, age := range map[string]time.Duration{"hours before it was asked for": -5 * time.Hour, "none": 0, "years": 20_000 * time.Hour} {
		assert.Equal(t, fresh.NextTaskLook("next", 18, 3*minute), fresh.ObserveEnded("task", 18, age, 0).NextTaskLook("next", 18, 3*minute), name)
		assert.Equal(t, fresh.NextTaskLook("next", 18, 3*minute), fresh.ObserveRunning("task", 18, age, time.Time{}).NextTaskLook("next", 18, 3*minute), name)
		assert.Empty(t, fresh.ObserveEnded("task", 18, age, 0).Ended, "%s is not noted", name)
		assert.Empty(t, fresh.ObserveRunning("task", 18, age, time.Time{}).Running, "%s is not noted", name)

		noted := Tasks{Ended: []TaskSpan{{Labels: 18, Span: Span{After: age, Until: age}}, {Labels: 18, Span: Span{After: 80 * time.Second, Until: 80 * time.Second}}}}
		right := Tasks{Ended: noted.Ended[1:]}
		assert.Equal(t, right.NextTaskLook("next", 18, 3*minute), noted.NextTaskLook("next", 18, 3*minute), "%s, as an earlier build noted it", name)
	}
}

func TestALookAlwaysComesLaterThanTheOneBefore(t *testing.T) {
	t.Parallel()
	for _, w := range []window{{late: minute, growth: 2}, {soon: -minute, late: minute, growth: 2}, {soon: minute, late: minute, growth: taskGrowth}} {
		for _, age := range []time.Duration{-minute, 0, time.Millisecond, minute, 2 * minute} {
			assert.Greater(t, w.after(age), age, "%+v at %v", w, age)
		}
	}
}
