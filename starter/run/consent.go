package run

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/accounts/consent"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/starter/terminal"
)

// grant is what the pasted code, or the one that the consent page brings, was exchanged for.
func (c *connectCommand) grant(ctx context.Context, d desk, oauth *multivende.OAuth, known []string) (multivende.Grant, error) {
	if c.Code == "" {
		return c.consent(ctx, d, oauth, known)
	}
	code, err := c.pasted(d, known)
	if err != nil {
		return multivende.Grant{}, err
	}
	grant, err := oauth.Exchange(ctx, code)
	if err != nil {
		return grant, exchangeProblem(err)
	}
	return grant, nil
}

func (c *connectCommand) consent(ctx context.Context, d desk, oauth *multivende.OAuth, known []string) (multivende.Grant, error) {
	page := consent.Page{OAuth: oauth, Hub: c.Hub, Callback: d.Callback, Note: func(what string) { d.say("%s. Waiting on; Ctrl-C ends it", what) }}
	page.Show = func(ctx context.Context, address, redirect string) {
		d.say(beforeConsent, redirect, strings.Join(accounts.NeededScopes, " "))
		if len(known) > 0 {
			d.say("\nwarning: connected already: %s. The consent page adds a second connection for such a merchant.\n"+
				"To give a new code without that: %s", strings.Join(known, ", "), accounts.HowToConsent)
		}
		d.say("\nThe merchant consents here:\n\n  %s\n\nWaiting for the browser to come back to %s …", address, redirect)
		if !c.NoBrowser && !lo.Contains(known, d.merchant) {
			_ = d.Browse(ctx, address) // the address is printed as well
		}
	}
	grant, proven, err := page.Grant(ctx)
	var (
		port     *consent.PortError
		exchange *consent.ExchangeError
	)
	switch {
	case errors.As(err, &port):
		return grant, &Problem{
			Code: ExitError, Cause: err, Message: err.Error(),
			Hint: "end that program, or take the code from the merchant's application list and give it with --code ac-…",
		}
	case errors.As(err, &exchange):
		return grant, exchangeProblem(exchange.Err)
	}
	c.unproven = !proven
	return grant, err
}

// expected refuses a merchant that nobody spoke of: a code from elsewhere would connect the shop
// of somebody else.
func (c *connectCommand) expected(d desk, merchant string, known []string) error {
	usedUp := "nothing was stored, and the code is used up; "
	switch {
	case !accounts.ValidMerchant(merchant):
		return &Problem{Code: ExitError, Message: fmt.Sprintf("the hub names no merchant that could be one: %.64q", merchant), Hint: "the code is used up; report this to the hub's support"}
	case merchant == d.merchant || lo.Contains(known, merchant) && (d.merchant == "" || c.Another):
		return nil
	case c.Another || d.merchant == "" && len(known) == 0:
		if c.unproven {
			d.say("warning: the hub did not say that this code is the answer to the page above, and any page that is open in the browser could have brought it.\n"+
				"If merchant %s is not yours: starter disconnect --merchant %s; and next time say which one you mean: starter connect --merchant ID", merchant, merchant)
		}
		return nil
	case d.merchant != "":
		return &Problem{
			Code: ExitConflict, Cause: errOtherMerchant,
			Message: fmt.Sprintf("the code belongs to merchant %s, not to %s", merchant, terminal.Plain(d.merchant)),
			Hint:    usedUp + "if that is the merchant you mean, get a new code and add --merchant " + merchant,
		}
	case len(known) > 0:
		return &Problem{
			Code: ExitConflict, Cause: errOtherMerchant,
			Message: fmt.Sprintf("the code belongs to merchant %s; connected are only: %s", merchant, strings.Join(known, ", ")),
			Hint:    usedUp + "if that is the merchant you mean, get a new code and add --merchant " + merchant + ", or --another",
		}
	}
	return nil
}

var errOtherMerchant = errors.New("another merchant than expected")
