package watch

import (
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write selectors.json anew")

// selectors are the labels of each metric, and for each label the values that are asked for.
type selectors map[string]map[string][]string

var (
	// targetLabels come from Prometheus and not from a program.
	targetLabels = []string{"job", "instance"}
	// prometheusOwn are metrics that Prometheus makes itself.
	prometheusOwn = []string{"up", "ALERTS"}
)

// TestSelectorsAreWhatRulesAndDashboardName: after a change of a query, run the test with -update.
func TestSelectorsAreWhatRulesAndDashboardName(t *testing.T) {
	t.Parallel()
	named := selectors{}
	for _, r := range allRules(t) {
		named.add(parse(t, r.Expr))
	}
	for _, query := range readDashboard(t).queries() {
		named.add(parse(t, withoutVariables(query)))
	}
	text, err := json.MarshalIndent(named, "", "  ")
	require.NoError(t, err)
	text = append(text, '\n')
	if *update {
		require.NoError(t, os.WriteFile("selectors.json", text, 0o644))
	}
	committed, err := os.ReadFile("selectors.json")
	require.NoError(t, err)
	assert.Equal(t, string(text), string(committed), "go test -run TestSelectors ./ -update")
}

func (s selectors) add(expr parser.Expr) {
	parser.Inspect(expr, func(node parser.Node, path []parser.Node) error {
		selector, is := node.(*parser.VectorSelector)
		if !is || slices.Contains(prometheusOwn, selector.Name) {
			return nil
		}
		if s[selector.Name] == nil {
			s[selector.Name] = map[string][]string{}
		}
		for _, matcher := range selector.LabelMatchers {
			if matcher.Name != labels.MetricName {
				s.addLabel(selector.Name, matcher.Name, valuesOf(matcher)...)
			}
		}
		for _, above := range path {
			for _, label := range groupedBy(above) {
				s.addLabel(selector.Name, label)
			}
		}
		return nil
	})
}

func (s selectors) addLabel(metric, label string, values ...string) {
	if slices.Contains(targetLabels, label) {
		return
	}
	all := append(s[metric][label], values...)
	slices.Sort(all)
	s[metric][label] = append([]string{}, slices.Compact(all)...)
}

func groupedBy(node parser.Node) []string {
	switch node := node.(type) {
	case *parser.AggregateExpr:
		if !node.Without {
			return node.Grouping
		}
	case *parser.BinaryExpr:
		if node.VectorMatching != nil && node.VectorMatching.On {
			return node.VectorMatching.MatchingLabels
		}
	}
	return nil
}

// valuesOf are the values that a matcher lists; "" and the pattern for all are no values.
func valuesOf(matcher *labels.Matcher) []string {
	return slices.DeleteFunc(strings.Split(matcher.Value, "|"), func(value string) bool { return value == "" || value == ".*" })
}
