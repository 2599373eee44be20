package workflows

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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

	"github.com/despacho/despacho/activities"
)

// intakeLife is the life of an Intake over all its executions, with its steps
// played: they note what was taken up.
type intakeLife struct {
	t    *testing.T
	in   IntakeInput
	from time.Duration
	// now is the scene of the execution that goes on.
	now *scene

	// taken are the ids and list stretches that were taken up, in their order.
	taken []string
	// lists are lists that stand in the store.
	lists map[string][]string
	polls []activities.PollSalesInput
	looks int
	made  []string
	runs  []LabelRunInput
	// execution counts the executions; events are those of the longest history.
	executions, events int

	takeUp  func(activities.TakeUpNoticesInput) (activities.TakenNotices, error)
	poll    func(activities.PollSalesInput) (activities.Polled, error)
	look    func(activities.LookOverInput) activities.LookedOver
	prepare func(activities.PrepareMakingInput) activities.PreparedMaking
	labels  func(workflow.Context, LabelRunInput) (Result, error)
	// more plays what only one test needs.
	more func(*scene)
}

func newIntakeLife(t *testing.T) *intakeLife {
	t.Helper()
	return &intakeLife{
		t: t, in: IntakeInput{Merchant: merchant}, lists: map[string][]string{},
		takeUp: func(activities.TakeUpNoticesInput) (activities.TakenNotices, error) {
			return activities.TakenNotices{}, nil
		},
		look: func(activities.LookOverInput) activities.LookedOver {
			return activities.LookedOver{Counts: map[activities.IntakeState]int{activities.IntakeWaiting: 1}}
		},
		prepare: func(activities.PrepareMakingInput) activities.PreparedMaking { return activities.PreparedMaking{} },
		labels:  func(workflow.Context, LabelRunInput) (Result, error) { return Result{}, nil },
	}
}

// until lives until so much time has passed, over as many executions as it
// takes. acts are done at their times, counted from the beginning.
func (l *intakeLife) until(end time.Duration, acts map[time.Duration]func(*scene)) *scene {
	l.t.Helper()
	for {
		s := newScene(l.t, IntakeID(merchant), map[string]any{"Intake": Intake, "LabelRun": l.run})
		s.SetTestTimeout(time.Minute)
		s.SetStartTime(begin.Add(l.from))
		l.now = s
		l.play(s)
		if l.more != nil {
			l.more(s)
		}
		count := l.count(s)
		l.act(s, acts)
		s.at(end-l.from, s.CancelWorkflow)
		s.ExecuteWorkflow(Intake, l.in)
		require.True(l.t, s.IsWorkflowCompleted())
		l.executions++
		l.events = max(l.events, count())
		next := l.continued(s)
		if next == nil {
			return s
		}
		l.in, l.from = *next, s.Now().Sub(begin)
	}
}

// act does the first act at its time, and then the next.
func (l *intakeLife) act(s *scene, acts map[time.Duration]func(*scene)) {
	if len(acts) == 0 {
		return
	}
	at := slices.Min(lo.Keys(acts))
	s.at(max(at-s.passed(), time.Millisecond), func() {
		do := acts[at]
		delete(acts, at)
		do(s)
		l.act(s, acts)
	})
}

// continued is the input of the next execution; nil when the Intake was cancelled.
func (l *intakeLife) continued(s *scene) *IntakeInput {
	l.t.Helper()
	err := s.GetWorkflowError()
	var again *workflow.ContinueAsNewError
	if !errors.As(err, &again) {
		var cancelled *temporal.CanceledError
		require.ErrorAs(l.t, err, &cancelled)
		return nil
	}
	var next IntakeInput
	require.NoError(l.t, converter.GetDefaultDataConverter().FromPayloads(again.Input, &next))
	size := lo.SumBy(again.Input.GetPayloads(), func(p *common.Payload) int { return len(p.GetData()) })
	assert.Less(l.t, size, 100_000, "bytes that are taken along")
	return &next
}

// count counts the events of an execution, as if each thing woke it by itself.
func (l *intakeLife) count(s *scene) func() int {
	var steps, fired, cancelled atomic.Int64
	s.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, _ converter.EncodedValues) {
		if info.Attempt == 1 {
			steps.Add(1)
		}
	})
	s.SetOnTimerFiredListener(func(string) { fired.Add(1) })
	s.SetOnTimerCanceledListener(func(string) { cancelled.Add(1) })
	return func() int {
		signals := int64(len(s.noted()))
		return int(steps.Load()*eventsOfAStep + fired.Load()*eventsOfATimer + cancelled.Load()*eventsOfACancelledTimer + signals*eventsOfASignal)
	}
}

func (l *intakeLife) play(s *scene) {
	answer(s, intakes.OpenIntake, activities.OpenedIntake{Settings: activities.DefaultIntakeSettings()})
	play(s, intakes.TakeUpNotices, func(in activities.TakeUpNoticesInput) (activities.TakenNotices, error) {
		assert.LessOrEqual(l.t, max(len(in.IDs), in.To-in.From), noticesAtOnce)
		taken, err := l.takeUp(in)
		if err == nil {
			l.taken = append(l.taken, in.IDs...)
			if in.List != "" {
				l.taken = append(l.taken, l.lists[in.List][in.From:in.To]...)
			}
		}
		return taken, err
	}).Maybe()
	s.OnActivity(intakes.SpillNotices, mock.Anything, mock.Anything).Return(func(_ context.Context, in activities.SpillNoticesInput) error {
		data, err := json.Marshal(in)
		assert.Less(l.t, len(data), 100_000)
		l.lists[in.List] = in.IDs
		return err
	}).Maybe()
	play(s, intakes.PollSales, func(in activities.PollSalesInput) (activities.Polled, error) {
		l.polls = append(l.polls, in)
		if l.poll != nil {
			return l.poll(in)
		}
		return activities.Polled{From: in.Complete, To: s.Now(), Complete: s.Now(), List: in.List}, nil
	}).Maybe()
	play(s, intakes.LookOver, func(in activities.LookOverInput) (activities.LookedOver, error) {
		l.looks++
		return l.look(in), nil
	}).Maybe()
	play(s, intakes.PrepareMaking, func(in activities.PrepareMakingInput) (activities.PreparedMaking, error) {
		return l.prepare(in), nil
	}).Maybe()
	play(s, intakes.TakeMade, func(in activities.TakeMadeInput) (activities.TakenMade, error) {
		l.made = append(l.made, in.Run)
		return activities.TakenMade{}, nil
	}).Maybe()
}

// run plays a LabelRun that an Intake has started.
func (l *intakeLife) run(ctx workflow.Context, in LabelRunInput) (Result, error) {
	l.runs = append(l.runs, in)
	return l.labels(ctx, in)
}

// notify sends notices of sales, as the gateway does.
func notify(s *scene, ids ...string) {
	s.note(NoticesSignal)
	s.SignalWorkflow(NoticesSignal, Notices{IDs: ids})
}

// sales are the ids of so many notices.
func sales(from, to int) []string {
	return lo.Map(lo.RangeFrom(from, to-from), func(n int, _ int) string { return fmt.Sprintf("checkout/sale-%06d-0000-4000-8000-000000000000", n) })
}
