package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	intakesteps "github.com/despacho/despacho/activities/intake"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows/workflowstest"
)

// intakeLife is the life of an Intake over all its executions, with its steps
// played: they note what was taken up.
type intakeLife struct {
	// reading is held by one step that reads at a time: they run side by side.
	reading sync.Mutex

	t    *testing.T
	in   contract.IntakeInput
	from time.Duration
	// now is the scene of the execution that goes on.
	now *workflowstest.Scene

	// taken are the ids and list stretches that were taken up, in their order.
	taken []string
	// lists are lists that stand in the store.
	lists map[string][]string
	polls []intakesteps.PollSalesInput
	looks int
	made  []string
	runs  []contract.LabelRunInput
	// execution counts the executions; events are those of the longest history.
	executions, events int

	takeUp  func(intakesteps.TakeUpNotificationsInput) (intakebook.TakenNotifications, error)
	poll    func(intakesteps.PollSalesInput) (contract.Polled, error)
	look    func(intakesteps.LookOverInput) contract.LookedOver
	prepare func(intakesteps.PrepareMakingInput) intakesteps.PreparedMaking
	labels  func(workflow.Context, contract.LabelRunInput) (contract.RunResult, error)
	// hold, if set, says of the steps about orders and of polls whether they go on.
	hold func(step string) error
	// stepsBegun, timersFired and timersCancelled count over all executions.
	stepsBegun, timersFired, timersCancelled int
	// more plays what only one test needs.
	more func(*workflowstest.Scene)
}

func newIntakeLife(t *testing.T) *intakeLife {
	t.Helper()
	return &intakeLife{
		t: t, in: contract.IntakeInput{Merchant: workflowstest.Merchant}, lists: map[string][]string{},
		takeUp: func(intakesteps.TakeUpNotificationsInput) (intakebook.TakenNotifications, error) {
			return intakebook.TakenNotifications{}, nil
		},
		look: func(intakesteps.LookOverInput) contract.LookedOver {
			return contract.LookedOver{Counts: map[contract.IntakeOrderState]int{contract.IntakeWaiting: 1}}
		},
		prepare: func(intakesteps.PrepareMakingInput) intakesteps.PreparedMaking { return intakesteps.PreparedMaking{} },
		labels: func(workflow.Context, contract.LabelRunInput) (contract.RunResult, error) {
			return contract.RunResult{}, nil
		},
		hold: func(string) error { return nil },
	}
}

// until lives until so much time has passed, over as many executions as it
// takes. acts are done at their times, counted from the beginning.
func (l *intakeLife) until(end time.Duration, acts map[time.Duration]func(*workflowstest.Scene)) *workflowstest.Scene {
	l.t.Helper()
	for {
		s := workflowstest.NewScene(l.t, contract.IntakeID(workflowstest.Merchant), map[string]any{"Intake": Intake, "LabelRun": l.run})
		s.SetTestTimeout(10 * time.Minute)
		s.SetStartTime(workflowstest.SceneStart.Add(l.from))
		l.now = s
		l.play(s)
		if l.more != nil {
			l.more(s)
		}
		count := l.count(s)
		l.act(s, acts)
		s.CallAt(end-l.from, s.CancelWorkflow)
		s.ExecuteWorkflow(Intake, l.in)
		require.True(l.t, s.IsWorkflowCompleted())
		l.executions++
		l.events = max(l.events, count())
		next := l.continued(s)
		if next == nil {
			return s
		}
		l.in, l.from = *next, s.Now().Sub(workflowstest.SceneStart)
	}
}

// act does the first act at its time, and then the next.
func (l *intakeLife) act(s *workflowstest.Scene, acts map[time.Duration]func(*workflowstest.Scene)) {
	if len(acts) == 0 {
		return
	}
	at := slices.Min(lo.Keys(acts))
	s.CallAt(max(at-s.Passed(), time.Millisecond), func() {
		do := acts[at]
		delete(acts, at)
		do(s)
		l.act(s, acts)
	})
}

// continued is the input of the next execution; nil when the Intake was cancelled.
func (l *intakeLife) continued(s *workflowstest.Scene) *contract.IntakeInput {
	l.t.Helper()
	err := s.GetWorkflowError()
	var again *workflow.ContinueAsNewError
	if !errors.As(err, &again) {
		var cancelled *temporal.CanceledError
		require.ErrorAs(l.t, err, &cancelled)
		return nil
	}
	var next contract.IntakeInput
	require.NoError(l.t, converter.GetDefaultDataConverter().FromPayloads(again.Input, &next))
	size := lo.SumBy(again.Input.GetPayloads(), func(p *common.Payload) int { return len(p.GetData()) })
	assert.Less(l.t, size, 100_000, "bytes that are taken along")
	return &next
}

// count counts the events of an execution, as if each thing woke it by itself.
func (l *intakeLife) count(s *workflowstest.Scene) func() int {
	var steps, fired, cancelled atomic.Int64
	s.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, _ converter.EncodedValues) {
		if info.Attempt == 1 {
			steps.Add(1)
		}
	})
	s.SetOnTimerFiredListener(func(string) { fired.Add(1) })
	s.SetOnTimerCanceledListener(func(string) { cancelled.Add(1) })
	return func() int {
		signals := int64(len(s.Noted()))
		l.stepsBegun, l.timersFired, l.timersCancelled = l.stepsBegun+int(steps.Load()), l.timersFired+int(fired.Load()), l.timersCancelled+int(cancelled.Load())
		return int(steps.Load()*workflowstest.EventsOfAStep + fired.Load()*workflowstest.EventsOfATimer + cancelled.Load()*workflowstest.EventsOfACancelledTimer + signals*workflowstest.EventsOfASignal)
	}
}

func (l *intakeLife) play(s *workflowstest.Scene) {
	workflowstest.MockAnswer(s, intakeSteps.OpenIntake, intakesteps.OpenedIntake{Settings: intakesteps.DefaultIntakeSettings()})
	workflowstest.MockActivity(s, intakeSteps.TakeUpNotifications, func(in intakesteps.TakeUpNotificationsInput) (intakebook.TakenNotifications, error) {
		assert.LessOrEqual(l.t, max(len(in.IDs), in.To-in.From), notificationsAtOnce)
		l.reading.Lock()
		defer l.reading.Unlock()
		taken, err := l.takeUp(in)
		if err == nil {
			l.taken = append(l.taken, in.IDs...)
			if in.List != "" {
				l.taken = append(l.taken, l.lists[in.List][in.From:in.To]...)
			}
		}
		return taken, err
	}).Maybe()
	s.OnActivity(intakeSteps.SpillNotifications, mock.Anything, mock.Anything).Return(func(_ context.Context, in intakesteps.SpillNotificationsInput) error {
		data, err := json.Marshal(in)
		assert.Less(l.t, len(data), 100_000)
		l.lists[in.List] = in.IDs
		return err
	}).Maybe()
	workflowstest.MockActivity(s, intakeSteps.PollSales, func(in intakesteps.PollSalesInput) (contract.Polled, error) {
		if err := l.hold(stepPoll); err != nil {
			return contract.Polled{}, err
		}
		l.polls = append(l.polls, in)
		if l.poll != nil {
			return l.poll(in)
		}
		return contract.Polled{From: in.Complete, To: s.Now(), Complete: s.Now(), List: in.List}, nil
	}).Maybe()
	workflowstest.MockActivity(s, intakeSteps.LookOver, func(in intakesteps.LookOverInput) (contract.LookedOver, error) {
		if err := l.hold(stepLook); err != nil {
			return contract.LookedOver{}, err
		}
		l.looks++
		return l.look(in), nil
	}).Maybe()
	workflowstest.MockActivity(s, intakeSteps.PrepareMaking, func(in intakesteps.PrepareMakingInput) (intakesteps.PreparedMaking, error) {
		return l.prepare(in), l.hold(stepMake)
	}).Maybe()
	workflowstest.MockActivity(s, intakeSteps.TakeMade, func(in intakesteps.TakeMadeInput) (intakesteps.TakenMade, error) {
		l.made = append(l.made, in.Run)
		return intakesteps.TakenMade{}, nil
	}).Maybe()
}

// run plays a LabelRun that an Intake has started.
func (l *intakeLife) run(ctx workflow.Context, in contract.LabelRunInput) (contract.RunResult, error) {
	l.runs = append(l.runs, in)
	return l.labels(ctx, in)
}

// notify sends notifications of sales, as the gateway does.
func notify(s *workflowstest.Scene, ids ...string) {
	s.Note(contract.NotificationsSignal)
	s.SignalWorkflow(contract.NotificationsSignal, contract.Notifications{IDs: ids})
}

// notifyAgain sends notifications of which so many repeat what was told of before.
func notifyAgain(s *workflowstest.Scene, repeats int, ids ...string) {
	s.Note(contract.NotificationsSignal)
	s.SignalWorkflow(contract.NotificationsSignal, contract.Notifications{IDs: ids, Repeats: repeats})
}

// sales are the ids of so many notifications.
func sales(from, to int) []string {
	return lo.Map(lo.RangeFrom(from, to-from), func(n int, _ int) string { return fmt.Sprintf("checkout/sale-%06d-0000-4000-8000-000000000000", n) })
}
