package credentials

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	credentialsteps "github.com/despacho/despacho/activities/credentials"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows/workflowstest"
)

var (
	defaultConverter = converter.GetDefaultDataConverter()
)

// credentialsScene is a Credentials whose account is played: a token of so many generations that
// lives six hours, or one that needs consent.
type credentialsScene struct {
	*workflowstest.Scene
	generation   int64
	expires      time.Time
	needsConsent string
	tokenRefused bool
	gone         bool

	// kept are the inputs of the steps that looked after the token; told is what runs were told, and when.
	kept []credentialsteps.KeepTokenInput
	told []string
}

func newCredentialsScene(t *testing.T) *credentialsScene {
	t.Helper()
	s := &credentialsScene{Scene: workflowstest.NewScene(t, contract.CredentialsID(workflowstest.Merchant), nil), generation: 1, expires: workflowstest.SceneStart.Add(6 * time.Hour)}
	s.RegisterWorkflowWithOptions(Credentials, workflow.RegisterOptions{Name: contract.CredentialsType})
	s.OnUpsertTypedSearchAttributes(mock.Anything).Return(nil).Run(func(args mock.Arguments) {
		state, _ := args.Get(0).(temporal.SearchAttributes).GetKeyword(contract.StateAttribute)
		s.Note("state " + state)
	}).Maybe()
	workflowstest.MockActivity(s.Scene, tokenSteps.KeepToken, s.keep)
	workflowstest.MockActivity(s.Scene, tokenSteps.TellRuns, func(in credentialsteps.TellRunsInput) (credentialsteps.ToldRuns, error) {
		s.told = append(s.told, s.Passed().String()+" "+map[bool]string{true: "go on", false: "wait"}[in.Paused == ""])
		return credentialsteps.ToldRuns{Runs: 1}, nil
	}).Maybe()
	return s
}

func (s *credentialsScene) keep(in credentialsteps.KeepTokenInput) (credentialsteps.TokenStanding, error) {
	s.kept = append(s.kept, in)
	left := s.expires.Sub(s.Now())
	switch {
	case s.gone:
		return credentialsteps.TokenStanding{Gone: true}, nil
	case s.needsConsent != "":
		s.tokenRefused = s.tokenRefused || in.Refused == s.generation
		life := max(left, 0)
		if s.tokenRefused {
			life = 0
		}
		return credentialsteps.TokenStanding{State: credentialsteps.AccountNeedsConsent, Reason: s.needsConsent, Generation: s.generation, ExpiresAt: s.expires, Life: contract.Duration(life)}, nil
	case left <= time.Hour, in.Refused == s.generation:
		s.renew()
	}
	left = s.expires.Sub(s.Now())
	return credentialsteps.TokenStanding{
		State: credentialsteps.AccountAlive, Generation: s.generation, ExpiresAt: s.expires,
		RenewIn: contract.Duration(left - time.Hour), Life: contract.Duration(left),
	}, nil
}

func (s *credentialsScene) renew() {
	s.generation++
	s.expires, s.needsConsent, s.tokenRefused = s.Now().Add(6*time.Hour), "", false
}

func (s *credentialsScene) refuse(generation int64) {
	s.SignalWorkflow(contract.TokenRefusedSignal, contract.TokenRefused{Generation: generation})
}

// connect gives the account a new pair, and says so.
func (s *credentialsScene) connect() {
	s.renew()
	s.SignalWorkflow(contract.ConnectedSignal, nil)
}

// runFor runs the workflow for so long.
func (s *credentialsScene) runFor(d time.Duration, state contract.CredentialsState) {
	s.T.Helper()
	s.CallAt(d, s.CancelWorkflow)
	s.SetTestTimeout(10 * time.Minute)
	s.ExecuteWorkflow(Credentials, contract.CredentialsInput{Merchant: workflowstest.Merchant, State: state})
	s.Ended()
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	t.Run("renews the token an hour before its end, again and again", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.runFor(49*time.Hour, contract.CredentialsState{})
		assert.EqualValues(t, 1+9, s.generation)
		assert.Contains(t, s.Details(), "alive")
		assert.Equal(t, []string{"state alive"}, s.Noted())
		assert.Empty(t, s.told)
	})
	t.Run("renews once however many calls were refused", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.CallAt(time.Hour, func() {
			for range 20 {
				s.refuse(1)
			}
		})
		s.CallAt(2*time.Hour, func() { s.refuse(1) })
		s.runFor(3*time.Hour, contract.CredentialsState{})
		assert.EqualValues(t, 2, s.generation)
		assert.Len(t, s.kept, 2, "the refusal of an older token wakes nobody")
	})
	t.Run("takes up a refusal that it was told of before it began anew", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.runFor(time.Hour, contract.CredentialsState{Refused: 1})
		assert.EqualValues(t, 2, s.generation)
	})
	t.Run("an account that needs consent says what to do, and its runs wait once the token has ended", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.CallAt(4*time.Hour, func() { s.needsConsent = "the hub refuses the refresh token" })
		s.CallAt(5*time.Hour+time.Minute, func() {
			assert.Contains(t, s.Details(), "The token still works until 2026-11-21 15:00")
			assert.Empty(t, s.told)
		})
		s.CallAt(8*time.Hour, func() {
			for _, words := range []string{"needs_consent", "refuses the refresh token", "Generar código de autorización", "starter connect --code ac-…", "second connection"} {
				assert.Contains(t, s.Details(), words)
			}
			s.connect()
		})
		s.runFor(9*time.Hour, contract.CredentialsState{})
		assert.Equal(t, []string{"6h0m0s wait", "6h1m0s wait", "7h1m0s wait", "8h0m0s go on"}, s.told)
		assert.Equal(t, []string{"state alive", "state needs_consent", "state alive"}, s.Noted())
		assert.Contains(t, s.Details(), "alive")
	})
	t.Run("an account that needs consent has its runs wait at once when the hub refuses its token", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.CallAt(time.Hour, func() {
			s.needsConsent = "revoked"
			s.refuse(1)
		})
		s.CallAt(2*time.Hour, func() { s.refuse(1) })
		s.CallAt(3*time.Hour, s.connect)
		s.runFor(4*time.Hour, contract.CredentialsState{})
		assert.Equal(t, "1h0m0s wait", s.told[0])
		assert.Equal(t, "3h0m0s go on", s.told[len(s.told)-1])
		assert.Less(t, len(s.kept), 10)
	})
	t.Run("an account that was connected while nobody heard it is found within the hour", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.needsConsent, s.expires = "the token ended", workflowstest.SceneStart
		s.CallAt(10*time.Minute, s.renew)
		s.runFor(2*time.Hour, contract.CredentialsState{})
		assert.Equal(t, []string{"0s wait", "1m0s wait", "1h1m0s go on"}, s.told)
	})
	t.Run("looks at once when it is told of an account, and few times however often", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.CallAt(time.Hour, func() {
			for range 50 {
				s.SignalWorkflow(contract.ConnectedSignal, nil)
			}
		})
		s.runFor(4*time.Hour, contract.CredentialsState{})
		assert.Len(t, s.kept, 3, "its first look, that of the first signal, and one for all that came meanwhile")
		assert.Empty(t, s.told)
	})
	t.Run("renews a token at once that is due because the hub's clock was set forward", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.CallAt(time.Hour, func() {
			s.expires = s.Now().Add(30 * time.Minute)
			s.SignalWorkflow(contract.ConnectedSignal, nil)
		})
		s.runFor(time.Hour+time.Minute, contract.CredentialsState{})
		assert.EqualValues(t, 2, s.generation)
	})
	t.Run("runs that wait are told to go on after it began anew", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.runFor(time.Hour, contract.CredentialsState{Paused: true})
		assert.Equal(t, []string{"0s go on"}, s.told)
	})
	t.Run("ends when the merchant is not connected any more", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.CallAt(2*time.Hour, func() { s.gone = true })
		s.ExecuteWorkflow(Credentials, contract.CredentialsInput{Merchant: workflowstest.Merchant})
		s.Ended()
		require.NoError(t, s.GetWorkflowError())
		assert.Equal(t, 5*time.Hour, s.Passed())
	})
	t.Run("a step that fails is tried again, and people read why", func(t *testing.T) {
		t.Parallel()
		s := &credentialsScene{Scene: workflowstest.NewScene(t, contract.CredentialsID(workflowstest.Merchant), nil)}
		s.RegisterWorkflowWithOptions(Credentials, workflow.RegisterOptions{Name: contract.CredentialsType})
		s.OnActivity(tokenSteps.KeepToken, mock.Anything, mock.Anything).Return(credentialsteps.TokenStanding{}, workflowstest.FinalError(contract.ErrorStore, "no such bucket")).Times(3)
		s.OnActivity(tokenSteps.KeepToken, mock.Anything, mock.Anything).Return(credentialsteps.TokenStanding{Gone: true}, nil).Once()
		s.CallAt(time.Minute, func() { assert.Contains(t, s.Details(), "no such bucket") })
		s.ExecuteWorkflow(Credentials, contract.CredentialsInput{Merchant: workflowstest.Merchant})
		s.Ended()
		require.NoError(t, s.GetWorkflowError())
		assert.Equal(t, 3*keepPause, s.Passed())
	})
}

func TestCredentialsBeginAnew(t *testing.T) {
	t.Parallel()
	next := func(t *testing.T, s *credentialsScene) contract.CredentialsInput {
		t.Helper()
		var anew *workflow.ContinueAsNewError
		require.True(t, errors.As(s.GetWorkflowError(), &anew), "%v", s.GetWorkflowError())
		var in contract.CredentialsInput
		require.NoError(t, defaultConverter.FromPayloads(anew.Input, &in))
		return in
	}
	t.Run("after a hundred rounds", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.SetTestTimeout(10 * time.Minute)
		s.ExecuteWorkflow(Credentials, contract.CredentialsInput{Merchant: workflowstest.Merchant})
		s.Ended()
		assert.Equal(t, contract.CredentialsInput{Merchant: workflowstest.Merchant}, next(t, s))
		assert.Equal(t, credentialRounds*5*time.Hour, s.Passed(), "three weeks")
	})
	t.Run("after five hundred signals, none of them lost", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.CallAt(time.Hour, func() {
			s.needsConsent, s.tokenRefused = "revoked", true
			for range credentialSignals - 1 {
				s.refuse(1)
			}
		})
		s.CallAt(2*time.Hour, func() {
			s.refuse(7)
			s.SignalWorkflow(contract.ConnectedSignal, nil)
		})
		s.ExecuteWorkflow(Credentials, contract.CredentialsInput{Merchant: workflowstest.Merchant})
		s.Ended()
		assert.Equal(t, contract.CredentialsInput{Merchant: workflowstest.Merchant, State: contract.CredentialsState{Refused: 7, Paused: true}}, next(t, s))
	})
	t.Run("when Temporal wants it", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.CallAt(time.Hour, func() { s.SetContinueAsNewSuggested(true) })
		s.ExecuteWorkflow(Credentials, contract.CredentialsInput{Merchant: workflowstest.Merchant})
		s.Ended()
		next(t, s)
		assert.Equal(t, 5*time.Hour, s.Passed())
	})
}
