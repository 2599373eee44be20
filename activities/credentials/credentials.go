package credentials

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
)

// Accounts holds the steps that keep merchants' tokens alive. Register it with a worker.
type Accounts struct {
	// Renewer is nil in a worker that has no keys or no client of the hub's OAuth.
	Renewer  *accounts.Renewer
	Temporal client.Client
}

// AccountState says whether an account can be used.
type AccountState = accounts.State

// What workflows say of accounts.
const (
	AccountAlive        = accounts.Alive
	AccountNeedsConsent = accounts.NeedsConsent
	HowToConsent        = accounts.HowToConsent
)

// PausedReason is what open runs are told of an account that needs consent.
var PausedReason = wording.Reason(contract.WhyAccountPaused).Words

// KeepTokenInput names a merchant, and the generation of its token that the hub refuses, if it does.
type KeepTokenInput struct {
	Merchant string `json:"merchant"`
	Refused  int64  `json:"refused,omitempty"`
}

// TokenStanding says how a merchant's token stands when nothing has to be done for now.
type TokenStanding struct {
	// Gone: the merchant is not connected any more.
	Gone       bool         `json:"gone,omitempty"`
	State      AccountState `json:"state,omitempty"`
	Reason     string       `json:"reason,omitempty"`
	Generation int64        `json:"generation,omitempty"`
	// ExpiresAt is when the token expires, in hub time.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	// RenewIn is how long until the token is due for renewal, Life how long it can still be used; our
	// time.
	RenewIn contract.Duration `json:"renew_in,omitempty"`
	Life    contract.Duration `json:"life,omitempty"`
}

// KeepToken renews a merchant's token when that is due, and ends when nothing is to be done for
// the moment: the token is good for a while, or only a new code helps. Until then it waits.
func (a *Accounts) KeepToken(ctx context.Context, in KeepTokenInput) (TokenStanding, error) {
	if a.Renewer == nil {
		return TokenStanding{}, errors.New("this worker cannot renew tokens: set DESPACHO_CLIENT_ID, DESPACHO_CLIENT_SECRET and DESPACHO_ACCOUNTS_KEY_FILE")
	}
	s, err := a.Renewer.Step(ctx, in.Merchant, in.Refused)
	if errors.Is(err, accounts.ErrNotConnected) {
		return TokenStanding{Gone: true}, nil
	}
	if err != nil {
		return TokenStanding{}, err
	}
	if !s.Resting {
		return TokenStanding{}, activities.WaitingError(renewalWords(s), s.Wait)
	}
	return TokenStanding{
		State: s.Account.State, Reason: s.Account.Reason, Generation: s.Account.Generation, ExpiresAt: s.Account.ExpiresAt,
		RenewIn: contract.Duration(s.Wait), Life: contract.Duration(s.Life),
	}, nil
}

func renewalWords(s accounts.Standing) string {
	trouble := s.Account.Renewal.Trouble
	if trouble == "" {
		trouble = "the hub's answer may still come"
	}
	return fmt.Sprintf("the token is being renewed: %s; next try in %s, the token is valid for %s", trouble, s.Wait.Round(time.Second), s.Life.Round(time.Second))
}

// TellRunsInput is news for a merchant's open runs and status changes.
type TellRunsInput struct {
	Merchant string `json:"merchant"`
	// Paused is why they cannot go on; empty: they can.
	Paused string `json:"paused,omitempty"`
}

// ToldRuns says how many runs heard it.
type ToldRuns struct {
	Runs int `json:"runs"`
}

// accountSignal is the signal of a LabelRun or StatusChange that takes accountNews; package workflows names both.
const accountSignal = "account"

type accountNews struct {
	Paused string `json:"paused,omitempty"`
}

// openRunsQuery finds the open runs and status changes of a merchant. The merchant's id must be
// checked before it is put in.
const openRunsQuery = "WorkflowType IN ('LabelRun', 'StatusChange') AND ExecutionStatus = 'Running' AND DespachoMerchant = '%s'"

// TellRuns tells every open run and status change of the merchant whether its account can be used.
func (a *Accounts) TellRuns(ctx context.Context, in TellRunsInput) (ToldRuns, error) {
	var told ToldRuns
	if !accounts.ValidMerchant(in.Merchant) {
		return told, activities.FinalError(contract.ErrorRequest, fmt.Sprintf("%.64q is not a merchant's id", in.Merchant))
	}
	request := &workflowservice.ListWorkflowExecutionsRequest{Query: fmt.Sprintf(openRunsQuery, in.Merchant)}
	for {
		page, err := a.Temporal.ListWorkflow(ctx, request)
		if err != nil {
			return told, err
		}
		for _, run := range page.GetExecutions() {
			// Signal whichever execution is open now: a status change may have continued as new.
			err := a.Temporal.SignalWorkflow(ctx, run.GetExecution().GetWorkflowId(), "", accountSignal, accountNews{Paused: in.Paused})
			var gone *serviceerror.NotFound
			if errors.As(err, &gone) {
				continue // it ended meanwhile
			}
			if err != nil {
				return told, err
			}
			told.Runs++
		}
		if request.NextPageToken = page.GetNextPageToken(); len(request.NextPageToken) == 0 {
			return told, nil
		}
	}
}
