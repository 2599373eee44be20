package multivende

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDownloadLinksThatAreNotFollowed(t *testing.T) {
	t.Parallel()
	reached := false
	server, _ := fileServer(t, func(http.ResponseWriter, *http.Request) { reached = true })
	port := strings.TrimPrefix(server.URL, "http://127.0.0.1")
	client := downloader(t)
	for link, says := range map[string]string{
		"http://files.example/x":           "not https",
		"ftp://files.example/x":            "not https",
		"/x":                               "not https",
		"":                                 "not https",
		"https:///x":                       "not https",
		"https://user:pass@files.example":  "user or password",
		"https://files.example/%zz?sig=ab": "not valid",
		server.URL:                         "not https",
		"https://127.0.0.1" + port:         "not public",
		"https://localhost" + port:         "not public",
		"https://[::ffff:7f00:1]" + port:   "not public",
		"https://0.0.0.0" + port:           "not public",
		"https://10.0.0.1":                 "not public",
		"https://100.64.0.1":               "not public",
		"https://[64:ff9b::7f00:1]" + port: "not public",
		"https://[fe80::1%25lo]" + port:    "not public",
	} {
		_, err := client.Download(t.Context(), link, io.Discard)
		assert.Equal(t, Refused, ClassOf(err), link)
		assert.ErrorContains(t, err, says, link)
		assert.NotContains(t, err.Error(), "sig=")
	}
	assert.False(t, reached)
}

func TestDownloadsCheckTheAddressThatTheyConnectTo(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(server.Close)
	link := "https://files.example:" + strings.TrimPrefix(server.URL, "https://127.0.0.1:") + "/x"

	for name, addresses := range map[string][]string{
		"loopback": {"127.0.0.1"}, "private": {"10.0.0.7", "192.168.1.1"}, "mapped": {"::ffff:127.0.0.1"}, "link-local": {"fe80::1"}, "none": {},
	} {
		t.Run("a name of "+name+" addresses is refused", func(t *testing.T) {
			t.Parallel()
			client := downloader(t)
			client.lookup = func(context.Context, string, string) ([]netip.Addr, error) {
				var found []netip.Addr
				for _, address := range addresses {
					found = append(found, netip.MustParseAddr(address))
				}
				return found, nil
			}
			_, err := client.Download(t.Context(), link, io.Discard)
			assert.Equal(t, Refused, ClassOf(err))
			assert.ErrorContains(t, err, "not public")
		})
	}
	t.Run("a name that changes its address after the first look is refused", func(t *testing.T) {
		t.Parallel()
		err := refusePrivate("tcp4", "127.0.0.1:443", nil)
		require.ErrorIs(t, err, errNotPublic)
		require.ErrorIs(t, refusePrivate("tcp6", "[::1]:443", nil), errNotPublic)
		require.ErrorIs(t, refusePrivate("tcp4", "nonsense", nil), errNotPublic)
		assert.NoError(t, refusePrivate("tcp4", "8.8.8.8:443", nil))
	})
	t.Run("each new connection looks again", func(t *testing.T) {
		t.Parallel()
		client := downloader(t, func(c *Config) { c.Timeouts.Dial = time.Nanosecond })
		var looks atomic.Int32
		client.lookup = func(context.Context, string, string) ([]netip.Addr, error) {
			if looks.Add(1) == 1 {
				return []netip.Addr{netip.MustParseAddr("8.8.8.8")}, nil
			}
			return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
		}
		_, err := client.Download(t.Context(), link, io.Discard)
		assert.Contains(t, []Class{Unreachable, Stalled}, ClassOf(err), "a public address is tried")
		_, err = client.Download(t.Context(), link, io.Discard)
		assert.Equal(t, Refused, ClassOf(err), "the same name is not, once it leads here")
	})
	t.Run("a name that is not found is unreachable", func(t *testing.T) {
		t.Parallel()
		client := downloader(t)
		client.lookup = func(context.Context, string, string) ([]netip.Addr, error) {
			return nil, &net.DNSError{Err: "no such host", Name: "files.example", IsNotFound: true}
		}
		_, err := client.Download(t.Context(), link, io.Discard)
		assert.Equal(t, Unreachable, ClassOf(err))
		assert.ErrorContains(t, err, "its name is not found")
	})
	t.Run("a certificate of nobody is unreachable", func(t *testing.T) {
		t.Parallel()
		_, err := downloader(t, allowing("127.0.0.1")).Download(t.Context(), server.URL, io.Discard)
		assert.Equal(t, Unreachable, ClassOf(err))
		assert.ErrorContains(t, err, "certificate")
	})
}

func TestDownloadsFromAnAllowedLoopbackHost(t *testing.T) {
	t.Parallel()
	last, _ := fileServer(t, says("the file"))
	first, _ := fileServer(t, redirect(last.URL+"/x"))
	var file bytes.Buffer
	_, err := downloader(t, allowing("127.0.0.1")).Download(t.Context(), strings.Replace(first.URL, "127.0.0.1", "localhost", 1), &file)
	require.NoError(t, err)
	assert.Equal(t, "the file", file.String())
}

func TestAllowedHosts(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ yes, no []string }{
		"127.0.0.1":        {[]string{"http://127.0.0.1", "https://127.0.0.1:9", "http://localhost:9", "http://[::1]:9", "http://127.0.0.2"}, []string{"http://example.com"}},
		"localhost":        {[]string{"http://127.0.0.1:8", "http://LOCALHOST."}, []string{"http://10.0.0.1"}},
		"127.0.0.1:8080":   {[]string{"http://127.0.0.1:8080"}, []string{"http://127.0.0.1", "http://localhost:8080"}},
		"[::1]:8080":       {[]string{"http://[::1]:8080"}, []string{"http://[::1]"}},
		"s3":               {[]string{"http://s3", "http://s3:9000", "https://S3:1"}, []string{"http://s3.example"}},
		"s3.example:443":   {[]string{"https://s3.example"}, []string{"http://s3.example", "https://s3.example:444"}},
		" Files.Example  ": {[]string{"https://files.example"}, []string{"https://example"}},
		"":                 {nil, []string{"http://127.0.0.1", "http://"}},
	}
	for entry, test := range tests {
		t.Run(fmt.Sprintf("%q", entry), func(t *testing.T) {
			t.Parallel()
			hosts, err := parseHosts([]string{entry})
			require.NoError(t, err)
			allowed := func(link string) bool {
				parsed, err := url.Parse(link)
				require.NoError(t, err)
				return hosts.allow(parsed.Hostname(), portOf(parsed))
			}
			for _, link := range test.yes {
				assert.True(t, allowed(link), link)
			}
			for _, link := range test.no {
				assert.False(t, allowed(link), link)
			}
		})
	}
	for _, wrong := range []string{"http://x", "x/y", "x:port", "x:99999", ":80", "a b", "u@h"} {
		_, err := parseHosts([]string{wrong})
		assert.ErrorContains(t, err, "must be a host", wrong)
	}
}

func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"8.8.8.8", "3.15.93.102", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"} {
		assert.True(t, isPublic(netip.MustParseAddr(address)), address)
	}
	for _, address := range []string{
		"0.0.0.0", "0.1.2.3", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1", "127.0.0.1", "127.9.9.9", "169.254.169.254",
		"100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::8.8.8.8", "::ffff:8.8.8.8", "::ffff:10.0.0.1", "64:ff9b::808:808", "64:ff9b:1::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1",
		"fec0::1", "ff02::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "100::1",
	} {
		assert.False(t, isPublic(netip.MustParseAddr(address)), address)
	}
	assert.False(t, isPublic(netip.Addr{}))
}
