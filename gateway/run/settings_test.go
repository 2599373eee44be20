package run

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) {
	for _, name := range Variables() {
		_ = os.Unsetenv(name)
	}
	os.Exit(m.Run())
}

func TestValidate(t *testing.T) {
	t.Parallel()
	require.NoError(t, DefaultSettings().Validate())
	other := newPair(t)
	other.issue(t, "other")
	files := newPair(t)
	files.issue(t, "one")
	public := func(s *Settings) { s.Listen = "0.0.0.0:8443" }
	cases := map[string]struct {
		change   func(*Settings)
		variable string
		says     string
	}{
		"an address without a port":                 {func(s *Settings) { s.Listen = "localhost" }, "DESPACHO_GATEWAY_LISTEN", "host:port"},
		"an open address without https":             {public, "DESPACHO_GATEWAY_CERT", "DESPACHO_GATEWAY_PLAIN=behind-proxy"},
		"every address without https":               {func(s *Settings) { s.Listen = ":8443" }, "DESPACHO_GATEWAY_CERT", "https"},
		"a statement that is unknown":               {func(s *Settings) { public(s); s.Plain = "yes" }, "DESPACHO_GATEWAY_PLAIN", "behind-proxy"},
		"a proxy that is not named":                 {func(s *Settings) { public(s); s.Plain = BehindProxy }, "DESPACHO_WEBHOOK_PROXIES", "no proxy is named"},
		"a certificate and a proxy that speaks TLS": {func(s *Settings) { s.Plain, s.Cert, s.Key = BehindProxy, files.cert, files.key }, "DESPACHO_GATEWAY_PLAIN", "keep either"},
		"a certificate without its key":             {func(s *Settings) { s.Cert = files.cert }, "DESPACHO_GATEWAY_CERT", "needed together"},
		"a certificate with another one's key":      {func(s *Settings) { s.Cert, s.Key = files.cert, other.key }, "DESPACHO_GATEWAY_CERT", "belong together"},
		"a certificate that is not there":           {func(s *Settings) { s.Cert, s.Key = filepath.Join(t.TempDir(), "none"), files.key }, "DESPACHO_GATEWAY_CERT", "readable"},
		"nobody who may send":                       {func(s *Settings) { s.Sources = nil }, "DESPACHO_WEBHOOK_SOURCES", "3.15.93.102"},
		"a source that is a name":                   {func(s *Settings) { s.Sources = []string{"hub.example.com"} }, "DESPACHO_WEBHOOK_SOURCES", "hub.example.com"},
		"a proxy that is a name":                    {func(s *Settings) { s.Proxies = []string{"10.0.0.2", "proxy"} }, "DESPACHO_WEBHOOK_PROXIES", `"proxy"`},
		"a network of two kinds":                    {func(s *Settings) { s.Proxies = []string{"::ffff:10.0.0.0/104"} }, "DESPACHO_WEBHOOK_PROXIES", "address"},
		"a merchant with a slash":                   {func(s *Settings) { s.Merchant = "a/b" }, "DESPACHO_MERCHANT", "write the id"},
		"a bucket in capitals":                      {func(s *Settings) { s.Bucket = "Despacho" }, "DESPACHO_BUCKET", "lower-case letters"},
		"a health address without a port":           {func(s *Settings) { s.Health = "localhost" }, "DESPACHO_GATEWAY_HEALTH", "host:port"},
		"no time to drain":                          {func(s *Settings) { s.Drain = 0 }, "DESPACHO_DRAIN", "30s"},
		"a negative wait at the start":              {func(s *Settings) { s.StartWait = -time.Second }, "DESPACHO_START_WAIT", "60s"},
		"an unknown log level":                      {func(s *Settings) { s.LogLevel = "loud" }, "DESPACHO_LOG_LEVEL", "debug"},
		"an unknown log format":                     {func(s *Settings) { s.LogFormat = "xml" }, "DESPACHO_LOG_FORMAT", "text"},
	}
	for name, c := range cases {
		t.Run(name+" is named", func(t *testing.T) {
			t.Parallel()
			settings := DefaultSettings()
			c.change(&settings)
			err := settings.Validate()
			require.ErrorContains(t, err, c.variable+": ")
			assert.ErrorContains(t, err, c.says)
			assert.NotContains(t, err.Error(), "\n", "one mistake, one complaint")
		})
	}
}

func TestValidateAcceptsWhatIsRight(t *testing.T) {
	t.Parallel()
	files := newPair(t)
	files.issue(t, "one")
	cases := map[string]func(*Settings){
		"https of its own":                   func(s *Settings) { s.Listen, s.Cert, s.Key = "0.0.0.0:8443", files.cert, files.key },
		"https of its own, behind a proxy":   func(s *Settings) { s.Cert, s.Key, s.Proxies = files.cert, files.key, []string{"10.0.0.2"} },
		"a proxy that speaks https":          func(s *Settings) { s.Listen, s.Plain, s.Proxies = ":8080", BehindProxy, []string{"10.0.0.0/8"} },
		"loopback by its name":               func(s *Settings) { s.Listen = "localhost:0" },
		"loopback of the new kind":           func(s *Settings) { s.Listen = "[::1]:0" },
		"sources of both kinds, with spaces": func(s *Settings) { s.Sources = []string{" 3.15.93.102", "2001:db8::/32"} },
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings := DefaultSettings()
			change(&settings)
			assert.NoError(t, settings.Validate())
		})
	}
}

func TestMainNamesEveryWrongVariableAtOnce(t *testing.T) {
	t.Setenv("DESPACHO_DRAIN", "soon")
	t.Setenv("DESPACHO_WEBHOOK_SOURCES", "hub")
	t.Setenv("DESPACHO_WEBHOOK_PROXIES", "")
	t.Setenv("DESPACHO_GATEWAY_LISTEN", "0.0.0.0:8443")
	t.Setenv("DESPACHO_GATEWAY_HEALTH", " ")
	var out bytes.Buffer
	assert.Equal(t, ExitSettings, Main(t.Context(), nil, &out))
	for _, sentence := range []string{
		`error: DESPACHO_DRAIN: "soon" is not a duration such as 30s; leave it empty for 30s`,
		`error: DESPACHO_WEBHOOK_SOURCES: "hub"`, `error: DESPACHO_GATEWAY_CERT: `,
	} {
		assert.Contains(t, out.String(), sentence)
	}
	assert.NotContains(t, out.String(), "PROXIES")
	assert.NotContains(t, out.String(), "HEALTH")
}

func TestMainEndsInOrderWhileItWaits(t *testing.T) {
	t.Setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
	t.Setenv("TEMPORAL_CONFIG_FILE", os.DevNull)
	t.Setenv("DESPACHO_WEBHOOK_SOURCE", "1.2.3.4")
	t.Setenv("DESPACHO_TOKEN", "the worker's")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	assert.Equal(t, ExitOrderly, Main(ctx, []string{"--listen=127.0.0.1:0", "--health=127.0.0.1:0"}, &out), out.String())
	assert.Contains(t, out.String(), "misspelt")
	assert.Contains(t, out.String(), "DESPACHO_WEBHOOK_SOURCE\"")
	assert.NotContains(t, out.String(), "DESPACHO_TOKEN")
}

func TestMainHealth(t *testing.T) {
	t.Parallel()
	s := play(t, nil)
	var out bytes.Buffer
	assert.Equal(t, ExitOrderly, Main(t.Context(), []string{"health", "--health", s.addresses.Health}, &out), out.String())
	s.stop(t)
	assert.Equal(t, ExitBroken, Main(t.Context(), []string{"health", "--health", s.addresses.Health}, &out))
	assert.Contains(t, out.String(), "the gateway does not answer")
	assert.Equal(t, ExitSettings, Main(t.Context(), []string{"--nonsense"}, &out))
}
