package operations

import (
	"encoding/base64"
	"errors"
	"testing"

	"github.com/nexus-rpc/sdk-go/nexus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
)

// TestATokenCancelsWhatAnOperationStarted and nothing else: tokens are not secret, and who calls over HTTP makes his own.
func TestATokenCancelsWhatAnOperationStarted(t *testing.T) {
	t.Parallel()
	token := func(id string) string {
		return base64.RawURLEncoding.EncodeToString([]byte(`{"t":1,"ns":"default","wid":"` + id + `"}`))
	}
	for id, ours := range map[string]bool{
		"run/m-1/pick-7": true, "status/m-1/truck-7": true,
		"intake/m-1": false, "credentials/m-1": false, "connection/m-1/dafiti/c-1": false, "run/m-1": false, "": false,
	} {
		assert.Equal(t, ours, ofOperation(token(id)), id)
	}
	assert.False(t, ofOperation("run/m-1/pick-7"))
	operation := Service(nil, nil).Operation(contract.RunLabelsOperation).(nexus.Operation[contract.RunLabels, contract.RunResult])
	var refused *nexus.HandlerError
	require.ErrorAs(t, operation.Cancel(t.Context(), token("intake/m-1"), nexus.CancelOperationOptions{}), &refused)
	assert.Equal(t, nexus.HandlerErrorTypeBadRequest, refused.Type)
}

func TestRefusalsAreFinalAndHaveATypeEach(t *testing.T) {
	t.Parallel()
	for kind, err := range map[string]error{
		contract.ErrorRequest:        refusal(&client.RequestError{Problem: "there is no merchant"}),
		contract.ErrorRequestDiffers: refusal(&client.ConflictError{WorkflowID: "run/m-1/pick-7"}),
		contract.ErrorTrouble:        ended(contract.RunResult{}, contract.RunFailed, contract.Reason{}, "run/m-1/pick-7"),
	} {
		var failure *nexus.OperationError
		var typed *temporal.ApplicationError
		require.ErrorAs(t, err, &failure)
		assert.Equal(t, nexus.OperationStateFailed, failure.State)
		require.ErrorAs(t, err, &typed)
		assert.Equal(t, kind, typed.Type())
	}
	passing := errors.New("Temporal is busy")
	assert.Equal(t, passing, refusal(passing), "tried again")
	var cancelled *nexus.OperationError
	require.ErrorAs(t, ended(contract.StatusResult{}, contract.RunCancelled, contract.Reason{}, "status/m-1/truck-7"), &cancelled)
	assert.Equal(t, nexus.OperationStateCanceled, cancelled.State)
	var over overBefore[contract.RunResult]
	require.ErrorAs(t, ended(contract.RunResult{Requested: 3}, contract.RunCompleted, contract.Reason{}, "run/m-1/pick-7"), &over)
	assert.Equal(t, 3, over.result.Requested)
}

func TestAConfirmationIsCheckedBeforeItIsSent(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]contract.ConfirmStock{
		"no merchant":  {ConfirmRequest: contract.ConfirmRequest{Orders: []string{"1"}}},
		"no order":     {Merchant: "m-1"},
		"a long name":  {Merchant: "m-1", ConfirmRequest: contract.ConfirmRequest{Orders: []string{string(make([]byte, 200))}}},
		"a large many": {Merchant: "m-1", ConfirmRequest: contract.ConfirmRequest{Orders: make([]string, 101)}},
	} {
		_, err := operations{}.confirm(t.Context(), in, nexus.StartOperationOptions{})
		var failure *nexus.OperationError
		assert.ErrorAs(t, err, &failure, name)
	}
}
