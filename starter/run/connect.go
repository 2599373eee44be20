package run

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/accounts/consent"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/starter/terminal"
)

type connectCommand struct {
	applicationFlags
	Code        string   `placeholder:"ac-…" help:"An authorization code from the merchant's application list; - reads it from standard input. Makes no second connection."`
	NoBrowser   bool     `help:"Print the address of the consent page instead of opening a browser."`
	Another     bool     `help:"Allow a merchant other than --merchant, or other than those already connected."`
	Connections []string `placeholder:"ID,…" help:"Work on these marketplace connections only; \"all\" removes the limit."`

	unproven bool // the code came without the state that was sent
}

// Run connects a merchant, or gives a connected one a new code.
func (c *connectCommand) Run(ctx context.Context, d desk) error {
	oauth, err := c.oauth()
	if err != nil {
		return err
	}
	keys, err := c.keys()
	if err != nil {
		return err
	}
	// A code is good once: everything that is needed afterwards has to be there before.
	vault, err := d.vault(ctx, keys)
	if err != nil {
		return err
	}
	known, err := vault.Merchants(ctx)
	if err != nil {
		return err
	}
	keeping, err := d.Keeping(ctx)
	if err != nil {
		return err
	}
	grant, err := c.grant(ctx, d, oauth, known)
	if err != nil {
		return err
	}
	if err := c.expected(d, grant.Merchant, known); err != nil {
		return err
	}
	account, again, err := vault.Connect(ctx, grant, d.Now())
	if err != nil {
		return err
	}
	if err := keeping.Connected(ctx, account.Merchant); err != nil {
		return &Problem{
			Code: ExitError, Cause: err,
			Message: fmt.Sprintf("merchant %s is connected, but its workflows could not be started in Temporal: %v", account.Merchant, err),
			Hint:    "if a worker is running, do nothing: it starts them within a minute; otherwise start a worker",
		}
	}
	if err := c.tell(ctx, d, vault, account, again); err != nil {
		return err
	}
	c.probe(ctx, d, account)
	return nil
}

// pasted is the code that was given.
func (c *connectCommand) pasted(d desk, known []string) (multivende.Secret, error) {
	if len(known) == 0 {
		d.say(beforeConsent, consent.RedirectURL(d.Callback), strings.Join(accounts.NeededScopes, " "))
	}
	code := strings.TrimSpace(c.Code)
	if code == "-" {
		line, err := bufio.NewReader(io.LimitReader(d.In, 4096)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		code = strings.TrimSpace(line)
	}
	if !consent.ValidCode(code) {
		return "", usageProblem("it looks like ac-…; the merchant finds it in the application list: the pencil, Generar código de autorización", "this is not an authorization code")
	}
	return multivende.Secret(code), nil
}

const beforeConsent = `Once for the application, in the hub's developer account, this must be done before:
  - the hub has approved the application (by a ticket to its support)
  - its Redirect URL is: %s
    (to there the hub leads the merchant after the consent; URL de destino, where it sends merchants to begin with,
    is another field: the consent page's address)
  - the scopes are registered: %s
  - the callback address of the gateway is registered (https://…/webhooks/multivende), with the topics
    checkouts, delivery orders and pick up orders`

// exchangeProblem says whether the code can be used again.
func exchangeProblem(err error) error {
	problem := &Problem{Code: ExitError, Message: "the code could not be exchanged: " + err.Error(), Cause: err}
	switch multivende.FateOf(err) {
	case multivende.NotSent, multivende.Postponed:
		problem.Hint = "the code was not used: try again with starter connect --code"
	case multivende.Denied:
		problem.Hint = "a code is valid for one day and can be used once; do DESPACHO_CLIENT_ID and DESPACHO_CLIENT_SECRET belong to the application that it was made for? " + accounts.HowToConsent
	case multivende.Lost:
		problem.Hint = "the answer is lost and the code may be used up: try it once more, else " + accounts.HowToConsent
	}
	return problem
}

// tell shows what was granted and what is left out, and sets the seller's limit.
func (c *connectCommand) tell(ctx context.Context, d desk, vault *accounts.Vault, account accounts.Account, again bool) error {
	d.print("merchant    %s", account.Merchant)
	d.print("state       %s", lo.Ternary(again, "connected again; runs that waited for this continue", "connected"))
	d.print("token       until %s (the hub's time), renewed automatically", timeWords(account.ExpiresAt))
	d.print("refresh     until %s", timeWords(account.RefreshExpiresAt))
	d.print("scopes      %s", scopeWords(account.Scopes))
	if again && c.Code == "" {
		d.say("warning: this merchant was connected before: the hub has a second connection now. The merchant can remove the older one in its application list")
	}
	for _, scope := range accounts.NeededScopes {
		if !account.Scopes.Has(scope) {
			d.print("missing     %s: without it no labels can be made; %s", scope, "the merchant grants it with a new code")
		}
	}
	listed, err := c.listed(ctx, account)
	if err != nil {
		d.say("warning: the connections could not be listed: %v", err)
	}
	for _, connection := range listed {
		if doubt := account.ScopeDoubts(connection.ID); doubt != "" {
			d.print("in doubt    %s (%s): %s", terminal.Plain(connection.Name), connection.ID, doubt)
		}
	}
	return c.limit(ctx, d, vault, account.Merchant, listed)
}

// client calls the hub with the new token.
func (c *connectCommand) client(account accounts.Account) (*multivende.Client, error) {
	return multivende.New(multivende.Config{
		BaseURL: c.Hub, Merchant: account.Merchant, Token: multivende.StaticToken(account.Token.Reveal()),
		PathsFile: c.HubPaths, Speed: c.HubSpeed, AllowHosts: c.DownloadHosts,
	})
}

// probe looks whether the hub's read-only routes answer as they are read. The merchant is connected
// whatever it finds.
func (c *connectCommand) probe(ctx context.Context, d desk, account accounts.Account) {
	hub, err := c.client(account)
	if err != nil {
		d.say("warning: the hub's routes were not probed: %v", err)
		return
	}
	defer hub.Close()
	d.say("Checking the hub's routes; this takes some seconds …")
	limited, cancel := context.WithTimeout(ctx, probeWithin)
	defer cancel()
	probing, err := hub.Probe(limited, "", probedAtOnce)
	findings := probeFindings(probing, "")
	well := lo.CountBy(findings, func(f finding) bool { return f.State == stateOK })
	d.print("routes      %d of %d as expected; starter doctor --probe shows all", well, len(findings))
	for _, f := range findings {
		if f.State != stateOK {
			d.print("%-11s %s: %s", string(f.State), f.Check, terminal.Plain(f.Found))
		}
		if f.State != stateOK && f.Do != "" {
			d.print("            → %s", terminal.Plain(f.Do))
		}
	}
	if err != nil {
		d.say("warning: the probe of the hub's routes ended early: %v", err)
	}
}

// listed are the merchant's connections, as the new token sees them.
func (c *connectCommand) listed(ctx context.Context, account accounts.Account) ([]multivende.Connection, error) {
	hub, err := c.client(account)
	if err != nil {
		return nil, err
	}
	defer hub.Close()
	return hub.Connections(ctx)
}

// limit settles which connections are worked on.
func (c *connectCommand) limit(ctx context.Context, d desk, vault *accounts.Vault, merchant string, listed []multivende.Connection) error {
	wanted := lo.Uniq(lo.Compact(lo.Map(c.Connections, func(id string, _ int) string { return strings.TrimSpace(id) })))
	if len(wanted) > 0 && len(listed) > 0 && !lo.Contains(wanted, allConnections) {
		ids := lo.Map(listed, func(connection multivende.Connection, _ int) string { return connection.ID })
		if unknown := lo.Without(wanted, ids...); len(unknown) > 0 {
			return usageProblem("the merchant's are "+strings.Join(ids, ", "), "the merchant is connected, but not limited: the hub lists no connection %s", strings.Join(unknown, ", "))
		}
	}
	settings, err := accounts.ChangeSettings(ctx, vault.Store, merchant, func(s *accounts.Settings) error {
		if len(wanted) > 0 {
			s.Connections = lo.Without(wanted, allConnections)
		}
		return nil
	})
	if err == nil && len(settings.Connections) > 0 {
		d.print("limited to  %s", strings.Join(settings.Connections, ", "))
	}
	return err
}

// allConnections takes a limit away.
const allConnections = "all"

func timeWords(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// scopeWords lists scopes; those for some connections only say for how many.
func scopeWords(scopes multivende.Scopes) string {
	words := lo.Map(scopes.Names(), func(name string, _ int) string {
		if all, ids := scopes.Connections(name); !all {
			return fmt.Sprintf("%s (%s only)", terminal.Plain(name), terminal.Count(len(ids), "connection"))
		}
		return terminal.Plain(name)
	})
	return cmp.Or(strings.Join(words, ", "), "none")
}
