package intake

import (
	"encoding/json"
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

// TestAnIntakeAnswersBrieflyInAStorm: whatever waits, the answer stays far below the 2 MB that Temporal lets pass.
func TestAnIntakeAnswersBrieflyInAStorm(t *testing.T) {
	t.Parallel()
	const storm, lists = 10_000, 200
	l := newIntakeLife(t)
	l.takeUp = func(intakesteps.TakeUpNotificationsInput) (intakebook.TakenNotifications, error) {
		return intakebook.TakenNotifications{}, l.now.NotBefore(30 * time.Second)
	}
	l.in.State.Backlog = lo.Times(lists, func(int) contract.IntakeBacklog {
		return contract.IntakeBacklog{List: "notifications-20261121-090000-1", Source: contract.ByWebhook, Count: contract.NotificationsInSignal}
	})
	for n := range lists {
		l.lists[l.in.State.Backlog[n].List] = make([]string, contract.NotificationsInSignal)
	}
	l.until(30*time.Second, map[time.Duration]func(*workflowstest.Scene){
		5 * time.Second: func(s *workflowstest.Scene) {
			for n := 0; n < storm; n += contract.NotificationsInSignal {
				notify(s, sales(n, n+contract.NotificationsInSignal)...)
			}
		},
		20 * time.Second: func(s *workflowstest.Scene) {
			value, err := s.QueryWorkflow(contract.ProgressQuery)
			require.NoError(t, err)
			var progress contract.IntakeProgress
			require.NoError(t, value.Get(&progress))
			answer, err := json.Marshal(progress)
			require.NoError(t, err)
			assert.Less(t, len(answer), 10_000, "bytes of the answer")
			assert.GreaterOrEqual(t, progress.Waiting, storm+(lists-1)*contract.NotificationsInSignal)
			assert.Len(t, progress.Backlog, backlogShown)
		},
	})
}
