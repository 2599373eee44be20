package helm

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	apps "k8s.io/api/apps/v1"
)

// TestWorkersComeAndGoWithoutASetting: they share the hub's rate by themselves.
func TestWorkersComeAndGoWithoutASetting(t *testing.T) {
	t.Parallel()
	for _, scenario := range []string{"minimal", "defaults", "everything", "controller"} {
		assert.NotContains(t, environment(pods(t, scenario)["worker"]), "DESPACHO_WORKERS", scenario)
	}
	worker := deployment(t, "defaults", "tienda-despacho-worker")
	assert.Zero(t, worker.Spec.Strategy.RollingUpdate.MaxUnavailable.IntValue(), "an upgrade leaves all of them working")
	assert.EqualValues(t, 2, *worker.Spec.Replicas)
	assert.Nil(t, deployment(t, "everything", "tienda-despacho-worker").Spec.Replicas, "KEDA sets the number, and an upgrade leaves it alone")
}

func deployment(t *testing.T, scenario, name string) *apps.Deployment {
	t.Helper()
	for _, d := range documents(t, scenario) {
		if made, is := decode(t, d).(*apps.Deployment); is && made.Name == name {
			return made
		}
	}
	require.Fail(t, "no such Deployment", name)
	return nil
}

func TestKEDAScalesTheWorkerOnItsFiles(t *testing.T) {
	t.Parallel()
	for _, d := range documents(t, "everything") {
		switch made := decode(t, d).(type) {
		case *scaledObject:
			assert.Equal(t, deployment(t, "everything", made.Spec.ScaleTargetRef.Name).Name, made.Spec.ScaleTargetRef.Name)
			assert.GreaterOrEqual(t, *made.Spec.MinReplicaCount, int32(1))
			require.Len(t, made.Spec.Triggers, 1)
			trigger := made.Spec.Triggers[0]
			assert.Equal(t, "temporal", trigger.Type)
			assert.Contains(t, text(t, root+"/contract/names.go"), `"`+trigger.Metadata.TaskQueue+`"`, "the queue exists")
			assert.Equal(t, "0.1.0-6f2a", trigger.Metadata.WorkerDeploymentBuildID)
			assert.Equal(t, "shops/despacho", trigger.Metadata.WorkerDeploymentName)
			assert.Equal(t, "tienda-despacho-worker", trigger.AuthenticationRef.Name)
		case *triggerAuthentication:
			var parameters []string
			for _, reference := range made.Spec.SecretTargetRef {
				parameters = append(parameters, reference.Parameter)
			}
			assert.Equal(t, []string{"cert", "key", "ca"}, parameters)
		}
	}
}

func TestGatewaysAreTwoAndAStationIsOne(t *testing.T) {
	t.Parallel()
	gateway := deployment(t, "controller", "tienda-despacho-gateway")
	assert.EqualValues(t, 2, *gateway.Spec.Replicas)
	assert.Zero(t, gateway.Spec.Strategy.RollingUpdate.MaxUnavailable.IntValue(), "an upgrade leaves both listening")
	station := deployment(t, "station-only", "tienda-despacho-station")
	assert.EqualValues(t, 1, *station.Spec.Replicas)
	assert.Equal(t, apps.RecreateDeploymentStrategyType, station.Spec.Strategy.Type)
	assert.Equal(t, "https://bodega.example.com", environment(pods(t, "everything")["station"])["DESPACHO_STATION_URL"])
}
