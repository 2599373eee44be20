package despacho_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

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

// rooms says for each room of the house (docs/architecture.md) which others it
// may use, besides what lies within itself.
var rooms = map[string][]string{
	"channels":           {},
	"labels":             {},
	"multivende":         {"channels"},
	"multivende/sandbox": {},
	"storage":            {},
	"service":            {"workflows", "storage"},
	"accounts":           {"multivende", "storage"},
	"activities":         {"labels", "multivende", "storage", "channels", "accounts"},
	"workflows":          {"activities", "channels"},
	"worker":             {"workflows", "activities", "labels", "multivende", "storage", "channels", "accounts", "service"},
	"starter":            {"workflows", "activities", "labels", "multivende", "storage", "channels", "accounts", "service"},
	"gateway":            {"workflows", "activities", "labels", "multivende", "storage", "channels", "accounts", "service"},
	"deploy":             {"labels"},
}

// roomOf is the innermost room in which a package lies.
func roomOf(path string) string {
	room := ""
	for name := range rooms {
		if within(path, name) && len(name) > len(room) {
			room = name
		}
	}
	return room
}

func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

func TestImportsRunOneWay(t *testing.T) {
	t.Parallel()
	for path, p := range ours(t) {
		if path == "" {
			continue
		}
		room := roomOf(path)
		if !assert.NotEmpty(t, room, "%s lies in no room of docs/architecture.md", path) {
			continue
		}
		for _, imported := range p.Imports {
			used, isOurs := strings.CutPrefix(imported, module+"/")
			if !isOurs || roomOf(used) == room {
				continue
			}
			assert.Contains(t, rooms[room], roomOf(used), "%s imports %s", path, used)
		}
	}
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
			if strings.HasSuffix(used, "/run") {
				assert.Equal(t, strings.TrimSuffix(used, "/run"), path, "%s is its program's own", used)
			}
		}
	}
}

// TestWorkflowsDoNoIO: what a workflow reads beside its history is not the same in a replay.
func TestWorkflowsDoNoIO(t *testing.T) {
	t.Parallel()
	p := ours(t)["workflows"]
	require.NotEmpty(t, p.GoFiles)
	for _, imported := range p.Imports {
		for _, forbidden := range []string{
			"net", "os", "io", "database", "math/rand", "crypto", "log", "sync", "embed", "plugin", "syscall",
			"go.temporal.io/sdk/client", "go.temporal.io/sdk/activity", "go.temporal.io/sdk/contrib", "github.com/aws",
		} {
			assert.False(t, within(imported, forbidden), "workflows import %s", imported)
		}
	}
}

// TestHowWorkflowsAreWritten forbids what the compiler allows and a replay, or a reader, does not.
func TestHowWorkflowsAreWritten(t *testing.T) {
	t.Parallel()
	p := ours(t)["workflows"]
	policies := 0
	for _, name := range p.GoFiles {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				assert.Fail(t, "a goroutine that is not the workflow's", name)
			case *ast.CompositeLit:
				if selected(n.Type) == "workflow.ActivityOptions" {
					policies++
					assert.Equal(t, "policies.go", name, "activity options that no policy names")
				}
			case *ast.CallExpr:
				checkCall(t, name, n)
			}
			return true
		})
	}
	assert.Equal(t, 1, policies)
}

var (
	clocks = []string{"time.Now", "time.Since", "time.Until", "time.After", "time.Tick", "time.NewTimer", "time.Sleep"}
	// leaky waits leave their timers running, which wake the workflow for nothing.
	leaky = []string{"workflow.AwaitWithTimeout", "workflow.AwaitWithOptions"}
	calls = []string{"workflow.ExecuteActivity", "workflow.ExecuteLocalActivity", "workflow.ExecuteChildWorkflow"}
)

func checkCall(t *testing.T, file string, call *ast.CallExpr) {
	t.Helper()
	function := selected(call.Fun)
	assert.NotContains(t, clocks, function, "%s: a clock that is not the workflow's", file)
	assert.NotContains(t, leaky, function, "%s: a wait that leaves its timer running", file)
	if slices.Contains(calls, function) {
		_, isName := call.Args[1].(*ast.BasicLit)
		assert.False(t, isName, "%s: %s is called by a string", file, function)
	}
}

// selected is an expression such as "time.Now", as it is written.
func selected(e ast.Expr) string {
	selector, ok := e.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	if of, ok := selector.X.(*ast.Ident); ok {
		return of.Name + "." + selector.Sel.Name
	}
	return ""
}
