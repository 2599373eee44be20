package client

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/mocks"
	"go.temporal.io/sdk/temporal"

	"github.com/despacho/despacho/contract"
)

func TestTemporalKeeping(t *testing.T) {
	t.Parallel()
	options := func(id string) any {
		return mock.MatchedBy(func(o sdk.StartWorkflowOptions) bool {
			merchant, _ := o.TypedSearchAttributes.GetKeyword(contract.MerchantAttribute)
			return o.ID == id && o.TaskQueue == contract.TaskQueue && merchant == "m1" && o.Priority.FairnessKey == "m1" &&
				o.WorkflowIDConflictPolicy == enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING
		})
	}
	t.Run("begins the merchant's Credentials and Intake, or wakes those that are there", func(t *testing.T) {
		t.Parallel()
		c := &mocks.Client{}
		c.On("SignalWithStartWorkflow", mock.Anything, "credentials/m1", contract.ConnectedSignal, nil, options("credentials/m1"),
			contract.CredentialsType, contract.CredentialsInput{Merchant: "m1"}).Return(&mocks.WorkflowRun{}, nil)
		c.On("ExecuteWorkflow", mock.Anything, options("intake/m1"), contract.IntakeType, contract.IntakeInput{Merchant: "m1"}).Return(&mocks.WorkflowRun{}, nil)
		require.NoError(t, TemporalKeeping{Client: c}.Connected(t.Context(), "m1"))
		c.AssertExpectations(t)
	})
	t.Run("ends both, also when one is gone", func(t *testing.T) {
		t.Parallel()
		c := &mocks.Client{}
		c.On("CancelWorkflow", mock.Anything, "intake/m1", "").Return(serviceerror.NewNotFound("gone"))
		c.On("CancelWorkflow", mock.Anything, "credentials/m1", "").Return(nil)
		ended := &mocks.WorkflowRun{}
		ended.On("Get", mock.Anything, nil).Return(temporal.NewCanceledError())
		c.On("GetWorkflow", mock.Anything, "credentials/m1", "").Return(ended)
		require.NoError(t, TemporalKeeping{Client: c}.Disconnected(t.Context(), "m1"))
		c.AssertExpectations(t)
	})
	t.Run("terminates one that nobody ends", func(t *testing.T) {
		t.Parallel()
		c := &mocks.Client{}
		c.On("CancelWorkflow", mock.Anything, "intake/m1", "").Return(nil)
		c.On("CancelWorkflow", mock.Anything, "credentials/m1", "").Return(serviceerror.NewNotFound("gone"))
		open := &mocks.WorkflowRun{}
		open.On("Get", mock.Anything, nil).Run(func(args mock.Arguments) { <-args.Get(0).(context.Context).Done() }).Return(context.DeadlineExceeded)
		c.On("GetWorkflow", mock.Anything, "intake/m1", "").Return(open)
		c.On("TerminateWorkflow", mock.Anything, "intake/m1", "", mock.Anything).Return(nil)
		require.NoError(t, TemporalKeeping{Client: c, EndWait: time.Millisecond}.Disconnected(t.Context(), "m1"))
		c.AssertExpectations(t)
	})
	t.Run("tells what Temporal refuses", func(t *testing.T) {
		t.Parallel()
		c := &mocks.Client{}
		c.On("CancelWorkflow", mock.Anything, mock.Anything, "").Return(serviceerror.NewPermissionDenied("no", ""))
		assert.Error(t, TemporalKeeping{Client: c}.Disconnected(t.Context(), "m1"))
	})
}
