package intake

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	intakesteps "github.com/despacho/despacho/activities/intake"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows/workflowstest"
)

func TestSalesThatWereLeftGoToTheNextLookOnce(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	l.takeUp = func(in intakesteps.TakeUpNotificationsInput) (intakebook.TakenNotifications, error) {
		assert.True(t, in.ReturnLeft)
		return intakebook.TakenNotifications{Left: 1, LeftSales: in.IDs}, nil
	}
	away := true
	l.hold = func(step string) error {
		if step == stepLook && away && l.now.Passed() > 10*time.Minute {
			away = false
			return errors.New("the store is away")
		}
		return nil
	}
	var told [][]string
	l.look = func(in intakesteps.LookOverInput) contract.LookedOver {
		if len(in.LeftSales) > 0 {
			told = append(told, in.LeftSales)
		}
		return contract.LookedOver{Counts: map[contract.IntakeOrderState]int{contract.IntakeWaiting: 1}}
	}
	tell := func(id string) func(*workflowstest.Scene) {
		return func(s *workflowstest.Scene) { notify(s, id) }
	}
	l.until(time.Hour, map[time.Duration]func(*workflowstest.Scene){
		time.Minute: tell("checkout/a"), 2 * time.Minute: tell("checkout/b"), 3 * time.Minute: tell("checkout/a"), 40 * time.Minute: tell("checkout/a"),
	})
	assert.Equal(t, [][]string{{"checkout/a", "checkout/b"}, {"checkout/a"}}, told)
	assert.False(t, away)
}

func TestSalesThatWereLeftGoAlongWhenAnIntakeContinues(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	l.takeUp = func(in intakesteps.TakeUpNotificationsInput) (intakebook.TakenNotifications, error) {
		if !in.ReturnLeft {
			return intakebook.TakenNotifications{Left: len(in.IDs)}, nil
		}
		return intakebook.TakenNotifications{Left: len(in.IDs), LeftSales: in.IDs}, nil
	}
	var told []string
	l.look = func(in intakesteps.LookOverInput) contract.LookedOver {
		told = append(told, in.LeftSales...)
		return contract.LookedOver{Counts: map[contract.IntakeOrderState]int{contract.IntakeWaiting: 1}}
	}
	acts := map[time.Duration]func(*workflowstest.Scene){}
	for n := range signalsAtMost + 100 {
		acts[time.Minute+time.Duration(n)*time.Second] = func(s *workflowstest.Scene) { notify(s, sales(n, n+1)...) }
	}
	l.until(time.Hour, acts)
	assert.Greater(t, l.executions, 1)
	assert.GreaterOrEqual(t, len(told), leftKept, "as many as it remembers")
	assert.Less(t, len(told), leftKept+readersAtOnce*notificationsAtOnce, "and not many more")
	assert.Equal(t, sales(0, leftKept), told[:leftKept])
}
