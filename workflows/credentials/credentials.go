package credentials

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	credentialsteps "github.com/despacho/despacho/activities/credentials"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
)

const (
	// credentialRounds and credentialSignals bound a history: after so many rounds or signals it continues
	// as new.
	credentialRounds  = 100
	credentialSignals = 500
	// toldAgain is after how long open runs are told a second time: some may have been starting at the
	// first.
	toldAgain = time.Minute

	// keepPause is the pause after KeepToken failed altogether.
	keepPause = 10 * time.Minute
)

// Credentials keeps a merchant's token alive; nobody else renews it. It renews the token an hour
// before it expires, and when the hub refuses it. When the token can no longer be renewed it says what
// to do, pauses the merchant's open runs and waits for a new code. It ends when the merchant is
// disconnected.
func Credentials(ctx workflow.Context, in contract.CredentialsInput) error {
	c := &credentials{in: in, refused: in.State.Refused, paused: in.State.Paused}
	c.listen(ctx)
	for rounds := 0; rounds < credentialRounds && c.heard < credentialSignals && !workflow.GetInfo(ctx).GetContinueAsNewSuggested(); rounds++ {
		gone, err := c.round(ctx)
		if err != nil || gone {
			return err
		}
	}
	// Signals that have arrived but were not received would be lost with this execution.
	workflows.LetOthersRun(ctx)
	return workflow.NewContinueAsNewError(ctx, Credentials, contract.CredentialsInput{
		Merchant: in.Merchant, State: contract.CredentialsState{Refused: c.refused, Paused: c.paused},
	})
}

type credentials struct {
	in contract.CredentialsInput
	// refused is the newest generation of the token that the hub is reported to refuse.
	refused int64
	// connected: a new code was exchanged since the account was last checked.
	connected bool
	// paused: open runs know that they have to wait. told counts how often this execution has told them.
	paused bool
	told   int
	// heard counts the signals received.
	heard int
	state credentialsteps.AccountState
}

func (c *credentials) listen(ctx workflow.Context) {
	workflow.Go(ctx, func(g workflow.Context) {
		for {
			var news contract.TokenRefused
			workflow.GetSignalChannel(g, contract.TokenRefusedSignal).Receive(g, &news)
			c.refused = max(c.refused, news.Generation)
			c.heard++
		}
	})
	workflow.Go(ctx, func(g workflow.Context) {
		for {
			workflow.GetSignalChannel(g, contract.ConnectedSignal).Receive(g, nil)
			c.connected = true
			c.heard++
		}
	})
}

// round renews the token if need be, then waits until there is something to do.
func (c *credentials) round(ctx workflow.Context) (gone bool, err error) {
	standing, err := c.keep(ctx)
	if temporal.IsCanceledError(err) {
		return false, err
	}
	if err != nil {
		workflow.SetCurrentDetails(ctx, troubleDetails(workflows.ErrorWords(err)))
		_, err := workflows.AwaitUpTo(ctx, keepPause, "before trying again to check the token", func() bool { return c.connected })
		return false, err
	}
	c.show(ctx, standing)
	switch {
	case standing.Gone:
		return true, nil
	case standing.State == credentialsteps.AccountNeedsConsent:
		return false, c.awaitConsent(ctx, standing)
	}
	if c.paused {
		if err := c.tell(ctx, ""); err != nil {
			return false, err
		}
	}
	_, err = workflows.AwaitUpTo(ctx, time.Duration(standing.RenewIn), "until the token is due for renewal", func() bool { return c.connected || c.isRefused(standing) })
	return false, err
}

// keep renews the token if that is due or the hub refuses it.
func (c *credentials) keep(ctx workflow.Context) (credentialsteps.TokenStanding, error) {
	c.connected = false
	var standing credentialsteps.TokenStanding
	in := credentialsteps.KeepTokenInput{Merchant: c.in.Merchant, Refused: c.refused}
	err := workflow.ExecuteActivity(workflows.WaitStep(ctx, "renew the token if it is due"), tokenSteps.KeepToken, in).Get(ctx, &standing)
	if err == nil && standing.State == credentialsteps.AccountNeedsConsent && in.Refused == standing.Generation {
		c.refused = 0 // dealt with
	}
	return standing, err
}

// isRefused says whether the hub refuses the current token; refusals of older ones are stale.
func (c *credentials) isRefused(standing credentialsteps.TokenStanding) bool {
	return c.refused != 0 && c.refused == standing.Generation
}

// awaitConsent waits for a new code. The old token is used until it expires or is refused; then open
// runs are told to wait.
func (c *credentials) awaitConsent(ctx workflow.Context, standing credentialsteps.TokenStanding) error {
	if standing.Life > 0 {
		_, err := workflows.AwaitUpTo(ctx, time.Duration(standing.Life), "until the token expires; it can no longer be renewed",
			func() bool { return c.connected || c.isRefused(standing) })
		return err
	}
	if err := c.tell(ctx, credentialsteps.PausedReason); err != nil {
		return err
	}
	wait := workflows.ConsentCheckEvery
	if c.told == 1 {
		wait = toldAgain
	}
	_, err := workflows.AwaitUpTo(ctx, wait, "until the merchant gives a new code", func() bool { return c.connected })
	return err
}

// tell tells the merchant's open runs whether they can go on; paused is why not, empty when they can.
func (c *credentials) tell(ctx workflow.Context, paused string) error {
	summary := "tell open runs that they can go on"
	if paused != "" {
		summary = "tell open runs to wait"
	}
	in := credentialsteps.TellRunsInput{Merchant: c.in.Merchant, Paused: paused}
	if err := workflow.ExecuteActivity(workflows.HubStep(ctx, summary), tokenSteps.TellRuns, in).Get(ctx, nil); err != nil {
		if temporal.IsCanceledError(err) {
			return err
		}
		workflow.GetLogger(ctx).Warn("open runs could not be told about their account", "error", err)
		return nil
	}
	c.told++
	if c.paused = paused != ""; !c.paused {
		c.told = 0
	}
	return nil
}

// show updates what people see of the account in Temporal's UI.
func (c *credentials) show(ctx workflow.Context, standing credentialsteps.TokenStanding) {
	workflow.SetCurrentDetails(ctx, credentialsDetails(standing))
	if standing.Gone || standing.State == c.state {
		return
	}
	if c.state = standing.State; c.state == credentialsteps.AccountNeedsConsent {
		workflow.GetLogger(ctx).Error("the account needs consent", "merchant", c.in.Merchant, "reason", standing.Reason, "do", credentialsteps.HowToConsent)
	}
	err := workflow.UpsertTypedSearchAttributes(ctx, contract.MerchantAttribute.ValueSet(c.in.Merchant), contract.StateAttribute.ValueSet(string(c.state)))
	if err != nil {
		workflow.GetLogger(ctx).Warn("search attributes could not be set", "error", err)
	}
}

var tokenSteps *credentialsteps.Accounts
