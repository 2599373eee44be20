package run

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.temporal.io/api/deployment/v1"
	"go.temporal.io/api/enums/v1"
)

func versioned(name, build string) *deployment.WorkerDeploymentOptions {
	return &deployment.WorkerDeploymentOptions{DeploymentName: name, BuildId: build, WorkerVersioningMode: enums.WORKER_VERSIONING_MODE_VERSIONED}
}

func TestADoctorComparesVersions(t *testing.T) {
	t.Parallel()
	plain := &deployment.WorkerDeploymentOptions{DeploymentName: "despacho", BuildId: "0.1.0", WorkerVersioningMode: enums.WORKER_VERSIONING_MODE_UNVERSIONED}
	for name, c := range map[string]struct {
		worker    *deployment.WorkerDeploymentOptions
		current   string
		check     string
		state     state
		found, do string
	}{
		"no versions":                       {plain, "", "worker version", stateOK, "no version", ""},
		"the current version":               {versioned("despacho", "0.1.0"), "0.1.0", "worker version", stateOK, "0.1.0 is the current version", ""},
		"no current version":                {versioned("despacho", "0.1.0"), "", "worker version", stateFail, "get no work: 0.1.0", "--deployment-name despacho --build-id <id>"},
		"another version than the current":  {versioned("despacho", "0.1.0"), "0.2.0", "worker version", stateFail, "others: 0.1.0", "DESPACHO_BUILD_ID=0.2.0"},
		"a current version, and none asked": {plain, "0.2.0", "worker version", stateFail, "have no version", "--unversioned"},
		"another deployment":                {versioned("shops/despacho-worker", "0.1.0"), "", "worker deployment", stateWarn, "shops/despacho-worker", "TEMPORAL_DEPLOYMENT_NAME=shops/despacho-worker"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clinic := newClinic(t)
			clinic.temporal.versions = map[string]*deployment.WorkerDeploymentOptions{"worker-1": c.worker}
			clinic.temporal.current = c.current
			_, found := clinic.visit(t)
			assert.Equal(t, c.state, found[c.check].State, found)
			assert.Contains(t, found[c.check].Found, c.found)
			assert.Contains(t, found[c.check].Do, c.do)
		})
	}
}

func TestADoctorIsToldTheDeploymentsName(t *testing.T) {
	t.Setenv("TEMPORAL_DEPLOYMENT_NAME", "shops/despacho-worker")
	clinic := newClinic(t)
	clinic.temporal.versions = map[string]*deployment.WorkerDeploymentOptions{"worker-1": versioned("shops/despacho-worker", "0.1.0")}
	_, found := clinic.visit(t)
	assert.Contains(t, found["worker version"].Found, "deployment shops/despacho-worker has no current version")
	assert.NotContains(t, found, "worker deployment")
}
