package compose

import (
	"bytes"
	"context"
	"maps"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"

	gateway "github.com/despacho/despacho/gateway/run"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/service/secretfile"
	station "github.com/despacho/despacho/station/run"
	"github.com/despacho/despacho/worker/run"
)

// elsewhere are variables that are read by others than despacho: Temporal's
// envconfig, the AWS SDK, OpenTelemetry. Those with _FILE are despacho's, for secrets of these.
var elsewhere = []string{
	"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE",
	"AWS_ENDPOINT_URL_S3", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID_FILE", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY_FILE",
	"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS_FILE", "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG",
}

func TestOurServicesAreToldOnlyWhatTheyRead(t *testing.T) {
	t.Parallel()
	project := example(t)
	for _, name := range []string{"setup", "worker", "starter", "gateway", "station"} {
		known := slices.Concat(run.Variables(), elsewhere, secretfile.FileVariables())
		switch name {
		case "gateway":
			known = slices.Concat(gateway.Variables(), elsewhere)
		case "station":
			known = slices.Concat(station.Variables(), elsewhere)
		}
		for variable := range variables(project.Services[name]) {
			assert.Contains(t, known, variable, name)
		}
	}
	assert.ElementsMatch(t, []string{"SANDBOX_TOKEN", "SANDBOX_TOKEN_FILE"}, slices.Collect(maps.Keys(variables(project.Services["sandbox"]))))
}

func TestEverySettingOfTheProgramsCanBeMade(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string][]string{"worker": run.Variables(), "gateway": gateway.Variables(), "station": station.Variables()} {
		told := slices.Collect(maps.Keys(variables(example(t).Services[name])))
		assert.Subset(t, told, settings)
		assert.Subset(t, told, elsewhere)
	}
}

// TestTheGatewayTakesTheExample does the same as TestTheWorkerTakesTheExample, with the lines
// of the example that name a proxy.
func TestTheGatewayTakesTheExample(t *testing.T) {
	settings := variables(example(t).Services["gateway"])
	settings["DESPACHO_GATEWAY_PLAIN"], settings["DESPACHO_WEBHOOK_PROXIES"] = gateway.BehindProxy, "172.16.0.0/12"
	settings["TEMPORAL_CONFIG_FILE"] = os.DevNull
	settings["DESPACHO_GATEWAY_LISTEN"], settings["DESPACHO_GATEWAY_HEALTH"] = "0.0.0.0:0", "127.0.0.1:0"
	for name, value := range settings {
		t.Setenv(name, value)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	var out bytes.Buffer
	assert.Equal(t, gateway.ExitOrderly, gateway.Main(ended, nil, &out), out.String())
	assert.Contains(t, out.String(), "published example", "the example's secrets are warned about")
	assert.NotContains(t, out.String(), "misspelt")
}

// TestTheStationTakesTheExample does the same with the station.
func TestTheStationTakesTheExample(t *testing.T) {
	settings := variables(example(t).Services["station"])
	settings["TEMPORAL_CONFIG_FILE"], settings["DESPACHO_STATION_CACHE"] = os.DevNull, t.TempDir()
	settings["DESPACHO_STATION_LISTEN"], settings["DESPACHO_STATION_HEALTH"] = "0.0.0.0:0", "127.0.0.1:0"
	for name, value := range settings {
		t.Setenv(name, value)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	var out bytes.Buffer
	assert.Equal(t, station.ExitOrderly, station.Main(ended, nil, &out, &out), out.String())
	assert.Contains(t, out.String(), "published example", "the example's secrets are warned about")
	assert.NotContains(t, out.String(), "misspelt")
}

// TestTheWorkerTakesTheExample starts the worker's program with exactly what
// the service is told; it is asked to end before it reaches for Temporal.
func TestTheWorkerTakesTheExample(t *testing.T) {
	settings := variables(example(t).Services["worker"])
	settings["TEMPORAL_CONFIG_FILE"] = os.DevNull
	settings["DESPACHO_TEMP"] = t.TempDir()
	_, port, err := net.SplitHostPort(settings["DESPACHO_LISTEN"])
	require.NoError(t, err)
	assert.NotEmpty(t, port)
	settings["DESPACHO_LISTEN"] = "127.0.0.1:0"
	for name, value := range settings {
		t.Setenv(name, value)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	var out bytes.Buffer
	assert.Equal(t, run.ExitOrderly, run.Main(ended, nil, &out), out.String())
	assert.Contains(t, out.String(), "published example", "the example's secrets are warned about")
	assert.NotContains(t, out.String(), settings["AWS_SECRET_ACCESS_KEY"])
	assert.NotContains(t, out.String(), "misspelt")
}

func TestTheExampleNamesTheSandboxsMerchant(t *testing.T) {
	t.Parallel()
	project := example(t)
	assert.Contains(t, project.Services["sandbox"].Entrypoint, "--seed=1")
	hub, err := sandbox.New(sandbox.Options{Seed: 1, Orders: 1})
	require.NoError(t, err)
	worker := variables(project.Services["worker"])
	assert.Equal(t, hub.Merchant(), worker["DESPACHO_MERCHANT"])
	assert.Equal(t, variables(project.Services["sandbox"])["SANDBOX_TOKEN"], worker["DESPACHO_TOKEN"])
	assert.Contains(t, project.Services["sandbox"].Entrypoint, "--speed="+worker["DESPACHO_HUB_SPEED"])
}

func TestNoSecretIsWrittenDown(t *testing.T) {
	t.Parallel()
	secret := regexp.MustCompile(`(?m)^\s*(\w*(?:PASSWORD|PWD|SECRET|TOKEN)\w*):\s*(.*)$`)
	found := secret.FindAllStringSubmatch(text(t, file), -1)
	require.NotEmpty(t, found)
	for _, one := range found {
		assert.True(t, strings.HasPrefix(one[2], "${"), "%s has a value of its own", one[1])
		assert.NotRegexp(t, `:-.+\}`, one[2], "%s has a default", one[1])
	}
	for _, line := range exampleSettings(t) {
		name, value, _ := strings.Cut(line, "=")
		if strings.Contains(name, "PASSWORD") || strings.Contains(name, "SECRET") {
			assert.Contains(t, value, "change-me", "%s must be seen to be an example", name)
		}
	}
	assert.Contains(t, text(t, root+"/deploy/temporal/schema.sh"), "*change-me*")
}

// TestTemporalReadsItsSettings renders the configuration that the server's
// image makes of the service's environment.
func TestTemporalReadsItsSettings(t *testing.T) {
	settings := variables(example(t).Services["temporal"])
	for name, value := range settings {
		t.Setenv(name, value)
	}
	made, err := config.Load(config.WithEmbedded())
	require.NoError(t, err)
	for _, name := range []string{made.Persistence.DefaultStore, made.Persistence.VisibilityStore} {
		store := made.Persistence.DataStores[name].SQL
		require.NotNil(t, store, name)
		assert.Equal(t, "postgres12_pgx", store.PluginName)
		assert.Equal(t, "postgres:5432", store.ConnectAddr)
		assert.Equal(t, "temporal", store.User)
		assert.Equal(t, settings["POSTGRES_PWD"], store.Password)
	}
	assert.Equal(t, "temporal", made.Persistence.DataStores[made.Persistence.DefaultStore].SQL.DatabaseName)
	assert.Equal(t, "temporal_visibility", made.Persistence.DataStores[made.Persistence.VisibilityStore].SQL.DatabaseName)
	assert.EqualValues(t, 128, made.Persistence.NumHistoryShards)
	assert.Equal(t, 7233, made.Services["frontend"].RPC.GRPCPort)
	assert.Equal(t, settings["DYNAMIC_CONFIG_FILE_PATH"], made.DynamicConfigClient.Filepath)
}

func TestTheDynamicConfigurationIsKnown(t *testing.T) {
	t.Parallel()
	loaded := dynamicconfig.LoadYamlFile([]byte(text(t, root+"/deploy/temporal/dynamicconfig.yaml")))
	require.NoError(t, loaded.Err())
	assert.Empty(t, loaded.Warnings)
	fairness := loaded.Map[dynamicconfig.MatchingEnableFairness.Key()]
	require.Len(t, fairness, 1)
	assert.Equal(t, true, fairness[0].Value)
}
