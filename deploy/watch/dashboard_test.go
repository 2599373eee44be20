package watch

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// dashboardSchema is the version of Grafana's JSON that the dashboard is written in.
const dashboardSchema = 42

type source struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

type query struct {
	Expr       string `json:"expr"`
	RefID      string `json:"refId"`
	Datasource source `json:"datasource"`
}

type panel struct {
	ID          int    `json:"id"`
	Type        string `json:"type"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Datasource  source `json:"datasource"`
	Grid        struct {
		X, Y, W, H int
	} `json:"gridPos"`
	Field struct {
		Defaults struct {
			Unit string `json:"unit"`
		} `json:"defaults"`
	} `json:"fieldConfig"`
	Targets []query `json:"targets"`
}

type dashboard struct {
	UID         string `json:"uid"`
	Schema      int    `json:"schemaVersion"`
	Panels      []panel
	Annotations struct {
		List []struct {
			Expr string `json:"expr"`
		}
	}
	Templating struct {
		List []struct {
			Type, Name, Definition string
			Query                  json.RawMessage
		}
	}
}

func readDashboard(t *testing.T) dashboard {
	t.Helper()
	text, err := os.ReadFile("dashboards/despacho.json")
	require.NoError(t, err)
	decoder := json.NewDecoder(bytes.NewReader(text))
	var d dashboard
	require.NoError(t, decoder.Decode(&d))
	require.False(t, decoder.More())
	return d
}

var labelValues = regexp.MustCompile(`^label_values\((.+), (\w+)\)$`)

// queries are all PromQL of the dashboard; a variable that lists the values of a label counts as
// a grouping by it.
func (d dashboard) queries() []string {
	var all []string
	for _, p := range d.Panels {
		for _, target := range p.Targets {
			all = append(all, target.Expr)
		}
	}
	for _, annotation := range d.Annotations.List {
		if annotation.Expr != "" {
			all = append(all, annotation.Expr)
		}
	}
	for _, variable := range d.Templating.List {
		if found := labelValues.FindStringSubmatch(variable.Definition); found != nil {
			all = append(all, "sum by ("+found[2]+") ("+found[1]+")")
		}
	}
	return all
}

var grafanaVariable = strings.NewReplacer("$__rate_interval", "5m", "$merchant", ".*", "$channel", ".*")

func withoutVariables(query string) string { return grafanaVariable.Replace(query) }

func TestTheDashboardIsAsGrafanaWantsIt(t *testing.T) {
	t.Parallel()
	d := readDashboard(t)
	assert.Equal(t, dashboardSchema, d.Schema)
	assert.Equal(t, "despacho", d.UID)
	require.NotEmpty(t, d.Templating.List)
	assert.Equal(t, "datasource", d.Templating.List[0].Type)
	assert.JSONEq(t, `"prometheus"`, string(d.Templating.List[0].Query))
	known := map[string]bool{"__rate_interval": true}
	for _, variable := range d.Templating.List {
		known[variable.Name] = true
		if variable.Type == "query" {
			assert.Regexp(t, labelValues, variable.Definition)
		}
	}
	ids, titles, taken := map[int]bool{}, map[string]bool{}, map[[2]int]string{}
	for _, p := range d.Panels {
		assert.False(t, ids[p.ID], "two panels have the id %d", p.ID)
		ids[p.ID] = true
		assert.Positive(t, p.Grid.W*p.Grid.H, p.Title)
		assert.LessOrEqual(t, p.Grid.X+p.Grid.W, 24, p.Title)
		for x := p.Grid.X; x < p.Grid.X+p.Grid.W; x++ {
			for y := p.Grid.Y; y < p.Grid.Y+p.Grid.H; y++ {
				assert.Empty(t, taken[[2]int{x, y}], "%s lies on another panel", p.Title)
				taken[[2]int{x, y}] = p.Title
			}
		}
		if p.Type == "row" {
			continue
		}
		assert.False(t, titles[p.Title], "two panels are called %s", p.Title)
		titles[p.Title] = true
		assert.Contains(t, []string{"stat", "timeseries", "table"}, p.Type, p.Title)
		assert.NotEmpty(t, p.Description, p.Title)
		assert.NotEmpty(t, p.Field.Defaults.Unit, "%s has no unit", p.Title)
		assert.NotEmpty(t, p.Targets, p.Title)
		requireTargets(t, p, known)
	}
}

var variableUsed = regexp.MustCompile(`\$\{?(\w+)`)

func requireTargets(t *testing.T, p panel, known map[string]bool) {
	t.Helper()
	ours := source{Type: "prometheus", UID: "${datasource}"}
	assert.Equal(t, ours, p.Datasource, p.Title)
	refs := map[string]bool{}
	for _, target := range p.Targets {
		assert.Equal(t, ours, target.Datasource, p.Title)
		assert.False(t, refs[target.RefID], "%s: two queries are called %s", p.Title, target.RefID)
		refs[target.RefID] = true
		for _, used := range variableUsed.FindAllStringSubmatch(target.Expr, -1) {
			assert.True(t, known[used[1]], "%s: no variable is called %s", p.Title, used[1])
		}
		parse(t, withoutVariables(target.Expr))
	}
}
