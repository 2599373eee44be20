package despacho_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
)

// Switches over these types are held complete by the linter exhaustive; here, the functions that list
// their values. Pick-ups have statuses of their own, which the other list leaves out.
func TestEveryConstantStandsInItsList(t *testing.T) {
	t.Parallel()
	packages := ours(t)
	for _, listed := range [][]any{
		values(contract.Outcomes()), values(contract.IntakeOrderStates()), values(contract.RunStates()), values(contract.SortKeys()),
		values(lo.Union(channels.Statuses(), pickUpStatuses)),
	} {
		require.NotEmpty(t, listed)
		kind := reflect.TypeOf(listed[0])
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			texts := lo.Map(listed, func(value any, _ int) string { return fmt.Sprint(value) })
			declared := constantsOf(t, packages[strings.TrimPrefix(kind.PkgPath(), module+"/")], kind.Name())
			assert.ElementsMatch(t, declared, texts)
		})
	}
}

// pickUpStatuses are those that pick-ups alone have.
var pickUpStatuses = []channels.Status{channels.ReceivedByStore, channels.Completed}

func values[T any](list []T) []any { return lo.ToAnySlice(list) }

// constantsOf are the values of a package's constants of a type of text, each of which names its type.
func constantsOf(t *testing.T, p goPackage, kind string) []string {
	t.Helper()
	var found []string
	for _, name := range p.GoFiles {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, declaration := range file.Decls {
			group, ok := declaration.(*ast.GenDecl)
			if !ok || group.Tok != token.CONST {
				continue
			}
			for _, spec := range group.Specs {
				found = append(found, textsOf(spec.(*ast.ValueSpec), kind)...)
			}
		}
	}
	require.NotEmpty(t, found, "constants of %s", kind)
	slices.Sort(found)
	return found
}

func textsOf(spec *ast.ValueSpec, kind string) []string {
	if named, ok := spec.Type.(*ast.Ident); !ok || named.Name != kind {
		return nil
	}
	return lo.FilterMap(spec.Values, func(value ast.Expr, _ int) (string, bool) {
		literal, ok := value.(*ast.BasicLit)
		if !ok {
			return "", false
		}
		text, err := strconv.Unquote(literal.Value)
		return text, err == nil
	})
}
