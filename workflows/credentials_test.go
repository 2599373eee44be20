package workflows

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
)

var (
	defaultConverter = converter.GetDefaultDataConverter()
	consenting       = worker.Options{Interceptors: []interceptor.WorkerInterceptor{&Consent{}}}
)

// credentialsScene is a Credentials whose account is played: a token of so many generations that
// lives six hours, or one that needs consent.
type credentialsScene struct {
	*scene
	generation   int64
	expires      time.Time
	needsConsent string
	tokenRefused bool
	gone         bool

	// kept are the inputs of the steps that looked after the token; told is what runs were told, and when.
	kept []activities.KeepTokenInput
	told []string
}

func newCredentialsScene(t *testing.T) *credentialsScene {
	t.Helper()
	s := &credentialsScene{scene: newScene(t, CredentialsID(merchant), nil), generation: 1, expires: begin.Add(6 * time.Hour)}
	s.RegisterWorkflowWithOptions(Credentials, workflow.RegisterOptions{Name: CredentialsType})
	s.OnUpsertTypedSearchAttributes(mock.Anything).Return(nil).Run(func(args mock.Arguments) {
		state, _ := args.Get(0).(temporal.SearchAttributes).GetKeyword(StateAttribute)
		s.note("state " + state)
	}).Maybe()
	play(s.scene, tokens.KeepToken, s.keep)
	play(s.scene, tokens.TellRuns, func(in activities.TellRunsInput) (activities.ToldRuns, error) {
		s.told = append(s.told, s.passed().String()+" "+map[bool]string{true: "go on", false: "wait"}[in.Paused == ""])
		return activities.ToldRuns{Runs: 1}, nil
	}).Maybe()
	return s
}

func (s *credentialsScene) keep(in activities.KeepTokenInput) (activities.TokenStanding, error) {
	s.kept = append(s.kept, in)
	left := s.expires.Sub(s.Now())
	switch {
	case s.gone:
		return activities.TokenStanding{Gone: true}, nil
	case s.needsConsent != "":
		s.tokenRefused = s.tokenRefused || in.Refused == s.generation
		life := max(left, 0)
		if s.tokenRefused {
			life = 0
		}
		return activities.TokenStanding{State: activities.AccountNeedsConsent, Reason: s.needsConsent, Generation: s.generation, ExpiresAt: s.expires, Life: activities.Duration(life)}, nil
	case left <= time.Hour, in.Refused == s.generation:
		s.renew()
	}
	left = s.expires.Sub(s.Now())
	return activities.TokenStanding{
		State: activities.AccountAlive, Generation: s.generation, ExpiresAt: s.expires,
		RenewIn: activities.Duration(left - time.Hour), Life: activities.Duration(left),
	}, nil
}

func (s *credentialsScene) renew() {
	s.generation++
	s.expires, s.needsConsent, s.tokenRefused = s.Now().Add(6*time.Hour), "", false
}

func (s *credentialsScene) refuse(generation int64) {
	s.SignalWorkflow(TokenRefusedSignal, TokenRefused{Generation: generation})
}

// connect gives the account a new pair, and says so.
func (s *credentialsScene) connect() {
	s.renew()
	s.SignalWorkflow(ConnectedSignal, nil)
}

// runFor runs the workflow for so long.
func (s *credentialsScene) runFor(d time.Duration, state CredentialsState) {
	s.t.Helper()
	s.at(d, s.CancelWorkflow)
	s.SetTestTimeout(time.Minute)
	s.ExecuteWorkflow(Credentials, CredentialsInput{Merchant: merchant, State: state})
	s.ended()
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	t.Run("renews the token an hour before its end, again and again", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.runFor(49*time.Hour, CredentialsState{})
		assert.EqualValues(t, 1+9, s.generation)
		assert.Contains(t, s.details(), "alive")
		assert.Equal(t, []string{"state alive"}, s.noted())
		assert.Empty(t, s.told)
	})
	t.Run("renews once however many calls were refused", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.at(time.Hour, func() {
			for range 20 {
				s.refuse(1)
			}
		})
		s.at(2*time.Hour, func() { s.refuse(1) })
		s.runFor(3*time.Hour, CredentialsState{})
		assert.EqualValues(t, 2, s.generation)
		assert.Len(t, s.kept, 2, "the refusal of an older token wakes nobody")
	})
	t.Run("takes up a refusal that it was told of before it began anew", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.runFor(time.Hour, CredentialsState{Refused: 1})
		assert.EqualValues(t, 2, s.generation)
	})
	t.Run("an account that needs consent says what to do, and its runs wait once the token has ended", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.at(4*time.Hour, func() { s.needsConsent = "the hub refuses the refresh token" })
		s.at(5*time.Hour+time.Minute, func() {
			assert.Contains(t, s.details(), "The token still serves until 2026-11-21 15:00")
			assert.Empty(t, s.told)
		})
		s.at(8*time.Hour, func() {
			for _, words := range []string{"needs_consent", "refuses the refresh token", "Generar código de autorización", "starter connect --code ac-…", "second connection"} {
				assert.Contains(t, s.details(), words)
			}
			s.connect()
		})
		s.runFor(9*time.Hour, CredentialsState{})
		assert.Equal(t, []string{"6h0m0s wait", "6h1m0s wait", "7h1m0s wait", "8h0m0s go on"}, s.told)
		assert.Equal(t, []string{"state alive", "state needs_consent", "state alive"}, s.noted())
		assert.Contains(t, s.details(), "alive")
	})
	t.Run("an account that needs consent has its runs wait at once when the hub refuses its token", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.at(time.Hour, func() {
			s.needsConsent = "revoked"
			s.refuse(1)
		})
		s.at(2*time.Hour, func() { s.refuse(1) })
		s.at(3*time.Hour, s.connect)
		s.runFor(4*time.Hour, CredentialsState{})
		assert.Equal(t, "1h0m0s wait", s.told[0])
		assert.Equal(t, "3h0m0s go on", s.told[len(s.told)-1])
		assert.Less(t, len(s.kept), 10)
	})
	t.Run("an account that was connected while nobody heard it is found within the hour", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.needsConsent, s.expires = "the token ended", begin
		s.at(10*time.Minute, s.renew)
		s.runFor(2*time.Hour, CredentialsState{})
		assert.Equal(t, []string{"0s wait", "1m0s wait", "1h1m0s go on"}, s.told)
	})
	t.Run("looks at once when it is told of an account, and few times however often", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.at(time.Hour, func() {
			for range 50 {
				s.SignalWorkflow(ConnectedSignal, nil)
			}
		})
		s.runFor(4*time.Hour, CredentialsState{})
		assert.Len(t, s.kept, 3, "its first look, that of the first signal, and one for all that came meanwhile")
		assert.Empty(t, s.told)
	})
	t.Run("renews a token at once that is due because the hub's clock was set forward", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.at(time.Hour, func() {
			s.expires = s.Now().Add(30 * time.Minute)
			s.SignalWorkflow(ConnectedSignal, nil)
		})
		s.runFor(time.Hour+time.Minute, CredentialsState{})
		assert.EqualValues(t, 2, s.generation)
	})
	t.Run("runs that wait are told to go on after it began anew", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.runFor(time.Hour, CredentialsState{Paused: true})
		assert.Equal(t, []string{"0s go on"}, s.told)
	})
	t.Run("ends when the merchant is not connected any more", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.at(2*time.Hour, func() { s.gone = true })
		s.ExecuteWorkflow(Credentials, CredentialsInput{Merchant: merchant})
		s.ended()
		require.NoError(t, s.GetWorkflowError())
		assert.Equal(t, 5*time.Hour, s.passed())
	})
	t.Run("a step that fails is tried again, and people read why", func(t *testing.T) {
		t.Parallel()
		s := &credentialsScene{scene: newScene(t, CredentialsID(merchant), nil)}
		s.RegisterWorkflowWithOptions(Credentials, workflow.RegisterOptions{Name: CredentialsType})
		s.OnActivity(tokens.KeepToken, mock.Anything, mock.Anything).Return(activities.TokenStanding{}, final(activities.ErrorStore, "no such bucket")).Times(3)
		s.OnActivity(tokens.KeepToken, mock.Anything, mock.Anything).Return(activities.TokenStanding{Gone: true}, nil).Once()
		s.at(time.Minute, func() { assert.Contains(t, s.details(), "no such bucket") })
		s.ExecuteWorkflow(Credentials, CredentialsInput{Merchant: merchant})
		s.ended()
		require.NoError(t, s.GetWorkflowError())
		assert.Equal(t, 3*keepPause, s.passed())
	})
}

func TestCredentialsBeginAnew(t *testing.T) {
	t.Parallel()
	next := func(t *testing.T, s *credentialsScene) CredentialsInput {
		t.Helper()
		var anew *workflow.ContinueAsNewError
		require.True(t, errors.As(s.GetWorkflowError(), &anew), "%v", s.GetWorkflowError())
		var in CredentialsInput
		require.NoError(t, defaultConverter.FromPayloads(anew.Input, &in))
		return in
	}
	t.Run("after a hundred rounds", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.SetTestTimeout(time.Minute)
		s.ExecuteWorkflow(Credentials, CredentialsInput{Merchant: merchant})
		s.ended()
		assert.Equal(t, CredentialsInput{Merchant: merchant}, next(t, s))
		assert.Equal(t, credentialRounds*5*time.Hour, s.passed(), "three weeks")
	})
	t.Run("after five hundred signals, none of them lost", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.at(time.Hour, func() {
			s.needsConsent, s.tokenRefused = "revoked", true
			for range credentialSignals - 1 {
				s.refuse(1)
			}
		})
		s.at(2*time.Hour, func() {
			s.refuse(7)
			s.SignalWorkflow(ConnectedSignal, nil)
		})
		s.ExecuteWorkflow(Credentials, CredentialsInput{Merchant: merchant})
		s.ended()
		assert.Equal(t, CredentialsInput{Merchant: merchant, State: CredentialsState{Refused: 7, Paused: true}}, next(t, s))
	})
	t.Run("when Temporal wants it", func(t *testing.T) {
		t.Parallel()
		s := newCredentialsScene(t)
		s.at(time.Hour, func() { s.SetContinueAsNewSuggested(true) })
		s.ExecuteWorkflow(Credentials, CredentialsInput{Merchant: merchant})
		s.ended()
		next(t, s)
		assert.Equal(t, 5*time.Hour, s.passed())
	})
}

// TestAStepThatWaitsForConsentNeverFails: however long a merchant takes to give a new code.
func TestAStepThatWaitsForConsentNeverFails(t *testing.T) {
	t.Parallel()
	s := newScene(t, "w", nil)
	s.SetWorkerOptions(consenting)
	consented := begin.Add(5 * 24 * time.Hour)
	s.OnActivity(runs.CloseRun, mock.Anything, mock.Anything).Return(func(context.Context, Result) error {
		if s.Now().Before(consented) {
			return temporal.NewApplicationErrorWithOptions("no token", activities.ErrorNeedsConsent, temporal.ApplicationErrorOptions{NextRetryDelay: 10 * time.Minute})
		}
		return nil
	})
	work := func(ctx workflow.Context) error {
		return workflow.ExecuteActivity(hubStep(ctx, "a step"), runs.CloseRun, Result{}).Get(ctx, nil)
	}
	brief := func(ctx workflow.Context) error {
		return workflow.ExecuteActivity(briefStep(ctx, "a step"), runs.CloseRun, Result{}).Get(ctx, nil)
	}
	both := func(ctx workflow.Context) error {
		if err := brief(ctx); errorType(err) != activities.ErrorNeedsConsent {
			return errors.New("a step that can be done without held the workflow up")
		}
		return work(ctx)
	}
	s.RegisterWorkflow(both)
	s.ExecuteWorkflow(both)
	s.ended()
	require.NoError(t, s.GetWorkflowError())
	assert.WithinDuration(t, consented, s.Now(), time.Hour)
}
