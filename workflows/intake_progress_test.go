package workflows

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
)

// TestAnIntakeAnswersBrieflyInAStorm: whatever waits, the answer stays far below the 2 MB that Temporal lets pass.
func TestAnIntakeAnswersBrieflyInAStorm(t *testing.T) {
	t.Parallel()
	const storm, lists = 10_000, 200
	l := newIntakeLife(t)
	l.takeUp = func(activities.TakeUpNoticesInput) (activities.TakenNotices, error) {
		return activities.TakenNotices{}, l.now.notBefore(30 * time.Second)
	}
	l.in.State.Backlog = lo.Times(lists, func(int) IntakeBacklog {
		return IntakeBacklog{List: "notices-20261121-090000-1", Source: activities.ByWebhook, Count: NoticesInSignal}
	})
	for n := range lists {
		l.lists[l.in.State.Backlog[n].List] = make([]string, NoticesInSignal)
	}
	l.until(30*time.Second, map[time.Duration]func(*scene){
		5 * time.Second: func(s *scene) {
			for n := 0; n < storm; n += NoticesInSignal {
				notify(s, sales(n, n+NoticesInSignal)...)
			}
		},
		20 * time.Second: func(s *scene) {
			value, err := s.QueryWorkflow(ProgressQuery)
			require.NoError(t, err)
			var progress IntakeProgress
			require.NoError(t, value.Get(&progress))
			answer, err := json.Marshal(progress)
			require.NoError(t, err)
			assert.Less(t, len(answer), 10_000, "bytes of the answer")
			assert.GreaterOrEqual(t, progress.Waiting, storm+(lists-1)*NoticesInSignal)
			assert.Len(t, progress.Backlog, backlogShown)
		},
	})
}
