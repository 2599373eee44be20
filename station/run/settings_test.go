package run

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	require.NoError(t, DefaultSettings().Validate())
	cases := map[string]struct {
		change   func(*Settings)
		variable string
		says     string
	}{
		"a site with a slash":             {func(s *Settings) { s.Site = "bodega/1" }, "DESPACHO_STATION_SITE", "lower-case letters"},
		"no site":                         {func(s *Settings) { s.Site = "" }, "DESPACHO_STATION_SITE", "lower-case letters"},
		"a merchant with a slash":         {func(s *Settings) { s.Merchants = []string{"a/b"} }, "DESPACHO_STATION_MERCHANTS", "write the id"},
		"a pasted merchant with a slash":  {func(s *Settings) { s.Merchant = "a/b" }, "DESPACHO_MERCHANT", "write the id"},
		"a bucket in capitals":            {func(s *Settings) { s.Bucket = "Despacho" }, "DESPACHO_BUCKET", "lower-case letters"},
		"an address without a port":       {func(s *Settings) { s.Listen = "localhost" }, "DESPACHO_STATION_LISTEN", "host:port"},
		"a health address without a port": {func(s *Settings) { s.Health = "localhost" }, "DESPACHO_STATION_HEALTH", "host:port"},
		"a page with a path":              {func(s *Settings) { s.URL = "http://x/page" }, "DESPACHO_STATION_URL", "without a path"},
		"a page without a scheme":         {func(s *Settings) { s.URL = "192.168.1.20:8479" }, "DESPACHO_STATION_URL", "http://"},
		"a host with a port":              {func(s *Settings) { s.Hosts = []string{"mesa.lan:8479"} }, "DESPACHO_STATION_HOSTS", "without a port"},
		"a certificate without its key":   {func(s *Settings) { s.Cert = "cert.pem" }, "DESPACHO_STATION_CERT", "needed together"},
		"a certificate that is not there": {func(s *Settings) { s.Cert, s.Key = "none", "none" }, "DESPACHO_STATION_CERT", "readable"},
		"no time to drain":                {func(s *Settings) { s.Drain = 0 }, "DESPACHO_DRAIN", "30s"},
		"a negative wait at the start":    {func(s *Settings) { s.StartWait = -time.Second }, "DESPACHO_START_WAIT", "60s"},
		"an unknown log level":            {func(s *Settings) { s.LogLevel = "loud" }, "DESPACHO_LOG_LEVEL", "debug"},
		"an unknown log format":           {func(s *Settings) { s.LogFormat = "xml" }, "DESPACHO_LOG_FORMAT", "text"},
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

func TestWhereBrowsersFindThePage(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "http://127.0.0.1:8479", address("", "127.0.0.1:8479", false))
	assert.Equal(t, "https://[::1]:8479", address("", "[::1]:8479", true))
	assert.Equal(t, "https://mesa.example", address("https://mesa.example/", "0.0.0.0:8479", false))
	assert.Regexp(t, `^http://\d+\.\d+\.\d+\.\d+:8479$`, address("", "0.0.0.0:8479", false))
	assert.NotContains(t, address("", ":8479", false), "0.0.0.0")
}

func TestTheCookieOfAnEncryptedPageIsSecure(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{"": "despacho-principal", "http://10.0.0.1:1": "despacho-principal", "https://mesa.example": "__Host-despacho-principal"} {
		settings := DefaultSettings()
		settings.URL = url
		assert.Equal(t, want, settings.cookie())
	}
	s := play(t, func(settings *Settings, _ *Options) { settings.URL = "https://mesa.example" })
	assert.Contains(t, s.at.URL, "https://mesa.example")
}

func TestMainNamesEveryWrongVariableAtOnce(t *testing.T) {
	t.Setenv("DESPACHO_DRAIN", "soon")
	t.Setenv("DESPACHO_STATION_SITE", "A B")
	t.Setenv("DESPACHO_STATION_LISTEN", "8479")
	t.Setenv("DESPACHO_STATION_HEALTH", " ")
	var out bytes.Buffer
	assert.Equal(t, ExitSettings, Main(t.Context(), nil, &out, &out))
	for _, sentence := range []string{
		`error: DESPACHO_DRAIN: "soon" is not a duration such as 30s; leave it empty for 30s`,
		`error: DESPACHO_STATION_SITE: "A B"`, `error: DESPACHO_STATION_LISTEN: `,
	} {
		assert.Contains(t, out.String(), sentence)
	}
	assert.NotContains(t, out.String(), "HEALTH")
}

func TestMainEndsInOrderWhileItWaits(t *testing.T) {
	t.Setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
	t.Setenv("TEMPORAL_CONFIG_FILE", os.DevNull)
	t.Setenv("DESPACHO_STATION_SIGHT", "x")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	assert.Equal(t, ExitOrderly, Main(ctx, []string{"--listen=127.0.0.1:0", "--health=127.0.0.1:0"}, &out, &out), out.String())
	assert.Contains(t, out.String(), "misspelt")
}

func TestMainHealth(t *testing.T) {
	t.Parallel()
	s := play(t, nil)
	var out bytes.Buffer
	assert.Equal(t, ExitOrderly, Main(t.Context(), []string{"health", "--health", s.at.Health}, &out, &out), out.String())
	s.stop(t)
	assert.Equal(t, ExitBroken, Main(t.Context(), []string{"health", "--health", s.at.Health}, &out, &out))
	assert.Contains(t, out.String(), "the station does not answer")
}

func TestTheStationRefusesToStart(t *testing.T) {
	t.Parallel()
	settings := DefaultSettings()
	settings.Listen, settings.Health, settings.StartWait = "127.0.0.1:0", "127.0.0.1:0", 0
	require.ErrorIs(t, Run(t.Context(), settings, Options{Temporal: &fakeTemporal{}, Store: storagetest.New(t), Log: silent()}), service.ErrSearchAttributes)
	s := play(t, nil)
	settings.Listen = s.at.Page
	require.ErrorContains(t, Run(t.Context(), settings, Options{Temporal: newFakeTemporal(), Store: s.store, Log: silent(), withoutPrinters: true}), "DESPACHO_STATION_LISTEN")
}

// command runs a command of the program on a store.
func command(t *testing.T, store *storage.Store, code int, arguments ...string) string {
	t.Helper()
	return commandBeside(t, store, busyPrinters{}, code, arguments...)
}

// busyPrinters says of each printer what it works on.
type busyPrinters struct {
	client.Printers
	jobs []contract.QueuedJob
	err  error
}

func (b busyPrinters) Progress(context.Context, string, string) (contract.PrinterProgress, error) {
	return contract.PrinterProgress{PrinterState: contract.PrinterState{Jobs: b.jobs}}, b.err
}

func TestAPrinterIsNotTestedWhileItWorksOnAJob(t *testing.T) {
	t.Parallel()
	store := newStore(t)
	command(t, store, ExitOrderly, "printers", "add", "zebra-1", "--kind", "raw", "--address", "127.0.0.1:1")
	test := func(queues busyPrinters) string {
		return commandBeside(t, store, queues, ExitBroken, "printers", "test", "zebra-1", "--language", "en")
	}
	busy := test(busyPrinters{jobs: []contract.QueuedJob{{Total: 50, Done: 20}}})
	assert.Contains(t, busy, "works on a job with 30 labels to go")
	assert.NotContains(t, busy, "Nothing was sent", "it was not even asked")
	unknown := test(busyPrinters{err: errors.New("no route to host")})
	assert.Contains(t, unknown, "Temporal does not answer (no route to host)")
	assert.Contains(t, unknown, "Nothing was sent")
}

// commandBeside does the same where the printers have something to do.
func commandBeside(t *testing.T, store *storage.Store, queues client.Printers, code int, arguments ...string) string {
	t.Helper()
	var out bytes.Buffer
	d := &console{
		out: &out, open: func(context.Context, string) (*storage.Store, error) { return store, nil },
		queues: func(context.Context) (client.Printers, func(), error) { return queues, func() {}, nil },
	}
	require.Equal(t, code, mainWith(t.Context(), arguments, d, &out), out.String())
	return out.String()
}

func TestCommands(t *testing.T) {
	t.Parallel()
	store := newStore(t)
	do := func(arguments ...string) string { return command(t, store, ExitOrderly, arguments...) }
	fails := func(arguments ...string) string { return command(t, store, ExitBroken, arguments...) }

	pin := filepath.Join(t.TempDir(), "pin")
	require.NoError(t, os.WriteFile(pin, []byte("2468\n"), 0o600))
	assert.Contains(t, do("people", "list"), "station people add")
	assert.Contains(t, do("people", "add", "Ana", "--pin-file", pin, "--badge", "EMP-0001"), "Ana works at site principal")
	assert.Contains(t, do("people", "list"), "Ana   yes  yes")
	assert.NotContains(t, do("people", "list"), "2468")
	assert.Contains(t, fails("people", "add", "ana"), "somebody else's")
	assert.Contains(t, do("people", "remove", "Ana"), "no longer works")
	assert.Contains(t, fails("people", "remove", "Ana"), "station people list")

	assert.Contains(t, do("printers", "list"), "station printers add")
	assert.Contains(t, do("printers", "add", "zebra-1", "--kind", "raw", "--address", "127.0.0.1:1"), "registered")
	assert.Regexp(t, `zebra-1 +raw +127\.0\.0\.1:1 +4x6in +203`, do("printers", "list"))
	assert.Contains(t, fails("printers", "add", "Zebra 1", "--kind", "raw", "--address", "x"), "name")
	assert.Contains(t, fails("printers", "add", "oficina", "--kind", "ipp", "--address", "ipps://192.0.2.1/ipp/print", "--fingerprint", "abcd"), "64 hexadecimal digits")
	assert.Contains(t, fails("printers", "test", "zebra-1", "--language", "en"), "Nothing was sent")
	assert.Contains(t, do("printers", "remove", "zebra-1"), "no longer")
	assert.Contains(t, fails("printers", "remove", "zebra-1"), "no such printer")

	assert.Contains(t, do("devices", "list"), "station pair")
	shown := do("pair", "--name", "Mesa 1", "--url", "http://192.168.1.20:8479")
	assert.Regexp(t, `http://192\.168\.1\.20:8479/pair#[0-9A-Z]{8}`, shown)
	assert.Regexp(t, `[0-9A-Z]{4}-[0-9A-Z]{4}`, shown)
	assert.Greater(t, strings.Count(shown, "▀"), 20, "a QR code is drawn")
	assert.NotContains(t, do("pair", "--no-qr"), "▀")
	assert.Contains(t, fails("devices", "remove", "Mesa 1"), "station devices list")

	assert.Contains(t, fails("people", "list", "--site", "A B"), "DESPACHO_STATION_SITE")
	assert.Contains(t, command(t, store, ExitSettings, "people", "dance"), "error")
}

func TestTheCacheFolder(t *testing.T) {
	t.Parallel()
	settings := DefaultSettings()
	settings.Cache = "/somewhere"
	assert.Equal(t, "/somewhere", settings.cacheFolder())
	settings.Cache = ""
	assert.Equal(t, "despacho", filepath.Base(settings.cacheFolder()))
}
