package intake

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	intakesteps "github.com/despacho/despacho/activities/intake"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/activities/tickets"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows/workflowstest"
)

// bring has a partner bring a label, and hands over the answer.
func bring(t *testing.T, s *workflowstest.Scene, id, order string, answered func(contract.BroughtLabel, error)) {
	s.UpdateWorkflow(contract.BringLabelUpdate, id, &testsuite.TestUpdateCallback{
		OnReject: func(err error) { require.NoError(t, err) }, OnAccept: func() {},
		OnComplete: func(answer any, err error) {
			brought, _ := answer.(contract.BroughtLabel)
			answered(brought, err)
		},
	}, contract.BringLabel{Order: order, Key: "intake/m-1/brought/a.bin"})
}

// TestALabelThatIsBroughtIsCheckedAtOnce, while the intake takes up a sale for an hour.
func TestALabelThatIsBroughtIsCheckedAtOnce(t *testing.T) {
	t.Parallel()
	l := newIntakeLife(t)
	l.takeUp = func(intakesteps.TakeUpNotificationsInput) (intakebook.TakenNotifications, error) {
		return intakebook.TakenNotifications{}, workflowstest.FinalError(contract.ErrorHub, "the hub is away")
	}
	var asked []tickets.TakeBroughtLabelInput
	var stored contract.BroughtLabel
	var answered, failed time.Duration
	var problem error
	s := l.untilWith(20*time.Minute, func(s *workflowstest.Scene) {
		workflowstest.MockActivity(s, documentSteps.TakeBroughtLabel, func(in tickets.TakeBroughtLabelInput) (contract.BroughtLabel, error) {
			asked = append(asked, in)
			if in.Order == "broken" {
				return contract.BroughtLabel{}, workflowstest.FinalError(contract.ErrorStore, "the label store refuses the key")
			}
			return contract.BroughtLabel{DeliveryOrder: "d-1", Outcome: contract.BroughtStored}, nil
		})
	}, map[time.Duration]func(*workflowstest.Scene){
		time.Minute: func(s *workflowstest.Scene) {
			notify(s, sales(0, 1)...)
			bring(t, s, "one", "W-1007", func(brought contract.BroughtLabel, err error) {
				require.NoError(t, err)
				stored, answered = brought, s.Passed()
			})
		},
		2 * time.Minute: func(s *workflowstest.Scene) {
			bring(t, s, "two", "broken", func(_ contract.BroughtLabel, err error) { problem, failed = err, s.Passed() })
		},
	})
	assert.Equal(t, contract.BroughtLabel{DeliveryOrder: "d-1", Outcome: contract.BroughtStored}, stored)
	assert.Less(t, answered, 70*time.Second, "no step of the intake holds it up")
	require.ErrorContains(t, problem, "the label store refuses the key")
	assert.Less(t, failed, 130*time.Second)
	require.Len(t, asked, 2)
	assert.Equal(t, tickets.TakeBroughtLabelInput{
		Merchant: workflowstest.Merchant, BringLabel: contract.BringLabel{Order: "W-1007", Key: "intake/m-1/brought/a.bin"},
	}, asked[0])
	assert.Equal(t, 20*time.Minute, s.Passed().Truncate(time.Minute), "a label that cannot be checked does not end the intake")
}

func TestLabelsThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	for _, request := range []contract.BringLabel{
		{}, {Order: "W-1007"}, {Key: "k"}, {Order: strings.Repeat("x", 129), Key: "k"}, {Order: "W-1007", Key: strings.Repeat("x", 513)},
	} {
		assert.Error(t, mayBringLabel(request), "%.20v", request)
	}
	assert.NoError(t, mayBringLabel(contract.BringLabel{Order: "W-1007", Key: "k"}))
}
