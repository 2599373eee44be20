package compose

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/server/common/config"

	gateway "github.com/despacho/despacho/gateway/run"
	"github.com/despacho/despacho/service/secretfile"
	station "github.com/despacho/despacho/station/run"
	"github.com/despacho/despacho/worker/run"
)

// known is what the programs of this module's versions read.
func known(t *testing.T) Known {
	t.Helper()
	worker := slices.Concat(run.Variables(), elsewhere, secretfile.FileVariables())
	admin := slices.Concat(readBy(t, "go.temporal.io/server", `EnvVar:\s+"(SQL_\w+)"`, "tools/sql/main.go"),
		[]string{"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "NAMESPACE_RETENTION"})
	return Known{
		Reads: map[string][]string{
			"postgres": {"POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB", "PGDATA"},
			"schema":   admin, "namespace": admin,
			"temporal": append(readBy(t, "go.temporal.io/server", `env "(\w+)"`, "common/config/config_template_embedded.yaml"), config.EnvKeyAllowNoAuth),
			"ui":       readBy(t, "github.com/temporalio/ui-server/v2", `env "(\w+)"`, "config/docker.yaml"),
			"s3": slices.Concat(
				readBy(t, "github.com/versity/versitygw", `"((?:VGW|ROOT)_\w+)"`, "cmd/versitygw/*.go"),
				readBy(t, "github.com/versity/versitygw", `"((?:VGW|ROOT)_\w+)"`, "cmd/internal/gwcli/*.go"),
				readBy(t, "github.com/versity/versitygw", `\$\{(VGW_\w+)`, "docker-entrypoint.sh"),
				[]string{"ROOT_ACCESS_KEY_ID_FILE", "ROOT_SECRET_ACCESS_KEY_FILE"}), // the file's own script
			"setup": worker, "worker": worker, "starter": worker,
			"gateway": slices.Concat(gateway.Variables(), elsewhere),
			"station": slices.Concat(station.Variables(), elsewhere),
			"sandbox": {"SANDBOX_TOKEN", "SANDBOX_TOKEN_FILE"}, "fakezebra": {}, "fakeoffice": {},
		},
		Needs: map[string][]string{
			"worker":  slices.Concat(run.Variables(), elsewhere),
			"gateway": slices.Concat(gateway.Variables(), elsewhere),
			"station": slices.Concat(station.Variables(), elsewhere),
			"sandbox": {"SANDBOX_TOKEN", "SANDBOX_TOKEN_FILE"}, "setup": elsewhere, "starter": elsewhere,
			"postgres": {"POSTGRES_USER", "POSTGRES_PASSWORD"},
		},
	}
}

// readBy are the variables that a module's sources name.
func readBy(t *testing.T, module, pattern, files string) (names []string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(sources(t, module), files))
	require.NoError(t, err)
	for _, file := range found {
		for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(text(t, file), -1) {
			names = append(names, match[1])
		}
	}
	require.NotEmpty(t, names, "%s of %s", files, module)
	return names
}

func TestTheFileFitsItsPrograms(t *testing.T) {
	t.Parallel()
	assert.Empty(t, Problems(example(t), known(t)))
}

// TestBreaksAreFound breaks the file in ways that a person could. Those that only show when something runs
// are in package rehearsal.
func TestBreaksAreFound(t *testing.T) {
	t.Parallel()
	known, whole := known(t), text(t, file)
	for name, broken := range map[string]struct{ old, instead, found string }{
		"a variable's name is misspelt":             {"DESPACHO_LABEL_TIME: $", "DESPACHO_LABLE_TIME: $", "worker: DESPACHO_LABLE_TIME is read by nobody"},
		"a variable of Temporal's is misspelt":      {"POSTGRES_SEEDS: postgres", "POSTGRES_SEED: postgres", "temporal: POSTGRES_SEED is read by nobody"},
		"a variable of the S3 server is misspelt":   {"VGW_REGION:", "VGW_REGON:", "s3: VGW_REGON is read by nobody"},
		"a setting is left out":                     {"      DESPACHO_POLL_EVERY: ${DESPACHO_POLL_EVERY:-}\n", "", "worker: DESPACHO_POLL_EVERY cannot be set"},
		"an address has the wrong port":             {"TEMPORAL_ADDRESS: temporal:7233\n  TEMPORAL_NAMESPACE", "TEMPORAL_ADDRESS: temporal:7333\n  TEMPORAL_NAMESPACE", "worker: TEMPORAL_ADDRESS leads to port 7333, where temporal does not listen"},
		"an address has the wrong name":             {"SQL_HOST: postgres\n", "SQL_HOST: postgresql\n", "schema: SQL_HOST leads to postgresql, which is no service"},
		"an address is in another variable":         {"DESPACHO_LABEL_TIME: $", "DESPACHO_LABEL_TIME: http://sandbox:8480 # $", "worker: DESPACHO_LABEL_TIME is written like an address of sandbox, but is not listed as one"},
		"the wrong port is published":               {"127.0.0.1:8080:8080", "127.0.0.1:8080:8081", "ui: port 8081 is published, where it does not listen"},
		"a health check asks the wrong port":        {`[CMD, nc, -z, 127.0.0.1, "7233"]`, `[CMD, nc, -z, 127.0.0.1, "7234"]`, "temporal: its health check asks at port 7234, where it does not listen"},
		"a health check asks for the wrong page":    {"127.0.0.1:7070/healthz", "127.0.0.1:7070/health", "s3: its health check asks /health instead of /healthz"},
		"a health check is another program's":       {"[CMD, gateway, health]", "[CMD, worker, health]", "gateway: its health check is [worker health] instead of gateway health"},
		"a program is the image's own":              {"    entrypoint: [gateway]\n", "", "gateway: its health check is [gateway health] instead of worker health"},
		"nobody waits for the database":             {"    depends_on:\n      postgres: {condition: service_healthy}\n", "", "schema: SQL_HOST leads to postgres, which it does not wait for"},
		"data are not on their volume":              {`["s3:/data"]`, `["s3:/date"]`, "s3: /data is on no volume"},
		"a secret is not mounted":                   {"otlp-headers, gateway-cert, gateway-key]\n", "otlp-headers, gateway-cert]\n", "gateway: DESPACHO_GATEWAY_KEY names the secret gateway-key, which is not mounted"},
		"the S3 server's secret is not mounted":     {"    secrets: [s3-key-id, s3-secret]\n", "    secrets: [s3-key-id]\n", "s3: ROOT_SECRET_ACCESS_KEY_FILE names the secret s3-secret, which is not mounted"},
		"a one-off that is started again and again": {"    entrypoint: [starter, setup]\n", "    entrypoint: [starter, setup]\n    restart: unless-stopped\n", `worker: it waits until setup is service_completed_successfully, which has restart "unless-stopped"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, whole, broken.old)
			path := filepath.Join(t.TempDir(), "docker-compose.yml")
			require.NoError(t, os.WriteFile(path, []byte(strings.Replace(whole, broken.old, broken.instead, 1)), 0o600))
			settings := append(exampleSettings(t), "COMPOSE_PROFILES=*", "DESPACHO_GATEWAY_KEY=./gateway.key", "AWS_SECRET_ACCESS_KEY_FILE=./s3-secret")
			options, err := cli.NewProjectOptions([]string{path}, cli.WithWorkingDirectory(root), cli.WithEnv(settings), cli.WithDefaultProfiles())
			require.NoError(t, err)
			project, err := options.LoadProject(context.Background())
			require.NoError(t, err)
			assert.Contains(t, Problems(project, known), broken.found)
		})
	}
}
