package hooks

import (
	"errors"
	"net/netip"
	"net/url"

	"github.com/despacho/despacho/multivende"
)

// CheckURL says what is wrong with a webhook's address. Where its name leads is checked when it is called.
func CheckURL(text string) error {
	address, err := url.Parse(text)
	switch {
	case err != nil || len(text) > LongestURL || address.Hostname() == "":
		return errors.New("it is no address; write https://… with at most 1000 characters")
	case address.Scheme != "https":
		return errors.New("it must begin with https://")
	case address.User != nil || address.Fragment != "":
		return errors.New("it must have no user, password or fragment")
	}
	if ip, err := netip.ParseAddr(address.Hostname()); err == nil && !multivende.IsPublic(ip.Unmap()) {
		return errors.New("it must lead to a public address")
	}
	return nil
}
