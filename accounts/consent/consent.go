// Package consent leads a merchant to the hub's consent page and receives the code that the browser
// brings back to this machine. Begin with [Page]. It is not needed for a code that the merchant
// pastes.
//
// It promises that a wait ends only when the browser opens the callback address as a page: requests
// of scripts, frames and pictures are refused.
package consent

import (
	"context"
	"fmt"
	"time"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/multivende"
)

// mostDeniedCodes bounds how many codes are tried during one wait: any page that is open in the browser
// can send one.
const mostDeniedCodes = 5

// Page is the hub's consent page for one merchant.
type Page struct {
	OAuth *multivende.OAuth
	// Hub is the hub's address.
	Hub string
	// Callback is the address, host:port, to which the browser comes back.
	Callback string
	// Show takes the merchant to the page's address; redirect is where the hub sends the browser
	// afterwards.
	Show func(ctx context.Context, address, redirect string)
	// Note, if set, is told about anything that the browser brought and that is not an answer.
	Note func(what string)
}

// PortError says that the callback address is taken by another program.
type PortError struct {
	Address string
	Err     error
}

func (e *PortError) Error() string {
	return fmt.Sprintf("cannot listen on %s, the only address to which the hub may send the browser back; stop the program that uses it: %v", e.Address, e.Err)
}
func (e *PortError) Unwrap() error { return e.Err }

// RefusedError says that the merchant did not consent.
type RefusedError struct{ Words string }

func (e *RefusedError) Error() string { return "the merchant did not consent: " + e.Words }

// ExchangeError says that the hub refused to exchange a code; multivende.FateOf says what became of
// the code.
type ExchangeError struct{ Err error }

func (e *ExchangeError) Error() string { return e.Err.Error() }
func (e *ExchangeError) Unwrap() error { return e.Err }

// Grant waits for the merchant's consent, at most [Wait], and exchanges the first code that the hub
// accepts. Proven is true if the code came with the state that we sent, so that it certainly
// answers this page. Errors: [PortError], [RefusedError], [ExchangeError], or an error that says
// that nobody consented in time.
func (p Page) Grant(ctx context.Context) (grant multivende.Grant, proven bool, err error) {
	catcher, err := catchCode(ctx, p.Callback, p.Hub)
	if err != nil {
		return grant, false, err
	}
	defer catcher.close()
	redirect := RedirectURL(catcher.host)
	p.Show(ctx, p.OAuth.ConsentURL(redirect, catcher.state, accounts.NeededScopes), redirect)
	limit := time.NewTimer(ConsentWait)
	defer limit.Stop()
	for denied := 1; ; denied++ {
		brought, err := catcher.wait(ctx, limit.C, p.note)
		if err != nil {
			return grant, false, err
		}
		grant, err = p.OAuth.Exchange(ctx, brought.code)
		if err == nil {
			return grant, brought.ours, nil
		}
		if multivende.FateOf(err) != multivende.Denied || denied == mostDeniedCodes {
			return grant, false, &ExchangeError{Err: err}
		}
		p.note("the browser brought a code that the hub does not accept:  " + err.Error())
	}
}

func (p Page) note(what string) {
	if p.Note != nil {
		p.Note(what)
	}
}
