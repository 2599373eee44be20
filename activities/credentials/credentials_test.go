package credentials

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/mocks"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/runs"
	"github.com/despacho/despacho/activities/statuses"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// busyHub is a hub that never gives tokens just now.
type busyHub struct{}

func (busyHub) Refresh(context.Context, multivende.Secret) (multivende.Grant, error) {
	return multivende.Grant{}, &multivende.Error{Class: multivende.Busy, Status: 503, RetryAfter: 90 * time.Second, Route: "access_token POST"}
}

func TestKeepToken(t *testing.T) {
	t.Parallel()
	keeper := func(t *testing.T, lives time.Duration) *Accounts {
		t.Helper()
		return &Accounts{Renewer: &accounts.Renewer{Vault: activitiestest.VaultWith(t, activitiestest.NewStore(t), "m-1", nil, lives), OAuth: busyHub{}, Speed: 1}}
	}
	t.Run("says how a token stands that is good for a while", func(t *testing.T) {
		t.Parallel()
		standing, err := keeper(t, 6*time.Hour).KeepToken(t.Context(), KeepTokenInput{Merchant: "m-1"})
		require.NoError(t, err)
		assert.Equal(t, AccountAlive, standing.State)
		assert.InDelta(t, 5*time.Hour, time.Duration(standing.RenewIn), float64(time.Minute))
		assert.EqualValues(t, 1, standing.Generation)
	})
	t.Run("waits, and says why, while the hub is busy", func(t *testing.T) {
		t.Parallel()
		a := keeper(t, 30*time.Minute)
		_, err := a.KeepToken(t.Context(), KeepTokenInput{Merchant: "m-1"})
		assert.InDelta(t, 90*time.Second, activitiestest.RequireWaits(t, err), float64(2*time.Second))
		assert.ErrorContains(t, err, "the hub is busy (HTTP 503)")
		assert.NotContains(t, err.Error(), "rt-1")
	})
	t.Run("ends for a merchant that is not connected", func(t *testing.T) {
		t.Parallel()
		standing, err := keeper(t, time.Hour).KeepToken(t.Context(), KeepTokenInput{Merchant: "m-2"})
		require.NoError(t, err)
		assert.Equal(t, TokenStanding{Gone: true}, standing)
	})
	t.Run("is left to another worker by one that cannot", func(t *testing.T) {
		t.Parallel()
		_, err := (&Accounts{}).KeepToken(t.Context(), KeepTokenInput{Merchant: "m-1"})
		application := activitiestest.ApplicationError(t, err)
		assert.False(t, application.NonRetryable())
		assert.Contains(t, application.Message(), "DESPACHO_ACCOUNTS_KEY_FILE")
	})
}

func TestTellRuns(t *testing.T) {
	t.Parallel()
	run := func(id string) *workflowpb.WorkflowExecutionInfo {
		return &workflowpb.WorkflowExecutionInfo{Execution: &common.WorkflowExecution{WorkflowId: id, RunId: "r"}}
	}
	page := func(token string) any {
		return mock.MatchedBy(func(r *workflowservice.ListWorkflowExecutionsRequest) bool {
			return string(r.GetNextPageToken()) == token && r.GetQuery() == "WorkflowType IN ('LabelRun', 'StatusChange') AND ExecutionStatus = 'Running' AND DespachoMerchant = 'm-1'"
		})
	}
	t.Run("every open run of the merchant hears it, page by page", func(t *testing.T) {
		t.Parallel()
		c := &mocks.Client{}
		c.On("ListWorkflow", mock.Anything, page("")).Return(&workflowservice.ListWorkflowExecutionsResponse{
			Executions: []*workflowpb.WorkflowExecutionInfo{run("run/m-1/a"), run("run/m-1/gone")}, NextPageToken: []byte("2"),
		}, nil).Once()
		c.On("ListWorkflow", mock.Anything, page("2")).Return(&workflowservice.ListWorkflowExecutionsResponse{Executions: []*workflowpb.WorkflowExecutionInfo{run("run/m-1/b")}}, nil).Once()
		news := accountNews{Paused: PausedReason}
		c.On("SignalWorkflow", mock.Anything, "run/m-1/gone", "", "account", news).Return(serviceerror.NewNotFound("over"))
		c.On("SignalWorkflow", mock.Anything, mock.Anything, "", "account", news).Return(nil)
		told, err := (&Accounts{Temporal: c}).TellRuns(t.Context(), TellRunsInput{Merchant: "m-1", Paused: PausedReason})
		require.NoError(t, err)
		assert.Equal(t, 2, told.Runs)
		c.AssertExpectations(t)
	})
	t.Run("trouble with Temporal is tried again", func(t *testing.T) {
		t.Parallel()
		c := &mocks.Client{}
		c.On("ListWorkflow", mock.Anything, mock.Anything).Return(nil, errors.New("unavailable"))
		_, err := (&Accounts{Temporal: c}).TellRuns(t.Context(), TellRunsInput{Merchant: "m-1"})
		assert.False(t, activitiestest.ApplicationError(t, err).NonRetryable())
	})
	t.Run("a merchant's id is never part of another query", func(t *testing.T) {
		t.Parallel()
		_, err := (&Accounts{}).TellRuns(t.Context(), TellRunsInput{Merchant: "m' OR '1'='1"})
		activitiestest.RequireFinal(t, contract.ErrorRequest, err)
	})
}

func TestAStepWithoutATokenWaits(t *testing.T) {
	t.Parallel()
	err := activities.Translate(&multivende.Error{Class: multivende.NeedsConsent, Excerpt: "a new code"})
	application := activitiestest.ApplicationError(t, err)
	assert.Equal(t, contract.ErrorNeedsConsent, application.Type())
	assert.False(t, application.NonRetryable())
	assert.Equal(t, activities.ConsentPause, application.NextRetryDelay())
	assert.Contains(t, application.Message(), "needs a new authorization code")
}

func TestARunThatBeginsWithoutAToken(t *testing.T) {
	t.Parallel()
	opened := func(t *testing.T, lives time.Duration, state AccountState) runs.OpenedRun {
		t.Helper()
		store := activitiestest.NewStore(t)
		vault := activitiestest.VaultWith(t, store, "m-1", nil, lives)
		account, etag, err := vault.ReadWithTokens(t.Context(), "m-1")
		require.NoError(t, err)
		account.State = state
		_, err = vault.SaveAccount(t.Context(), account, etag)
		require.NoError(t, err)
		opener := &runs.Runs{Store: store, Accounts: vault}
		answer, err := opener.OpenRun(t.Context(), runs.OpenRunInput{Merchant: "m-1", Run: "r-1", Request: []byte(`{}`)})
		require.NoError(t, err)
		require.NoError(t, store.Put(t.Context(), storage.IntakeOrder("m-1", "d-1"), map[string]string{"connection": "c-1", "channel": "paris"}))
		changes := &statuses.StatusChanges{Store: store, Accounts: vault}
		change, err := changes.OpenStatusChange(t.Context(), statuses.OpenStatusChangeInput{
			Merchant: "m-1", Key: "k-1", Request: contract.StatusRequest{To: string(channels.Shipped), Rows: []contract.StatusRow{{Order: "d-1"}}},
		})
		require.NoError(t, err)
		assert.Equal(t, answer.Paused, change.Paused, "a status change says the same")
		return answer
	}
	assert.Empty(t, opened(t, time.Hour, AccountAlive).Paused)
	assert.Empty(t, opened(t, -time.Hour, AccountAlive).Paused, "its token is being renewed")
	assert.Empty(t, opened(t, time.Hour, AccountNeedsConsent).Paused, "its token still serves")
	assert.Contains(t, opened(t, -time.Hour, AccountNeedsConsent).Paused, "starter connect --code")
}
