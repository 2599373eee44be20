package multivende

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
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
	client := downloader(t, allowing(allowed), func(c *Config) { c.Observe = func(_ context.Context, call Call) { calls = append(calls, call) } })

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

	synctest.Test(t, func(t *testing.T) {
		_, err := inMemoryClient(t, Timeouts{Download: time.Second}, hang).Download(t.Context(), "http://127.0.0.1:1/x", io.Discard)
		assert.Equal(t, Stalled, ClassOf(err))
		assert.ErrorContains(t, err, "no answer came in time")
	})
}

// inMemoryClient is a client that downloads over connections in memory, for a bubble of skipped time.
func inMemoryClient(t *testing.T, timeouts Timeouts, answer http.HandlerFunc) *Client {
	t.Helper()
	client, err := New(Config{
		BaseURL: "http://127.0.0.1:1", AllowHosts: []string{"127.0.0.1"}, Merchant: "m-1", Token: StaticToken("secret-token"), Speed: 1000, Timeouts: timeouts,
	})
	require.NoError(t, err)
	return client.inMemory(t, answer)
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
		"no head":                         {hangs, Stalled},
		"a head and no body":              {drips(200, 0, 0), Stalled},
		"a byte now and then":             {drips(200, 1_000_000, 2*time.Millisecond), Stalled},
		"a refusal whose body never ends": {drips(503, 1, 0), Busy},
		"a dead link that tells no end":   {drips(403, 1, 0), LinkExpired},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := inMemoryClient(t, Timeouts{Idle: 100 * time.Millisecond, Headers: 100 * time.Millisecond, Download: time.Hour}, test.answer)
				_, err := client.Download(t.Context(), "http://127.0.0.1:1/x?sig=abc", io.Discard)
				assert.Equal(t, test.class, ClassOf(err), err)
			})
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
