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

// TestNotificationsAreTakenUpBesideThePiecesOfCatchingUp: a step that catches up leaves the rest for
// later, and what somebody waits for does not wait for it.
func TestNotificationsAreTakenUpBesideThePiecesOfCatchingUp(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	l.poll = func(in intakesteps.PollSalesInput) (contract.Polled, error) {
		if len(l.polls) < 3 {
			return contract.Polled{}, nil
		}
		l.lists[in.List] = sales(0, 120)
		return contract.Polled{To: workflowstest.SceneStart, Complete: workflowstest.SceneStart, List: in.List, Count: 120}, nil
	}
	var pieces, webhooks []time.Duration
	l.takeUp = func(in intakesteps.TakeUpNotificationsInput) (intakebook.TakenNotifications, error) {
		if in.Source == contract.ByWebhook {
			webhooks = append(webhooks, l.now.Passed())
			return intakebook.TakenNotifications{}, nil
		}
		if err := l.now.NotBefore(time.Duration(in.From+20) * time.Second); err != nil {
			return intakebook.TakenNotifications{}, err
		}
		pieces = append(pieces, l.now.Passed())
		return intakebook.TakenNotifications{Through: min(20, in.To-in.From)}, nil
	}
	s := l.until(30*time.Minute, map[time.Duration]func(*workflowstest.Scene){
		50 * time.Second: func(s *workflowstest.Scene) { notify(s, "checkout/a") },
	})
	assert.Len(t, l.polls, 3)
	assert.Equal(t, l.polls[0].List, l.polls[2].List, "a window that is walked in pieces keeps its list")
	assert.Empty(t, progressOf(t, s).PollList)
	assert.Equal(t, workflowstest.SceneStart, progressOf(t, s).Complete)

	assert.Equal(t, []time.Duration{50*time.Second + gatherNotificationsFor}, webhooks, "the notification waits for no piece of the list")
	assert.Contains(t, pieces, 70*time.Second, "which was read meanwhile")
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
