package helm

import (
	"os"
	"path/filepath"
	"testing"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const watched = root + "/deploy/watch/rules"

// TestTheChartsRulesAreThoseOfTheProject: Helm cannot read outside of the chart, so it has a copy.
func TestTheChartsRulesAreThoseOfTheProject(t *testing.T) {
	t.Parallel()
	names := func(folder string) (found []string) {
		files, err := filepath.Glob(folder + "/*.yaml")
		require.NoError(t, err)
		for _, file := range files {
			found = append(found, filepath.Base(file))
		}
		return found
	}
	originals := names(watched)
	require.NotEmpty(t, originals)
	assert.Equal(t, originals, names(chart+"/files/rules"), "make chart-rules copies them")
	for _, name := range originals {
		original, err := os.ReadFile(filepath.Join(watched, name))
		require.NoError(t, err)
		assert.Equal(t, string(original), text(t, filepath.Join(chart, "files/rules", name)), "%s: make chart-rules copies it", name)
	}
}

// TestThePrometheusRuleSaysWhatTheFilesSay: templates of annotations, such as {{ $labels.merchant }}, are left alone.
func TestThePrometheusRuleSaysWhatTheFilesSay(t *testing.T) {
	t.Parallel()
	var want monitoring.PrometheusRuleSpec
	files, err := filepath.Glob(chart + "/files/rules/*.yaml")
	require.NoError(t, err)
	for _, file := range files {
		var spec monitoring.PrometheusRuleSpec
		strictly(t, text(t, file), &spec, file)
		want.Groups = append(want.Groups, spec.Groups...)
	}
	require.NotEmpty(t, want.Groups)
	found := 0
	for _, d := range documents(t, "everything") {
		if made, is := decode(t, d).(*monitoring.PrometheusRule); is {
			found++
			assert.Equal(t, want, made.Spec)
		}
	}
	assert.Equal(t, 1, found)
}
