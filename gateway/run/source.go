package run

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// maxHops bounds how many addresses of X-Forwarded-For are looked at.
const maxHops = 32

// sources say who may send notices, and whose word on the sender is believed.
type sources struct{ allowed, proxies []netip.Prefix }

// allows tells whether the sender of a request may send notices.
func (s sources) allows(r *http.Request) bool {
	sender, known := s.sender(r)
	return known && contains(s.allowed, sender)
}

// sender is the address that a request comes from: the other end of the connection, or, when
// that is a proxy of ours, the rightmost address of X-Forwarded-For that is none. What a
// stranger writes there stands further left and is never reached.
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

// near tells whether a connection comes from one who may send, or from a proxy of ours.
func (s sources) near(remote string) bool {
	address, ok := addressOf(remote)
	return ok && (contains(s.allowed, address) || contains(s.proxies, address))
}

func contains(prefixes []netip.Prefix, address netip.Addr) bool {
	return slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(address) })
}

// addressOf reads an address, also with a port, without its zone.
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
