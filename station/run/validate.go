package run

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/service/tracing"
)

const maxDrain = time.Hour

var (
	sitePattern     = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`)
	merchantPattern = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	bucketPattern   = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	hostPattern     = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$`)
)

// Validate names every wrong setting in one error: its variable, what is wrong and what to write.
func (s Settings) Validate() error {
	var c service.Complaints
	checkSite(&c, s.Site)
	for _, merchant := range append([]string{s.Merchant}, s.Merchants...) {
		variable := "DESPACHO_STATION_MERCHANTS"
		if merchant == s.Merchant {
			variable = "DESPACHO_MERCHANT"
		}
		c.AddUnless(merchant == "" || merchantPattern.MatchString(merchant), variable, "%q is not a merchant's id; write the id that the hub gives the merchant", merchant)
	}
	checkBucket(&c, s.Bucket)
	s.checkAddresses(&c)
	c.CheckCertificate("DESPACHO_STATION_CERT", s.Cert, "DESPACHO_STATION_KEY", s.Key)
	c.AddUnless(s.Drain > 0 && s.Drain <= maxDrain, "DESPACHO_DRAIN", "%v is out of range; write a duration such as 30s, at most %v", s.Drain, maxDrain)
	c.AddUnless(s.StartWait >= 0 && s.StartWait <= maxDrain, "DESPACHO_START_WAIT", "%v is out of range; write a duration such as 60s, at most %v", s.StartWait, maxDrain)
	_, err := service.LogLevel(s.LogLevel)
	c.AddUnless(err == nil, "DESPACHO_LOG_LEVEL", "%q is unknown; write debug, info, warn or error", s.LogLevel)
	c.AddUnless(s.LogFormat == "json" || s.LogFormat == "text", "DESPACHO_LOG_FORMAT", "%q is unknown; write json or text", s.LogFormat)
	c = append(c, tracing.Check()...)
	return c.Err()
}

func checkSite(c *service.Complaints, site string) {
	c.AddUnless(sitePattern.MatchString(site), "DESPACHO_STATION_SITE", "%q is not a site's name; write up to 32 lower-case letters, digits and hyphens", site)
}

func checkBucket(c *service.Complaints, bucket string) {
	c.AddUnless(bucketPattern.MatchString(bucket), "DESPACHO_BUCKET", "%q is not a bucket's name; write 3 to 63 lower-case letters, digits, dots and hyphens", bucket)
}

func (s Settings) checkAddresses(c *service.Complaints) {
	c.AddUnless(service.ValidListen(s.Listen), "DESPACHO_STATION_LISTEN", "cannot listen on %q; write host:port such as 0.0.0.0:8479 (port 0 takes a free one)", s.Listen)
	c.AddUnless(service.ValidListen(s.Health), "DESPACHO_STATION_HEALTH", "cannot listen on %q; write host:port such as 127.0.0.1:9092 (port 0 takes a free one)", s.Health)
	c.AddUnless(s.URL == "" || validURL(s.URL), "DESPACHO_STATION_URL", "%q is no address of a page; write it as http://192.168.1.20:8479, without a path", s.URL)
	for _, host := range s.Hosts {
		c.AddUnless(hostPattern.MatchString(strings.TrimSpace(host)), "DESPACHO_STATION_HOSTS", "%q is not a name of a host; write names without a port, with commas between them", host)
	}
}

func validURL(text string) bool {
	address, err := url.Parse(text)
	return err == nil && (address.Scheme == "http" || address.Scheme == "https") && address.Hostname() != "" && address.User == nil &&
		strings.Trim(address.Path, "/") == "" && address.RawQuery == "" && address.Fragment == ""
}

// encrypted says that browsers speak https, with the station or with a proxy before it.
func (s Settings) encrypted() bool { return s.Cert != "" || strings.HasPrefix(s.URL, "https:") }

// hosts are the names by which browsers may reach the page.
func (s Settings) hosts() []string {
	names := s.Hosts
	if address, err := url.Parse(s.URL); err == nil && address.Hostname() != "" {
		names = append([]string{address.Hostname()}, names...)
	}
	return names
}

// cookie is the name of the cookie of this site's devices: stations of several sites on one machine, whose
// ports a browser does not tell apart, keep their own.
func (s Settings) cookie() string {
	name := "despacho-" + s.Site
	if s.encrypted() {
		return "__Host-" + name
	}
	return name
}

// cacheFolder is where slow things are kept from start to start; empty where there is no such folder.
func (s Settings) cacheFolder() string {
	if s.Cache != "" {
		return s.Cache
	}
	folder, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(folder, "despacho")
}

// address is where a browser finds the page of a station that listens at host:port.
func address(publicURL, listen string, encrypted bool) string {
	if publicURL != "" {
		return strings.TrimRight(publicURL, "/")
	}
	host, port, _ := net.SplitHostPort(listen)
	if ip, err := netip.ParseAddr(cmp.Or(host, "0.0.0.0")); err == nil && ip.IsUnspecified() {
		host = ownAddress()
	}
	scheme := "http"
	if encrypted {
		scheme = "https"
	}
	return fmt.Sprintf("%s://%s", scheme, net.JoinHostPort(host, port))
}

// ownAddress is an address of this machine that others of its network reach, else its own name for itself.
func ownAddress() string {
	addresses, _ := net.InterfaceAddrs()
	for _, one := range addresses {
		prefix, err := netip.ParsePrefix(one.String())
		if err == nil && prefix.Addr().Is4() && prefix.Addr().IsPrivate() {
			return prefix.Addr().String()
		}
	}
	return "127.0.0.1"
}
