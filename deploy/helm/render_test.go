// Package helm holds the chart in despacho/ against Helm, Kubernetes' own types and the programs
// that it runs; it has tests only.
package helm

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/v2/lint"
	"helm.sh/helm/v4/pkg/chart/v2/lint/support"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/engine"
	"sigs.k8s.io/yaml"
)

const (
	root      = "../.."
	chart     = "despacho"
	release   = "tienda"
	namespace = "shops"
)

// scenarios are the values files with which the chart is looked at.
func scenarios(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/values/*.yaml")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 5)
	var names []string
	for _, file := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(file), ".yaml"))
	}
	return names
}

func values(t *testing.T, scenario string) map[string]any {
	t.Helper()
	read, err := common.ReadValuesFile(filepath.Join("testdata", "values", scenario+".yaml"))
	require.NoError(t, err)
	return read
}

// render does what `helm template` does: values are held against the schema, then every template is made.
func render(given map[string]any) (map[string]string, error) {
	loaded, err := loader.Load(chart)
	if err != nil {
		return nil, err
	}
	options := common.ReleaseOptions{Name: release, Namespace: namespace, Revision: 1, IsInstall: true}
	all, err := util.ToRenderValues(loaded, given, options, common.DefaultCapabilities)
	if err != nil {
		return nil, err
	}
	return engine.Engine{Strict: true}.Render(loaded, all)
}

// document is one object that the chart makes.
type document struct {
	template         string
	text             string
	APIVersion, Kind string
	Metadata         struct {
		Name                string
		Labels, Annotations map[string]string
	}
}

func (d document) String() string { return d.Kind + " " + d.Metadata.Name }

var separator = regexp.MustCompile(`(?m)^---\s*$`)

// known are the documents of the scenarios that have been rendered.
var known sync.Map

// documents are all objects of a scenario.
func documents(t *testing.T, scenario string) []document {
	t.Helper()
	if made, there := known.Load(scenario); there {
		return made.([]document)
	}
	rendered, err := render(values(t, scenario))
	require.NoError(t, err, scenario)
	var all []document
	for _, template := range slices.Sorted(maps.Keys(rendered)) {
		if !strings.HasSuffix(template, ".yaml") {
			continue
		}
		for _, text := range separator.Split(rendered[template], -1) {
			if empty(text) {
				continue
			}
			d := document{template: template, text: text}
			require.NoError(t, yaml.Unmarshal([]byte(text), &d), "%s\n%s", template, text)
			all = append(all, d)
		}
	}
	require.NotEmpty(t, all, scenario)
	known.Store(scenario, all)
	return all
}

// empty tells whether a document has comments only.
func empty(text string) bool {
	return !slices.ContainsFunc(strings.Split(text, "\n"), func(line string) bool {
		line = strings.TrimSpace(line)
		return line != "" && !strings.HasPrefix(line, "#")
	})
}

func TestHelmLintFindsNothing(t *testing.T) {
	t.Parallel()
	for _, scenario := range scenarios(t) {
		for _, message := range lint.RunAll(chart, values(t, scenario), namespace).Messages {
			// An icon is what Helm asks for besides, for pages that list charts.
			assert.Equal(t, support.InfoSev, message.Severity, "%s: %s", scenario, message)
			assert.ErrorContains(t, message.Err, "icon", scenario)
		}
	}
}

func TestWhatIsMadeIsWhatIsEnabled(t *testing.T) {
	t.Parallel()
	programs := []string{"ServiceAccount tienda-despacho-setup", "Job tienda-despacho-setup", "ServiceAccount tienda-despacho"}
	worker := []string{"Deployment tienda-despacho-worker", "PodDisruptionBudget tienda-despacho-worker"}
	gateway := []string{"Deployment tienda-despacho-gateway", "Service tienda-despacho-gateway", "PodDisruptionBudget tienda-despacho-gateway"}
	station := []string{"Deployment tienda-despacho-station", "Service tienda-despacho-station"}
	for scenario, want := range map[string][]string{
		"defaults":     slices.Concat(programs, worker),
		"minimal":      {"Deployment tienda-despacho-worker"},
		"station-only": slices.Concat(station, []string{"ServiceAccount tienda-despacho"}),
		"controller": slices.Concat(programs, gateway, []string{
			"WorkerDeployment tienda-despacho-worker", "Connection tienda-despacho-worker", "PodDisruptionBudget tienda-despacho-worker",
			"NetworkPolicy tienda-despacho-worker", "NetworkPolicy tienda-despacho-gateway", "Ingress tienda-despacho-gateway-partners",
		}),
		"everything": slices.Concat(programs, worker, gateway, station, []string{
			"Ingress tienda-despacho-gateway", "Ingress tienda-despacho-gateway-partners", "Ingress tienda-despacho-station", "ScaledObject tienda-despacho-worker", "TriggerAuthentication tienda-despacho-worker",
			"NetworkPolicy tienda-despacho-worker", "NetworkPolicy tienda-despacho-gateway", "NetworkPolicy tienda-despacho-station",
			"PodMonitor tienda-despacho", "PrometheusRule tienda-despacho",
		}),
	} {
		var made []string
		for _, d := range documents(t, scenario) {
			made = append(made, d.String())
		}
		assert.ElementsMatch(t, want, made, scenario)
	}
}

func TestNamesFitIntoLabels(t *testing.T) {
	t.Parallel()
	given := values(t, "everything")
	given["fullnameOverride"] = strings.Repeat("a", 70)
	rendered, err := render(given)
	require.NoError(t, err)
	found := 0
	for _, text := range rendered {
		for _, name := range regexp.MustCompile(`(?m)^  name: (\S+)$`).FindAllStringSubmatch(text, -1) {
			found++
			assert.LessOrEqual(t, len(name[1]), 63, name[1])
		}
	}
	assert.Greater(t, found, 10)
}

// text is a file of the project.
func text(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Clean(path))
	require.NoError(t, err)
	return string(content)
}
