package ipp

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
)

// address is where a printer is: uri as IPP names it, http as it is called, host for its certificate.
type address struct {
	uri, http, host string
}

// parseAddress reads an ipp:// or ipps:// address. The port is 631 and the path /ipp/print where it has none.
func parseAddress(text string) (address, error) {
	u, err := url.Parse(text)
	if err != nil {
		return address{}, fmt.Errorf("the printer's address %q cannot be read", text)
	}
	scheme := map[string]string{"ipp": "http", "ipps": "https"}[u.Scheme]
	if scheme == "" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return address{}, fmt.Errorf("the printer's address %q is not of the form ipp://host/ipp/print or ipps://host/ipp/print", u.Redacted())
	}
	u.Host = net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), "631"))
	u.Path = cmp.Or(u.Path, "/ipp/print")
	a := address{uri: u.String(), host: u.Hostname()}
	u.Scheme = scheme
	a.http = u.String()
	return a, nil
}
