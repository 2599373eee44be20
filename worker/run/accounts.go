package run

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"github.com/samber/lo"
	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/storage"
)

const (
	// accountsLook is how often the accounts are looked at, for metrics and the log.
	accountsLook = time.Minute
	// accountsAtATime is how many accounts are read, and their workflows started, at the same time.
	accountsAtATime = 16
	// lookAfter is after how many looks the workflows of each account are started again if they are missing.
	lookAfter = 5
	// shortLife is less time than a token has left when all is well; the hub's time.
	shortLife = 30 * time.Minute
	// lateNews is the age after which Credentials need not be told of a code: by then it has looked
	// by itself.
	lateNews = time.Hour
)

// accountKeeper makes sure that each account is kept alive, and reports their states.
type accountKeeper struct {
	process *process
	hubs    *hubs
	vault   *accounts.Vault
	renewer *accounts.Renewer
	// read are the accounts as they were read last.
	read map[string]readAccount
	// states are the states logged last.
	states map[string]accounts.State

	mu sync.Mutex
	// told is what each Credentials was told last.
	told map[string]accountNews
}

// readAccount is an account, and which version of it.
type readAccount struct {
	version string
	account accounts.Account
}

// accountNews is what a Credentials was told: when its code was exchanged, and which generation is due.
type accountNews struct {
	connected time.Time
	due       int64
}

// newAccountKeeper returns nil where the settings name no accounts.
func (p *process) newAccountKeeper(store *storage.Store, hubs *hubs) (*accountKeeper, error) {
	if !p.settings.hasAccounts() {
		return nil, nil
	}
	keys, err := accounts.LoadKeys(p.settings.AccountsKeyFile, p.settings.AccountsKey)
	if err != nil {
		return nil, err
	}
	oauth, err := multivende.NewOAuth(p.settings.oauthConfig(p.observeHub))
	if err != nil {
		return nil, err
	}
	k := &accountKeeper{process: p, hubs: hubs, vault: &accounts.Vault{Store: store, Keys: keys}}
	k.read, k.states, k.told = map[string]readAccount{}, map[string]accounts.State{}, map[string]accountNews{}
	k.renewer = &accounts.Renewer{Vault: k.vault, OAuth: oauth, Speed: p.settings.HubSpeed, HubClock: hubs.clock}
	hubs.vault, hubs.demand = k.vault, k.demandRenewal
	return k, nil
}

func (s Settings) oauthConfig(observe func(context.Context, multivende.Call)) multivende.OAuthConfig {
	return multivende.OAuthConfig{
		BaseURL: s.Hub, ClientID: s.ClientID, ClientSecret: s.ClientSecret, PathsFile: s.HubPaths,
		AllowHosts: s.DownloadHosts, Speed: s.HubSpeed, Observe: observe,
	}
}

// demandRenewal tells the merchant's Credentials that the hub refuses a token.
func (k *accountKeeper) demandRenewal(ctx context.Context, merchant string, generation int64) error {
	_, err := k.process.servers.Temporal.SignalWithStartWorkflow(ctx, contract.CredentialsID(merchant), contract.TokenRefusedSignal,
		contract.TokenRefused{Generation: generation}, service.CredentialsOptions(merchant), contract.CredentialsType, contract.CredentialsInput{Merchant: merchant})
	return err
}

// watch looks after the accounts until ctx ends.
func (k *accountKeeper) watch(ctx context.Context) {
	ticker := time.NewTicker(accountsLook)
	defer ticker.Stop()
	for looks := 0; ; looks++ {
		if err := k.lookAtAccounts(ctx, looks%lookAfter == 0); err != nil && ctx.Err() == nil {
			k.process.log.Warn("the accounts could not be read; the worker tries again within a minute", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// lookAtAccounts updates the accounts' metrics and wakes each Credentials that has missed something. With
// begin it also starts the workflows of each account that has none.
func (k *accountKeeper) lookAtAccounts(ctx context.Context, begin bool) error {
	listed, err := k.vault.ListAccounts(ctx)
	if err != nil {
		return err
	}
	merchants, err := k.readAccounts(ctx, listed)
	found := make([]accounts.Account, 0, len(merchants))
	wrong := make([]error, len(merchants))
	var side errgroup.Group
	side.SetLimit(accountsAtATime)
	for i, merchant := range merchants {
		read, readable := k.read[merchant]
		if readable {
			found = append(found, read.account)
			k.logAccount(read.account)
		}
		side.Go(func() error {
			wrong[i] = k.keepWorking(ctx, merchant, lo.Ternary(readable, &read.account, nil), begin)
			return nil
		})
	}
	_ = side.Wait()
	k.process.metrics.observeAccounts(found, k.ends)
	return errors.Join(err, errors.Join(wrong...))
}

// readAccounts reads those accounts that have changed since the last look, and names all that are connected.
// One that cannot be read is not among k.read; the error says so.
func (k *accountKeeper) readAccounts(ctx context.Context, listed []accounts.Listed) (merchants []string, err error) {
	changed := lo.Filter(listed, func(l accounts.Listed, _ int) bool {
		before, known := k.read[l.Merchant]
		return !known || l.Version == "" || l.Version != before.version
	})
	fresh, wrong := make([]accounts.Account, len(changed)), make([]error, len(changed))
	var side errgroup.Group
	side.SetLimit(accountsAtATime)
	for i, l := range changed {
		side.Go(func() error {
			fresh[i], wrong[i] = k.vault.ReadPublic(ctx, l.Merchant)
			return nil
		})
	}
	_ = side.Wait()
	gone := map[string]bool{}
	for i, l := range changed {
		delete(k.read, l.Merchant)
		switch {
		case wrong[i] == nil:
			k.read[l.Merchant] = readAccount{l.Version, fresh[i]}
		case errors.Is(wrong[i], accounts.ErrNotConnected): // since the list
			gone[l.Merchant], wrong[i] = true, nil
		}
	}
	merchants = lo.FilterMap(listed, func(l accounts.Listed, _ int) (string, bool) { return l.Merchant, !gone[l.Merchant] })
	connected := lo.Keyify(merchants)
	maps.DeleteFunc(k.read, func(merchant string, _ readAccount) bool { _, is := connected[merchant]; return !is })
	return merchants, errors.Join(wrong...)
}

// keepWorking wakes an account's Credentials if it has missed something, and then, or with begin, starts what
// is not open. account is nil where it cannot be read.
func (k *accountKeeper) keepWorking(ctx context.Context, merchant string, account *accounts.Account, begin bool) error {
	var err error
	if account != nil {
		var woken bool
		woken, err = k.wakeCredentials(ctx, *account)
		begin = begin || woken
	}
	if begin {
		err = errors.Join(err, k.startWorkflows(ctx, merchant))
	}
	return err
}

// wakeCredentials makes an account's Credentials look again, once for each event that it may have missed: a code
// that was exchanged, and a token that is due earlier because the hub's clock was set forward.
func (k *accountKeeper) wakeCredentials(ctx context.Context, account accounts.Account) (woken bool, err error) {
	if account.State != accounts.Alive {
		return false, nil
	}
	k.mu.Lock()
	told, seen := k.told[account.Merchant]
	k.mu.Unlock()
	connected := !account.ConnectedAt.Equal(told.connected) && (seen || time.Since(account.ConnectedAt) < lateNews)
	due := told.due != account.Generation && k.renewer.Due(account)
	if connected || due {
		_, err := k.process.servers.Temporal.SignalWithStartWorkflow(ctx, contract.CredentialsID(account.Merchant), contract.ConnectedSignal, nil,
			service.CredentialsOptions(account.Merchant), contract.CredentialsType, contract.CredentialsInput{Merchant: account.Merchant})
		if err != nil {
			return false, err
		}
	}
	told.connected = account.ConnectedAt
	if due {
		told.due = account.Generation
	}
	k.mu.Lock()
	k.told[account.Merchant] = told
	k.mu.Unlock()
	return connected || due, nil
}

func (k *accountKeeper) startWorkflows(ctx context.Context, merchant string) error {
	temporal := k.process.servers.Temporal
	_, err := temporal.ExecuteWorkflow(ctx, service.CredentialsOptions(merchant), contract.CredentialsType, contract.CredentialsInput{Merchant: merchant})
	if k.process.options.IntakesByHand {
		return err
	}
	_, intakeErr := temporal.ExecuteWorkflow(ctx, service.IntakeOptions(merchant), contract.IntakeType, contract.IntakeInput{Merchant: merchant})
	return errors.Join(err, intakeErr)
}

// life is how much longer an account's token lives, in the hub's time; zero when the hub refuses it.
func (k *accountKeeper) life(account accounts.Account) time.Duration {
	if account.TokenRefused {
		return 0
	}
	return account.Life(k.hubNow(account, time.Now()))
}

// hubNow is the hub's time as its answers have shown it, else as the account has noted it.
func (k *accountKeeper) hubNow(account accounts.Account, now time.Time) time.Time {
	if clock := k.hubs.clock(account.Merchant); clock != nil && clock.Known() {
		return clock.Now()
	}
	return account.HubNow(now, k.process.settings.HubSpeed)
}

// ends is when an account's token ends, in our time: now when the hub refuses it.
func (k *accountKeeper) ends(account accounts.Account) time.Time {
	now := time.Now()
	if account.TokenRefused {
		return now
	}
	return now.Add(time.Duration(float64(account.Life(k.hubNow(account, now))) / k.process.settings.HubSpeed))
}

// logAccount logs an account that changed, and one whose token ends soon.
func (k *accountKeeper) logAccount(account accounts.Account) {
	log := k.process.log.With("merchant", account.Merchant)
	before := k.states[account.Merchant]
	k.states[account.Merchant] = account.State
	switch life := k.life(account); {
	case account.State == accounts.NeedsConsent && before != accounts.NeedsConsent:
		log.Error("the account needs the merchant's consent", "reason", account.Reason, "do", accounts.HowToConsent)
	case account.State == accounts.Alive && before == accounts.NeedsConsent:
		log.Info("the account can be used again")
	case account.State == accounts.Alive && life < shortLife:
		log.Warn("the token ends soon and has not been renewed yet", "minutes", int(life.Minutes()), "trouble", account.Renewal.Trouble)
	}
}
