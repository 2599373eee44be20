package helm

import (
	"testing"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	apps "k8s.io/api/apps/v1"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// kinds are the types of the objects that the chart may make.
var kinds = map[string]func() any{
	"v1 Service":                              func() any { return &core.Service{} },
	"v1 ServiceAccount":                       func() any { return &core.ServiceAccount{} },
	"apps/v1 Deployment":                      func() any { return &apps.Deployment{} },
	"batch/v1 Job":                            func() any { return &batch.Job{} },
	"policy/v1 PodDisruptionBudget":           func() any { return &policy.PodDisruptionBudget{} },
	"networking.k8s.io/v1 Ingress":            func() any { return &networking.Ingress{} },
	"networking.k8s.io/v1 NetworkPolicy":      func() any { return &networking.NetworkPolicy{} },
	"monitoring.coreos.com/v1 PodMonitor":     func() any { return &monitoring.PodMonitor{} },
	"monitoring.coreos.com/v1 PrometheusRule": func() any { return &monitoring.PrometheusRule{} },
	"temporal.io/v1alpha1 WorkerDeployment":   func() any { return &workerDeployment{} },
	"temporal.io/v1alpha1 Connection":         func() any { return &connection{} },
	"keda.sh/v1alpha1 ScaledObject":           func() any { return &scaledObject{} },
	"keda.sh/v1alpha1 TriggerAuthentication":  func() any { return &triggerAuthentication{} },
}

// decode reads a document as the API server does with strict validation: unknown fields, fields
// that stand twice and other spellings are errors.
func decode(t *testing.T, d document) any {
	t.Helper()
	kind := kinds[d.APIVersion+" "+d.Kind]
	require.NotNil(t, kind, "%s is not a kind that the chart makes", d.APIVersion+" "+d.Kind)
	object := kind()
	strictly(t, d.text, object, d.String())
	return object
}

func strictly(t *testing.T, text string, object any, name string) {
	t.Helper()
	asJSON, err := yaml.YAMLToJSONStrict([]byte(text))
	require.NoError(t, err, "%s\n%s", name, text)
	strict, err := json.UnmarshalStrict(asJSON, object)
	require.NoError(t, err, "%s\n%s", name, text)
	require.Empty(t, strict, "%s\n%s", name, text)
}

func TestEveryObjectIsOfItsType(t *testing.T) {
	t.Parallel()
	made := map[string]bool{}
	for _, scenario := range scenarios(t) {
		for _, d := range documents(t, scenario) {
			decode(t, d)
			made[d.APIVersion+" "+d.Kind] = true
		}
	}
	for kind := range kinds {
		assert.True(t, made[kind], "no scenario makes a %s", kind)
	}
}

// pod is one template of pods, and the object that makes pods of it.
type pod struct {
	document
	component string
	selector  *meta.LabelSelector
	template  core.PodTemplateSpec
	replicas  int32
}

// pods are the templates of pods of a scenario, by component.
func pods(t *testing.T, scenario string) map[string]pod {
	t.Helper()
	found := map[string]pod{}
	for _, d := range documents(t, scenario) {
		p := pod{document: d}
		switch object := decode(t, d).(type) {
		case *apps.Deployment:
			p.selector, p.template = object.Spec.Selector, object.Spec.Template
			if object.Spec.Replicas != nil {
				p.replicas = *object.Spec.Replicas
			}
		case *batch.Job:
			p.template = object.Spec.Template
		case *workerDeployment:
			p.template, p.replicas = object.Spec.Template, *object.Spec.Replicas
		default:
			continue
		}
		p.component = p.template.Labels["app.kubernetes.io/component"]
		require.Len(t, p.template.Spec.Containers, 1, d)
		require.NotContains(t, found, p.component)
		found[p.component] = p
	}
	require.NotEmpty(t, found, scenario)
	return found
}

// eachPod calls look with every template of pods of every scenario.
func eachPod(t *testing.T, look func(where string, p pod, container core.Container)) {
	t.Helper()
	for _, scenario := range scenarios(t) {
		for component, p := range pods(t, scenario) {
			look(scenario+", "+component, p, p.template.Spec.Containers[0])
		}
	}
}
