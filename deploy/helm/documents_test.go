package helm

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"helm.sh/helm/v4/pkg/chart/common"
	chartfile "helm.sh/helm/v4/pkg/chart/v2/util"
)

func TestTheDocumentsValuesAreTaken(t *testing.T) {
	t.Parallel()
	examples := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(text(t, root+"/docs/kubernetes.md"), -1)
	require.Len(t, examples, 3)
	for _, example := range examples {
		given, err := common.ReadValues([]byte(example[1]))
		require.NoError(t, err)
		_, err = render(given)
		require.NoError(t, err, example[1])
	}
}

func TestTheDocumentNamesValuesThatAreThere(t *testing.T) {
	t.Parallel()
	standard, err := common.ReadValuesFile(chart + "/values.yaml")
	require.NoError(t, err)
	named := 0
	for _, found := range regexp.MustCompile("`((?:setup|worker|gateway|station|secrets|networkPolicy|serviceAccount)\\.[A-Za-z_.]+)(?:: [a-z]+)?`").FindAllStringSubmatch(text(t, root+"/docs/kubernetes.md"), -1) {
		named++
		path := strings.Split(found[1], ".")
		table, last := standard, path[len(path)-1]
		for _, part := range path[:len(path)-1] {
			inner, is := table[part].(map[string]any)
			require.True(t, is, found[1])
			table = inner
		}
		assert.Contains(t, table, last, found[1])
	}
	assert.Greater(t, named, 15)
}

// TestTheChartIsOfTheNewestRelease: chart and programs have one version.
func TestTheChartIsOfTheNewestRelease(t *testing.T) {
	t.Parallel()
	about, err := chartfile.LoadChartfile(chart + "/Chart.yaml")
	require.NoError(t, err)
	assert.Equal(t, about.Version, about.AppVersion)
	releases, err := filepath.Glob(root + "/docs/promised/releases/*")
	require.NoError(t, err)
	require.NotEmpty(t, releases)
	assert.Contains(t, releases, root+"/docs/promised/releases/"+about.AppVersion)
	assert.Contains(t, text(t, root+"/CHANGELOG.md"), "## ["+about.AppVersion+"]")
}
