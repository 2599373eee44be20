package run

import (
	"context"
	"errors"
	"time"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/workflows"
)

const (
	// accountsLook is how often the accounts are looked at, for metrics and the log.
	accountsLook = time.Minute
	// lookAfter is after how many looks it is seen to that somebody keeps each account alive.
	lookAfter = 5
	// shortLife is less life than a token has when all is well; the hub's time.
	shortLife = 30 * time.Minute
	// lateNews is how old a code may be of which it is not known whether Credentials heard: by then it
	// has looked by itself.
	lateNews = time.Hour
)

// accountKeeper sees to it that each account is kept alive, and tells how they stand.
type accountKeeper struct {
	process *process
	hubs    *hubs
	vault   *accounts.Vault
	renewer *accounts.Renewer
	// states are those that were told last, told the news of which each Credentials was told.
	states map[string]accounts.State
	told   map[string]accountNews
}

// accountNews is what a Credentials was told: of which code, and of which generation that it is due.
type accountNews struct {
	connected time.Time
	due       int64
}

// newAccountKeeper makes what the settings allow for; nil where they name no keys.
func (p *process) newAccountKeeper(store *storage.Store, hubs *hubs) (*accountKeeper, error) {
	if !p.settings.hasAccounts() {
		return nil, nil
	}
	keys, err := accounts.LoadKeys(p.settings.AccountsKeyFile, p.settings.AccountsKey)
	if err != nil {
		return nil, err
	}
	oauth, err := multivende.NewOAuth(p.settings.oauthConfig(p.metrics.observeHub))
	if err != nil {
		return nil, err
	}
	k := &accountKeeper{process: p, hubs: hubs, vault: &accounts.Vault{Store: store, Keys: keys}, states: map[string]accounts.State{}, told: map[string]accountNews{}}
	k.renewer = &accounts.Renewer{Vault: k.vault, OAuth: oauth, Speed: p.settings.HubSpeed, HubClock: hubs.clock}
	hubs.vault, hubs.demand = k.vault, k.demand
	return k, nil
}

func (s Settings) oauthConfig(observe func(multivende.Call)) multivende.OAuthConfig {
	return multivende.OAuthConfig{
		BaseURL: s.Hub, ClientID: s.ClientID, ClientSecret: s.ClientSecret, PathsFile: s.HubPaths,
		AllowHosts: s.DownloadHosts, Speed: s.HubSpeed, Observe: observe,
	}
}

// demand tells the merchant's Credentials that the hub refuses a token.
func (k *accountKeeper) demand(ctx context.Context, merchant string, generation int64) error {
	_, err := k.process.servers.Temporal.SignalWithStartWorkflow(ctx, workflows.CredentialsID(merchant), workflows.TokenRefusedSignal,
		workflows.TokenRefused{Generation: generation}, service.CredentialsOptions(merchant), workflows.CredentialsType, workflows.CredentialsInput{Merchant: merchant})
	return err
}

// watch looks after the accounts until ctx ends.
func (k *accountKeeper) watch(ctx context.Context) {
	ticker := time.NewTicker(accountsLook)
	defer ticker.Stop()
	for looks := 0; ; looks++ {
		if err := k.look(ctx, looks%lookAfter == 0); err != nil && ctx.Err() == nil {
			k.process.log.Warn("the accounts could not be looked at; tried again soon", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// look takes the accounts' figures, and wakes those who sleep over news; begin: it also starts the
// workflows of each account that has none.
func (k *accountKeeper) look(ctx context.Context, begin bool) error {
	merchants, err := k.vault.Merchants(ctx)
	if err != nil {
		return err
	}
	var found []accounts.Account
	var wrong []error
	for _, merchant := range merchants {
		begin := begin
		account, err := k.vault.Look(ctx, merchant)
		if err == nil {
			found = append(found, account)
			k.tell(account)
			woken, err := k.wake(ctx, account)
			begin, wrong = begin || woken, append(wrong, err)
		}
		if begin && !errors.Is(err, accounts.ErrNotConnected) {
			wrong = append(wrong, k.begin(ctx, merchant))
		}
		if !errors.Is(err, accounts.ErrNotConnected) {
			wrong = append(wrong, err)
		}
	}
	k.process.metrics.observeAccounts(found, k.life)
	return errors.Join(wrong...)
}

// wake has an account's Credentials look, once for each thing that it may not have heard of: a code
// that was exchanged, and a token that is due earlier because the hub's clock was set forward.
func (k *accountKeeper) wake(ctx context.Context, account accounts.Account) (woken bool, err error) {
	if account.State != accounts.Alive {
		return false, nil
	}
	told, seen := k.told[account.Merchant]
	connected := !account.ConnectedAt.Equal(told.connected) && (seen || time.Since(account.ConnectedAt) < lateNews)
	due := told.due != account.Generation && k.renewer.Due(account)
	if connected || due {
		_, err := k.process.servers.Temporal.SignalWithStartWorkflow(ctx, workflows.CredentialsID(account.Merchant), workflows.ConnectedSignal, nil,
			service.CredentialsOptions(account.Merchant), workflows.CredentialsType, workflows.CredentialsInput{Merchant: account.Merchant})
		if err != nil {
			return false, err
		}
	}
	told.connected = account.ConnectedAt
	if due {
		told.due = account.Generation
	}
	k.told[account.Merchant] = told
	return connected || due, nil
}

func (k *accountKeeper) begin(ctx context.Context, merchant string) error {
	temporal := k.process.servers.Temporal
	_, err := temporal.ExecuteWorkflow(ctx, service.CredentialsOptions(merchant), workflows.CredentialsType, workflows.CredentialsInput{Merchant: merchant})
	if k.process.options.IntakesByHand {
		return err
	}
	_, intakeErr := temporal.ExecuteWorkflow(ctx, service.IntakeOptions(merchant), workflows.IntakeType, workflows.IntakeInput{Merchant: merchant})
	return errors.Join(err, intakeErr)
}

// life is how long an account's token still lives, nothing where the hub refuses it; the hub's time.
func (k *accountKeeper) life(account accounts.Account) time.Duration {
	if account.TokenRefused {
		return 0
	}
	now := account.HubNow(time.Now(), k.process.settings.HubSpeed)
	if clock := k.hubs.clock(account.Merchant); clock != nil && clock.Known() {
		now = clock.Now()
	}
	return account.Life(now)
}

// tell logs an account that changed, and one whose token ends soon.
func (k *accountKeeper) tell(account accounts.Account) {
	log := k.process.log.With("merchant", account.Merchant)
	before := k.states[account.Merchant]
	k.states[account.Merchant] = account.State
	switch life := k.life(account); {
	case account.State == accounts.NeedsConsent && before != accounts.NeedsConsent:
		log.Error("the account needs consent", "reason", account.Reason, "do", accounts.HowToConsent)
	case account.State == accounts.Alive && before == accounts.NeedsConsent:
		log.Info("the account can be used again")
	case account.State == accounts.Alive && life < shortLife:
		log.Warn("the token ends soon and is not renewed yet", "minutes", int(life.Minutes()), "trouble", account.Renewal.Trouble)
	}
}
