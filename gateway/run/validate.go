package run

import (
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"time"

	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/service/tracing"
)

const maxDrain = time.Hour

var (
	merchantPattern = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	bucketPattern   = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
)

// Validate names every wrong setting in one error: its variable, what is wrong and what to write.
func (s Settings) Validate() error {
	var c service.Complaints
	s.checkEncryption(&c)
	s.checkPartners(&c)
	s.checkSources(&c)
	c.AddUnless(s.Merchant == "" || merchantPattern.MatchString(s.Merchant), "DESPACHO_MERCHANT", "%q is not a merchant's id; write the id that the hub gives the merchant, or leave it empty", s.Merchant)
	c.AddUnless(bucketPattern.MatchString(s.Bucket), "DESPACHO_BUCKET", "%q is not a bucket's name; write 3 to 63 lower-case letters, digits, dots and hyphens", s.Bucket)
	c.AddUnless(service.ValidListen(s.Health), "DESPACHO_GATEWAY_HEALTH", "cannot listen on %q; write host:port such as 127.0.0.1:9091 (port 0 takes a free one)", s.Health)
	c.AddUnless(s.Drain > 0 && s.Drain <= maxDrain, "DESPACHO_DRAIN", "%v is out of range; write a duration such as 30s, at most %v", s.Drain, maxDrain)
	c.AddUnless(s.StartWait >= 0 && s.StartWait <= maxDrain, "DESPACHO_START_WAIT", "%v is out of range; write a duration such as 60s, at most %v", s.StartWait, maxDrain)
	_, err := service.LogLevel(s.LogLevel)
	c.AddUnless(err == nil, "DESPACHO_LOG_LEVEL", "%q is unknown; write debug, info, warn or error", s.LogLevel)
	c.AddUnless(s.LogFormat == "json" || s.LogFormat == "text", "DESPACHO_LOG_FORMAT", "%q is unknown; write json or text", s.LogFormat)
	c = append(c, tracing.Check()...)
	return c.Err()
}

func (s Settings) checkEncryption(c *service.Complaints) {
	valid := service.ValidListen(s.Listen)
	c.AddUnless(valid, "DESPACHO_GATEWAY_LISTEN", "cannot listen on %q; write host:port such as 0.0.0.0:8443 (port 0 takes a free one)", s.Listen)
	switch {
	case s.Plain != "" && s.Plain != BehindProxy:
		c.Add("DESPACHO_GATEWAY_PLAIN", "%q is unknown; write %s when a proxy of yours speaks https, or leave it empty", s.Plain, BehindProxy)
	case s.Plain != "" && s.encrypted():
		c.Add("DESPACHO_GATEWAY_PLAIN", "there is a certificate as well; keep either the certificate or %s", BehindProxy)
	case s.Plain != "" && len(s.Proxies) == 0:
		c.Add("DESPACHO_WEBHOOK_PROXIES", "no proxy is named, so every request would seem to come from the proxy itself and be refused; write the proxy's address or network")
	case s.encrypted():
		c.CheckCertificate("DESPACHO_GATEWAY_CERT", s.Cert, "DESPACHO_GATEWAY_KEY", s.Key)
	case s.Plain == "" && valid && !loopback(s.Listen):
		c.Add("DESPACHO_GATEWAY_CERT", "there is no certificate, and the hub wants https: set DESPACHO_GATEWAY_CERT and DESPACHO_GATEWAY_KEY, or set DESPACHO_GATEWAY_PLAIN=%s if a proxy of yours speaks https", BehindProxy)
	}
}

// mostPartnersRate is how many requests a second a key may be given.
const mostPartnersRate = 10_000

func (s Settings) checkPartners(c *service.Complaints) {
	c.AddUnless(s.PartnersRate > 0 && s.PartnersRate <= mostPartnersRate, "DESPACHO_GATEWAY_PARTNERS_RATE", "%d is out of range; write how many requests a second a key may make, 1 to %d", s.PartnersRate, mostPartnersRate)
	if s.PartnersListen == "" {
		return
	}
	valid := service.ValidListen(s.PartnersListen)
	c.AddUnless(valid, "DESPACHO_GATEWAY_PARTNERS_LISTEN", "cannot listen on %q; write host:port such as 0.0.0.0:8480 (port 0 takes a free one), or leave it empty", s.PartnersListen)
	if valid && !s.encrypted() && s.Plain == "" && !loopback(s.PartnersListen) {
		c.Add("DESPACHO_GATEWAY_PARTNERS_LISTEN", "there is no certificate, and keys must not travel without https: set DESPACHO_GATEWAY_CERT and DESPACHO_GATEWAY_KEY, or set DESPACHO_GATEWAY_PLAIN=%s if a proxy of yours speaks https", BehindProxy)
	}
}

func (s Settings) checkSources(c *service.Complaints) {
	sources, wrong := parsePrefixes(s.Sources)
	for _, one := range wrong {
		c.Add("DESPACHO_WEBHOOK_SOURCES", "%q is not an address; write addresses or networks with commas between them (3.15.93.102,10.0.0.0/8)", one)
	}
	c.AddUnless(len(sources)+len(wrong) > 0, "DESPACHO_WEBHOOK_SOURCES", "it is empty, so nobody may send; write the hub's address (3.15.93.102)")
	_, wrong = parsePrefixes(s.Proxies)
	for _, one := range wrong {
		c.Add("DESPACHO_WEBHOOK_PROXIES", "%q is not an address; write addresses or networks with commas between them (10.0.0.2,172.16.0.0/12)", one)
	}
}

func (s Settings) encrypted() bool { return s.Cert != "" || s.Key != "" }

// parsePrefixes reads addresses and networks, and returns those words that are neither.
func parsePrefixes(words []string) (prefixes []netip.Prefix, wrong []string) {
	for _, word := range words {
		prefix, err := parsePrefix(strings.TrimSpace(word))
		if err != nil {
			wrong = append(wrong, word)
			continue
		}
		prefixes = append(prefixes, prefix)
	}
	return prefixes, wrong
}

func parsePrefix(word string) (netip.Prefix, error) {
	if !strings.Contains(word, "/") {
		address, err := netip.ParseAddr(word)
		address = address.Unmap()
		return netip.PrefixFrom(address, address.BitLen()), err
	}
	prefix, err := netip.ParsePrefix(word)
	if err == nil && prefix.Addr().Is4In6() {
		return prefix, fmt.Errorf("%s mixes IPv4 and IPv6", word)
	}
	return prefix.Masked(), err
}

// loopback tells whether only this machine can reach the address.
func loopback(listen string) bool {
	host, _, _ := net.SplitHostPort(listen)
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.Unmap().IsLoopback()
}
