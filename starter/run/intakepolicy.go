package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/starter/terminal"
	"github.com/despacho/despacho/storage"
)

// policyNames are the names of policies, for help texts and checks.
func policyNames() kong.Vars {
	names := lo.Map(accounts.Policies, func(p accounts.Policy, _ int) string { return string(p) })
	return kong.Vars{"policies": strings.Join(names, ", "), "policy_enum": strings.Join(names, ",")}
}

type policyCommands struct {
	Set policySetCommand `cmd:"" help:"Choose when labels are made: ${policies}."`
}

type policySetCommand struct {
	Policy     string   `arg:"" enum:"${policy_enum}" help:"by-hand: when a run is started. at-hours: when a schedule starts one. when-stock-confirmed: as soon as starter confirm names the order. as-orders-come: minutes after the sale."`
	Connection []string `placeholder:"ID" help:"Only for this marketplace connection; can be repeated. Without it: all connections that have no policy of their own."`
	Yes        bool     `help:"Accept as-orders-come on channels where a label commits the order; without --connection, also on connections added later."`
}

// Run settles a policy and says which policies hold.
func (c *policySetCommand) Run(ctx context.Context, d desk) error {
	merchant, err := d.someMerchant()
	if err != nil {
		return err
	}
	vault, err := d.vault(ctx, nil)
	if err != nil {
		return err
	}
	policy := accounts.Policy(c.Policy)
	known, err := knownConnections(ctx, vault.Store, merchant)
	if err != nil {
		return err
	}
	settings, err := accounts.ChangeSettings(ctx, vault.Store, merchant, func(s *accounts.Settings) error {
		if reasons := c.reasons(*s, known); len(reasons) > 0 && !c.Yes {
			return &Problem{Code: ExitUsage, Message: "labels are not made as orders come:\n" + strings.Join(reasons, "\n"), Hint: "name other connections with --connection, use when-stock-confirmed, or add --yes if you mean it"}
		}
		if s.Policies == nil {
			s.Policies = map[string]accounts.Policy{}
		}
		for _, connection := range lo.CoalesceSliceOrEmpty(c.Connection, []string{""}) {
			s.Policies[connection] = policy
		}
		if len(c.Connection) == 0 {
			s.BindsEarly = c.Yes && policy == accounts.AsOrdersCome
		}
		return nil
	})
	if err != nil {
		return err
	}
	d.print("merchant %s: %s", merchant, policyWords(settings))
	return nil
}

// reasons say why labels should not be made as orders come.
func (c *policySetCommand) reasons(s accounts.Settings, known map[string]activities.Connection) []string {
	if accounts.Policy(c.Policy) != accounts.AsOrdersCome {
		return nil
	}
	concerned := c.Connection
	if len(concerned) == 0 {
		if len(known) == 0 {
			return []string{"which channels the merchant sells on is not known yet: connect it and wait for the first poll (starter intake)"}
		}
		concerned = lo.Reject(lo.Keys(known), func(id string, _ int) bool { return s.Policies[id] != "" })
		slices.Sort(concerned)
	}
	return lo.FilterMap(concerned, func(id string, _ int) (string, bool) {
		connection, ok := known[id]
		if !ok {
			return fmt.Sprintf("connection %s is not known yet, so nobody can say what asking for its labels binds", id), true
		}
		early, reason := channels.BySlug(connection.Channel).MakesEarly()
		return fmt.Sprintf("%s (%s): %s", terminal.Plain(connection.Name), id, reason.Words), !early && connection.SkipReason.Words == ""
	})
}

// knownConnections are a merchant's connections as its intake read them last; empty when it never has.
func knownConnections(ctx context.Context, store *storage.Store, merchant string) (map[string]activities.Connection, error) {
	var all []activities.Connection
	err := store.Get(ctx, storage.IntakeConnections(merchant), &all)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return nil, err
	}
	return lo.KeyBy(all, func(c activities.Connection) string { return c.ID }), nil
}

func policyWords(s accounts.Settings) string {
	words := []string{"labels are made " + string(s.PolicyOf(""))}
	if s.PolicyOf("") == accounts.AsOrdersCome && !s.BindsEarly {
		words[0] += " (by-hand on channels on which asking for a label binds the order, also on connections that come later: --connection or --yes settles otherwise)"
	}
	for _, connection := range slices.Sorted(slices.Values(lo.Without(lo.Keys(s.Policies), ""))) {
		words = append(words, connection+" "+string(s.Policies[connection]))
	}
	return strings.Join(words, "; ")
}
