package intake

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	intakesteps "github.com/despacho/despacho/activities/intake"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/activities/runs"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
	"github.com/despacho/despacho/workflows/workflowstest"
)

func TestConfirmedOrdersAreMadeAtOnceInTheBackground(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	confirmed := 0
	var answers []contract.ConfirmedOrders
	making := contract.Making{Run: "made-x-1", Connection: "c-1", OrdersKey: "runs/m-1/made-x-1/orders/a.json", Orders: 2}
	l.prepare = func(in intakesteps.PrepareMakingInput) intakesteps.PreparedMaking {
		if len(l.runs) > 0 || confirmed == 0 {
			return intakesteps.PreparedMaking{}
		}
		return intakesteps.PreparedMaking{Makings: []contract.Making{making}}
	}
	var startedAt time.Time
	l.labels = func(ctx workflow.Context, in contract.LabelRunInput) (contract.RunResult, error) {
		startedAt = workflow.Now(ctx)
		_ = workflow.Sleep(ctx, 5*time.Minute)
		return contract.RunResult{}, workflow.SignalExternalWorkflow(ctx, contract.IntakeID(in.Merchant), "", workflows.MadeSignal, making.Run).Get(ctx, nil)
	}
	s := l.untilWith(20*time.Minute, func(s *workflowstest.Scene) {
		workflowstest.MockActivity(s, intakeSteps.ConfirmOrders, func(in intakesteps.ConfirmOrdersInput) (contract.ConfirmedOrders, error) {
			confirmed++
			assert.Equal(t, []string{"d-1", "d-2"}, in.Orders)
			return contract.ConfirmedOrders{Queued: 2}, nil
		})
	}, map[time.Duration]func(*workflowstest.Scene){
		time.Minute: func(s *workflowstest.Scene) {
			s.UpdateWorkflow(contract.ConfirmUpdate, "one", &testsuite.TestUpdateCallback{
				OnReject: func(err error) { require.NoError(t, err) }, OnAccept: func() {},
				OnComplete: func(answer any, err error) {
					require.NoError(t, err)
					answers = append(answers, answer.(contract.ConfirmedOrders))
				},
			}, contract.ConfirmRequest{Orders: []string{"d-1", "d-2"}})
		},
	})
	require.Len(t, answers, 1)
	require.Len(t, l.runs, 1)
	assert.Equal(t, contract.LabelRunInput{
		Merchant: workflowstest.Merchant, Connections: []string{"c-1"}, OrdersKey: making.OrdersKey, Max: -1, MakeOnly: true, Within: contract.Duration(makingWithin),
	}, l.runs[0])
	assert.WithinDuration(t, workflowstest.SceneStart.Add(time.Minute), startedAt, 5*time.Second)
	assert.Equal(t, []string{making.Run}, l.made)
	assert.Empty(t, progressOf(t, s).Making)
}

func TestConfirmationsThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	assert.Error(t, mayConfirm(contract.ConfirmRequest{}))
	assert.Error(t, mayConfirm(contract.ConfirmRequest{Orders: make([]string, 101)}))
	assert.Error(t, mayConfirm(contract.ConfirmRequest{Orders: []string{"a", ""}}))
	assert.NoError(t, mayConfirm(contract.ConfirmRequest{Orders: []string{"a"}}))
}

func TestOrdersThatComeAreGatheredBeforeTheirLabelsAreMade(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	var prepared []time.Time
	l.takeUp = func(intakesteps.TakeUpNotificationsInput) (intakebook.TakenNotifications, error) {
		return intakebook.TakenNotifications{Orders: 1, Queued: 1}, nil
	}
	l.prepare = func(intakesteps.PrepareMakingInput) intakesteps.PreparedMaking {
		prepared = append(prepared, l.now.Now())
		return intakesteps.PreparedMaking{}
	}
	l.until(10*time.Minute, map[time.Duration]func(*workflowstest.Scene){
		time.Minute:     func(s *workflowstest.Scene) { notify(s, "checkout/a") },
		2 * time.Minute: func(s *workflowstest.Scene) { notify(s, "checkout/b") },
	})
	require.Len(t, prepared, 1)
	assert.WithinDuration(t, workflowstest.SceneStart.Add(4*time.Minute), prepared[0], 5*time.Second)
}

func TestARunThatEndedWithoutAWordIsFound(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	l.in.State.Making = []contract.IntakeMaking{{Making: contract.Making{Run: "made-1", Connection: "c-1"}, Since: workflowstest.SceneStart}}
	var runsSeen [][]string
	l.look = func(in intakesteps.LookOverInput) contract.LookedOver {
		runsSeen = append(runsSeen, in.Runs)
		return contract.LookedOver{Counts: map[contract.IntakeOrderState]int{}}
	}
	l.untilWith(2*time.Hour, func(s *workflowstest.Scene) {
		workflowstest.MockActivity(s, runSteps.RunIsOpen, func(in runs.RunIsOpenInput) (bool, error) {
			assert.Equal(t, contract.RunID(workflowstest.Merchant, "made-1"), in.WorkflowID)
			return false, nil
		}).Once()
	}, map[time.Duration]func(*workflowstest.Scene){})
	assert.Equal(t, []string{"made-1"}, l.made)
	assert.Equal(t, []string{"made-1"}, runsSeen[0])
	assert.Empty(t, runsSeen[len(runsSeen)-1])
}
