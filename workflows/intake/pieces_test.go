package intake

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	intakesteps "github.com/despacho/despacho/activities/intake"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows/workflowstest"
)

// TestNotificationsAreTakenUpBetweenThePiecesOfCatchingUp: a step that catches up leaves the rest for
// later, and what somebody waits for has its turn.
func TestNotificationsAreTakenUpBetweenThePiecesOfCatchingUp(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	l.poll = func(in intakesteps.PollSalesInput) (contract.Polled, error) {
		if len(l.polls) < 3 {
			return contract.Polled{}, nil
		}
		l.lists[in.List] = sales(0, 120)
		return contract.Polled{To: workflowstest.SceneStart, Complete: workflowstest.SceneStart, List: in.List, Count: 120}, nil
	}
	var steps []string
	l.takeUp = func(in intakesteps.TakeUpNotificationsInput) (intakebook.TakenNotifications, error) {
		if in.Source == contract.ByPoll {
			if err := l.now.NotBefore(time.Duration(in.From+20) * time.Second); err != nil {
				return intakebook.TakenNotifications{}, err
			}
		}
		steps = append(steps, string(in.Source))
		return intakebook.TakenNotifications{Through: min(20, in.To-in.From)}, nil
	}
	s := l.until(30*time.Minute, map[time.Duration]func(*workflowstest.Scene){
		50 * time.Second: func(s *workflowstest.Scene) { notify(s, "checkout/a") },
	})
	assert.Len(t, l.polls, 3)
	assert.Equal(t, l.polls[0].List, l.polls[2].List, "a window that is walked in pieces keeps its list")
	assert.Empty(t, progressOf(t, s).PollList)
	assert.Equal(t, workflowstest.SceneStart, progressOf(t, s).Complete)

	assert.Equal(t, []string{"poll", "poll", "poll", "webhook", "poll", "poll", "poll"}, steps, "the notification has its turn between two pieces of the list")
	assert.Subset(t, l.taken, sales(0, 120))
}

func TestNotificationsOfAStormThatWereLeftAreTakenUpNext(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	var asked [][]string
	l.takeUp = func(in intakesteps.TakeUpNotificationsInput) (intakebook.TakenNotifications, error) {
		asked = append(asked, in.IDs)
		if len(in.IDs) == notificationsAtOnce {
			return intakebook.TakenNotifications{Through: 30}, nil
		}
		return intakebook.TakenNotifications{}, nil
	}
	l.until(10*time.Minute, map[time.Duration]func(*workflowstest.Scene){time.Second: func(s *workflowstest.Scene) { notify(s, sales(0, 50)...) }})
	assert.Equal(t, [][]string{sales(0, 50), sales(30, 50)}, asked)
}
