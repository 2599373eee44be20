package run

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/partners"
	"github.com/despacho/despacho/starter/terminal"
)

type partnerCommands struct {
	Add    partnerAddCommand    `cmd:"" help:"Make a key for the merchants of --merchant (several with commas between them); it is shown once."`
	List   partnerListCommand   `cmd:"" help:"List the keys: for whom, what for, until when, when last used."`
	Revoke partnerRevokeCommand `cmd:"" help:"End a key for ever, within seconds."`
	Rotate partnerRotateCommand `cmd:"" help:"Make a new key of the same id; the present one works for the overlap."`
}

type partnerAddCommand struct {
	Name    string   `arg:"" help:"Whose key it is, for people."`
	Scope   []string `required:"" placeholder:"SCOPE,…" help:"What it may be used for: runs, orders, labels, statuses, webhooks."`
	Expires string   `default:"365d" placeholder:"DATE|DAYSd" help:"Until when it works: a date such as 2027-11-21, or a number of days such as 90d; default 365d."`
	JSON    bool     `name:"json" help:"Print JSON on stdout, the key included."`
}

// madeKey is a new key as it is shown, once.
type madeKey struct {
	Key     string           `json:"key"`
	Partner partners.Partner `json:"partner"`
}

// Run makes a key.
func (c *partnerAddCommand) Run(ctx context.Context, d desk) error {
	expires, err := readExpiry(d.Now(), c.Expires)
	if err != nil {
		return err
	}
	book, err := d.partners(ctx)
	if err != nil {
		return err
	}
	merchants := lo.Compact(lo.Map(strings.Split(d.merchant, ","), func(m string, _ int) string { return strings.TrimSpace(m) }))
	scopes := lo.Map(c.Scope, func(s string, _ int) partners.Scope { return partners.Scope(strings.TrimSpace(s)) })
	partner, key, err := book.Add(ctx, partners.Request{Name: c.Name, Merchants: merchants, Scopes: scopes, Expires: expires})
	if err != nil {
		return partnerProblem(err)
	}
	return d.showKey(partner, key, c.JSON)
}

// showKey prints a new key: the only time that it can be seen.
func (d desk) showKey(partner partners.Partner, key partners.Key, asJSON bool) error {
	if asJSON {
		return d.printJSON(madeKey{key.Reveal(), partner})
	}
	d.print("%s", key.Reveal())
	d.say("This is the key of %s for %s, until %s. It is shown this once; only a digest of it is kept.", terminal.Plain(partner.Name), strings.Join(partner.Merchants, ", "), timeWords(partner.Expires))
	return nil
}

type partnerListCommand struct {
	JSON bool `name:"json" help:"Print JSON on stdout."`
}

// partnerLine is a key as it is listed.
type partnerLine struct {
	ID        string           `json:"id"`
	Name      string           `json:"name"`
	State     partners.State   `json:"state"`
	Merchants []string         `json:"merchants"`
	Scopes    []partners.Scope `json:"scopes"`
	Created   time.Time        `json:"created"`
	Expires   time.Time        `json:"expires"`
	LastUsed  time.Time        `json:"last_used,omitzero"`
	// Overlap is until when the key before works too.
	Overlap time.Time `json:"overlap,omitzero"`
}

// Run lists the keys.
func (c *partnerListCommand) Run(ctx context.Context, d desk) error {
	book, err := d.partners(ctx)
	if err != nil {
		return err
	}
	all, err := book.List(ctx)
	if err != nil {
		return err
	}
	lines := lo.Map(all, func(p partners.Partner, _ int) partnerLine {
		line := partnerLine{ID: p.ID, Name: p.Name, State: p.State(d.Now()), Merchants: p.Merchants, Scopes: p.Scopes, Created: p.Created, Expires: p.Expires, LastUsed: p.LastUsed}
		if len(p.Secrets) > 1 && d.Now().Before(p.Secrets[1].Until) {
			line.Overlap = p.Secrets[1].Until
		}
		return line
	})
	if c.JSON {
		return d.printJSON(lines)
	}
	if len(lines) == 0 {
		d.print("no keys")
		return nil
	}
	out := tabwriter.NewWriter(d.Out, 0, 0, 2, ' ', 0)
	terminal.WriteCells(out, "id", "name", "state", "merchants", "scopes", "until", "last used")
	for _, line := range lines {
		used := "never"
		if !line.LastUsed.IsZero() {
			used = timeWords(line.LastUsed)
		}
		scopes := lo.Map(line.Scopes, func(s partners.Scope, _ int) string { return string(s) })
		terminal.WriteCells(out, line.ID, terminal.Plain(line.Name), string(line.State), strings.Join(line.Merchants, ","), strings.Join(scopes, ","), timeWords(line.Expires), used)
	}
	return out.Flush()
}

// partnerArgument names a key.
type partnerArgument struct {
	ID string `arg:"" help:"The key's id, or the beginning dsp_<id>_ of the key."`
}

type partnerRevokeCommand struct {
	Key partnerArgument `embed:""`
}

// Run ends a key.
func (c *partnerRevokeCommand) Run(ctx context.Context, d desk) error {
	book, err := d.partners(ctx)
	if err != nil {
		return err
	}
	partner, err := book.Revoke(ctx, c.Key.ID)
	if err != nil {
		return partnerProblem(err)
	}
	d.print("%s of %s is revoked; gateways refuse it within %v", partner.ID, terminal.Plain(partner.Name), partners.KnownFor)
	return nil
}

type partnerRotateCommand struct {
	Key     partnerArgument `embed:""`
	Overlap time.Duration   `default:"24h" help:"How long the present key goes on working; default 24h, at most 720h, 0s ends it now."`
	Expires string          `default:"365d" placeholder:"DATE|DAYSd" help:"Until when the new key works; default 365d."`
	JSON    bool            `name:"json" help:"Print JSON on stdout, the key included."`
}

// Run makes a new key.
func (c *partnerRotateCommand) Run(ctx context.Context, d desk) error {
	expires, err := readExpiry(d.Now(), c.Expires)
	if err != nil {
		return err
	}
	book, err := d.partners(ctx)
	if err != nil {
		return err
	}
	partner, key, err := book.Rotate(ctx, c.Key.ID, c.Overlap, expires)
	if err != nil {
		return partnerProblem(err)
	}
	return d.showKey(partner, key, c.JSON)
}

func (d desk) partners(ctx context.Context) (partners.Book, error) {
	store, err := d.Objects(ctx, d.bucket)
	if err != nil {
		return partners.Book{}, &Problem{Code: ExitUsage, Message: err.Error(), Hint: "check AWS_* and DESPACHO_BUCKET", Cause: err}
	}
	return partners.Book{Store: store, Now: d.Now}, nil
}

// partnerProblem is an error about keys for the person at the command line.
func partnerProblem(err error) error {
	var wrong *partners.RequestError
	switch {
	case errors.As(err, &wrong):
		return usageProblem("see starter partner --help", "%v", err)
	case errors.Is(err, partners.ErrNoPartner):
		return &Problem{Code: ExitNotFound, Message: err.Error(), Hint: "starter partner list", Cause: err}
	}
	return err
}

// readExpiry reads a date (its whole day counts, in UTC) or a number of days.
func readExpiry(now time.Time, text string) (time.Time, error) {
	if days, found := strings.CutSuffix(text, "d"); found {
		if n, err := strconv.Atoi(days); err == nil && n > 0 && n <= 10_000 {
			return now.AddDate(0, 0, n), nil
		}
	}
	day, err := time.ParseInLocation(time.DateOnly, text, time.UTC)
	if err != nil {
		return time.Time{}, usageProblem("write a date such as 2027-11-21, or a number of days such as 90d", "%s", fmt.Sprintf("--expires %.40q is no date", text))
	}
	return day.AddDate(0, 0, 1), nil
}
