package multivende

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/samber/lo"
)

// hostList holds the hosts that may be called without https and on private addresses.
type hostList []allowedHost

type allowedHost struct{ name, port string } // port "" is any

func parseHosts(hosts []string) (hostList, error) {
	var all hostList
	for _, given := range hosts {
		entry := strings.ToLower(strings.TrimSpace(given))
		if entry == "" {
			continue
		}
		host, port, err := net.SplitHostPort(entry)
		if err != nil {
			host, port = strings.Trim(entry, "[]"), ""
		}
		_, portErr := strconv.ParseUint(cmp.Or(port, "0"), 10, 16)
		if host == "" || portErr != nil || strings.ContainsAny(host, "/@? ") {
			return nil, fmt.Errorf("hub: allowed host %q must be a host or host:port", given)
		}
		all = append(all, allowedHost{host, port})
	}
	return all, nil
}

func (l hostList) allow(host, port string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return lo.SomeBy(l, func(allowed allowedHost) bool {
		if allowed.port == "" && isLoopback(allowed.name) && isLoopback(host) {
			return true
		}
		return allowed.name == host && (allowed.port == "" || allowed.port == port)
	})
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

func portOf(link *url.URL) string {
	if port := link.Port(); port != "" {
		return port
	}
	return lo.Ternary(link.Scheme == "http", "80", "443")
}

// notPublic holds the address blocks that no download may reach, besides those that netip knows:
// those of IANA's special-purpose registries, and the blocks that contain an IPv4 address.
var notPublic = lo.Map([]string{
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32",
	"2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
}, func(block string, _ int) netip.Prefix { return netip.MustParsePrefix(block) })

// isPublic tells whether an address belongs to the public internet.
func isPublic(ip netip.Addr) bool {
	if !ip.IsValid() || ip.Is4In6() || ip.Zone() != "" || !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	return !lo.SomeBy(notPublic, func(block netip.Prefix) bool { return block.Contains(ip) })
}
