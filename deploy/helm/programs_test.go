package helm

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// built holds the project's programs; it is filled when the first test needs one.
var built struct {
	sync.Once
	folder string
	err    error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if built.folder != "" {
		_ = os.RemoveAll(built.folder)
	}
	os.Exit(code)
}

// program is the path of one of the project's programs, built from its sources.
func program(t *testing.T, name string) string {
	t.Helper()
	built.Do(func() {
		if built.folder, built.err = os.MkdirTemp("", "despacho-chart-*"); built.err != nil {
			return
		}
		build := exec.Command("go", "build", "-o", built.folder+string(os.PathSeparator), "./worker", "./gateway", "./station", "./starter")
		build.Dir, build.Env = root, append(os.Environ(), "GOWORK=off")
		if out, err := build.CombinedOutput(); err != nil {
			built.err = fmt.Errorf("the programs cannot be built: %w: %s", err, out)
		}
	})
	require.NoError(t, built.err)
	return filepath.Join(built.folder, name)
}

// elsewhere are variables that are read by others than despacho: Temporal's envconfig, the AWS SDK,
// OpenTelemetry. Those with _FILE are despacho's, for secrets of these.
var elsewhere = []string{
	"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "TEMPORAL_API_KEY_FILE", "TEMPORAL_TLS", "TEMPORAL_TLS_SERVER_NAME",
	"TEMPORAL_TLS_CLIENT_CERT_PATH", "TEMPORAL_TLS_CLIENT_KEY_PATH", "TEMPORAL_TLS_SERVER_CA_CERT_PATH",
	"AWS_ENDPOINT_URL_S3", "AWS_REGION", "AWS_ACCESS_KEY_ID_FILE", "AWS_SECRET_ACCESS_KEY_FILE", "AWS_SESSION_TOKEN_FILE",
	"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS_FILE",
}

// settingsOf are the variables that a program's help names.
func settingsOf(t *testing.T, name string) []string {
	t.Helper()
	out, err := exec.Command(program(t, name), "serve", "--help").CombinedOutput()
	require.NoError(t, err, "%s", out)
	var names []string
	for _, found := range regexp.MustCompile(`\$([A-Z][A-Z0-9_]+)`).FindAllStringSubmatch(string(out), -1) {
		names = append(names, found[1])
	}
	require.Greater(t, len(names), 10, name)
	return names
}

// TestTheChartOffersEverySetting: with every value given, a program is told every setting that it has,
// but for those in the place of which a file is given or the Worker Controller speaks.
func TestTheChartOffersEverySetting(t *testing.T) {
	t.Parallel()
	everything, controller := pods(t, "everything"), pods(t, "controller")
	for _, component := range []string{"worker", "gateway", "station"} {
		told := environment(everything[component])
		if other, rendered := controller[component]; rendered {
			maps.Copy(told, environment(other))
		}
		if component == "worker" {
			told["TEMPORAL_WORKER_BUILD_ID"] = "set by the Worker Controller"
		}
		for _, name := range settingsOf(t, component) {
			if _, asFile := told[name+"_FILE"]; !asFile {
				assert.Contains(t, told, name, component)
			}
		}
	}
}

func TestTheChartSetsNoSettingThatDoesNotExist(t *testing.T) {
	t.Parallel()
	for _, scenario := range scenarios(t) {
		for component, p := range pods(t, scenario) {
			settings := append([]string{"DESPACHO_BUCKET"}, elsewhere...)
			if component != "setup" {
				settings = append(settingsOf(t, component), elsewhere...)
			}
			for name := range environment(p) {
				// The file of a secret is a setting where the secret is one.
				secret := strings.TrimSuffix(name, "_FILE")
				assert.True(t, slices.Contains(settings, name) || slices.Contains(settings, secret), "%s, %s: %s", scenario, component, name)
			}
		}
	}
}

// TestProgramsTakeWhatTheChartTellsThem starts each program with exactly its variables and the files
// of its Secrets. Temporal does not answer; what is looked at is whether settings are complained of.
func TestProgramsTakeWhatTheChartTellsThem(t *testing.T) {
	t.Parallel()
	for _, scenario := range scenarios(t) {
		if scenario == "defaults" {
			continue // it serves no merchant yet, and says so
		}
		for component, p := range pods(t, scenario) {
			t.Run(scenario+", "+component, func(t *testing.T) {
				t.Parallel()
				code, out := start(t, p)
				assert.NotEqual(t, 2, code, out)
				assert.NotContains(t, out, "misspelt")
				assert.NotContains(t, out, "settings are wrong")
			})
		}
	}
}

func TestTheWorkerSaysWhatTheDefaultsLack(t *testing.T) {
	t.Parallel()
	code, out := start(t, pods(t, "defaults")["worker"])
	assert.Equal(t, 2, code, out)
	assert.Contains(t, out, "DESPACHO_CLIENT_ID")
	assert.Equal(t, 1, strings.Count(out, "DESPACHO_TOKEN: "), "nothing but the merchant is missing")
}

// start runs a pod's program until it ends, which it does as Temporal does not answer.
func start(t *testing.T, p pod) (code int, out string) {
	t.Helper()
	container := p.template.Spec.Containers[0]
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	command := exec.CommandContext(ctx, program(t, container.Command[0]), container.Args...)
	command.Env = []string{"TEMPORAL_CONFIG_FILE=" + os.DevNull, "HOME=" + t.TempDir()}
	there := files(p)
	for name, value := range environment(p) {
		switch {
		case there[value] != "":
			value = written(t, name)
		case strings.HasSuffix(name, "_LISTEN") || strings.HasSuffix(name, "_HEALTH"):
			value = strings.Split(value, ":")[0] + ":0"
		case strings.HasPrefix(value, "/"):
			value = t.TempDir()
		}
		command.Env = append(command.Env, name+"="+value)
	}
	nowhere := map[string]string{"TEMPORAL_ADDRESS": "127.0.0.1:1", "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1", "DESPACHO_START_WAIT": "0s"}
	for name, value := range nowhere {
		command.Env = append(command.Env, name+"="+value)
	}
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	err := command.Run()
	var ended *exec.ExitError
	if !errors.As(err, &ended) {
		require.NoError(t, err)
	}
	return command.ProcessState.ExitCode(), said.String()
}

// written is a file with what a variable's file holds.
func written(t *testing.T, variable string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	certificate, key := pair(t)
	content := []byte("0123456789abcdef\n")
	switch {
	case strings.HasSuffix(variable, "_CERT") || strings.HasSuffix(variable, "_CERT_PATH"):
		content = certificate
	case strings.HasSuffix(variable, "_KEY") || strings.HasSuffix(variable, "_KEY_PATH"):
		content = key
	case variable == "DESPACHO_HUB_PATHS":
		content = []byte("{}")
	case variable == "OTEL_EXPORTER_OTLP_HEADERS_FILE":
		content = []byte("authorization=Bearer%20x\n")
	case variable == "DESPACHO_ACCOUNTS_KEY_FILE":
		out, err := exec.Command(program(t, "starter"), "accounts-key", "new", "--to", path).CombinedOutput()
		require.NoError(t, err, "%s", out)
		return path
	}
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return path
}

// private is one key for all certificates of the tests.
var private = func() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}()

func pair(t *testing.T) (certificate, key []byte) {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
	}
	made, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	require.NoError(t, err)
	bytes, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: bytes})
}
