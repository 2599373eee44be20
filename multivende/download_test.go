package multivende

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
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

// fileServer serves files at a loopback address and port that is named in allowed.
func fileServer(t *testing.T, answer http.HandlerFunc) (server *httptest.Server, allowed string) {
	t.Helper()
	server = httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return server, server.Listener.Addr().String()
}

func downloader(t *testing.T, changes ...func(*Config)) *Client {
	t.Helper()
	return newHub(t, nil).client(t, changes...)
}

func allowing(hosts ...string) func(*Config) {
	return func(c *Config) { c.AllowHosts = hosts }
}

func TestDownload(t *testing.T) {
	t.Parallel()
	content := strings.Repeat("^XA^FDlabel^FS^XZ", 5000)
	digest := sha256.Sum256([]byte(content))
	var header http.Header
	server, allowed := fileServer(t, func(w http.ResponseWriter, r *http.Request) {
		header = r.Header
		w.Header().Set("Content-Type", "application/zip")
		_, _ = io.WriteString(w, content)
	})
	var calls []Call
	client := downloader(t, allowing(allowed), func(c *Config) { c.Observe = func(call Call) { calls = append(calls, call) } })

	var file bytes.Buffer
	got, err := client.Download(t.Context(), server.URL+"/x.zip?sig=abc", &file)
	require.NoError(t, err)
	assert.Equal(t, Download{Bytes: int64(len(content)), ContentType: "application/zip", SHA256: hex.EncodeToString(digest[:])}, got)
	assert.Equal(t, content, file.String())
	assert.Empty(t, header.Get("Authorization"), "the token is the hub's alone")
	require.Len(t, calls, 1)
	assert.Equal(t, Call{Route: "download", Method: "GET", Status: 200, Duration: calls[0].Duration}, calls[0])
}

func TestDownloadsThatFail(t *testing.T) {
	t.Parallel()
	status := func(code int) http.HandlerFunc { return answers(code, "<Error>buyer@example.com</Error>") }
	tests := map[string]struct {
		answer http.HandlerFunc
		class  Class
		says   string
	}{
		"403 is a link that has expired":        {status(403), LinkExpired, "HTTP 403"},
		"404 is a link that has expired":        {status(404), LinkExpired, "HTTP 404"},
		"410 is a link that has expired":        {status(410), LinkExpired, "HTTP 410"},
		"400 is a link that has expired":        {status(400), LinkExpired, "HTTP 400"},
		"429 is busy":                           {status(429), Busy, "HTTP 429"},
		"500 is busy":                           {status(500), Busy, "HTTP 500"},
		"418 is refused":                        {status(418), Refused, "HTTP 418"},
		"204 holds no file":                     {answers(204, ""), Broken, "holds no file"},
		"too large by what is promised":         {answers(200, strings.Repeat("x", 1001)), Broken, "larger than 1000 bytes"},
		"too large by what comes":               {cut("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", strings.Repeat("x", 5000)), Broken, "larger than 1000 bytes"},
		"cut short of what is promised":         {cut("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", "xyz"), Unreachable, "cut"},
		"cut within a chunk":                    {cut("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "ff\r\nxyz"), Unreachable, "cut"},
		"cut before anything":                   {cut("", ""), Unreachable, "cut"},
		"redirected in circles":                 {redirect("/again"), Refused, "redirected too often"},
		"redirected to a file":                  {redirect("file:///etc/passwd"), Refused, "not https"},
		"redirected to plain http":              {redirect("http://files.example/x?sig=abc"), Refused, "not https"},
		"redirected to this machine":            {redirect("https://127.0.0.1:1/x?sig=abc"), Refused, "not public"},
		"redirected to this machine by name":    {redirect("https://localhost:1/x"), Refused, "not public"},
		"redirected to this machine in IPv6":    {redirect("https://[::1]:1/x"), Refused, "not public"},
		"redirected to a mapped address":        {redirect("https://[::ffff:127.0.0.1]:1/x"), Refused, "not public"},
		"redirected to the cloud's own address": {redirect("https://169.254.169.254/latest"), Refused, "not public"},
		"redirected with a password":            {redirect("https://user:pass@files.example/x"), Refused, "user or password"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, allowed := fileServer(t, test.answer)
			client := downloader(t, allowing(allowed), func(c *Config) { c.MaxDownload = 1000 })
			_, err := client.Download(t.Context(), server.URL+"/x?sig=abc", io.Discard)
			require.Error(t, err)
			assert.Equal(t, test.class, ClassOf(err), err.Error())
			assert.ErrorContains(t, err, test.says)
			for _, secret := range []string{"sig=", "pass@", "example.com", "127.0.0.1"} {
				assert.NotContains(t, err.Error(), secret)
			}
		})
	}
}

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

func TestDownloadsDoNotHandTheSignedLinkOn(t *testing.T) {
	t.Parallel()
	var referer string
	last, _ := fileServer(t, func(_ http.ResponseWriter, r *http.Request) { referer = r.Header.Get("Referer") })
	first, _ := fileServer(t, redirect(last.URL))
	_, err := downloader(t, allowing("localhost")).Download(t.Context(), first.URL+"/x?sig=abc", io.Discard)
	require.NoError(t, err)
	assert.Empty(t, referer)
}

func TestDownloadsEndWithTheirContextOrTime(t *testing.T) {
	t.Parallel()
	hang := func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "begun")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
	server, allowed := fileServer(t, hang)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := downloader(t, allowing(allowed)).Download(ctx, server.URL, writerFunc(func(p []byte) (int, error) { cancel(); return len(p), nil }))
	require.ErrorIs(t, err, context.Canceled)

	_, err = downloader(t, allowing(allowed), func(c *Config) { c.Timeouts.Download = 50 * time.Millisecond }).Download(t.Context(), server.URL, io.Discard)
	assert.Equal(t, Stalled, ClassOf(err))
	assert.ErrorContains(t, err, "no answer came in time")
}

// drips sends a head, pieces of a body of a million bytes, and then nothing until its client has gone.
func drips(code, pieces int, pause time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000000")
		w.WriteHeader(code)
		for range pieces {
			_, _ = io.WriteString(w, "x")
			_ = http.NewResponseController(w).Flush()
			select {
			case <-time.After(pause):
			case <-r.Context().Done():
			}
		}
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
}

func TestAServerThatAllButStopsSendingIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		answer http.HandlerFunc
		class  Class
	}{
		"no head":                         {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, Stalled},
		"a head and no body":              {drips(200, 0, 0), Stalled},
		"a byte now and then":             {drips(200, 1_000_000, 2*time.Millisecond), Stalled},
		"a refusal whose body never ends": {drips(503, 1, 0), Busy},
		"a dead link that tells no end":   {drips(403, 1, 0), LinkExpired},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, allowed := fileServer(t, test.answer)
			client := downloader(t, allowing(allowed), func(c *Config) {
				c.Timeouts = Timeouts{Idle: 100 * time.Millisecond, Headers: 100 * time.Millisecond, Download: time.Hour}
			})
			_, err := client.Download(t.Context(), server.URL+"/x?sig=abc", io.Discard)
			assert.Equal(t, test.class, ClassOf(err), err)
		})
	}
}

func TestAFilesServerIsNotWaitedForAsTheHubIs(t *testing.T) {
	t.Parallel()
	server, allowed := fileServer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "86400")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	_, err := downloader(t, allowing(allowed), func(c *Config) { c.Speed = 1 }).Download(t.Context(), server.URL, io.Discard)
	var busy *Error
	require.ErrorAs(t, err, &busy)
	assert.Equal(t, longestFileWait, busy.RetryAfter)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestDownloadsTellTheWritersOwnError(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	server, allowed := fileServer(t, says("the file"))
	_, err := downloader(t, allowing(allowed)).Download(t.Context(), server.URL, writerFunc(func([]byte) (int, error) { return 0, full }))
	require.ErrorIs(t, err, full)
	assert.Empty(t, ClassOf(err))
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
