package run

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// maxHops bounds how many addresses of X-Forwarded-For are looked at.
const maxHops = 32

// sources say who may send notifications, and which proxies are believed about the sender.
type sources struct{ allowed, proxies []netip.Prefix }

// allows tells whether the sender of a request may send notifications.
func (s sources) allows(r *http.Request) bool {
	sender, known := s.sender(r)
	return known && contains(s.allowed, sender)
}

// sender is the address that a request comes from: the other end of the connection or, when
// that is one of our proxies, the rightmost address of X-Forwarded-For that is not. What a
// stranger writes there is further left and never counts.
func (s sources) sender(r *http.Request) (netip.Addr, bool) {
	sender, ok := addressOf(r.RemoteAddr)
	if !ok || !contains(s.proxies, sender) {
		return sender, ok
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i, hop := range slices.Backward(hops) {
		if len(hops)-i > maxHops {
			return netip.Addr{}, false
		}
		if sender, ok = addressOf(strings.TrimSpace(hop)); !ok || !contains(s.proxies, sender) {
			return sender, ok
		}
	}
	return sender, ok
}

// near tells whether a connection comes from an allowed sender or one of our proxies.
func (s sources) near(remote string) bool {
	address, ok := addressOf(remote)
	return ok && (contains(s.allowed, address) || contains(s.proxies, address))
}

func contains(prefixes []netip.Prefix, address netip.Addr) bool {
	return slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(address) })
}

// addressOf reads an address, with or without a port; its zone is left out.
func addressOf(text string) (netip.Addr, bool) {
	address, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		withPort, err := netip.ParseAddrPort(text)
		if err != nil {
			return netip.Addr{}, false
		}
		address = withPort.Addr()
	}
	return address.Unmap().WithZone(""), true
}
