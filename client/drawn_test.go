package client

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/mocks"
	"go.temporal.io/sdk/temporal"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// TestADrawingIsJoinedAndNotBegunTwice, and one that no worker takes is over soon.
func TestADrawingIsJoinedAndNotBegunTwice(t *testing.T) {
	t.Parallel()
	in := contract.DrawLabelInput{Merchant: "m1", Key: "labels/m1/c/files/0.pdf", SHA256: "0a1b", Page: 2}
	options := mock.MatchedBy(func(o sdk.StartWorkflowOptions) bool {
		merchant, _ := o.TypedSearchAttributes.GetKeyword(contract.MerchantAttribute)
		return o.ID == "draw/m1/0a1b-2-203" && o.TaskQueue == contract.TaskQueue && merchant == "m1" && o.WorkflowExecutionTimeout == drawEnd &&
			o.WorkflowIDConflictPolicy == enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING && o.WorkflowIDReusePolicy != enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE
	})
	for name, test := range map[string]struct{ ended, want error }{
		"drawn":             {nil, nil},
		"no worker":         {temporal.NewTimeoutError(enums.TIMEOUT_TYPE_SCHEDULE_TO_START, nil), ErrNoAnswer},
		"not in time":       {context.DeadlineExceeded, ErrNoAnswer},
		"the label is gone": {temporal.NewNonRetryableApplicationError("gone", contract.ErrorNotFound, nil), storage.ErrNotFound},
	} {
		run, server := &mocks.WorkflowRun{}, &mocks.Client{}
		run.On("Get", mock.Anything, mock.Anything).Return(test.ended).Run(func(arguments mock.Arguments) {
			*arguments.Get(1).(*contract.DrawnLabel) = contract.DrawnLabel{Drawn: test.ended == nil}
		})
		server.On("ExecuteWorkflow", mock.Anything, options, contract.DrawLabelType, in).Return(run, nil)
		drawn, err := TemporalDrawer{server}.DrawLabel(t.Context(), in)
		require.ErrorIs(t, err, test.want, name)
		assert.Equal(t, test.want == nil, drawn.Drawn, name)
	}
}
