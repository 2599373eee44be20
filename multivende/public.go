package multivende

import (
	"context"
	"net"
	"net/netip"
	"time"
)

// IsPublic tells whether an address belongs to the public internet.
func IsPublic(ip netip.Addr) bool { return isPublic(ip) }

// NewPublicDialer connects to public addresses alone, as downloads do: it checks the very address that it connects to.
// Hosts of allow ("host" or "host:port") may have any address.
func NewPublicDialer(allow []string, within time.Duration) (func(ctx context.Context, network, hostPort string) (net.Conn, error), error) {
	hosts, err := parseHosts(allow)
	if err != nil {
		return nil, err
	}
	c := &Client{hosts: hosts, lookup: resolver.LookupNetIP}
	c.config.Timeouts.Dial = within
	return c.dialPublic, nil
}

// DescribeFailure says why a connection failed, without the address.
func DescribeFailure(err error) string { return describe(err) }
