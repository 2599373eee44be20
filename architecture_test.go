package despacho_test

import (
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/despacho/despacho"

// goPackage is what `go list` says of a package.
type goPackage struct {
	ImportPath string
	Name       string
	Dir        string
	GoFiles    []string
	Imports    []string
}

// ours are the packages of the root module, by their path within it.
func ours(t *testing.T) map[string]goPackage {
	t.Helper()
	command := exec.Command("go", "list", "-json=ImportPath,Name,Dir,GoFiles,Imports", "./...")
	command.Env = append(os.Environ(), "GOWORK=off")
	out, err := command.Output()
	require.NoError(t, err)
	packages := map[string]goPackage{}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p goPackage
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		packages[strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")] = p
	}
	require.Greater(t, len(packages), 10)
	return packages
}

// room is a row of the table of docs/architecture.md.
type room struct {
	path    string
	imports []string
}

var inBackticks = regexp.MustCompile("`([^`]+)`")

// rooms are the rows of the table of docs/architecture.md, in its order.
func rooms(t *testing.T) []room {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("docs", "architecture.md"))
	require.NoError(t, err)
	_, table, found := strings.Cut(string(text), "| package | holds | imports of ours |\n|---|---|---|\n")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "\n\n")
	quoted := func(cell string) []string {
		return lo.Map(inBackticks.FindAllStringSubmatch(cell, -1), func(m []string, _ int) string { return m[1] })
	}
	var all []room
	for row := range strings.SplitSeq(table, "\n") {
		cells := strings.Split(row, "|")
		require.Len(t, cells, 5, row)
		all = append(all, room{path: quoted(cells[1])[0], imports: quoted(cells[3])})
	}
	return all
}

// TestImportsRunOneWay holds the table of docs/architecture.md: it names every package, exactly what
// each imports of ours, and nothing below.
func TestImportsRunOneWay(t *testing.T) {
	t.Parallel()
	packages := ours(t)
	delete(packages, "")
	above := map[string]bool{}
	for _, r := range rooms(t) {
		p, there := packages[r.path]
		if !assert.True(t, there, "docs/architecture.md names a package that is not there: %s", r.path) {
			continue
		}
		delete(packages, r.path)
		var imports []string
		for _, imported := range p.Imports {
			if used, isOurs := strings.CutPrefix(imported, module+"/"); isOurs {
				imports = append(imports, used)
				assert.True(t, above[used], "%s imports %s, which does not stand above it in docs/architecture.md", r.path, used)
			}
		}
		assert.ElementsMatch(t, r.imports, imports, "what docs/architecture.md says that %s imports, and what it does", r.path)
		above[r.path] = true
	}
	assert.Empty(t, lo.Keys(packages), "packages without a row in docs/architecture.md")
}

func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

// insidersOf are those who may import what a program is made of, with the reason; others use client.
var insidersOf = map[string]map[string]string{
	"worker/run": {
		"deploy/local":         "runs a worker in its own process",
		"deploy/local/bench":   "runs a worker in its own process",
		"deploy/local/compose": "its tests hold docker-compose.yml against the worker's settings",
	},
	"gateway/run": {
		"deploy/local":         "runs a gateway in its own process",
		"deploy/local/bench":   "runs a gateway in its own process",
		"deploy/local/compose": "its tests hold docker-compose.yml against the gateway's settings",
		"deploy/local/stack":   "its tests run a gateway in their own process",
	},
	"station/run": {
		"deploy/local":         "runs a station in its own process",
		"deploy/local/compose": "its tests hold docker-compose.yml against the station's settings",
	},
}

func TestNothingImportsAProgram(t *testing.T) {
	t.Parallel()
	packages := ours(t)
	for path, p := range packages {
		for _, imported := range p.Imports {
			used, isOurs := strings.CutPrefix(imported, module+"/")
			if !isOurs {
				continue
			}
			assert.NotEqual(t, "main", packages[used].Name, "%s imports the program %s", path, used)
		}
	}
	imports := importsOfFiles(t)
	require.NotEmpty(t, imports["starter"])
	for path, all := range imports {
		for _, used := range all {
			program, isInside := strings.CutSuffix(used, "/run")
			if isInside && !within(path, program) {
				assert.Contains(t, insidersOf[used], path, "%s is its program's own; use client", used)
			}
		}
	}
}

func TestTheCorpusIsForTestsOnly(t *testing.T) {
	t.Parallel()
	packages := ours(t)
	require.Contains(t, packages, "labels/corpus")
	for path, p := range packages {
		assert.NotContains(t, p.Imports, module+"/labels/corpus", path)
	}
}

// importsOfFiles are the imports of ours by package, in all modules and with tests.
func importsOfFiles(t *testing.T) map[string][]string {
	t.Helper()
	imports := map[string][]string{}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder := filepath.ToSlash(filepath.Dir(path))
		for _, one := range file.Imports {
			if used, isOurs := strings.CutPrefix(strings.Trim(one.Path.Value, `"`), module+"/"); isOurs {
				imports[folder] = append(imports[folder], used)
			}
		}
		return nil
	})
	require.NoError(t, err)
	return imports
}
