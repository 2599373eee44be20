package wording_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
)

// sources are the parsed files of all packages, their tests left out, by path.
func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	files, err := parseSources()
	require.NoError(t, err)
	require.Greater(t, len(files), 300)
	return files
}

var parseSources = sync.OnceValues(func() (map[string]*ast.File, error) {
	files := map[string]*ast.File{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && (name == "testdata" || name == "node_modules" || len(name) > 2 && name[0] == '.'):
			return filepath.SkipDir
		case !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(path, "/clienttest/runs.go"):
			return nil
		}
		files[path], err = parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		return err
	})
	return files, err
})

// codeConstants are the constants of contract/reasoncodes.go, by name.
func codeConstants(t *testing.T, files map[string]*ast.File) map[string]contract.ReasonCode {
	t.Helper()
	codes := map[string]contract.ReasonCode{}
	ast.Inspect(files["../contract/reasoncodes.go"], func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			codes[spec.Names[0].Name] = contract.ReasonCode(value)
		}
		return true
	})
	require.NotEmpty(t, codes)
	return codes
}

// isOf says whether an expression is package.name.
func isOf(e ast.Expr, pkg string, names ...string) bool {
	selector, ok := e.(*ast.SelectorExpr)
	if !ok || !lo.Contains(names, selector.Sel.Name) {
		return false
	}
	x, ok := selector.X.(*ast.Ident)
	return ok && x.Name == pkg
}

func TestEveryCodeIsWordedAndMade(t *testing.T) {
	t.Parallel()
	files := sources(t)
	codes := codeConstants(t, files)
	assert.ElementsMatch(t, lo.Values(codes), lo.Keys(wording.ReasonsOf(wording.English)))
	made := map[string]bool{}
	for path, file := range files {
		if strings.HasPrefix(path, "../contract/") || path != "../wording/wording.go" && strings.HasPrefix(path, "../wording/") {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if e, ok := n.(ast.Expr); ok && isOf(e, "contract", lo.Keys(codes)...) {
				made[e.(*ast.SelectorExpr).Sel.Name] = true
			}
			return true
		})
	}
	unmade, _ := lo.Difference(lo.Keys(codes), lo.Keys(made))
	assert.Empty(t, unmade, "codes that nothing uses")
}

func TestReasonsAreMadeWithTheValuesOfTheirSentences(t *testing.T) {
	t.Parallel()
	files := sources(t)
	codes := codeConstants(t, files)
	calls := 0
	for path, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !isOf(call.Fun, "wording", "Reason") || !isOf(call.Args[0], "contract", lo.Keys(codes)...) {
				return true
			}
			code := codes[call.Args[0].(*ast.SelectorExpr).Sel.Name]
			calls++
			var given []string
			for i := 1; i < len(call.Args); i += 2 {
				name, err := strconv.Unquote(call.Args[i].(*ast.BasicLit).Value)
				require.NoError(t, err)
				given = append(given, name)
			}
			named := lo.Union(wording.ValuesIn(wording.ReasonsOf(wording.English)[code]), wording.ValuesIn(wording.ReasonsOf(wording.Spanish)[code]))
			assert.ElementsMatch(t, named, given, "%s: %s", path, code)
			return true
		})
	}
	assert.Greater(t, calls, 100)
}

// What people read goes through a code: only this package puts words into a reason.
func TestNoReasonIsFreeText(t *testing.T) {
	t.Parallel()
	for path, file := range sources(t) {
		aside := lo.SomeBy([]string{"../contract/", "../wording/", "../multivende/"}, func(room string) bool { return strings.HasPrefix(path, room) })
		if aside {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				if isOf(n.Type, "contract", "Reason", "Cause") {
					assert.Empty(t, n.Elts, "%s: make it with wording.Reason", path)
				}
			case *ast.AssignStmt:
				for _, left := range n.Lhs {
					selector, ok := left.(*ast.SelectorExpr)
					// What the packers' page says is no reason and has Words of its own.
					ofPage := strings.HasPrefix(path, "../station/desk/") || strings.HasPrefix(path, "../station/page/")
					assert.False(t, ok && !ofPage && selector.Sel.Name == "Words", "%s: make it with wording.Reason", path)
				}
			}
			return true
		})
	}
}
