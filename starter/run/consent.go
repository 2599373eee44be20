package run

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/multivende"
)

// deniedCodes bounds the codes that are tried while a consent is waited for: any page that is open
// in the browser can bring one.
const deniedCodes = 5

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
	catcher, err := catchCode(ctx, d.Callback, c.Hub)
	if err != nil {
		return multivende.Grant{}, err
	}
	defer catcher.close()
	redirect := redirectOf(catcher.host)
	d.say(beforeConsent, redirect, strings.Join(accounts.Needed, " "))
	isKnown := lo.Contains(known, d.merchant)
	if len(known) > 0 {
		d.say("\nwarning: connected already: %s. The consent page makes a second connection of such a merchant beside the first.\n"+
			"For a new code without one: %s", strings.Join(known, ", "), accounts.HowToConsent)
	}
	address := oauth.ConsentURL(redirect, catcher.state, accounts.Needed)
	d.say("\nThe merchant consents here:\n\n  %s\n\nWaiting for the browser to come back to %s …", address, redirect)
	if !c.NoBrowser && !isKnown {
		_ = d.Browse(ctx, address) // the address is printed as well
	}
	return c.exchangeCaught(ctx, d, oauth, catcher)
}

// exchangeCaught exchanges the first code that the hub takes.
func (c *connectCommand) exchangeCaught(ctx context.Context, d desk, oauth *multivende.OAuth, catcher *catcher) (multivende.Grant, error) {
	limit := time.NewTimer(consentWait)
	defer limit.Stop()
	note := func(what string) { d.say("%s. Waiting on; Ctrl-C ends it", what) }
	for denied := 1; ; denied++ {
		brought, err := catcher.wait(ctx, limit.C, note)
		if err != nil {
			return multivende.Grant{}, err
		}
		grant, err := oauth.Exchange(ctx, brought.code)
		if err == nil {
			c.unproven = !brought.ours
			return grant, nil
		}
		if multivende.FateOf(err) != multivende.Denied || denied == deniedCodes {
			return grant, exchangeProblem(err)
		}
		note("the browser brought a code that the hub does not take: " + err.Error())
	}
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
			Message: fmt.Sprintf("the code is of merchant %s, not of %s", merchant, plain(d.merchant)),
			Hint:    usedUp + "if that is the merchant that you mean, take a new code and say --merchant " + merchant,
		}
	case len(known) > 0:
		return &Problem{
			Code: ExitConflict, Cause: errOtherMerchant,
			Message: fmt.Sprintf("the code is of merchant %s, and connected are only: %s", merchant, strings.Join(known, ", ")),
			Hint:    usedUp + "if that is the merchant that you mean, take a new code and say --merchant " + merchant + ", or --another",
		}
	}
	return nil
}

var errOtherMerchant = errors.New("another merchant than expected")
