package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities"
)

// TestNoticesAreTakenUpBetweenThePiecesOfCatchingUp: a step that catches up leaves the rest for
// later, and what somebody waits for has its turn.
func TestNoticesAreTakenUpBetweenThePiecesOfCatchingUp(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	l.poll = func(in activities.PollSalesInput) (activities.Polled, error) {
		if len(l.polls) < 3 {
			return activities.Polled{}, nil
		}
		l.lists[in.List] = sales(0, 120)
		return activities.Polled{To: begin, Complete: begin, List: in.List, Count: 120}, nil
	}
	var steps []string
	l.takeUp = func(in activities.TakeUpNoticesInput) (activities.TakenNotices, error) {
		if in.Source == activities.ByPoll {
			if err := l.now.notBefore(time.Duration(in.From+20) * time.Second); err != nil {
				return activities.TakenNotices{}, err
			}
		}
		steps = append(steps, string(in.Source))
		return activities.TakenNotices{Through: min(20, in.To-in.From)}, nil
	}
	s := l.until(30*time.Minute, map[time.Duration]func(*scene){
		50 * time.Second: func(s *scene) { notify(s, "checkout/a") },
	})
	assert.Len(t, l.polls, 3)
	assert.Equal(t, l.polls[0].List, l.polls[2].List, "a window that is walked in pieces keeps its list")
	assert.Empty(t, progressOf(t, s).PollList)
	assert.Equal(t, begin, progressOf(t, s).Complete)

	assert.Equal(t, []string{"poll", "poll", "poll", "webhook", "poll", "poll", "poll"}, steps, "the notice has its turn between two pieces of the list")
	assert.Subset(t, l.taken, sales(0, 120))
}

func TestNoticesOfAStormThatWereLeftAreTakenUpNext(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	var asked [][]string
	l.takeUp = func(in activities.TakeUpNoticesInput) (activities.TakenNotices, error) {
		asked = append(asked, in.IDs)
		if len(in.IDs) == noticesAtOnce {
			return activities.TakenNotices{Through: 30}, nil
		}
		return activities.TakenNotices{}, nil
	}
	l.until(10*time.Minute, map[time.Duration]func(*scene){time.Second: func(s *scene) { notify(s, sales(0, 50)...) }})
	assert.Equal(t, [][]string{sales(0, 50), sales(30, 50)}, asked)
}
