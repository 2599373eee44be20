package despacho_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var metricName = regexp.MustCompile(`"(despacho_[a-z_]+)"`)

var documentedMetric = regexp.MustCompile("`(despacho_[a-z_]+)(\\{[a-z_,]+\\})?`")

// exportedMetrics are the names of our metrics, as the programs' sources register them.
func exportedMetrics(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, folder := range []string{"service", filepath.Join("worker", "run"), filepath.Join("gateway", "run"), filepath.Join("station", "run")} {
		for _, path := range sourcesOf(t, folder, "*.go") {
			for _, found := range metricName.FindAllStringSubmatch(documentText(t, path), -1) {
				names = append(names, found[1])
			}
		}
	}
	require.NotEmpty(t, names)
	return lo.Uniq(names)
}

func TestTheTableOfMetricsNamesEachOnce(t *testing.T) {
	t.Parallel()
	_, table, found := strings.Cut(documentText(t, filepath.Join("docs", "operating.md")), "| metric | says | alarm |\n")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "\n\n")
	var documented []string
	for row := range strings.SplitSeq(table, "\n") {
		cells := strings.SplitN(row, "|", 3)
		require.Len(t, cells, 3, row)
		for _, name := range documentedMetric.FindAllStringSubmatch(cells[1], -1) {
			documented = append(documented, name[1])
		}
	}
	assert.ElementsMatch(t, exportedMetrics(t), documented, "metrics of the programs, and rows of docs/operating.md")
}

func TestMetricsAreNamedAsPrometheusAsks(t *testing.T) {
	t.Parallel()
	for _, name := range exportedMetrics(t) {
		assert.NotRegexp(t, `_(minutes|hours|days|ms|milliseconds)(_|$)`, name, "base units: seconds, bytes")
	}
}
