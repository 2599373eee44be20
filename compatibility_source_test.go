package despacho_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// declaredIn are the exported constants and variables of a package with what they are set to.
func declaredIn(t *testing.T, folder string) (lines []string) {
	t.Helper()
	for _, path := range sourcesOf(t, folder, "*.go") {
		for _, declaration := range parsed(t, path).Decls {
			general, ok := declaration.(*ast.GenDecl)
			if !ok || general.Tok != token.CONST && general.Tok != token.VAR {
				continue
			}
			for _, spec := range general.Specs {
				value := spec.(*ast.ValueSpec)
				for i, name := range value.Names {
					if name.IsExported() && i < len(value.Values) {
						lines = append(lines, name.Name+" = "+sourceText(t, value.Values[i]))
					}
				}
			}
		}
	}
	return lines
}

// fieldsOf are the members that values of a package's types have as JSON.
func fieldsOf(t *testing.T, folder string) (lines []string) {
	t.Helper()
	for _, path := range sourcesOf(t, folder, "*.go") {
		for _, declaration := range parsed(t, path).Decls {
			general, ok := declaration.(*ast.GenDecl)
			if !ok || general.Tok != token.TYPE {
				continue
			}
			for _, spec := range general.Specs {
				kind := spec.(*ast.TypeSpec)
				if members, isStruct := kind.Type.(*ast.StructType); isStruct {
					lines = append(lines, membersOf(t, filepath.ToSlash(folder)+"."+kind.Name.Name, members)...)
				}
			}
		}
	}
	return lines
}

func membersOf(t *testing.T, of string, members *ast.StructType) (lines []string) {
	t.Helper()
	tagged := false
	var embedded []string
	for _, field := range members.Fields.List {
		kind := sourceText(t, field.Type)
		if len(field.Names) == 0 {
			embedded = append(embedded, of+" has the members of "+kind)
			continue
		}
		if field.Tag == nil {
			continue
		}
		if name, ok := reflect.StructTag(strings.Trim(field.Tag.Value, "`")).Lookup("json"); ok && name != "-" {
			tagged = true
			lines = append(lines, of+" "+name+" "+kind)
		}
	}
	if tagged {
		lines = append(lines, embedded...)
	}
	return lines
}

func parsed(t *testing.T, path string) *ast.File {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	return file
}

// sourceText is an expression as it is written, on one line and without comments.
func sourceText(t *testing.T, expression ast.Expr) string {
	t.Helper()
	var text bytes.Buffer
	require.NoError(t, printer.Fprint(&text, token.NewFileSet(), expression))
	return strings.Join(strings.Fields(text.String()), " ")
}
