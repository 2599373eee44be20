package helm

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
)

func TestWrongValuesAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ given, says string }{
		"a value that does not exist":           {"worker: {replica: 3}", "replica"},
		"a setting that does not exist":         {"worker: {settings: {DESPACHO_HUBB: x}}", "DESPACHO_HUBB"},
		"a setting of another program":          {"gateway: {settings: {DESPACHO_HUB: 'https://hub'}}", "DESPACHO_HUB"},
		"a secret as a setting":                 {"worker: {settings: {DESPACHO_TOKEN: abc}}", "DESPACHO_TOKEN"},
		"a secret in place of its Secret":       {"secrets: {token: abc}", "/secrets/token"},
		"a secret as a further variable":        {"extraEnv: {AWS_SECRET_ACCESS_KEY: abc}", "AWS_SECRET_ACCESS_KEY"},
		"a setting as a further variable":       {"extraEnv: {DESPACHO_HUB: abc}", "DESPACHO_HUB"},
		"what the chart sets":                   {"extraEnv: {AWS_REGION: sa-east-1}", "the chart sets AWS_REGION already"},
		"an address without a port":             {"temporal: {address: temporal}", "/temporal/address"},
		"no namespace":                          {"temporal: {namespace: ''}", "/temporal/namespace"},
		"an endpoint without http":              {"store: {endpoint: 's3:7070'}", "/store/endpoint"},
		"no workers":                            {"worker: {replicas: 0}", "/worker/replicas"},
		"a single gateway":                      {"gateway: {replicas: 1}", "/gateway/replicas"},
		"a number of gateways as text":          {"gateway: {replicas: '2'}", "/gateway/replicas"},
		"a duration without a unit":             {"worker: {settings: {DESPACHO_POLL_EVERY: '60'}}", "DESPACHO_POLL_EVERY"},
		"a rate of zero":                        {"worker: {settings: {DESPACHO_HUB_REQUESTS_PER_SECOND: 0}}", "DESPACHO_HUB_REQUESTS_PER_SECOND"},
		"an unknown log level":                  {"settings: {DESPACHO_LOG_LEVEL: loud}", "DESPACHO_LOG_LEVEL"},
		"a bucket in capitals":                  {"settings: {DESPACHO_BUCKET: Despacho}", "DESPACHO_BUCKET"},
		"a build id that is a number":           {"worker: {settings: {DESPACHO_BUILD_ID: 0.1}}", "DESPACHO_BUILD_ID"},
		"a deployment's name with a dot":        {"worker: {settings: {TEMPORAL_DEPLOYMENT_NAME: a.b}}", "TEMPORAL_DEPLOYMENT_NAME"},
		"a quantity that is none":               {"worker: {temp: {sizeLimit: lots}}", "/worker/temp/sizeLimit"},
		"a budget that lets no node be emptied": {"worker: {podDisruptionBudget: {maxUnavailable: 0}}", "maxUnavailable"},
		"scaling to zero":                       {"worker: {autoscaling: {minReplicas: 0}}", "minReplicas"},
		"a site in capitals":                    {"station: {settings: {DESPACHO_STATION_SITE: Santiago}}", "DESPACHO_STATION_SITE"},
		"no time to drain":                      {"drainSeconds: 0", "/drainSeconds"},
		"an unknown strategy":                   {"worker: {workerController: {rollout: {strategy: Canary}}}", "strategy"},
		"a ramp without a pause":                {"worker: {workerController: {rollout: {steps: [{rampPercentage: 10}]}}}", "pauseDuration"},
		"nothing to run":                        {"worker: {enabled: false}", "enable worker, gateway or station"},
		"two who set the number of workers":     {"worker: {autoscaling: {enabled: true}, workerController: {enabled: true}}", "enable one of"},
		"two who name the version":              {"worker: {settings: {DESPACHO_BUILD_ID: a}, workerController: {enabled: true}}", "DESPACHO_BUILD_ID"},
		"a rollout without steps":               {"worker: {workerController: {enabled: true, rollout: {strategy: Progressive}}}", "needs steps"},
		"fewer workers at most than at least":   {"worker: {autoscaling: {enabled: true, minReplicas: 5}}", "minReplicas is more"},
		"a rate divided by hand, as once":       {"worker: {rateShares: 2}", "rateShares"},
		"a gateway with neither proxy nor TLS":  {"gateway: {enabled: true}", "DESPACHO_WEBHOOK_PROXIES"},
		"an ingress without a host":             {"gateway: {enabled: true, tlsSecret: t, ingress: {enabled: true}}", "needs a host"},
		"a door for partners without a host":    {"gateway: {enabled: true, tlsSecret: t, partners: {ingress: {enabled: true}}}", "gateway.partners.ingress.host"},
		"partners without a port":               {"gateway: {settings: {DESPACHO_GATEWAY_PARTNERS_LISTEN: '0.0.0.0'}}", "DESPACHO_GATEWAY_PARTNERS_LISTEN"},
		"two ways into Temporal":                {"temporal: {tls: {clientSecret: t}}\nsecrets: {temporalAPIKey: {name: k}}", "takes either"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			given, err := common.ReadValues([]byte(c.given))
			require.NoError(t, err)
			_, err = render(given)
			require.ErrorContains(t, err, c.says)
		})
	}
}

// TestTheSchemaKnowsEveryValue: each value that is there by default may be given as it is, and the
// schema has no other.
func TestTheSchemaKnowsEveryValue(t *testing.T) {
	t.Parallel()
	standard, err := common.ReadValuesFile(chart + "/values.yaml")
	require.NoError(t, err)
	schema := []byte(text(t, chart+"/values.schema.json"))
	require.NoError(t, util.ValidateAgainstSingleSchema(standard, schema))
	var known map[string]any
	strictly(t, string(schema), &known, "schema")
	compare(t, "", standard, known)
}

// compare holds the properties of a part of the schema against the values that are there by default.
func compare(t *testing.T, where string, standard map[string]any, schema map[string]any) {
	t.Helper()
	properties, _ := schema["properties"].(map[string]any)
	if len(properties) == 0 {
		return // a map that a user fills, or one of the definitions
	}
	assert.Equal(t, false, schema["additionalProperties"], "%s lets misspelt values pass", where)
	for name, property := range properties {
		if where == "" && name == "global" {
			continue // Helm's own
		}
		value, there := standard[name]
		if !assert.True(t, there, "values.yaml does not mention %s/%s", where, name) {
			continue
		}
		if inner, is := value.(map[string]any); is {
			compare(t, where+"/"+name, inner, property.(map[string]any))
		}
	}
}
