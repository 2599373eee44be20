package despacho_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestWorkflowsDoNoIO: what a workflow reads beside its history is not the same in a replay.
func TestWorkflowsDoNoIO(t *testing.T) {
	t.Parallel()
	for path, p := range workflowRooms(t) {
		for _, imported := range p.Imports {
			for _, forbidden := range []string{
				"net", "os", "io", "database", "math/rand", "crypto", "log", "sync", "embed", "plugin", "syscall",
				"go.temporal.io/sdk/client", "go.temporal.io/sdk/activity", "go.temporal.io/sdk/contrib", "github.com/aws",
			} {
				assert.False(t, within(imported, forbidden), "%s imports %s", path, imported)
			}
		}
	}
}

// TestHowWorkflowsAreWritten forbids what the compiler allows and a replay, or a reader, does not.
func TestHowWorkflowsAreWritten(t *testing.T) {
	t.Parallel()
	policies := 0
	for path, p := range workflowRooms(t) {
		for _, name := range p.GoFiles {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			at := path + "/" + name
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.GoStmt:
					assert.Fail(t, "a goroutine that is not the workflow's", at)
				case *ast.CompositeLit:
					if selected(n.Type) == "workflow.ActivityOptions" {
						policies++
						assert.Equal(t, "workflows/policies.go", at, "activity options that no policy names")
					}
				case *ast.CallExpr:
					checkCall(t, at, n)
				}
				return true
			})
		}
	}
	assert.Equal(t, 1, policies)
}

// workflowRooms are the packages with workflow code, by path.
func workflowRooms(t *testing.T) map[string]goPackage {
	t.Helper()
	found := lo.PickBy(ours(t), func(path string, _ goPackage) bool {
		return within(path, "workflows") && path != "workflows/registry" && path != "workflows/workflowstest"
	})
	require.Greater(t, len(found), 4)
	return found
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
