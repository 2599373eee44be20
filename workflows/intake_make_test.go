package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
)

func TestConfirmedOrdersAreMadeAtOnceInTheBackground(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	confirmed := 0
	var answers []activities.ConfirmedOrders
	making := activities.Making{Run: "made-x-1", Connection: "c-1", OrdersKey: "runs/m-1/made-x-1/orders/a.json", Orders: 2}
	l.prepare = func(in activities.PrepareMakingInput) activities.PreparedMaking {
		if len(l.runs) > 0 || confirmed == 0 {
			return activities.PreparedMaking{}
		}
		return activities.PreparedMaking{Makings: []activities.Making{making}}
	}
	var startedAt time.Time
	l.labels = func(ctx workflow.Context, in LabelRunInput) (Result, error) {
		startedAt = workflow.Now(ctx)
		_ = workflow.Sleep(ctx, 5*time.Minute)
		return Result{}, workflow.SignalExternalWorkflow(ctx, IntakeID(in.Merchant), "", madeSignal, making.Run).Get(ctx, nil)
	}
	s := l.untilWith(20*time.Minute, func(s *scene) {
		play(s, intakes.ConfirmOrders, func(in activities.ConfirmOrdersInput) (activities.ConfirmedOrders, error) {
			confirmed++
			assert.Equal(t, []string{"d-1", "d-2"}, in.Orders)
			return activities.ConfirmedOrders{Queued: 2}, nil
		})
	}, map[time.Duration]func(*scene){
		time.Minute: func(s *scene) {
			s.UpdateWorkflow(ConfirmUpdate, "one", &testsuite.TestUpdateCallback{
				OnReject: func(err error) { require.NoError(t, err) }, OnAccept: func() {},
				OnComplete: func(answer any, err error) {
					require.NoError(t, err)
					answers = append(answers, answer.(activities.ConfirmedOrders))
				},
			}, ConfirmRequest{Orders: []string{"d-1", "d-2"}})
		},
	})
	require.Len(t, answers, 1)
	require.Len(t, l.runs, 1)
	assert.Equal(t, LabelRunInput{
		Merchant: merchant, Connections: []string{"c-1"}, OrdersKey: making.OrdersKey, Max: -1, MakeOnly: true, Within: activities.Duration(makingWithin),
	}, l.runs[0])
	assert.WithinDuration(t, begin.Add(time.Minute), startedAt, 5*time.Second)
	assert.Equal(t, []string{making.Run}, l.made)
	assert.Empty(t, progressOf(t, s).Making)
}

func TestConfirmationsThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	assert.Error(t, mayConfirm(ConfirmRequest{}))
	assert.Error(t, mayConfirm(ConfirmRequest{Orders: make([]string, 101)}))
	assert.Error(t, mayConfirm(ConfirmRequest{Orders: []string{"a", ""}}))
	assert.NoError(t, mayConfirm(ConfirmRequest{Orders: []string{"a"}}))
}

func TestOrdersThatComeAreGatheredBeforeTheirLabelsAreMade(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	var prepared []time.Time
	l.takeUp = func(activities.TakeUpNoticesInput) (activities.TakenNotices, error) {
		return activities.TakenNotices{Orders: 1, Queued: 1}, nil
	}
	l.prepare = func(activities.PrepareMakingInput) activities.PreparedMaking {
		prepared = append(prepared, l.now.Now())
		return activities.PreparedMaking{}
	}
	l.until(10*time.Minute, map[time.Duration]func(*scene){
		time.Minute:     func(s *scene) { notify(s, "checkout/a") },
		2 * time.Minute: func(s *scene) { notify(s, "checkout/b") },
	})
	require.Len(t, prepared, 1)
	assert.WithinDuration(t, begin.Add(4*time.Minute), prepared[0], 5*time.Second)
}

func TestARunThatEndedWithoutAWordIsFound(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	l.in.State.Making = []IntakeMaking{{Making: activities.Making{Run: "made-1", Connection: "c-1"}, Since: begin}}
	var runsSeen [][]string
	l.look = func(in activities.LookOverInput) activities.LookedOver {
		runsSeen = append(runsSeen, in.Runs)
		return activities.LookedOver{Counts: map[activities.IntakeState]int{}}
	}
	l.untilWith(2*time.Hour, func(s *scene) {
		play(s, runs.RunIsOpen, func(in activities.RunIsOpenInput) (bool, error) {
			assert.Equal(t, RunID(merchant, "made-1"), in.WorkflowID)
			return false, nil
		}).Once()
	}, map[time.Duration]func(*scene){})
	assert.Equal(t, []string{"made-1"}, l.made)
	assert.Equal(t, []string{"made-1"}, runsSeen[0])
	assert.Empty(t, runsSeen[len(runsSeen)-1])
}
