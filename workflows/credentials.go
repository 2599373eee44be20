package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
)

const (
	// credentialRounds and credentialSignals are after how many the history is begun anew.
	credentialRounds  = 100
	credentialSignals = 500
	// toldAgain is when runs are told once more that were beginning when the others were.
	toldAgain = time.Minute
	// consentLook is how often an account that needs consent is looked at, for a signal that was never sent.
	consentLook = time.Hour
	// keepPause is the pause after a step that could not look after the token at all.
	keepPause = 10 * time.Minute
)

// CredentialsPriority lets a merchant's token come before its work, which waits for it.
func CredentialsPriority(merchant string) temporal.Priority {
	priority := FairShare(merchant)
	priority.PriorityKey = activities.Urgent
	return priority
}

// CredentialsInput begins a merchant's Credentials. Others start it with the merchant alone.
type CredentialsInput struct {
	Merchant string           `json:"merchant"`
	State    CredentialsState `json:"state,omitzero"`
}

// CredentialsState is what Credentials takes along when it continues as new.
type CredentialsState struct {
	// Refused is a generation whose refusal was heard of and not looked at.
	Refused int64 `json:"refused,omitempty"`
	// Paused: open runs were told that they cannot go on.
	Paused bool `json:"paused,omitempty"`
}

// Credentials keeps a merchant's token alive, and is the only one that renews it: an hour before
// its end, and when the hub refuses it. When it can no longer be renewed it says what to do,
// tells the merchant's open runs, and waits for a new code. It ends when the merchant is disconnected.
func Credentials(ctx workflow.Context, in CredentialsInput) error {
	c := &credentials{in: in, refused: in.State.Refused, paused: in.State.Paused}
	c.listen(ctx)
	for rounds := 0; rounds < credentialRounds && c.heard < credentialSignals && !workflow.GetInfo(ctx).GetContinueAsNewSuggested(); rounds++ {
		gone, err := c.round(ctx)
		if err != nil || gone {
			return err
		}
	}
	// Signals that have come but were not heard would be lost with this execution.
	letOthersRun(ctx)
	return workflow.NewContinueAsNewError(ctx, Credentials, CredentialsInput{
		Merchant: in.Merchant, State: CredentialsState{Refused: c.refused, Paused: c.paused},
	})
}

type credentials struct {
	in CredentialsInput
	// refused is the newest generation that the hub was said to refuse.
	refused int64
	// connected: a new code was exchanged since the account was looked at.
	connected bool
	// paused: open runs know that they cannot go on; told counts how often they were told in this execution.
	paused bool
	told   int
	// heard counts signals.
	heard int
	state activities.AccountState
}

func (c *credentials) listen(ctx workflow.Context) {
	workflow.Go(ctx, func(g workflow.Context) {
		for {
			var news TokenRefused
			workflow.GetSignalChannel(g, TokenRefusedSignal).Receive(g, &news)
			c.refused = max(c.refused, news.Generation)
			c.heard++
		}
	})
	workflow.Go(ctx, func(g workflow.Context) {
		for {
			workflow.GetSignalChannel(g, ConnectedSignal).Receive(g, nil)
			c.connected = true
			c.heard++
		}
	})
}

// round looks after the token once, and waits until there is something to do again.
func (c *credentials) round(ctx workflow.Context) (gone bool, err error) {
	standing, err := c.keep(ctx)
	if temporal.IsCanceledError(err) {
		return false, err
	}
	if err != nil {
		workflow.SetCurrentDetails(ctx, troubleDetails(errorWords(err)))
		_, err := awaitUpTo(ctx, keepPause, "nobody could look after the token", func() bool { return c.connected })
		return false, err
	}
	c.show(ctx, standing)
	switch {
	case standing.Gone:
		return true, nil
	case standing.State == activities.AccountNeedsConsent:
		return false, c.awaitConsent(ctx, standing)
	}
	if c.paused {
		if err := c.tell(ctx, ""); err != nil {
			return false, err
		}
	}
	_, err = awaitUpTo(ctx, time.Duration(standing.RenewIn), "until the token is to be renewed", func() bool { return c.connected || c.isRefused(standing) })
	return false, err
}

// keep renews the token if that is due, or if it is refused.
func (c *credentials) keep(ctx workflow.Context) (activities.TokenStanding, error) {
	c.connected = false
	var standing activities.TokenStanding
	in := activities.KeepTokenInput{Merchant: c.in.Merchant, Refused: c.refused}
	err := workflow.ExecuteActivity(waitStep(ctx, "renew the token if that is due"), tokens.KeepToken, in).Get(ctx, &standing)
	if err == nil && standing.State == activities.AccountNeedsConsent && in.Refused == standing.Generation {
		c.refused = 0 // it has been taken note of
	}
	return standing, err
}

// isRefused: the hub refuses the very token that stands; refusals of older ones say nothing new.
func (c *credentials) isRefused(standing activities.TokenStanding) bool {
	return c.refused != 0 && c.refused == standing.Generation
}

// awaitConsent waits for a new code. The old token serves on until it ends or is refused; then
// open runs are told that they have to wait.
func (c *credentials) awaitConsent(ctx workflow.Context, standing activities.TokenStanding) error {
	if standing.Life > 0 {
		_, err := awaitUpTo(ctx, time.Duration(standing.Life), "until the token ends that can no longer be renewed",
			func() bool { return c.connected || c.isRefused(standing) })
		return err
	}
	if err := c.tell(ctx, activities.PausedReason); err != nil {
		return err
	}
	wait := consentLook
	if c.told == 1 {
		wait = toldAgain
	}
	_, err := awaitUpTo(ctx, wait, "until the merchant gives a new code", func() bool { return c.connected })
	return err
}

// tell tells the merchant's open runs whether they can go on.
func (c *credentials) tell(ctx workflow.Context, paused string) error {
	summary := "tell open runs that they can go on"
	if paused != "" {
		summary = "tell open runs that they have to wait"
	}
	in := activities.TellRunsInput{Merchant: c.in.Merchant, Paused: paused}
	if err := workflow.ExecuteActivity(hubStep(ctx, summary), tokens.TellRuns, in).Get(ctx, nil); err != nil {
		if temporal.IsCanceledError(err) {
			return err
		}
		workflow.GetLogger(ctx).Warn("open runs were not told about their account", "error", err)
		return nil
	}
	c.told++
	if c.paused = paused != ""; !c.paused {
		c.told = 0
	}
	return nil
}

// show lets people see how the account stands.
func (c *credentials) show(ctx workflow.Context, standing activities.TokenStanding) {
	workflow.SetCurrentDetails(ctx, credentialsDetails(standing))
	if standing.Gone || standing.State == c.state {
		return
	}
	if c.state = standing.State; c.state == activities.AccountNeedsConsent {
		workflow.GetLogger(ctx).Error("the account needs consent", "merchant", c.in.Merchant, "reason", standing.Reason, "do", activities.HowToConsent)
	}
	err := workflow.UpsertTypedSearchAttributes(ctx, MerchantAttribute.ValueSet(c.in.Merchant), StateAttribute.ValueSet(string(c.state)))
	if err != nil {
		workflow.GetLogger(ctx).Warn("search attributes were not set", "error", err)
	}
}
