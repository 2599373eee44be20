package helm

import (
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
)

// environment are the variables of a pod's program.
func environment(p pod) map[string]string {
	set := map[string]string{}
	for _, variable := range p.template.Spec.Containers[0].Env {
		set[variable.Name] = variable.Value
	}
	return set
}

// secretName is what a variable is called that may hold a secret.
var secretName = regexp.MustCompile(`SECRET|TOKEN|PASSWORD|ACCESS_KEY|API_KEY|ACCOUNTS_KEY|OTLP_HEADERS`)

func TestNoSecretIsAValue(t *testing.T) {
	t.Parallel()
	files := 0
	eachPod(t, func(where string, _ pod, container core.Container) {
		assert.Empty(t, container.EnvFrom, where)
		for _, variable := range container.Env {
			assert.Nil(t, variable.ValueFrom, "%s: %s", where, variable.Name)
			if secretName.MatchString(variable.Name) {
				assert.True(t, strings.HasSuffix(variable.Name, "_FILE"), "%s: %s", where, variable.Name)
				files++
			}
		}
	})
	assert.Greater(t, files, 20)
}

// TestEveryFileThatIsNamedIsMounted: what variables say is a file of a Secret or a ConfigMap is one.
func TestEveryFileThatIsNamedIsMounted(t *testing.T) {
	t.Parallel()
	named := 0
	eachPod(t, func(where string, p pod, container core.Container) {
		there := files(p)
		for _, variable := range container.Env {
			if strings.HasPrefix(variable.Value, "/run/secrets/") || strings.HasPrefix(variable.Value, "/etc/") {
				named++
				assert.Contains(t, there, variable.Value, "%s: %s", where, variable.Name)
				delete(there, variable.Value)
			}
		}
		assert.Empty(t, there, "%s: mounted, and named by no variable", where)
	})
	assert.Greater(t, named, 30)
}

// files are the files that a pod's volumes bring, each with the object that it comes from.
func files(p pod) map[string]string {
	there := map[string]string{}
	for _, mount := range p.template.Spec.Containers[0].VolumeMounts {
		for _, volume := range p.template.Spec.Volumes {
			if volume.Name != mount.Name {
				continue
			}
			add := func(from string, items []core.KeyToPath) {
				for _, item := range items {
					there[path.Join(mount.MountPath, item.Path)] = from + "/" + item.Key
				}
			}
			switch {
			case volume.Secret != nil:
				add(volume.Secret.SecretName, volume.Secret.Items)
			case volume.ConfigMap != nil:
				add(volume.ConfigMap.Name, volume.ConfigMap.Items)
			case volume.Projected != nil:
				for _, source := range volume.Projected.Sources {
					add(source.Secret.Name, source.Secret.Items)
				}
			}
		}
	}
	return there
}

func TestEachProgramGetsItsOwnSecretsOnly(t *testing.T) {
	t.Parallel()
	all := pods(t, "everything")
	for component, absent := range map[string][]string{
		"gateway": {"DESPACHO_CLIENT_SECRET_FILE", "DESPACHO_ACCOUNTS_KEY_FILE", "DESPACHO_TOKEN_FILE", "DESPACHO_WEBHOOK_OUT_SECRET_FILE"},
		"station": {"DESPACHO_CLIENT_SECRET_FILE", "DESPACHO_ACCOUNTS_KEY_FILE", "DESPACHO_TOKEN_FILE", "DESPACHO_WEBHOOK_OUT_SECRET_FILE"},
		"setup":   {"DESPACHO_CLIENT_SECRET_FILE", "DESPACHO_ACCOUNTS_KEY_FILE", "AWS_SESSION_TOKEN_FILE"},
	} {
		set := environment(all[component])
		for _, name := range absent {
			assert.NotContains(t, set, name, component)
		}
		assert.Contains(t, set, "AWS_SECRET_ACCESS_KEY_FILE", component)
	}
	assert.Equal(t, "despacho-setup/access-key-id", files(all["setup"])["/run/secrets/despacho/accessKeyID"], "setup may have rights of its own")
	assert.Equal(t, "despacho-store/access-key-id", files(all["worker"])["/run/secrets/despacho/accessKeyID"])
}

// TestTheWorkerControllersVariablesAreLeftToIt: a variable that stands twice is an error of the API
// server's, and TEMPORAL_API_KEY beside TEMPORAL_API_KEY_FILE one of the worker's.
func TestTheWorkerControllersVariablesAreLeftToIt(t *testing.T) {
	t.Parallel()
	set := environment(pods(t, "controller")["worker"])
	for _, name := range []string{
		"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "TEMPORAL_DEPLOYMENT_NAME", "TEMPORAL_WORKER_BUILD_ID", "TEMPORAL_API_KEY_FILE",
		"TEMPORAL_TLS", "TEMPORAL_TLS_SERVER_NAME", "TEMPORAL_TLS_CLIENT_CERT_PATH", "TEMPORAL_TLS_CLIENT_KEY_PATH", "DESPACHO_BUILD_ID",
	} {
		assert.NotContains(t, set, name)
	}
	assert.Contains(t, environment(pods(t, "controller")["gateway"]), "TEMPORAL_API_KEY_FILE")
	for _, d := range documents(t, "controller") {
		switch made := decode(t, d).(type) {
		case *connection:
			assert.Equal(t, "shops.a2dd6.tmprl.cloud:7233", made.Spec.HostPort)
			require.NotNil(t, made.Spec.APIKeySecretRef)
			assert.Equal(t, "despacho-temporal", made.Spec.APIKeySecretRef.Name)
		case *workerDeployment:
			assert.Equal(t, "shops.a2dd6", made.Spec.WorkerOptions.TemporalNamespace)
			assert.Equal(t, "tienda-despacho-worker", made.Spec.WorkerOptions.ConnectionRef.Name)
			assert.LessOrEqual(t, len(made.Name), 47, "the Worker Controller appends a build id")
			assert.Len(t, made.Spec.Rollout.Steps, 2)
		}
	}
}

func TestNoVariableStandsTwice(t *testing.T) {
	t.Parallel()
	eachPod(t, func(where string, _ pod, container core.Container) {
		seen := map[string]bool{}
		for _, variable := range container.Env {
			assert.False(t, seen[variable.Name], "%s: %s", where, variable.Name)
			seen[variable.Name] = true
		}
	})
}

// TestSetupRunsBeforeWhatNeedsIt: a hook, which may run again and leaves nothing behind.
func TestSetupRunsBeforeWhatNeedsIt(t *testing.T) {
	t.Parallel()
	account := ""
	for _, d := range documents(t, "defaults") {
		if d.Metadata.Labels["app.kubernetes.io/component"] != "setup" {
			assert.NotContains(t, d.Metadata.Annotations, "helm.sh/hook", d)
			continue
		}
		assert.Equal(t, "pre-install,pre-upgrade", d.Metadata.Annotations["helm.sh/hook"], d)
		assert.Contains(t, d.Metadata.Annotations["helm.sh/hook-delete-policy"], "before-hook-creation", d)
		if d.Kind == "ServiceAccount" {
			account = d.Metadata.Name
			assert.Equal(t, "-1", d.Metadata.Annotations["helm.sh/hook-weight"])
			continue
		}
		job := decode(t, d).(*batch.Job)
		assert.Equal(t, []string{"starter"}, job.Spec.Template.Spec.Containers[0].Command)
		assert.Equal(t, []string{"setup"}, job.Spec.Template.Spec.Containers[0].Args)
		assert.Equal(t, d.Metadata.Name, job.Spec.Template.Spec.ServiceAccountName, "the release's own is not there yet")
	}
	assert.Equal(t, "tienda-despacho-setup", account)
}
