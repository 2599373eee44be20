package watch

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/promql/parser"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

const runbooks = "https://github.com/despacho/despacho/blob/main/docs/alerts.md#"

type rule struct {
	Alert       string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	For         string            `yaml:"for"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

type ruleFile struct {
	Groups []struct {
		Name  string `yaml:"name"`
		Rules []rule `yaml:"rules"`
	} `yaml:"groups"`
}

// readRules are the rules by file.
func readRules(t *testing.T) map[string][]rule {
	t.Helper()
	paths, err := filepath.Glob("rules/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	rules := map[string][]rule{}
	for _, path := range paths {
		var file ruleFile
		readYAML(t, path, &file)
		for _, group := range file.Groups {
			rules[filepath.Base(path)] = append(rules[filepath.Base(path)], group.Rules...)
		}
	}
	return rules
}

func allRules(t *testing.T) []rule {
	t.Helper()
	var all []rule
	for _, rules := range readRules(t) {
		all = append(all, rules...)
	}
	return all
}

func readYAML(t *testing.T, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	require.NoError(t, decoder.Decode(into), path)
}

func parse(t *testing.T, query string) parser.Expr {
	t.Helper()
	expr, err := parser.NewParser(parser.Options{}).ParseExpr(query)
	require.NoError(t, err, query)
	return expr
}

func TestEachAlertSaysWhatToDo(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range allRules(t) {
		assert.False(t, seen[r.Alert], "%s is there twice", r.Alert)
		seen[r.Alert] = true
		assert.Regexp(t, `^Despacho([A-Z][a-z]+)+$`, r.Alert)
		assert.Contains(t, []string{"critical", "warning"}, r.Labels["severity"], r.Alert)
		assert.NotEmpty(t, r.For, "%s has no for", r.Alert)
		assert.NotEmpty(t, r.Annotations["summary"], r.Alert)
		assert.Contains(t, r.Annotations["description"], "First ", "%s does not say what to do first", r.Alert)
		assert.Equal(t, runbooks+strings.ToLower(r.Alert), r.Annotations["runbook_url"], r.Alert)
		assert.Len(t, r.Annotations, 3, r.Alert)
	}
}

var labelInWords = regexp.MustCompile(`\$labels\.(\w+)`)

// TestWordsNameOnlyLabelsThatTheAlertHas: another label would be an empty word in the message.
func TestWordsNameOnlyLabelsThatTheAlertHas(t *testing.T) {
	t.Parallel()
	for _, r := range allRules(t) {
		kept := keptLabels(parse(t, r.Expr))
		for _, found := range labelInWords.FindAllStringSubmatch(r.Annotations["summary"]+r.Annotations["description"], -1) {
			assert.Contains(t, kept, found[1], "%s: %s", r.Alert, r.Expr)
		}
	}
}

// keptLabels are the labels by which the expression groups, or those of a target where it does not group.
func keptLabels(expr parser.Expr) []string {
	kept := []string{}
	grouped := false
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		if aggregate, is := node.(*parser.AggregateExpr); is {
			grouped = true
			kept = append(kept, aggregate.Grouping...)
		}
		return nil
	})
	if !grouped {
		return slices.Clone(targetLabels)
	}
	return kept
}

var (
	tested   = regexp.MustCompile(`alertname="(\w+)"`)
	section  = regexp.MustCompile(`(?m)^### (Despacho\w+)$`)
	drilling = regexp.MustCompile("(?m)^\\| `(Despacho\\w+)` \\| (.+) \\|$")
)

type testFile struct {
	Rules    []string `yaml:"rule_files"`
	Interval string   `yaml:"evaluation_interval"`
	Tests    []struct {
		Name     string `yaml:"name"`
		Interval string `yaml:"interval"`
		Series   []struct {
			Series string `yaml:"series"`
			Values string `yaml:"values"`
		} `yaml:"input_series"`
		Checks []struct {
			Expr    string `yaml:"expr"`
			At      string `yaml:"eval_time"`
			Samples []any  `yaml:"exp_samples"`
		} `yaml:"promql_expr_test"`
	} `yaml:"tests"`
}

func TestEachAlertIsTestedFiringAndNotFiring(t *testing.T) {
	t.Parallel()
	for name, rules := range readRules(t) {
		var file testFile
		readYAML(t, filepath.Join("tests", name), &file)
		assert.Equal(t, []string{"../rules/" + name}, file.Rules)
		fires, rests := map[string]bool{}, map[string]bool{}
		for _, test := range file.Tests {
			for _, check := range test.Checks {
				alert := tested.FindStringSubmatch(check.Expr)
				require.NotNil(t, alert, "%s: %s", test.Name, check.Expr)
				if len(check.Samples) > 0 {
					fires[alert[1]] = true
				} else {
					rests[alert[1]] = true
				}
			}
		}
		want := map[string]bool{}
		for _, r := range rules {
			want[r.Alert] = true
		}
		assert.Equal(t, want, fires, "tests/%s: alerts that fire", name)
		assert.Equal(t, want, rests, "tests/%s: alerts that do not fire", name)
	}
}

func TestEachAlertHasItsPageAndItsDrill(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/alerts.md")
	require.NoError(t, err)
	want := []string{}
	for _, r := range allRules(t) {
		want = append(want, r.Alert)
	}
	assert.ElementsMatch(t, want, firstGroups(section, string(text)), "sections of docs/alerts.md")
	assert.ElementsMatch(t, want, firstGroups(drilling, string(text)), "rows of the table of drills")
	for _, page := range strings.Split(string(text), "\n### ")[1:] {
		for _, part := range []string{"**What:**", "**Who suffers:**", "**Look first:**", "**Do:**", "**Ends:**"} {
			assert.Contains(t, page, part, strings.SplitN(page, "\n", 2)[0])
		}
	}
}

func firstGroups(pattern *regexp.Regexp, text string) []string {
	var found []string
	for _, match := range pattern.FindAllStringSubmatch(text, -1) {
		found = append(found, match[1])
	}
	return found
}
